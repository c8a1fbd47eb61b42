"""Records that are nobody's yet are found by their number without a look at all others."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_UNMATCHED = sa.text("state IN ('refused', 'review')")


def upgrade() -> None:
    """Make an index of those alone: the others have their person."""
    op.create_index(
        "ix_dose_records_unmatched", "dose_records", ["id_number"],
        sqlite_where=_UNMATCHED, postgresql_where=_UNMATCHED,
    )  # fmt: skip


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_dose_records_unmatched", "dose_records")
