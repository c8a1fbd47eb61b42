"""What PostgreSQL's planner knows of tables that grow from nothing to millions within minutes.

Its own upkeep looks once a minute. Until then it plans for the tables of before, and keeps a plan
that reads a small table whole while the table grows under it.
"""

from typing import Final

from sqlalchemy import Connection, text

from issuer.register.bulk import is_postgresql

__all__ = ["refresh_statistics"]

_TABLES: Final = (
    "certificates", "certified_records", "dose_records", "due_people", "persons",
    "person_identifiers", "repeats", "review_items", "sites",
)  # fmt: skip
_GROWN: Final = text(
    """
    SELECT relname FROM pg_class
    WHERE oid IN (SELECT name::regclass FROM unnest(CAST(:names AS text[])) AS name)
      AND pg_relation_size(oid) > current_setting('block_size')::bigint * (2 * relpages + 64)
    """
)
"""Tables of twice the pages that they had when they were looked at last."""


def refresh_statistics(connection: Connection) -> list[str]:
    """Let the planner look at tables that have doubled since it did; gives their names.

    SQLite takes an index wherever there is one, and needs no figures for that.
    """
    if not is_postgresql(connection):
        return []
    names = "{" + ",".join(_TABLES) + "}"
    grown = list(connection.execute(_GROWN, {"names": names}).scalars())
    for name in grown:
        connection.execute(text(f"ANALYZE {name}"))
    return grown
