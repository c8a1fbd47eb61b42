"""Status: lists with an order of their own, the audit trail, and what the database refuses.

The lists that exist were filled at random up to seven eighths. They keep what they have and are
never drawn from again: their `seed` stays empty.
"""

import sqlalchemy as sa
from alembic import op

from issuer.migrations.refusals import refuse

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_EXCEPTIONS = "state IN ('abandoned', 'revoked', 'superseded', 'suspended')"

_REFUSALS = (
    ("certificates_final", "certificates", "UPDATE",
     "OLD.state = 'revoked' AND NEW.state <> 'revoked'", "a revoked certificate stays revoked"),
    ("certificates_stay", "certificates", "DELETE", None, "certificates are never deleted"),
    ("status_changes_unchanged", "status_changes", "UPDATE", None, "the trail is only added to"),
    ("status_changes_stay", "status_changes", "DELETE", None, "the trail is only added to"),
)  # fmt: skip
"""Name, table, what is refused, under which condition, and what the database says."""


def upgrade() -> None:
    """Add what revocation needs, and a line of the trail for each former supersession."""
    op.add_column("status_lists", sa.Column("seed", sa.LargeBinary()))
    _make_status_changes()
    _make_indexes()
    op.execute(_FORMER_SUPERSESSIONS)
    for refusal in _REFUSALS:
        refuse(*refusal)


def downgrade() -> None:
    """Refuse: the tables of the main job cannot hold that a certificate was revoked."""
    raise NotImplementedError("there is no way back from 0002: revocations would be lost")


_FORMER_SUPERSESSIONS = """
    INSERT INTO status_changes (certificate_id, at, operator, reason, former_state, state)
    SELECT former.id,
           COALESCE((SELECT MIN(newer.issued_at) FROM certificates AS newer
                     WHERE newer.person_id = former.person_id AND newer.id > former.id),
                    former.issued_at),
           'dosepass', 'a newer certificate was issued', 'issued', 'superseded'
    FROM certificates AS former WHERE former.state = 'superseded' ORDER BY former.id
"""


def _make_status_changes() -> None:
    op.create_table(
        "status_changes",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("certificate_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("former_state", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_changes"),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name="fk_status_changes_certificate_id"
        ),
    )
    op.create_index("ix_status_changes_certificate_id", "status_changes", ["certificate_id"])


def _make_indexes() -> None:
    op.create_index(
        "ix_certificates_issuer_kid_position", "certificates", ["issuer", "kid", "position"]
    )
    op.create_index(
        "ix_certificates_exceptions",
        "certificates",
        ["issuer", "position", "state", "reserved_at"],
        sqlite_where=sa.text(_EXCEPTIONS),
        postgresql_where=sa.text(_EXCEPTIONS),
    )
