"""Claims: whoever works on something keeps the others away for half a working day."""

from typing import Any, ClassVar

from sqlalchemy import Connection, Table

from issuer.access.rights import Actor
from issuer.desk.answering import CLAIM_SECONDS, claimed_until
from issuer.register.queue_rows import set_claim
from keys.errors import HintedError
from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = ["ClaimedError", "check_claim", "claim_row", "release_row"]


class ClaimedError(HintedError):
    """Somebody else works on it."""

    code: ClassVar[str] = "claimed"

    def __init__(self, by: str, until: Timestamp) -> None:
        super().__init__(f"{by} has claimed it", hint=f"the claim ends at {to_rfc3339(until)}")


def check_claim(row: Any, actor: Actor, now: Timestamp) -> None:
    """Raise ClaimedError while the claim of somebody else stands."""
    until = claimed_until(row.claimed_at, now)
    if until is not None and row.claimed_by != actor.name:
        raise ClaimedError(row.claimed_by, until)


def claim_row(
    connection: Connection, table: Table, row: Any, actor: Actor, now: Timestamp
) -> Timestamp:
    """Keep a row for oneself; gives until when. Raises ClaimedError."""
    check_claim(row, actor, now)
    set_claim(connection, table, row.id, actor.name, int(now))
    return Timestamp(now + CLAIM_SECONDS)


def release_row(
    connection: Connection, table: Table, row: Any, actor: Actor, now: Timestamp
) -> None:
    """Give a row back to everybody. Raises ClaimedError."""
    check_claim(row, actor, now)
    set_claim(connection, table, row.id, None, None)
