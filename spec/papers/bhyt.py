"""The code of the health insurance card, BHYT: 15 fields, the last a dollar sign. Section 17.3."""

import re
from collections.abc import Sequence
from typing import Final

from spec.identity import Sex
from spec.names import clean_name
from spec.papers.fields import name_of, plain_date, year_or_day
from spec.papers.paper import (
    BrokenPaperError,
    IdentityPaper,
    PaperEncodingError,
    PaperField,
    PaperKind,
    PaperWarning,
)

__all__ = ["is_bhyt", "read_bhyt"]

_FIELDS: Final = 15
_NUMBER: Final = re.compile(r"([A-Z]{2})[1-5]\d{12}|\d{10}", re.ASCII)
_DATE: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
_SEXES: Final = {"1": Sex.MALE, "2": Sex.FEMALE}
_OBJECT_CODES: Final = frozenset({
    "DN", "HX", "CH", "NN", "TK", "HC", "XK", "HT", "TB", "NO", "CT", "XB", "TN", "CS", "QN",
    "CA", "CY", "XN", "MS", "CC", "CK", "CB", "KC", "HD", "TE", "BT", "HN", "DT", "DK", "XD",
    "TS", "TC", "TQ", "TV", "TA", "TY", "HG", "LS", "PV", "HS", "SV", "GB", "GD",
})  # fmt: skip
"""Groups of the insured that are known; the list is open."""
_FIRST_BEHIND: Final = 5
"""Place of the first field that says nothing about who somebody is."""
_ISSUED: Final = 8


def is_bhyt(fields: Sequence[str]) -> bool:
    """Tell whether fields are those of an insurance card."""
    sound = len(fields) == _FIELDS and fields[-1] == "$"
    return sound and _NUMBER.fullmatch(fields[0]) is not None


def read_bhyt(fields: Sequence[str]) -> IdentityPaper:
    """Read who the card is for; raises PaperError.

    Name and address are UTF-8 in hexadecimal, which ordinary readers show as it is. The number is
    one of insurance, so that an identity number is left to be compared by somebody else.
    """
    number, name, born, sex, address = fields[:_FIRST_BEHIND]
    text = _unhexed(name)
    if text is None:
        raise BrokenPaperError(PaperField.NAME)
    if sex not in _SEXES:
        raise BrokenPaperError(PaperField.SEX)
    the_address = _address(address)
    issued_on = plain_date(fields[_ISSUED], _DATE)
    letters = number[:2]
    noted = {
        PaperWarning.OBJECT_CODE: letters.isalpha() and letters not in _OBJECT_CODES,
        PaperWarning.ADDRESS: the_address is None,
        PaperWarning.ISSUE_DATE: issued_on is None,
    }
    return IdentityPaper(
        kind=PaperKind.BHYT,
        name=name_of(text),
        birth_date=year_or_day(born, _DATE),
        sex=_SEXES[sex],
        insurance_number=number,
        address=the_address,
        issued_on=issued_on,
        rest=tuple(fields[_FIRST_BEHIND:]),
        warnings=tuple(warning for warning, holds in noted.items() if holds),
    )


def _unhexed(field: str) -> str | None:
    """Decode hexadecimal, with or without 0x before it; None for what is none."""
    try:
        data = bytes.fromhex(field.removeprefix("0x"))
    except ValueError:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise PaperEncodingError("identity paper: a field is not UTF-8") from None


def _address(field: str) -> str | None:
    try:
        return clean_name(_unhexed(field) or "") or None
    except PaperEncodingError:
        return None
