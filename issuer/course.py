"""From a person's doses to the course that a certificate states. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from spec.certificate import Dose, VaccineCode
from spec.colour import Colour, colour_of
from spec.vaccines import VaccineTable

__all__ = ["Course", "course_of", "interval_is_short"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """The doses of one person in order, and what they amount to."""

    doses: tuple[Dose, ...]
    doses_needed: int
    colour: Colour


def course_of(doses: Mapping[date, VaccineCode], table: VaccineTable) -> Course:
    """Put doses in the order of their days; the table says how many complete the course.

    A day has one dose: the register refuses a second one of another vaccine and takes the same
    one again for the same. Raises ValueError without doses, KeyError for an unknown product.
    """
    if not doses:
        raise ValueError("a course has at least one dose")
    ordered = tuple(Dose(vaccine=vaccine, day=day) for day, vaccine in sorted(doses.items()))
    needed = table.doses_needed([dose.vaccine for dose in ordered])
    return Course(
        doses=ordered,
        doses_needed=needed,
        colour=colour_of(given=len(ordered), needed=needed),
    )


def interval_is_short(doses: Mapping[date, VaccineCode], day: date, table: VaccineTable) -> bool:
    """Tell whether the dose of a day stands too near to the one before or after it.

    The product of the earlier of the two asks for the interval; one without a minimum (a course
    of a single dose) asks for nothing.
    """
    days = sorted(doses)
    place = days.index(day)
    neighbours = days[max(0, place - 1) : place + 2]
    return any(
        _too_near(doses[earlier], (later - earlier).days, table)
        for earlier, later in pairwise(neighbours)
    )


def _too_near(vaccine: VaccineCode, days: int, table: VaccineTable) -> bool:
    minimum = table.vaccines[vaccine].min_interval
    return minimum is not None and days < minimum
