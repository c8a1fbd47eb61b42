"""Status positions: each list is filled completely, in a random order of its own.

The register keeps how many positions of the newest list are taken and the seed of its order, so
that a draw costs one row, however full the list is. A unique constraint stands behind it. The
random order keeps neighbours in the list from being neighbours at a vaccination site.
"""

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from issuer.register.database import RegisterError
from issuer.register.list_order import ListOrder, new_seed
from issuer.register.models import StatusListRow
from spec.certificate import StatusPosition
from spec.limits import MAX_STATUS_POSITION, STATUS_LIST_SIZE

__all__ = ["draw_positions"]


def draw_positions(
    connection: Connection, issuer: str, count: int, size: int = STATUS_LIST_SIZE
) -> list[StatusPosition]:
    """Take the next positions of an issuer; the transaction makes them taken.

    A list is full when `size` of its positions are taken. Raises RegisterError when all lists that
    the format allows are full.
    """
    positions: list[StatusPosition] = []
    while len(positions) < count:
        number, taken, seed = _open_list(connection, issuer, size)
        share = min(count - len(positions), size - taken)
        positions += _positions(number, seed, range(taken, taken + share))
        connection.execute(
            update(StatusListRow)
            .where(StatusListRow.issuer == issuer, StatusListRow.number == number)
            .values(taken=taken + share)
        )
    return positions


def _positions(number: int, seed: bytes, turns: range) -> Iterator[StatusPosition]:
    order, first = ListOrder(seed), number * STATUS_LIST_SIZE
    return (StatusPosition(first + order.index(turn)) for turn in turns)


def _open_list(connection: Connection, issuer: str, size: int) -> tuple[int, int, bytes]:
    """The newest list, how much of it is taken, and its seed; a new one when it is closed."""
    newest = (
        select(StatusListRow.number, StatusListRow.taken, StatusListRow.seed)
        .where(StatusListRow.issuer == issuer)
        .order_by(StatusListRow.number.desc())
        .limit(1)
        .with_for_update()
    )
    while True:
        row = connection.execute(newest).one_or_none()
        if row is not None and row.seed is not None and row.taken < size:
            return row.number, row.taken, row.seed
        _start_list(connection, issuer, 0 if row is None else row.number + 1)


def _start_list(connection: Connection, issuer: str, number: int) -> None:
    """Make a list, unless another worker makes it at this moment: then the two share it."""
    if number * STATUS_LIST_SIZE > MAX_STATUS_POSITION:
        raise RegisterError("all status lists of this issuer are full")
    row = {"issuer": issuer, "number": number, "taken": 0, "seed": new_seed()}
    with suppress(IntegrityError), connection.begin_nested():
        connection.execute(insert(StatusListRow), row)
