"""Differences between two people's fields: each kind, and what it must not be taken for."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.dates import BirthDate
from spec.differences import (
    BirthDateKind,
    Likeness,
    Name,
    NameKind,
    NumberKind,
    Numbers,
    SexKind,
    compare_birth_dates,
    compare_names,
    compare_numbers,
    compare_sexes,
)
from spec.identity import Sex
from spec.names import bare_letters, canonical_name

WORDS = ["Nguyễn", "Trần", "Thị", "Văn", "An", "Ân", "Hoà", "Mỹ", "Đức", "Y-Blơ", "H'Hen", "Loan"]
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
BIRTH_DATES = st.one_of(
    st.dates().map(BirthDate.of),
    st.tuples(st.integers(1900, 2030), st.integers(1, 12)).map(lambda parts: BirthDate(*parts)),
    st.integers(1900, 2030).map(BirthDate),
)
IDS = st.from_regex(r"[0-9]{9}|[0-9]{12}|[A-Z][0-9]{7}", fullmatch=True)
NUMBERS = st.builds(
    Numbers,
    number=st.none() | IDS,
    old=st.lists(IDS, max_size=2).map(tuple),
    suffix=st.none() | st.from_regex(r"[0-9A-Z]{2,6}", fullmatch=True),
)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hoà", "equal"),
        ("Nguyễn Thị Hoà", unicodedata.normalize("NFD", " Nguyễn  Thị Hoà\u200b"), "equal"),
        ("Đặng Văn Đức", "\u00d0ặng Văn \u0189ức", "equal"),
        ("Nguyễn Thị Hoà", "NGUYỄN THỊ HÒA", "format_only"),
        ("Lê Mỹ Lý", "Lê Mĩ Lí", "format_only"),
        ("H'Hen Niê", "H’Hen Niê", "format_only"),
        ("Y-Blơ Niê", "Y Blơ Niê", "format_only"),
        ("Nguyễn Thị Hoà", "Nguyen Thi Hoa", "marks_missing"),
        ("Nguyễn Thị Hoà", "NGUYỄN THI HOÀ", "marks_missing"),
        ("Đặng Văn Đức", "Dang Văn Đức", "marks_missing"),
        ("Lê Ân", "Lê An", "marks_missing"),
        ("Lê Tuấn", "Lê Tuân", "marks_differ"),
        ("Lê Hà", "Lê Hạ", "marks_differ"),
        ("Lê Hùng", "Lê Hưng", "marks_differ"),
        ("Nguyễn Thi Hoà", "Nguyen Thị Hoa", "marks_differ"),
        ("Nguyễn Thị Lan", "Nguyễn Lan", "word_missing"),
        ("Nguyễn Văn An", "NGUYEN AN", "word_missing"),
        ("Vàng A Páo", "Vàng Páo", "word_missing"),
        ("Nguyễn Văn An", "An Nguyễn Văn", "word_order"),
        ("Nguyễn Văn An", "VAN AN NGUYEN", "word_order"),
        ("Lê An", "An Lê", "word_order"),
        ("Trần Quốc Bảo", "Trần Quốc Bửu", "letters"),
        ("Phạm Thị Lan", "Phạm Thị Loan", "letters"),
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hoài", "letters"),
        ("Nguyễn Thị Hoà", "Nguyễn Thị Ohà", "letters"),
        ("Nguyễn Văn Minh", "Nguyễn Văn Dũng", "differs"),
        ("Lê An", "Lê Vy", "differs"),  # within two letters, but of four
        ("An", "Vy", "differs"),
        ("Thị Lan", "Lan", "differs"),  # the first word is no middle word
        ("Nguyễn Lan", "Nguyễn", "differs"),
        ("Nguyễn Thị Lan Anh", "Nguyễn Anh", "differs"),
        ("Nguyễn Văn An", "Trần Thị Bình", "differs"),
        ("Nguyễn Văn An", "", "unknown"),
        ("", "", "unknown"),
        (" \u200b", "Nguyễn Văn An", "unknown"),
    ],
)
def test_names(one: str, other: str, kind: str) -> None:
    assert compare_names(Name(one), Name(other)) == kind
    assert compare_names(Name(other), Name(one)) == kind


@given(NAMES, NAMES)
def test_the_order_of_two_names_does_not_matter(one: str, other: str) -> None:
    kind = compare_names(Name(one), Name(other))
    assert compare_names(Name(other), Name(one)) is kind
    agrees = canonical_name(one) == canonical_name(other)
    assert (kind.likeness is Likeness.AGREES) is agrees


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    compare_names(Name(one), Name(other))
    assert compare_names(Name(one), Name(one)) in (NameKind.EQUAL, NameKind.UNKNOWN)


@given(NAMES)
def test_a_name_without_marks_is_never_the_same_name(name: str) -> None:
    bare = bare_letters(canonical_name(name))
    kind = compare_names(Name(name), Name(bare))
    expected = {NameKind.MARKS_MISSING} if bare != canonical_name(name) else {
        NameKind.EQUAL,
        NameKind.FORMAT_ONLY,
    }  # fmt: skip
    assert kind in expected


def test_a_canonical_form_that_is_kept_is_not_made_again() -> None:
    assert Name("Nguyễn Thị Hoà", canonical="kept").canonical == "kept"


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("1990-12-31", "1990-12-31", "equal"),
        ("1952", "1952", "equal"),
        ("1952", "1952-03-01", "precision"),
        ("1952-03", "1952-03-01", "precision"),
        ("1952", "1952-03", "precision"),
        ("1990-03-04", "1990-04-03", "day_month_swapped"),
        ("1990-12-11", "1990-11-12", "day_month_swapped"),
        ("1990-12-31", "1990-12-30", "one_digit"),
        ("1990-12-31", "1980-12-31", "one_digit"),
        ("1952", "1953", "one_digit"),
        ("1952", "1953-03-01", "one_digit"),
        ("1952-03", "1952-04-01", "one_digit"),
        ("1990-12-12", "1990-12-21", "transposed"),
        ("1978-05-16", "1987-05-16", "transposed"),
        ("1990-12-31", "1991-12-30", "differs"),
        ("1990-12-31", "1985-05-17", "differs"),
        ("1990-03-04", "1991-04-03", "differs"),  # swapped, and of another year
        ("1952", "1964-03-01", "differs"),
        ("0952", "1952-03-01", "one_digit"),
    ],
)
def test_birth_dates(one: str, other: str, kind: str) -> None:
    assert compare_birth_dates(BirthDate.parse(one), BirthDate.parse(other)) == kind
    assert compare_birth_dates(BirthDate.parse(other), BirthDate.parse(one)) == kind


def test_a_birth_date_that_is_missing_is_unknown() -> None:
    assert compare_birth_dates(None, BirthDate(1990)) is BirthDateKind.UNKNOWN
    assert compare_birth_dates(BirthDate(1990), None) is BirthDateKind.UNKNOWN


@given(BIRTH_DATES, BIRTH_DATES)
def test_any_two_birth_dates_can_be_compared(one: BirthDate, other: BirthDate) -> None:
    kind = compare_birth_dates(one, other)
    assert compare_birth_dates(other, one) is kind
    assert (kind is BirthDateKind.EQUAL) is (one == other)


CCCD, CMND, PASSPORT = "079190000123", "012345678", "C1234567"


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (Numbers(number=CCCD), Numbers(number=CCCD), "equal"),
        (Numbers(number=CCCD, old=(CMND,)), Numbers(number=CMND), "old_number"),
        (Numbers(number=CCCD, old=(CMND,)), Numbers(number="079190000999", old=(CMND,)),
         "old_number"),
        (Numbers(number=CCCD), Numbers(number="079190000124"), "one_digit"),
        (Numbers(number=CMND), Numbers(number="112345678"), "one_digit"),
        (Numbers(number=CCCD), Numbers(number="079190000132"), "transposed"),
        (Numbers(number=CCCD), Numbers(number="079190000321"), "differs"),
        (Numbers(number=CCCD), Numbers(number="001190000123"), "differs"),
        (Numbers(number=CCCD, old=("987654321",)), Numbers(number=CMND), "unknown"),
        (Numbers(number=CCCD), Numbers(number=CMND), "unknown"),
        (Numbers(number=PASSPORT), Numbers(number=CMND), "unknown"),
        (Numbers(number=PASSPORT), Numbers(number="C1234568"), "one_digit"),
        (Numbers(number=CCCD), Numbers(), "unknown"),
        (Numbers(), Numbers(), "unknown"),
        (Numbers(number=CCCD), Numbers(suffix="0123"), "suffix_equal"),
        (Numbers(number=CCCD), Numbers(suffix="000123"), "suffix_equal"),
        (Numbers(suffix="900123"), Numbers(suffix="0123"), "suffix_equal"),
        (Numbers(number=CCCD, old=(CMND,)), Numbers(suffix="5678"), "suffix_equal"),
        (Numbers(old=(CMND,)), Numbers(number=CMND), "suffix_equal"),
        (Numbers(number=CCCD), Numbers(suffix="0124"), "suffix_differs"),
        (Numbers(suffix="5678"), Numbers(suffix="0123"), "suffix_differs"),
        (Numbers(number=CCCD), Numbers(suffix="123"), "unknown"),
        (Numbers(number=CCCD), Numbers(suffix=""), "unknown"),
    ],
)  # fmt: skip
def test_numbers(one: Numbers, other: Numbers, kind: str) -> None:
    assert compare_numbers(one, other) == kind
    assert compare_numbers(other, one) == kind


@given(NUMBERS, NUMBERS)
def test_the_order_of_two_numbers_does_not_matter(one: Numbers, other: Numbers) -> None:
    kind = compare_numbers(one, other)
    assert compare_numbers(other, one) is kind
    if kind is NumberKind.EQUAL:
        assert one.number == other.number


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (Sex.MALE, Sex.MALE, SexKind.EQUAL),
        (Sex.MALE, Sex.FEMALE, SexKind.DIFFERS),
        (None, Sex.FEMALE, SexKind.UNKNOWN),
        (Sex.FEMALE, None, SexKind.UNKNOWN),
    ],
)
def test_sexes(one: Sex | None, other: Sex | None, kind: SexKind) -> None:
    assert compare_sexes(one, other) is kind
