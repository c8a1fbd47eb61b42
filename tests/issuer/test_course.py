"""Courses: order, doses needed, colour, intervals."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.course import course_of, interval_is_short
from spec.certificate import VaccineCode
from tests.authority import vaccine_table

AZ, SPUTNIK, VERO, PFIZER, MODERNA, JANSSEN, HAYAT, ABDALA = map(VaccineCode, range(1, 9))
FIRST = date(2021, 9, 20)
TABLE = vaccine_table()


def given_doses(*vaccines: VaccineCode, days: int = 60) -> dict[date, VaccineCode]:
    return {FIRST + timedelta(days * number): one for number, one in enumerate(vaccines)}


@pytest.mark.parametrize(
    ("vaccines", "needed", "colour"),
    [
        ([AZ], 2, "yellow"),
        ([AZ, AZ], 2, "green"),
        ([JANSSEN], 1, "green"),
        ([ABDALA], 3, "yellow"),
        ([ABDALA, ABDALA], 3, "yellow"),
        ([ABDALA, ABDALA, ABDALA], 3, "green"),
        ([AZ, PFIZER], 2, "green"),
        ([AZ, MODERNA], 2, "green"),
        ([MODERNA, PFIZER], 2, "green"),
        ([JANSSEN, PFIZER], 1, "green"),
        ([ABDALA, PFIZER], 3, "yellow"),
        ([PFIZER, PFIZER, PFIZER], 2, "green"),
    ],
)
def test_needed_and_colour(vaccines: list[VaccineCode], needed: int, colour: str) -> None:
    course = course_of(given_doses(*vaccines), TABLE)
    assert (course.doses_needed, course.colour.word) == (needed, colour)
    assert [dose.vaccine for dose in course.doses] == vaccines


@given(st.permutations(range(4)))
def test_the_order_of_arrival_never_matters(order: list[int]) -> None:
    doses = given_doses(AZ, PFIZER, PFIZER, MODERNA)
    arrived = {day: doses[day] for day in (list(doses)[place] for place in order)}
    assert course_of(arrived, TABLE) == course_of(doses, TABLE)


def test_no_doses_are_no_course() -> None:
    with pytest.raises(ValueError, match="at least one dose"):
        course_of({}, TABLE)


@pytest.mark.parametrize(
    ("vaccines", "days", "short"),
    [
        ([AZ, AZ], 28, False),
        ([AZ, AZ], 27, True),
        ([PFIZER, PFIZER], 21, False),
        ([PFIZER, PFIZER], 20, True),
        ([PFIZER, AZ], 21, False),
        ([AZ, PFIZER], 21, True),
        ([JANSSEN, PFIZER], 1, False),
        ([ABDALA, ABDALA, ABDALA], 14, False),
        ([AZ], 1, False),
    ],
)
def test_intervals(vaccines: list[VaccineCode], days: int, short: bool) -> None:
    doses = given_doses(*vaccines, days=days)
    assert interval_is_short(doses, max(doses), TABLE) is short
    assert interval_is_short(doses, min(doses), TABLE) is short
