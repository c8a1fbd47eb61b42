"""Status positions: drawn at random within a list, without keeping a permutation anywhere.

A draw takes random places of the open list, drops those that the register shows as taken, and
draws again for them; a unique constraint stands behind it. A list is closed at seven eighths, so
that even its last draws find a free place after eight tries on average (2.4 over the life of the
list). The places left over cost a few bytes of a compressed status list, and they read invalid.
Random places keep neighbours in the list from being neighbours at a vaccination site.
"""

from random import SystemRandom
from typing import Final

from sqlalchemy import Connection, insert, select, update

from issuer.register.database import RegisterError
from issuer.register.models import CertificateRow, StatusListRow
from spec.certificate import StatusPosition
from spec.limits import MAX_STATUS_POSITION, STATUS_LIST_SIZE

__all__ = ["FULL", "draw_positions"]

FULL: Final = STATUS_LIST_SIZE * 7 // 8
"""Positions taken at which a list is closed and the next one opened."""

_RANDOM: Final = SystemRandom()


def draw_positions(
    connection: Connection, issuer: str, count: int, full: int = FULL
) -> list[StatusPosition]:
    """Take free positions of an issuer in random order; the transaction makes them taken.

    Raises RegisterError when all lists that the format allows are full.
    """
    positions: list[StatusPosition] = []
    while len(positions) < count:
        number, taken = _open_list(connection, issuer, full)
        share = min(count - len(positions), full - taken)
        positions += _draw(connection, issuer, number, share)
        connection.execute(
            update(StatusListRow)
            .where(StatusListRow.issuer == issuer, StatusListRow.number == number)
            .values(taken=taken + share)
        )
    return positions


def _open_list(connection: Connection, issuer: str, full: int) -> tuple[int, int]:
    """The number of the newest list and how much of it is taken; a new one when it is full."""
    newest = (
        select(StatusListRow.number, StatusListRow.taken)
        .where(StatusListRow.issuer == issuer)
        .order_by(StatusListRow.number.desc())
        .limit(1)
        .with_for_update()
    )
    row = connection.execute(newest).one_or_none()
    if row is not None and row.taken < full:
        return row.number, row.taken
    number = 0 if row is None else row.number + 1
    if number * STATUS_LIST_SIZE > MAX_STATUS_POSITION:
        raise RegisterError("all status lists of this issuer are full")
    connection.execute(insert(StatusListRow), {"issuer": issuer, "number": number, "taken": 0})
    return number, 0


def _draw(connection: Connection, issuer: str, number: int, count: int) -> list[StatusPosition]:
    """Draw free places of one list, in the order in which chance gave them."""
    places = range(number * STATUS_LIST_SIZE, (number + 1) * STATUS_LIST_SIZE)
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        candidates = _RANDOM.sample(places, count - len(drawn))
        query = select(CertificateRow.position).where(
            CertificateRow.issuer == issuer, CertificateRow.position.in_(candidates)
        )
        taken = set(connection.execute(query).scalars())
        drawn |= dict.fromkeys(place for place in candidates if place not in taken)
    return [StatusPosition(place) for place in drawn]
