"""From a person's doses to the course that a certificate states. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from issuer.reasons import Finding, ReasonCode
from spec.certificate import Dose, VaccineCode
from spec.colour import Colour, colour_of
from spec.limits import MAX_DOSES
from spec.vaccines import VaccineTable

__all__ = ["NEAR_DAYS", "Course", "course_of", "dose_findings", "dose_number", "interval_is_short"]

NEAR_DAYS: Final = 6
"""Two records of one vaccine this near are more often one dose with a wrong day than two doses:
the shortest interval that anybody gives is seventeen days."""


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


def dose_number(doses: Mapping[date, VaccineCode], day: date) -> int:
    """Which dose of a course the one of a day is, counted from 1; `day` is among them."""
    return sum(other <= day for other in doses)


def dose_findings(
    doses: Mapping[date, VaccineCode],
    vaccine: VaccineCode,
    day: date,
    claimed: int | None,
    table: VaccineTable,
) -> list[Finding]:
    """Compare a further dose with those that its person has.

    `claimed` is which dose the site says it is.
    """
    if not doses:
        first = claimed is None or claimed == 1
        return [] if first else [Finding("dose_number", ReasonCode.DOSE_NUMBER_CONFLICT)]
    same_day = doses.get(day)
    if same_day is not None:
        if same_day == vaccine:
            return [Finding("row", ReasonCode.DUPLICATE_EXACT)]
        return [Finding("vaccine", ReasonCode.VACCINE_DIFFERS)]
    if len(doses) >= MAX_DOSES:
        return [Finding("row", ReasonCode.TOO_MANY_DOSES)]
    if any(doses[other] == vaccine and abs((other - day).days) <= NEAR_DAYS for other in doses):
        return [Finding("injected_on", ReasonCode.DOSE_DATE_DIFFERS)]
    return _course_findings({**doses, day: vaccine}, day, claimed, table)


def _course_findings(
    doses: Mapping[date, VaccineCode], day: date, claimed: int | None, table: VaccineTable
) -> list[Finding]:
    """What is worth a look at a dose that counts."""
    findings = []
    if interval_is_short(doses, day, table):
        findings.append(Finding("injected_on", ReasonCode.INTERVAL_SHORT))
    if claimed is not None and claimed != dose_number(doses, day):
        findings.append(Finding("dose_number", ReasonCode.DOSE_NUMBER_CONFLICT))
    if len(set(doses.values())) > 1:
        findings.append(Finding("vaccine", ReasonCode.MIXED_SERIES))
    return findings


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
