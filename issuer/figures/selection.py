"""Which records a figure counts: one selection gives both the figure and the list behind it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, Text, func, literal, or_, select
from sqlalchemy.sql import ColumnElement

from issuer.access.rights import NATION, Area
from issuer.figures.days import Stage, days_of
from issuer.reasons import ReasonCode
from issuer.register.models import DoseRow, RecordState
from issuer.register.people_models import SiteRow

__all__ = ["UNKNOWN", "WHOLE", "By", "Selection", "Unit", "joined", "unit_columns"]

UNKNOWN: Final = "?"
"""The unit of records whose site, district or province nobody knows."""

WHOLE: Final = "-"
"""The one unit of the whole country."""


class By(StrEnum):
    """The units that a figure is told for."""

    NATION = "nation"
    PROVINCE = "province"
    DISTRICT = "district"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the country that a row of figures is about."""

    by: By
    code: str
    """Its official code; for a site without one its name; `?` where nobody knows, `-` for all."""
    name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Records that have all that is named here; what is None does not matter."""

    area: Area = NATION
    """Where somebody may look."""
    units: tuple[Unit, ...] = ()
    """Parts of the country, all of which a record has to lie in."""
    since: date | None = None
    """First day of injection."""
    until: date | None = None
    """Last day of injection."""
    state: RecordState | None = None
    stage: Stage | None = None
    """Records that went through this stage."""
    at_most: int | None = None
    """The days that the stage took, at most."""
    reason: ReasonCode | None = None
    vaccine: int | None = None
    historical: bool | None = None
    """Late back-loads alone, or all but them."""
    uncertified: bool = False
    """Accepted records that no certificate shows yet."""

    def narrowed(self, **changes: Any) -> "Selection":
        """The same with more conditions."""
        return replace(self, **changes)

    def inside(self, unit: Unit) -> "Selection":
        """The same within a part of the country."""
        return self if unit.by is By.NATION else replace(self, units=(*self.units, unit))

    def place(self) -> Iterator["ColumnElement[bool]"]:
        """The conditions on the place of a record."""
        yield from _place(self.area)
        for unit in self.units:
            yield unit_columns(unit.by)[0] == unit.code

    def conditions(self) -> Iterator["ColumnElement[bool]"]:
        """The conditions on `dose_records` joined with `sites`."""
        yield from self.place()
        if self.since is not None:
            yield DoseRow.injected_on >= self.since
        if self.until is not None:
            yield DoseRow.injected_on <= self.until
        if self.state is not None:
            yield DoseRow.state == self.state.value
        if self.vaccine is not None:
            yield DoseRow.vaccine == self.vaccine
        if self.historical is not None:
            yield DoseRow.historical == int(self.historical)
        yield from self._passed()
        if self.reason is not None:
            # A finding is `field:CODE`; spaces stand between findings.
            yield (DoseRow.findings + " ").contains(f":{self.reason} ", autoescape=True)
        if self.uncertified:
            yield DoseRow.state == RecordState.ACCEPTED.value
            yield DoseRow.certified_at.is_(None)

    def _passed(self) -> Iterator["ColumnElement[bool]"]:
        if self.stage is None:
            return
        days = days_of(self.stage)
        yield DoseRow.state.in_([state.value for state in self.stage.states])
        yield days.is_not(None)
        if self.at_most is not None:
            yield days <= self.at_most

    def words(self) -> dict[str, str]:
        """What is asked for beyond the place where somebody may look, by the names of options."""
        said = {f"{unit.by}": unit.code for unit in self.units}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name not in ("area", "units") and value is not None and value != one.default:
                said[one.name] = f"{value}"
        return said


def joined(*columns: Any) -> "Select[Any]":
    """A query over records with their sites."""
    return select(*columns).select_from(DoseRow).outerjoin(SiteRow, SiteRow.id == DoseRow.site_id)


def unit_columns(by: By) -> "tuple[ColumnElement[Any], ColumnElement[Any]]":
    """Code and name of the unit that a record belongs to."""
    nothing = literal(None, Text)
    if by is By.NATION:
        return literal(WHOLE, Text), nothing
    if by is By.SITE:
        code = func.coalesce(SiteRow.code, SiteRow.name, DoseRow.site, UNKNOWN)
        return code, func.nullif(SiteRow.name, code)
    column = SiteRow.province if by is By.PROVINCE else SiteRow.district
    return func.coalesce(column, UNKNOWN), nothing


def _place(area: Area) -> Iterator["ColumnElement[bool]"]:
    """The narrowest part of an area that is named decides, as in `Area.holds`."""
    if area.site is not None:
        yield or_(SiteRow.code == area.site, SiteRow.key == area.site.casefold())
    elif area.district is not None:
        yield SiteRow.district == area.district
    elif area.province is not None:
        yield SiteRow.province == area.province
