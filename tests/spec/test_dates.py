"""Days and birth dates, of every precision, possible and impossible."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.dates import BirthDate, date_of, days_of
from spec.errors import MalformedError

FIRST, LAST = -719_162, 2_932_896
DAYS = st.integers(FIRST, LAST)
BIRTH_DATES = st.one_of(
    st.dates().map(BirthDate.of),
    st.integers(1, 9999).map(BirthDate),
    st.tuples(st.integers(1, 9999), st.integers(1, 12)).map(lambda known: BirthDate(*known)),
)


@pytest.mark.parametrize(
    ("days", "day"),
    [
        (0, date(1970, 1, 1)),
        (-1, date(1969, 12, 31)),
        (6281, date(1987, 3, 14)),
        (18_880, date(2021, 9, 10)),
        (11_016, date(2000, 2, 29)),
        (FIRST, date(1, 1, 1)),
        (LAST, date(9999, 12, 31)),
    ],
)
def test_days_since_1970(days: int, day: date) -> None:
    assert days_of(day) == days
    assert date_of(days) == day


@given(DAYS)
def test_days_go_round(days: int) -> None:
    assert days_of(date_of(days)) == days


@pytest.mark.parametrize("value", [FIRST - 1, LAST + 1, 2**64, True, 0.0, "0", None, [0]], ids=repr)
def test_what_is_no_day(value: Any) -> None:
    with pytest.raises(MalformedError):
        date_of(value)


@given(BIRTH_DATES)
def test_birth_dates_go_round(birth_date: BirthDate) -> None:
    assert BirthDate.from_cbor_value(birth_date.to_cbor_value()) == birth_date
    assert BirthDate.parse(str(birth_date)) == birth_date


@pytest.mark.parametrize(
    ("text", "value", "earliest"),
    [
        ("1987-03-14", 6281, date(1987, 3, 14)),
        ("1952-07", [1952, 7], date(1952, 7, 1)),
        ("1952", [1952], date(1952, 1, 1)),
        ("0001", [1], date(1, 1, 1)),
        ("1960-02-29", -3594, date(1960, 2, 29)),
    ],
)
def test_the_three_forms(text: str, value: Any, earliest: date) -> None:
    birth_date = BirthDate.parse(text)
    assert birth_date.to_cbor_value() == value
    assert birth_date.earliest == earliest
    assert str(birth_date) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "87", "987", "19870", "1987-3", "1987-03-1", "1987-3-14", "1987-", "1987-03-"),
        *("0000", "1987-00", "1987-13", "1987-00-00", "1987-01-00", "1987-00-01"),
        *("1987-02-30", "1987-02-29", "1900-02-29", "1987-04-31", "1987-01-32", "10000"),
        *("14/03/1987", "1987/03/14", "1987-03-14T00:00", " 1987", "1987 ", "1987\n", "-1987"),
        *("١٩٨٧", "１９８７", "1987-0３", "+1987", "1_87", "abcd"),
    ],
)
def test_texts_that_are_no_birth_date(text: str) -> None:
    with pytest.raises(MalformedError):
        BirthDate.parse(text)


@pytest.mark.parametrize(
    "value",
    [
        *([], [0], [-1], [10_000], [2**64], [1987, 0], [1987, 13], [1987, -1], [1987, 3, 14]),
        *([1987, 2, 30], [True], [1987, True], [1987.0], ["1987"], [None], [1987, None], [[1987]]),
        *(FIRST - 1, LAST + 1, "1987-03-14", None, True, 1.5, b"", {}),
    ],
    ids=repr,
)
def test_values_that_are_no_birth_date(value: Any) -> None:
    with pytest.raises(MalformedError):
        BirthDate.from_cbor_value(value)


def test_parts_that_are_no_birth_date() -> None:
    for parts in ((1987, None, 14), (1987, 0), (1987, 3, 0), (0,), (1987, 2, 30)):
        with pytest.raises(MalformedError):
            BirthDate(*parts)


@given(st.text(max_size=12))
def test_any_text_is_a_birth_date_or_our_error(text: str) -> None:
    try:
        birth_date = BirthDate.parse(text)
    except MalformedError:
        return
    assert str(birth_date) == text
