"""Identity numbers, telephone numbers and sex codes of dose records, read strictly. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from spec.dates import BirthDate

__all__ = [
    "IdNumber",
    "Phone",
    "Sex",
    "id_agrees_with",
    "parse_id_number",
    "parse_phone",
    "parse_sex",
    "stated_by_number",
]


class Sex(StrEnum):
    """Sex as identity papers state it."""

    MALE = "M"
    FEMALE = "F"


_SEX_WORDS: Final = {
    "nam": Sex.MALE,
    "m": Sex.MALE,
    "male": Sex.MALE,
    "nữ": Sex.FEMALE,
    "nu": Sex.FEMALE,
    "f": Sex.FEMALE,
    "female": Sex.FEMALE,
}
"""Digits are not read: 0 and 1 mean one thing in the national template and another in QR codes."""

_SEPARATORS: Final = re.compile(r"[\s.\-]+")
_ID_DIGITS: Final = re.compile(r"\d{9}|\d{12}", re.ASCII)
_PASSPORT: Final = re.compile(r"[A-Z][A-Z0-9]{7}", re.ASCII)
_LOST_ONE: Final = re.compile(r"\d{8}|\d{11}", re.ASCII)
_LOST_TWO: Final = re.compile(r"\d{10}", re.ASCII)
_PHONE: Final = re.compile(r"0[35789]\d{8}", re.ASCII)
_PHONE_WITHOUT_ZERO: Final = re.compile(r"[35789]\d{8}", re.ASCII)
_LANDLINE: Final = re.compile(r"02\d{8,9}", re.ASCII)
_COUNTRY_PREFIX: Final = re.compile(r"(?:\+|00)?84(?=[235789])", re.ASCII)
_FIRST_CENTURY: Final = 1900

_OLD_PREFIXES: Final = (
    {"0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078"}
    | {"0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082"}
    | {f"016{digit}": f"03{digit}" for digit in range(2, 10)}
    | {"0186": "056", "0188": "058", "0199": "059"}
)
"""Mobile prefixes of 11-digit numbers until 2018, and what they became."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdNumber:
    """An identity number: CCCD of 12 digits, CMND of 9, or a passport's 8 characters."""

    text: str
    zeros_restored: bool
    """Whether a spreadsheet had dropped leading zeros."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """A telephone number in its present national form, such as `0912345678`."""

    text: str
    zeros_restored: bool


def parse_sex(raw: str) -> Sex | None:
    """Read Nam, Nữ, M or F without regard to case; None for anything else."""
    return _SEX_WORDS.get(raw.strip().casefold())


def parse_id_number(raw: str, birth_date: BirthDate | None) -> IdNumber | None:
    """Read an identity number; None when it has the form of none.

    Leading zeros that a spreadsheet dropped are put back: one on a CMND, and one or two on a CCCD
    when the result then states the birth year that the record states (where that is known): a
    CCCD without one of its other digits must not turn into somebody else's number.
    """
    text = _SEPARATORS.sub("", raw).upper()
    if _ID_DIGITS.fullmatch(text) or _PASSPORT.fullmatch(text):
        return IdNumber(text=text, zeros_restored=False)
    if _LOST_ONE.fullmatch(text):
        text = "0" + text
    elif _LOST_TWO.fullmatch(text):
        text = "00" + text
    else:
        return None
    if birth_date is not None and not id_agrees_with(text, birth_date, None):
        return None
    return IdNumber(text=text, zeros_restored=True)


def id_agrees_with(number: str, birth_date: BirthDate, sex: Sex | None) -> bool:
    """Tell whether a 12-digit number states this birth year and sex; True for other numbers.

    Its fourth digit stands for century and sex (0 and 1 for men and women born from 1900 on, 2
    and 3 from 2000 on), the next two for the year. The circular behind it lapsed in 2024, so that
    a contradiction is worth a warning and no refusal.
    """
    stated = stated_by_number(number)
    return stated is None or (stated[0] == birth_date.year and (sex is None or stated[1] is sex))


def stated_by_number(number: str) -> tuple[int, Sex] | None:
    """The birth year and sex that a 12-digit number states; None for other numbers."""
    if len(number) != 12 or not number.isdigit():
        return None
    century, female = divmod(int(number[3]), 2)
    year = _FIRST_CENTURY + 100 * century + int(number[4:6])
    return year, Sex.FEMALE if female else Sex.MALE


def parse_phone(raw: str) -> Phone | None:
    """Read a Vietnamese telephone number in any of its usual spellings; None for no number.

    A dropped leading zero is put back and mobile numbers of before 2018 become what they are now.
    """
    text = _COUNTRY_PREFIX.sub("0", _SEPARATORS.sub("", raw), count=1)
    restored = bool(_PHONE_WITHOUT_ZERO.fullmatch(text))
    if restored:
        text = "0" + text
    if len(text) == 11 and text[:4] in _OLD_PREFIXES:
        text = _OLD_PREFIXES[text[:4]] + text[4:]
    if not (_PHONE.fullmatch(text) or _LANDLINE.fullmatch(text)):
        return None
    return Phone(text=text, zeros_restored=restored)
