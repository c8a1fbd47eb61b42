"""One row of a file becomes a dose record, or reasons why not: all of them, not only the first."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from issuer.csv_file import SourceRow
from issuer.reasons import Finding, ReasonCode, Severity
from spec.certificate import Timestamp, VaccineCode
from spec.dates import BirthDate
from spec.errors import MalformedError
from spec.identity import Sex, id_agrees_with, parse_id_number, parse_phone, parse_sex
from spec.limits import MAX_NAME_LENGTH
from spec.names import clean_name, is_name
from spec.vaccines import Vaccine, VaccineTable

__all__ = ["DoseRecord", "Identity", "ReadRow", "Rules", "local_day", "read_row"]

_VIETNAM: Final = timezone(timedelta(hours=7))
_OLDEST_BIRTH_YEAR: Final = 1900
_KEPT_SPELLINGS: Final = 1024
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})/(\d{4})", re.ASCII)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What rows are judged by."""

    find_vaccine: Callable[[str], Vaccine | None]
    today: date
    """The present day in Vietnam."""
    sites: frozenset[str] | None
    """Names or codes of known sites, case folded; None where there is no list."""

    @classmethod
    def of(
        cls, *, table: VaccineTable, now: Timestamp, sites: frozenset[str] | None = None
    ) -> "Rules":
        """Take the rules of a moment; the few spellings of vaccines that files use are kept."""
        find = lru_cache(maxsize=_KEPT_SPELLINGS)(table.find)
        return cls(find_vaccine=find, today=local_day(now), sites=sites)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Whom a record is about."""

    name: str
    birth_date: BirthDate
    sex: Sex | None
    id_number: str | None
    phone: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DoseRecord:
    """One injection of one person as a site reported it, mended where that is safe."""

    identity: Identity
    vaccine: VaccineCode
    injected_on: date
    lot: str
    site: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadRow:
    """What became of one row: a record, or None and at least one blocking finding."""

    line: int
    raw: str
    """The cells as a JSON array, kept for ever."""
    content_hash: bytes
    """SHA-256 over `raw`: the same row again is the same record."""
    record: DoseRecord | None
    findings: tuple[Finding, ...]


def local_day(moment: Timestamp) -> date:
    """The calendar day in Vietnam (UTC+7) at a moment."""
    return datetime.fromtimestamp(moment, UTC).astimezone(_VIETNAM).date()


def read_row(row: SourceRow, rules: Rules) -> ReadRow:
    """Judge one row by itself; what the register knows of the person is not asked here."""
    findings: list[Finding] = []
    record = None
    if row.broken:
        findings.append(Finding("row", ReasonCode.ROW_BROKEN))
    else:
        record = _read_cells(row.cells, rules, _noting(findings))
    if any(finding.severity is Severity.BLOCK for finding in findings):
        record = None
    raw = json.dumps(row.cells, ensure_ascii=False, separators=(",", ":"))
    return ReadRow(
        line=row.line,
        raw=raw,
        content_hash=hashlib.sha256(raw.encode()).digest(),
        record=record,
        findings=tuple(findings),
    )


_Note = Callable[[str, ReasonCode], None]


def _noting(findings: list[Finding]) -> _Note:
    return lambda field, code: findings.append(Finding(field, code))


def _read_cells(cells: tuple[str, ...], rules: Rules, note: _Note) -> DoseRecord | None:
    """Read every cell, noting all that is wrong; None when something needed is missing."""
    name, birth, sex, number, phone, vaccine, injected_on, lot, site = cells
    the_name = _name(name, note)
    the_birth = _birth_date(birth, rules.today, note)
    the_sex = _sex(sex, note)
    the_phone = _phone(phone, note)
    the_number = _id_number(number, the_birth, the_sex, the_phone, note)
    the_vaccine = _vaccine(vaccine, rules, note)
    the_day = _injected_on(injected_on, rules.today, note)
    _check_day(the_day, the_birth, the_vaccine, note)
    the_lot = _lot(lot, note)
    the_site = _site(site, rules.sites, note)
    if the_name is None or the_birth is None or the_vaccine is None or the_day is None:
        return None
    identity = Identity(
        name=the_name,
        birth_date=the_birth,
        sex=the_sex,
        id_number=the_number,
        phone=the_phone,
    )
    return DoseRecord(
        identity=identity,
        vaccine=the_vaccine.code,
        injected_on=the_day,
        lot=the_lot,
        site=the_site,
    )


def _name(cell: str, note: _Note) -> str | None:
    name = clean_name(cell)
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


def _birth_date(cell: str, today: date, note: _Note) -> BirthDate | None:
    text = _clean(cell)
    if not text:
        note("birth_date", ReasonCode.DOB_MISSING)
        return None
    try:
        birth_date = BirthDate.parse(_year_first(text))
    except MalformedError:
        birth_date = None
    if birth_date is None or birth_date.year < _OLDEST_BIRTH_YEAR:
        note("birth_date", ReasonCode.DOB_FORMAT)
        return None
    if birth_date.earliest > today:
        note("birth_date", ReasonCode.DOB_FUTURE)
        return None
    return birth_date


def _sex(cell: str, note: _Note) -> Sex | None:
    text = _clean(cell)
    sex = parse_sex(text)
    if text and sex is None:
        note("sex", ReasonCode.SEX_FORMAT)
    return sex


def _phone(cell: str, note: _Note) -> str | None:
    text = _clean(cell)
    if not text:
        return None
    phone = parse_phone(text)
    if phone is None:
        note("phone", ReasonCode.PHONE_FORMAT)
        return None
    if phone.zeros_restored:
        note("phone", ReasonCode.PHONE_ZERO_RESTORED)
    return phone.text


def _id_number(
    cell: str, birth_date: BirthDate | None, sex: Sex | None, phone: str | None, note: _Note
) -> str | None:
    text = _clean(cell)
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


def _vaccine(cell: str, rules: Rules, note: _Note) -> Vaccine | None:
    text = _clean(cell)
    if not text:
        note("vaccine", ReasonCode.VACCINE_MISSING)
        return None
    vaccine = rules.find_vaccine(text)
    if vaccine is None:
        note("vaccine", ReasonCode.VACCINE_UNKNOWN)
    return vaccine


def _injected_on(cell: str, today: date, note: _Note) -> date | None:
    text = _clean(cell)
    if not text:
        note("injected_on", ReasonCode.DATE_MISSING)
        return None
    day = _date(_year_first(text))
    if day is None:
        note("injected_on", ReasonCode.DATE_FORMAT)
        return None
    if day > today:
        note("injected_on", ReasonCode.DATE_FUTURE)
        return None
    return day


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        return None


def _check_day(
    day: date | None, birth_date: BirthDate | None, vaccine: Vaccine | None, note: _Note
) -> None:
    if day is None:
        return
    if birth_date is not None and day < birth_date.earliest:
        note("injected_on", ReasonCode.DATE_BEFORE_BIRTH)
    if vaccine is not None and day < vaccine.approved_on:
        note("injected_on", ReasonCode.DATE_BEFORE_APPROVAL)


def _lot(cell: str, note: _Note) -> str:
    lot = _clean(cell)
    if not lot:
        note("lot", ReasonCode.LOT_MISSING)
    return lot


def _site(cell: str, sites: frozenset[str] | None, note: _Note) -> str:
    """An unlisted site is accepted as written: mobile sites are real and on no list."""
    site = _clean(cell)
    if not site:
        note("site", ReasonCode.SITE_MISSING)
    elif sites is not None and site.casefold() not in sites:
        note("site", ReasonCode.SITE_UNKNOWN)
    return site


def _clean(cell: str) -> str:
    """Even out spaces as in names, and leave out control characters, which no database likes."""
    text = clean_name(cell)
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _year_first(text: str) -> str:
    """Turn DD/MM/YYYY and MM/YYYY round; leave all else to the strict readers."""
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    if match := _MONTH_FIRST.fullmatch(text):
        month, year = match.groups()
        return f"{year}-{month:0>2}"
    return text
