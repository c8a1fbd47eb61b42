"""The certificate number: what people read to each other over the telephone. Pure.

`VN-2C7K-09QX` is the issuer, then the status position in seven digits of Crockford's base 32
(which has no I, L, O or U to be misread), then one check digit by the Luhn rule in base 32: it
finds every single wrong digit and nearly every exchange of two neighbours. Nothing is stored and
nothing is revealed: the position is in the QR code, and it was drawn at random.
"""

from typing import Final

from spec.certificate import StatusPosition
from spec.errors import DosepassError
from spec.limits import MAX_STATUS_POSITION

__all__ = ["CertificateNumberError", "certificate_number", "parse_certificate_number"]

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)} | {"I": 1, "L": 1, "O": 0}
"""The three letters that people write for digits are read as those digits."""
_BASE: Final = len(_DIGITS)
_LENGTH: Final = 7
"""Digits of a position: 35 bits hold the 32 of MAX_STATUS_POSITION."""
_GROUP: Final = 4


class CertificateNumberError(DosepassError):
    """A text is no certificate number."""

    code = "certificate_number"


def certificate_number(issuer: str, status: StatusPosition) -> str:
    """Give the number of the certificate that an issuer put at a status position."""
    values = [status.number >> 5 * place & 31 for place in reversed(range(_LENGTH))]
    digits = "".join(_DIGITS[value] for value in [*values, _check_value(values)])
    return f"{issuer}-{digits[:_GROUP]}-{digits[_GROUP:]}"


def parse_certificate_number(text: str) -> tuple[str, StatusPosition]:
    """Read a number into issuer and status position, in capitals or not, spaces for hyphens.

    Raises CertificateNumberError when the form or the check digit is wrong.
    """
    issuer, *groups = "-".join(text.upper().split()).rsplit("-", 2)
    digits = "".join(groups)
    if not issuer or len(digits) != _LENGTH + 1 or any(digit not in _VALUES for digit in digits):
        raise CertificateNumberError("certificate number: not of the form VN-2C7K-09QX")
    *values, check = (_VALUES[digit] for digit in digits)
    number = sum(value << 5 * place for place, value in enumerate(reversed(values)))
    if check != _check_value(values) or number > MAX_STATUS_POSITION:
        raise CertificateNumberError("certificate number: a character is wrong")
    return issuer, StatusPosition(number)


def _check_value(values: list[int]) -> int:
    """The Luhn check digit in base 32: every second digit, from the last, counts twice."""
    doubled = [2 * value for value in values[::-2]]
    total = sum(value // _BASE + value % _BASE for value in doubled) + sum(values[-2::-2])
    return -total % _BASE
