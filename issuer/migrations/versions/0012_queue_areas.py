"""Open rows of the queues say themselves where they lie, with an index for each area."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UNDECIDED = sa.text("decided_at IS NULL")
_QUEUES = ("review_items", "corrections")
_AREAS = ("province", "district")
_ORDER = ["opened_at", "id"]
_COUNTED = [*_ORDER, "decided_at"]
"""The last column is empty in each entry. SQLite counts without the rows only where it is there."""


def upgrade() -> None:
    """Let open rows lie where their sites do, and make the indexes in the order of the queue."""
    op.drop_index("ix_review_items_owner", "review_items")
    for table in _QUEUES:
        op.execute(
            f"UPDATE {table} SET "  # noqa: S608 - names of ours
            "district = coalesce((SELECT district FROM sites WHERE sites.id = site_id), "
            f"CASE WHEN {table}.province <> (SELECT province FROM sites WHERE sites.id = site_id) "
            f"THEN NULL ELSE {table}.district END), "
            "province = coalesce((SELECT province FROM sites WHERE sites.id = site_id), "
            f"{table}.province) WHERE decided_at IS NULL AND site_id IS NOT NULL"
        )
        for name, columns in (("open", []), ("site", ["site_id"])):
            op.drop_index(f"ix_{table}_{name}", table)
            _index(f"ix_{table}_{name}", table, [*columns, *_COUNTED])
        for area in _AREAS:
            _index(f"ix_{table}_{area}", table, [area, *_COUNTED])


def downgrade() -> None:
    """Take the indexes away again; where a row lies is no less true."""
    for table in _QUEUES:
        for area in _AREAS:
            op.drop_index(f"ix_{table}_{area}", table)
        for name, columns in (("open", _ORDER), ("site", ["site_id", "opened_at"])):
            op.drop_index(f"ix_{table}_{name}", table)
            _index(f"ix_{table}_{name}", table, columns)
    _index("ix_review_items_owner", "review_items", [*_AREAS, "site_id", "opened_at"])


def _index(name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, sqlite_where=_UNDECIDED, postgresql_where=_UNDECIDED)
