"""The lock on who is who: held by whoever matches records, or changes the persons they match."""

from typing import Final

from sqlalchemy import Connection, text

from issuer.register.bulk import is_postgresql

__all__ = ["lock_matching"]

_MATCHING: Final = 0x646F7365
"""Two who match at the same moment in PostgreSQL could both make the same new person; one who
corrects a number while another looks for it would give it to two."""


def lock_matching(connection: Connection) -> None:
    """Let nobody else match, decide, correct or merge until the commit.

    In SQLite the write lock does the same. To take it again in a transaction is safe; whoever locks
    rows as well takes this first.
    """
    if is_postgresql(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MATCHING})
