"""Certificate numbers: read back, and mistakes on the telephone found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.certificate import StatusPosition
from spec.certificate_number import (
    CertificateNumberError,
    certificate_number,
    parse_certificate_number,
)
from spec.limits import MAX_STATUS_POSITION

POSITIONS = st.integers(0, MAX_STATUS_POSITION)
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(st.sampled_from(["VN", "VN-79"]), POSITIONS)
def test_a_number_is_read_back(issuer: str, position: int) -> None:
    number = certificate_number(issuer, StatusPosition(position))
    assert parse_certificate_number(number) == (issuer, StatusPosition(position))
    assert parse_certificate_number(number.lower()) == (issuer, StatusPosition(position))
    assert parse_certificate_number(number.replace("-", " ")) == (issuer, StatusPosition(position))


def test_a_number_is_short_and_stable() -> None:
    assert certificate_number("VN", StatusPosition(73_482)) == "VN-0002-7RA4"


@given(POSITIONS, st.integers(0, 7), st.sampled_from(DIGITS))
def test_every_single_wrong_digit_is_found(position: int, place: int, digit: str) -> None:
    digits = certificate_number("VN", StatusPosition(position)).removeprefix("VN-").replace("-", "")
    wrong = digits[:place] + digit + digits[place + 1 :]
    if wrong != digits:
        with pytest.raises(CertificateNumberError):
            parse_certificate_number(f"VN-{wrong[:4]}-{wrong[4:]}")


@given(POSITIONS, st.integers(0, 6))
def test_exchanged_neighbours_are_found(position: int, place: int) -> None:
    digits = certificate_number("VN", StatusPosition(position)).removeprefix("VN-").replace("-", "")
    one, other = digits[place], digits[place + 1]
    wrong = digits[:place] + other + one + digits[place + 2 :]
    # The Luhn rule does not see the first and the last digit of the alphabet exchanged.
    if one != other and {one, other} != {"0", "Z"}:
        with pytest.raises(CertificateNumberError):
            parse_certificate_number(f"VN-{wrong[:4]}-{wrong[4:]}")


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    written = certificate_number("VN", StatusPosition(1)).replace("0", "O").replace("1", "l")
    assert parse_certificate_number(written) == ("VN", StatusPosition(1))


@pytest.mark.parametrize(
    "text", ["", "VN", "VN-0000", "-0000-0000", "0000-0000", "VN-0000-000U", "VN-00000-0000", "🙂"]
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(CertificateNumberError):
        parse_certificate_number(text)
