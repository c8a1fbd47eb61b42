"""The desk: correction requests with their papers, persons who are two, and erasures."""

import sqlalchemy as sa
from alembic import op

from issuer.migrations.refusals import refuse

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNDECIDED = sa.text("decided_at IS NULL")
_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    """Make the tables, and an index by which the oldest of a long queue is found."""
    _make_corrections()
    _make_attachments()
    _make_distinct_persons()
    _make_erasures()
    op.add_column("persons", sa.Column("erased_at", sa.BigInteger()))
    op.create_index(
        "ix_review_items_open", "review_items", ["opened_at", "id"],
        sqlite_where=_UNDECIDED, postgresql_where=_UNDECIDED,
    )  # fmt: skip
    for table in ("corrections", "attachments", "erasures"):
        refuse(f"{table}_stay", table, "DELETE", None, f"{table} are never deleted")
    message = "the steps of a request are only added to"
    refuse("correction_steps_unchanged", "correction_steps", "UPDATE", None, message)
    refuse("correction_steps_stay", "correction_steps", "DELETE", None, message)


def downgrade() -> None:
    """Refuse: requests that somebody waits for would be lost."""
    raise NotImplementedError("there is no way back from 0006: correction requests would be lost")


def _make_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", _ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", _ID),
        sa.Column("doses", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("site_id", _ID),
        sa.Column("province", sa.Text()),
        sa.Column("district", sa.Text()),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("claimed_at", sa.BigInteger()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("evidence", sa.Text()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.UniqueConstraint("number", name="uq_corrections_number"),
        _foreign("corrections", "person_id", "persons"),
        _foreign("corrections", "site_id", "sites"),
    )
    op.create_index("ix_corrections_person_id", "corrections", ["person_id"])
    op.create_index(
        "ix_corrections_open", "corrections", ["opened_at", "id"],
        sqlite_where=_UNDECIDED, postgresql_where=_UNDECIDED,
    )  # fmt: skip
    op.create_table(
        "correction_steps",
        sa.Column("id", _ID, nullable=False),
        sa.Column("correction_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_correction_steps"),
        _foreign("correction_steps", "correction_id", "corrections"),
    )
    op.create_index("ix_correction_steps_correction_id", "correction_steps", ["correction_id"])


def _make_attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", _ID, nullable=False),
        sa.Column("correction_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("name", name="uq_attachments_name"),
        _foreign("attachments", "correction_id", "corrections"),
    )
    op.create_index("ix_attachments_correction_id", "attachments", ["correction_id"])


def _make_distinct_persons() -> None:
    op.create_table(
        "distinct_persons",
        sa.Column("id", _ID, nullable=False),
        sa.Column("one_id", _ID, nullable=False),
        sa.Column("other_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_distinct_persons"),
        sa.UniqueConstraint("one_id", "other_id", name="uq_distinct_persons_one_id_other_id"),
        _foreign("distinct_persons", "one_id", "persons"),
        _foreign("distinct_persons", "other_id", "persons"),
    )


def _make_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revoke", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_id", _ID, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        _foreign("erasures", "person_id", "persons"),
        _foreign("erasures", "asked_by_id", "accounts"),
    )
    op.create_index(
        "uq_erasures_pending", "erasures", ["person_id"], unique=True,
        sqlite_where=_PENDING, postgresql_where=_PENDING,
    )  # fmt: skip
    op.create_table(
        "erased_certificates",
        sa.Column("certificate_id", _ID, nullable=False, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("certificate_id", name="pk_erased_certificates"),
        _foreign("erased_certificates", "certificate_id", "certificates"),
    )


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
