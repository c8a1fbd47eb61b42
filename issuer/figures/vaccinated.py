"""How many doses were given, by day, product or unit; how many persons have which colour."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, Text, and_, func, literal, true

from issuer.figures.days import day_number
from issuer.figures.selection import By, Selection, Unit, joined, unit_columns
from issuer.register.models import DoseRow, PersonRow, RecordState
from spec.certificate import VaccineCode
from spec.colour import Colour, colour_of
from spec.vaccines import VaccineTable

__all__ = ["Doses", "PersonLine", "Persons", "Split", "doses", "person_lines", "persons"]

_PAGE: Final = 10_000


class Split(StrEnum):
    """What doses are told apart by, within a unit."""

    NOTHING = "nothing"
    DAY = "day"
    PRODUCT = "product"


@dataclass(frozen=True, kw_only=True, slots=True)
class Doses:
    """Doses that count, of one unit and, where it is split, of one day or product."""

    unit: Unit
    day: date | None
    vaccine: VaccineCode | None
    doses: int
    """A person has one a day, however often it was recorded."""
    records: int

    def behind(self, selection: Selection) -> Selection:
        """The records that are counted."""
        days = {} if self.day is None else {"since": self.day, "until": self.day}
        return selection.inside(self.unit).narrowed(
            state=RecordState.ACCEPTED, vaccine=self.vaccine, **days
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonLine:
    """One person, by their number in the register, without anything personal."""

    person_id: int
    unit: Unit
    """Where they had their last dose."""
    doses: int
    doses_needed: int

    @property
    def colour(self) -> Colour:
        """What their doses amount to."""
        return colour_of(given=self.doses, needed=self.doses_needed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Persons:
    """Persons of one unit with one colour."""

    unit: Unit
    colour: Colour
    persons: int


def doses(connection: Connection, selection: Selection, by: By, split: Split) -> list[Doses]:
    """The doses that count, by unit, and within it by day or product."""
    code, name = unit_columns(by)
    part = {
        Split.NOTHING: literal(None, Text),
        Split.DAY: DoseRow.injected_on,
        Split.PRODUCT: DoseRow.vaccine,
    }[split]
    dose = _ROOT * _DAYS + day_number(DoseRow.injected_on)
    conditions = selection.narrowed(state=RecordState.ACCEPTED).conditions()
    query = (
        _of_people(code, part, func.max(name), func.count(dose.distinct()), func.count())
        .where(*conditions)
        .group_by(code, part)
        .order_by(code, part)
    )
    return [
        Doses(
            unit=Unit(by, unit, called),
            day=value if split is Split.DAY else None,
            vaccine=VaccineCode(value) if split is Split.PRODUCT else None,
            doses=count,
            records=records,
        )
        for unit, value, called, count, records in connection.execute(query)
    ]


def persons(
    connection: Connection, selection: Selection, by: By, table: VaccineTable
) -> list[Persons]:
    """Persons by unit and colour; each belongs to the unit of their last dose."""
    counts = Counter(
        (one.unit, one.colour) for one in person_lines(connection, selection, by, table)
    )
    told = [Persons(unit=unit, colour=colour, persons=n) for (unit, colour), n in counts.items()]
    return sorted(told, key=lambda one: (one.unit.code, one.colour))


def person_lines(
    connection: Connection, selection: Selection, by: By, table: VaccineTable
) -> Iterator[PersonLine]:
    """Every person whose last dose lies in the selection, by their numbers in the register.

    Doses elsewhere count for the colour, and `until` leaves out what came later: the figures as
    they were on that day.
    """
    code, name = unit_columns(by)
    inside = [*selection.place()]
    if selection.since is not None:
        inside.append(DoseRow.injected_on >= selection.since)
    accepted = Selection(state=RecordState.ACCEPTED, until=selection.until)
    query = (
        _of_people(_ROOT, DoseRow.injected_on, DoseRow.vaccine, code, name, and_(true(), *inside))
        .where(*accepted.conditions())
        .order_by(_ROOT, DoseRow.injected_on, DoseRow.id)
    )
    rows = connection.execution_options(yield_per=_PAGE).execute(query)
    for person_id, given in groupby(rows, key=itemgetter(0)):
        by_day = {row[1]: row for row in given}
        *_, last = by_day.values()
        if last[5]:
            course = [VaccineCode(row[2]) for row in by_day.values()]
            yield PersonLine(
                person_id=person_id,
                unit=Unit(by, last[3], last[4]),
                doses=len(course),
                doses_needed=table.doses_needed(course),
            )


_ROOT: Final = func.coalesce(PersonRow.merged_into, PersonRow.id)
"""The person whom a record counts for."""

_DAYS: Final = 10**6
"""More days than a calendar has, so that person and day make one number."""


def _of_people(*columns: Any) -> "Select[Any]":
    return joined(*columns).join(PersonRow, PersonRow.id == DoseRow.person_id)
