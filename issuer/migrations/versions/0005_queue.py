"""Who is due, and when records were first certified, move out of the wide rows to narrow tables.

Both changed with every certificate, and each change wrote a wide row and its index entries anew.
"""

import sqlalchemy as sa
from alembic import op

from issuer.migrations.refusals import refuse

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the two tables, carry over what the columns hold, and drop the columns."""
    op.create_table(
        "due_people",
        sa.Column("person_id", _ID, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_due_people"),
    )
    op.execute("INSERT INTO due_people SELECT id FROM persons WHERE due = 1")
    op.drop_index("ix_persons_due", "persons")
    op.drop_column("persons", "due")
    op.create_table(
        "certified_records",
        sa.Column("record_id", _ID, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_certified_records"),
    )
    op.execute(
        "INSERT INTO certified_records SELECT id, certified_at FROM dose_records "
        "WHERE certified_at IS NOT NULL ORDER BY id"
    )
    op.drop_column("dose_records", "certified_at")
    message = "when a record was first certified does not change"
    refuse("certified_records_unchanged", "certified_records", "UPDATE", None, message)
    refuse("certified_records_stay", "certified_records", "DELETE", None, message)


def downgrade() -> None:
    """Refuse: an older program would take nobody for due."""
    raise NotImplementedError("there is no way back from 0005: whoever is due would be lost")
