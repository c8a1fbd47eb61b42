"""Reading the cells of a row: what is mended, what is flagged, what is refused. Pure.

Each reader gives the value, or None, and notes all that it has to say about its field.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from issuer.formulas import is_formula
from issuer.reasons import ReasonCode
from spec.dates import BirthDate
from spec.errors import MalformedError
from spec.identity import Sex, id_agrees_with, parse_id_number, parse_phone, parse_sex
from spec.limits import MAX_DOSES, MAX_NAME_LENGTH
from spec.names import clean_name, is_name
from spec.vaccines import Vaccine

__all__ = [
    "Note",
    "check_day",
    "read_area",
    "read_birth_date",
    "read_dose_number",
    "read_health_card",
    "read_id_number",
    "read_injected_on",
    "read_lot",
    "read_name",
    "read_old_numbers",
    "read_phone",
    "read_sex",
    "read_site",
    "read_vaccine",
]

Note = Callable[[str, ReasonCode], None]
"""Takes a field and what there is to say about it."""

_OLDEST_BIRTH_YEAR: Final = 1900
_KEPT_DATES: Final = 1 << 15
"""Spellings of dates that are remembered: about as many as there are birth dates of the living."""
_SERIAL_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of the numbers by which spreadsheets count days, from March 1900 on."""
_SERIAL: Final = re.compile(r"[1-9]\d{4}(?:\.\d+)?", re.ASCII)
"""Five digits: a date from 1927 on, with the part of the day. Four are a year."""
_WITH_TIME: Final = re.compile(r"(\S+)[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?", re.ASCII)
_HEALTH_CARD: Final = re.compile(r"[A-Z]{2}[1-5]\d{12}|\d{10}", re.ASCII)
_AREA: Final = re.compile(r"\d{1,5}", re.ASCII)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})/(\d{4})", re.ASCII)
_FRACTION: Final = re.compile(r"(\d{8,12})\.0{1,2}", re.ASCII)
_TONE_FIRST: Final = re.compile("([\u0300\u0301\u0303\u0309])([\u0302\u0306])")
_REORDERING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Who sent a name with these saw its letters in another order than the one they stand in."""

_DECODED_TWICE: Final = re.compile(
    "[\u00c2-\u00c6][\u0080-\u009f\u00a1-\u00bf\u0152-\u0192\u02c6\u02dc\u2018-\u203a\u20ac\u2122]"
    "|\u00e1[\u00ba\u00bb]"
)
"""What the bytes of UTF-8 look like when somebody took them for a Windows code page."""

_MARKED_WORDS: Final = frozenset({
    "nguyen", "tran", "le", "pham", "huynh", "hoang", "vu", "vo", "dang", "bui", "do", "ho",
    "ngo", "duong", "ly", "dinh", "truong", "dao", "doan", "luong", "trinh", "thi", "van",
})  # fmt: skip
"""Words that are hardly ever right without marks: the common surnames, and Thị and Văn."""


def read_name(cell: str, note: Note) -> str | None:
    """The name as it is kept and printed; one without marks is flagged."""
    name = clean_name(_marks_in_order(cell))
    if not name:
        note("full_name", ReasonCode.MISSING_NAME)
    elif not is_name(name) or _DECODED_TWICE.search(cell) or _REORDERING.search(cell):
        note("full_name", ReasonCode.NAME_GARBLED)
    elif len(name) > MAX_NAME_LENGTH:
        note("full_name", ReasonCode.NAME_TOO_LONG)
    else:
        if name.isascii() and not _MARKED_WORDS.isdisjoint(name.casefold().split()):
            note("full_name", ReasonCode.NAME_NO_MARKS)
        return name
    return None


def read_birth_date(cell: str, today: date, note: Note) -> BirthDate | None:
    """The birth date, of the precision that the cell has."""
    text = _clean(cell)
    if not text:
        note("birth_date", ReasonCode.DOB_MISSING)
        return None
    birth_date = _birth_date(_year_first(text, today, "birth_date", note))
    if birth_date is None or birth_date.year < _OLDEST_BIRTH_YEAR:
        note("birth_date", ReasonCode.DOB_FORMAT)
        return None
    if birth_date.earliest > today:
        note("birth_date", ReasonCode.DOB_FUTURE)
        return None
    return birth_date


def read_sex(cell: str, note: Note) -> Sex | None:
    """Male or female; what is not understood is left out."""
    text = _clean(cell)
    sex = parse_sex(text)
    if text and sex is None:
        note("sex", ReasonCode.SEX_FORMAT)
    return sex


def read_phone(cell: str, note: Note) -> str | None:
    """A Vietnamese telephone number; what is none is left out."""
    text = _whole(_clean(cell))
    if not text:
        return None
    phone = parse_phone(text)
    if phone is None:
        note("phone", ReasonCode.PHONE_FORMAT)
        return None
    if phone.zeros_restored:
        note("phone", ReasonCode.PHONE_ZERO_RESTORED)
    return phone.text


def read_id_number(
    cell: str, birth_date: BirthDate | None, sex: Sex | None, phone: str | None, note: Note
) -> str | None:
    """The identity number, held against birth year and sex."""
    text = _whole(_clean(cell))
    if not text:
        if phone is None:
            note("id_number", ReasonCode.ID_MISSING)
        return None
    number = parse_id_number(text, birth_date)
    if number is None:
        note("id_number", ReasonCode.ID_FORMAT)
        return None
    if number.zeros_restored:
        note("id_number", ReasonCode.ID_ZERO_RESTORED)
    if birth_date is not None and not id_agrees_with(number.text, birth_date, sex):
        note("id_number", ReasonCode.ID_CONFLICTS_DOB_SEX)
    return number.text


def read_vaccine(cell: str, find: Callable[[str], Vaccine | None], note: Note) -> Vaccine | None:
    """The product, by its name, an alias or a code."""
    text = _clean(cell)
    if not text:
        note("vaccine", ReasonCode.VACCINE_MISSING)
        return None
    vaccine = find(text)
    if vaccine is None:
        note("vaccine", ReasonCode.VACCINE_UNKNOWN)
    return vaccine


def read_injected_on(cell: str, today: date, note: Note) -> date | None:
    """The day of the injection, never in the future."""
    text = _clean(cell)
    if not text:
        note("injected_on", ReasonCode.DATE_MISSING)
        return None
    day = _date(_year_first(text, today, "injected_on", note))
    if day is None:
        note("injected_on", ReasonCode.DATE_FORMAT)
        return None
    if day > today:
        note("injected_on", ReasonCode.DATE_FUTURE)
        return None
    return day


@lru_cache(maxsize=_KEPT_DATES)
def _birth_date(text: str) -> BirthDate | None:
    try:
        return BirthDate.parse(text)
    except MalformedError:
        return None


@lru_cache(maxsize=_KEPT_DATES)
def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        return None


def check_day(
    day: date | None, birth_date: BirthDate | None, vaccine: Vaccine | None, note: Note
) -> None:
    """Hold the day of the injection against birth and approval."""
    if day is None:
        return
    if birth_date is not None and day < birth_date.earliest:
        note("injected_on", ReasonCode.DATE_BEFORE_BIRTH)
    if vaccine is not None and day < vaccine.approved_on:
        note("injected_on", ReasonCode.DATE_BEFORE_APPROVAL)


def read_lot(cell: str, note: Note) -> str:
    """The lot as written; a formula is none, and is left out."""
    lot = _clean(cell)
    if not lot:
        note("lot", ReasonCode.LOT_MISSING)
    elif is_formula(lot):
        note("lot", ReasonCode.LOT_FORMULA)
        return ""
    return lot


def read_site(cell: str, sites: frozenset[str] | None, note: Note) -> str:
    """An unlisted site is accepted as written: mobile sites are real and on no list.

    A formula names none, and is left out.
    """
    site = _clean(cell)
    if not site:
        note("site", ReasonCode.SITE_MISSING)
    elif is_formula(site):
        note("site", ReasonCode.SITE_FORMULA)
        return ""
    elif sites is not None and site.casefold() not in sites:
        note("site", ReasonCode.SITE_UNKNOWN)
    return site


def _whole(text: str) -> str:
    """A number without the fraction of 0 that some software writes; else its 0 would be a digit."""
    found = _FRACTION.fullmatch(text)
    return found.group(1) if found else text


def _marks_in_order(cell: str) -> str:
    """Put the mark of the letter before that of the tone: typed the other way they look the same.

    Unicode keeps the order of the two (canonical combining class 230), so that it has to be done.
    """
    if "\u0302" not in cell and "\u0306" not in cell:
        return cell
    return _TONE_FIRST.sub(r"\2\1", normalize("NFD", cell))


def _clean(cell: str) -> str:
    """Even out spaces as in names, and leave out control characters, which no database likes."""
    if not cell:
        return cell
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    text = clean_name(cell)
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def read_dose_number(cell: str, note: Note) -> int | None:
    """Which dose the site says it is, where it says so."""
    text = _clean(cell)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MAX_DOSES):
        note("dose_number", ReasonCode.DOSE_NUMBER_FORMAT)
        return None
    return int(text[:4])


def read_health_card(cell: str, note: Note) -> str | None:
    """A health insurance number of 15 characters, or the 10 digits of newer cards."""
    text = "".join(_clean(cell).upper().split())
    if text and not _HEALTH_CARD.fullmatch(text):
        note("health_card", ReasonCode.HEALTH_CARD_FORMAT)
        return None
    return text or None


def read_old_numbers(cells: tuple[str, ...], present: str | None) -> tuple[str, ...]:
    """Former numbers of a sound form; they only help to find somebody, so none is missed."""
    numbers = (parse_id_number(_clean(cell), None) for cell in cells)
    return tuple({one.text: None for one in numbers if one is not None and one.text != present})


def read_area(cell: str) -> str:
    """The code of a province or district; one of another form says nothing."""
    text = _clean(cell)
    return text if _AREA.fullmatch(text) else ""


def _year_first(text: str, today: date, field: str, note: Note) -> str:
    """Turn DD/MM/YYYY and MM/YYYY round, and mend what can be only one day.

    That is a date with a time of day behind it, and the number by which a spreadsheet counts days.
    All else is left to the strict readers: where one date has the month first, the dates beside it
    that look sound have it first too.
    """
    turned, mended = _turned(text, today)
    if mended:
        note(field, ReasonCode.DATE_MENDED)
    return turned


@lru_cache(maxsize=_KEPT_DATES)
def _turned(text: str, today: date) -> tuple[str, bool]:
    """Turn a date round; tells also whether a number became one."""
    if stamp := _WITH_TIME.fullmatch(text):
        text = stamp.group(1)
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
        return f"{year}-{month:0>2}-{day:0>2}", False
    if match := _MONTH_FIRST.fullmatch(text):
        month, year = match.groups()
        return f"{year}-{month:0>2}", False
    if _SERIAL.fullmatch(text):
        day_of_number = _SERIAL_EPOCH + timedelta(days=int(text[:5]))
        if day_of_number <= today:
            return day_of_number.isoformat(), True
    return text, False
