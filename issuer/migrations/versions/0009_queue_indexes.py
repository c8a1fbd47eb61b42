"""A site's few rows, and those that somebody claimed, are found among hundreds of thousands."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNDECIDED = sa.text("decided_at IS NULL")
_CLAIMED = sa.text("decided_at IS NULL AND claimed_by IS NOT NULL")


def upgrade() -> None:
    """Make two narrow indexes for each of the two queues."""
    for table in ("review_items", "corrections"):
        _index(f"ix_{table}_site", table, ["site_id", "opened_at"], _UNDECIDED)
        _index(f"ix_{table}_claimed", table, ["claimed_by"], _CLAIMED)


def downgrade() -> None:
    """Take them away again."""
    for table in ("review_items", "corrections"):
        op.drop_index(f"ix_{table}_site", table)
        op.drop_index(f"ix_{table}_claimed", table)


def _index(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
