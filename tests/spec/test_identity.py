"""Identity numbers, telephone numbers and sex codes: what is mended, and what is not."""

import pytest

from spec.dates import BirthDate
from spec.identity import Sex, id_agrees_with, parse_id_number, parse_phone, parse_sex

BORN_1990 = BirthDate(1990, 12, 31)


@pytest.mark.parametrize(
    ("raw", "text", "restored"),
    [
        ("079190000123", "079190000123", False),
        ("079 190 000 123", "079190000123", False),
        ("079.190.000.123", "079190000123", False),
        ("012345678", "012345678", False),
        ("12345678", "012345678", True),
        ("79190000123", "079190000123", True),
        ("1190000123", "001190000123", True),
        ("C1234567", "C1234567", False),
        ("c1234567", "C1234567", False),
    ],
)
def test_identity_numbers(raw: str, text: str, restored: bool) -> None:
    number = parse_id_number(raw, BORN_1990)
    assert number is not None
    assert (number.text, number.zeros_restored) == (text, restored)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "1234567",
        "0791900001234",
        "07919000012",  # eleven digits, and not for want of the first zero
        "79185000123",  # would be a number of somebody born in 1985
        "2190000",
        "07919000O123",
        "C123456",
        "1C234567",
        "０７９１９００００１２３",
        "Đ1234567",
    ],
)
def test_what_is_no_identity_number(raw: str) -> None:
    assert parse_id_number(raw, BORN_1990) is None


@pytest.mark.parametrize(
    ("number", "birth_date", "sex", "agrees"),
    [
        ("079190000123", BORN_1990, Sex.FEMALE, True),
        ("079190000123", BORN_1990, None, True),
        ("079190000123", BORN_1990, Sex.MALE, False),
        ("079090000123", BORN_1990, Sex.MALE, True),
        ("079190000123", BirthDate(1991), Sex.FEMALE, False),
        ("079201012345", BirthDate(2001, 8, 15), Sex.MALE, True),
        ("079301012345", BirthDate(2001), Sex.FEMALE, True),
        ("079101012345", BirthDate(2001), Sex.FEMALE, False),
        ("012345678", BirthDate(2001), Sex.FEMALE, True),
        ("C1234567", BirthDate(2001), Sex.FEMALE, True),
    ],
)
def test_what_a_number_says(
    number: str, birth_date: BirthDate, sex: Sex | None, agrees: bool
) -> None:
    assert id_agrees_with(number, birth_date, sex) is agrees


@pytest.mark.parametrize(
    ("raw", "text", "restored"),
    [
        ("0912345678", "0912345678", False),
        ("912345678", "0912345678", True),
        ("+84 912 345 678", "0912345678", False),
        ("84912345678", "0912345678", False),
        ("0084.912.345.678", "0912345678", False),
        ("01212345678", "0792345678", False),
        ("01632345678", "0332345678", False),
        ("01992345678", "0592345678", False),
        ("02838123456", "02838123456", False),
    ],
)
def test_telephone_numbers(raw: str, text: str, restored: bool) -> None:
    phone = parse_phone(raw)
    assert phone is not None
    assert (phone.text, phone.zeros_restored) == (text, restored)


@pytest.mark.parametrize(
    "raw", ["", "123", "0112345678", "09123456789", "12345678", "+1 202 555 0101", "091234567a"]
)
def test_what_is_no_telephone_number(raw: str) -> None:
    assert parse_phone(raw) is None


@pytest.mark.parametrize(
    ("raw", "sex"),
    [
        ("Nam", Sex.MALE), ("NAM", Sex.MALE), ("m", Sex.MALE), ("Nữ", Sex.FEMALE),
        ("nữ ", Sex.FEMALE), ("nu", Sex.FEMALE), ("F", Sex.FEMALE),
        ("", None), ("1", None), ("0", None), ("x", None),
    ],
)  # fmt: skip
def test_sex(raw: str, sex: Sex | None) -> None:
    assert parse_sex(raw) is sex
