"""The certificate number: what people read to each other over the telephone. Pure.

`VN-2C7K-09QX` is the issuer, then the status position in seven digits of Crockford's base 32
(which has no I, L, O or U to be misread), then one check digit by the Luhn rule in base 32: it
finds every single wrong digit and nearly every exchange of two neighbours. Nothing is stored and
nothing is revealed: the position is in the QR code, and it was drawn at random.
"""

from typing import Final

from spec.certificate import StatusPosition
from spec.checked_digits import grouped, read_digits, to_digits
from spec.errors import DosepassError
from spec.limits import MAX_STATUS_POSITION

__all__ = ["CertificateNumberError", "certificate_number", "parse_certificate_number"]

_LENGTH: Final = 7
"""Digits of a position: 35 bits hold the 32 of MAX_STATUS_POSITION."""


class CertificateNumberError(DosepassError):
    """A text is no certificate number."""

    code = "certificate_number"


def certificate_number(issuer: str, status: StatusPosition) -> str:
    """Give the number of the certificate that an issuer put at a status position."""
    return f"{issuer}-{grouped(to_digits(status.number, _LENGTH))}"


def parse_certificate_number(text: str) -> tuple[str, StatusPosition]:
    """Read a number into issuer and status position, in capitals or not, spaces for hyphens.

    Raises CertificateNumberError when the form or the check digit is wrong.
    """
    issuer, *groups = "-".join(text.upper().split()).rsplit("-", 2)
    try:
        number = read_digits("".join(groups), _LENGTH)
    except ValueError:
        number, issuer = None, ""
    if not issuer:
        raise CertificateNumberError("certificate number: not of the form VN-2C7K-09QX")
    if number is None or number > MAX_STATUS_POSITION:
        raise CertificateNumberError("certificate number: a character is wrong")
    return issuer, StatusPosition(number)
