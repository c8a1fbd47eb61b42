"""How correction requests stand against the 48 hours in which they are to be answered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Text, and_, case, func, literal, or_, select
from sqlalchemy.sql import ColumnElement

from issuer.access.rights import NATION, Area
from issuer.desk.answering import ANSWER_SECONDS
from issuer.figures.selection import UNKNOWN, WHOLE, By, Unit
from issuer.register.desk_models import CorrectionRow
from issuer.register.people_models import SiteRow
from spec.certificate import Timestamp

__all__ = ["Asked", "RequestLine", "Requests", "Which", "request_lines", "requests"]


class Which(StrEnum):
    """Requests by how they stand at a moment."""

    ALL = "all"
    OPEN = "open"
    OVERDUE = "overdue"
    """Open for more than 48 hours."""
    CLOSED = "closed"
    IN_TIME = "in_time"
    """Closed within 48 hours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The requests that a figure counts, as they stand at a moment."""

    now: Timestamp
    area: Area = NATION
    """Where somebody may look."""
    units: tuple[Unit, ...] = ()
    which: Which = Which.ALL

    def narrowed(self, which: Which, unit: Unit | None = None) -> "Asked":
        """The same for requests that stand so, within a part of the country."""
        inside = unit is not None and unit.by is not By.NATION
        units = (*self.units, unit) if unit is not None and inside else self.units
        return replace(self, which=which, units=units)

    def conditions(self) -> Iterator["ColumnElement[bool]"]:
        """The conditions on `corrections` joined with `sites`."""
        yield from _place(self.area)
        for unit in self.units:
            yield _unit(unit.by) == unit.code
        yield _stands(self.which, self.now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """The requests of one unit."""

    unit: Unit
    requests: int
    open: int
    overdue: int
    closed: int
    in_time: int
    oldest_at: Timestamp | None
    """Since when the oldest open one waits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestLine:
    """One request by its number, without anything personal."""

    number: str
    state: str
    reason: str | None
    opened_at: Timestamp
    decided_at: Timestamp | None

    @property
    def due_at(self) -> Timestamp:
        """Until when it is to be answered."""
        return Timestamp(self.opened_at + ANSWER_SECONDS)


def requests(connection: Connection, asked: Asked, by: By) -> list[Requests]:
    """Every unit with its requests; the one whose oldest waits longest first."""
    code = _unit(by)
    counts = [func.sum(case((_stands(which, asked.now), 1), else_=0)) for which in _COUNTED]
    oldest = func.min(case((CorrectionRow.decided_at.is_(None), CorrectionRow.opened_at)))
    query = _joined(code, func.count(), *counts, oldest).where(*asked.conditions()).group_by(code)
    told = [
        Requests(
            unit=Unit(by, unit),
            requests=count,
            open=int(waiting),
            overdue=int(overdue),
            closed=int(closed),
            in_time=int(in_time),
            oldest_at=None if since is None else Timestamp(since),
        )
        for unit, count, waiting, overdue, closed, in_time, since in connection.execute(query)
    ]
    return sorted(told, key=lambda one: (one.oldest_at is None, one.oldest_at, one.unit.code))


def request_lines(connection: Connection, asked: Asked) -> Iterator[RequestLine]:
    """Every request that is counted, the oldest first."""
    columns = CorrectionRow.__table__.c
    query = (
        _joined(
            columns.number, columns.state, columns.reason, columns.opened_at, columns.decided_at
        )
        .where(*asked.conditions())
        .order_by(columns.opened_at, columns.id)
    )
    for number, state, reason, opened_at, decided_at in connection.execute(query):
        yield RequestLine(
            number=number,
            state=state,
            reason=reason,
            opened_at=opened_at,
            decided_at=decided_at,
        )


_COUNTED = (Which.OPEN, Which.OVERDUE, Which.CLOSED, Which.IN_TIME)


def _stands(which: Which, now: Timestamp) -> "ColumnElement[bool]":
    opened, decided = CorrectionRow.__table__.c.opened_at, CorrectionRow.__table__.c.decided_at
    return {
        Which.ALL: opened.is_not(None),
        Which.OPEN: decided.is_(None),
        Which.OVERDUE: and_(decided.is_(None), opened < now - ANSWER_SECONDS),
        Which.CLOSED: decided.is_not(None),
        Which.IN_TIME: decided - opened <= ANSWER_SECONDS,
    }[which]


def _joined(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(CorrectionRow)
        .outerjoin(SiteRow, SiteRow.id == CorrectionRow.site_id)
    )


def _unit(by: By) -> "ColumnElement[Any]":
    """The code of the unit that a request belongs to: the site's, where one is known."""
    if by is By.NATION:
        return literal(WHOLE, Text)
    if by is By.SITE:
        return func.coalesce(SiteRow.code, SiteRow.name, UNKNOWN)
    if by is By.DISTRICT:
        return func.coalesce(SiteRow.district, CorrectionRow.district, UNKNOWN)
    return func.coalesce(SiteRow.province, CorrectionRow.province, UNKNOWN)


def _place(area: Area) -> Iterator["ColumnElement[bool]"]:
    """The narrowest part of an area that is named decides, as in `Area.holds`."""
    if area.site is not None:
        yield or_(SiteRow.code == area.site, SiteRow.key == area.site.casefold())
    elif area.district is not None:
        yield _unit(By.DISTRICT) == area.district
    elif area.province is not None:
        yield _unit(By.PROVINCE) == area.province
