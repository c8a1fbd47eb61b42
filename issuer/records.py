"""One row of a file becomes a dose record, or reasons why not: all of them, not only the first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, NamedTuple

from issuer import cells
from issuer.cells import Note
from issuer.reasons import Finding, ReasonCode, Severity
from issuer.source import COLUMNS, PERSON_CELLS, SourceRow
from spec.certificate import Timestamp, VaccineCode
from spec.dates import BirthDate
from spec.identity import Sex
from spec.names import bare_letters, canonical_name
from spec.vaccines import Vaccine, VaccineTable

__all__ = ["HISTORICAL_DAYS", "DoseRecord", "Identity", "ReadRow", "Rules", "local_day", "read_row"]

_VIETNAM: Final = timezone(timedelta(hours=7))
HISTORICAL_DAYS: Final = 30
"""A record that comes later than this after its injection is marked as a back-load."""
_KEPT_SPELLINGS: Final = 1024


class _Vaccines:
    """Finds products by what a cell says; the few spellings that files use are remembered."""

    def __init__(self, table: VaccineTable) -> None:
        self.table = table
        self._known: dict[str, Vaccine | None] = {}
        self._by_code = {
            code.casefold(): vaccine
            for vaccine in table.vaccines.values()
            for code in (vaccine.eu_product, vaccine.icd11, vaccine.cvx and f"CVX {vaccine.cvx}")
            if code
        }

    def __call__(self, text: str) -> Vaccine | None:
        try:
            return self._known[text]
        except KeyError:
            found = self.table.find(text) or self._by_all(text)
        if len(self._known) < _KEPT_SPELLINGS:
            self._known[text] = found
        return found

    def _by_all(self, text: str) -> Vaccine | None:
        """Find the one product of which names and codes speak, divided by `;` as in messages."""
        parts = [part.strip() for part in text.split(";")]
        found = [self.table.find(part) or self._by_code.get(part.casefold()) for part in parts]
        products = {one.code: one for one in found if one is not None}
        return next(iter(products.values())) if len(products) == 1 else None

    def __reduce__(self) -> "tuple[type[_Vaccines], tuple[VaccineTable]]":
        return _Vaccines, (self.table,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What rows are judged by; another process can be told."""

    find_vaccine: Callable[[str], Vaccine | None]
    today: date
    """The present day in Vietnam."""
    sites: frozenset[str] | None
    """Names or codes of known sites, case folded; None where there is no list."""

    @classmethod
    def of(
        cls, *, table: VaccineTable, now: Timestamp, sites: frozenset[str] | None = None
    ) -> "Rules":
        """Take the rules of a moment."""
        return cls(find_vaccine=_Vaccines(table), today=local_day(now), sites=sites)


class _Sent:
    """A frozen dataclass that goes to another process by its bare values, a million times."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return _received, (type(self), *[getattr(self, name) for name in self.__slots__])


def _received(kind: type[_Sent], *values: object) -> object:
    one = object.__new__(kind)
    for name, value in zip(kind.__slots__, values, strict=True):
        object.__setattr__(one, name, value)
    return one


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity(_Sent):
    """Whom a record is about."""

    name: str
    birth_date: BirthDate
    sex: Sex | None
    id_number: str | None
    phone: str | None
    old_numbers: tuple[str, ...] = ()
    canonical: str = field(init=False, repr=False, compare=False)
    """The form by which names are compared; made of the name."""
    bare: str = field(init=False, repr=False, compare=False)
    """The key by which namesakes are found: the canonical name without its marks."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "canonical", canonical_name(self.name))
        object.__setattr__(self, "bare", bare_letters(self.canonical))


@dataclass(frozen=True, kw_only=True, slots=True)
class DoseRecord(_Sent):
    """One injection of one person as a site reported it, mended where that is safe."""

    identity: Identity
    vaccine: VaccineCode
    injected_on: date
    lot: str
    site: str
    dose_number: int | None = None
    """Which dose the site says it is."""
    health_card: str | None = None


class ReadRow(NamedTuple):
    """What became of one row: a record, or None and at least one blocking finding."""

    line: int
    """The line that the row begins on."""
    part: int
    raw: str
    content_hash: bytes
    record: DoseRecord | None
    findings: tuple[Finding, ...]
    historical: bool
    person_of_row: tuple[str, ...] | None
    """What doses of one line have in common, where a line has several."""
    province: str
    district: str
    """Of the residence, by code."""
    source_id: str | None
    """The sender's own identifier of the record."""
    retracts: bool
    """Whether it takes the record of that identifier back."""
    id_number: str | None
    """The identity number, also of a row that is no record: by it the row is found."""


def local_day(moment: Timestamp) -> date:
    """The calendar day in Vietnam (UTC+7) at a moment."""
    return datetime.fromtimestamp(moment, UTC).astimezone(_VIETNAM).date()


def read_row(row: SourceRow, rules: Rules, *, historical: bool = False) -> ReadRow:
    """Judge one row by itself; what the register knows of the person is not asked here."""
    findings: list[Finding] = []
    record, id_number = None, None
    if row.broken:
        findings.append(Finding("row", ReasonCode.ROW_BROKEN))
    else:
        # What takes a record back states no dose, so that nothing is wrong with its cells.
        said = [] if row.retracts else findings
        said.extend(row.faults)
        record, id_number = _read_cells(row, rules, _noting(said))
    if row.not_given:
        findings.append(Finding("row", ReasonCode.NOT_GIVEN))
    if row.retracts or any(finding.severity is Severity.BLOCK for finding in findings):
        record = None
    raw = row.raw
    return ReadRow(
        line=row.line,
        part=row.part,
        raw=raw,
        content_hash=row.hash_beside(raw),
        record=record,
        findings=tuple(findings),
        historical=historical or row.historical or _is_late(record, rules.today),
        person_of_row=row.person_of_row,
        province=cells.read_area(row.further.province),
        district=cells.read_area(row.further.district),
        source_id=row.source_id,
        retracts=row.retracts,
        id_number=id_number,
    )


def _noting(findings: list[Finding]) -> Note:
    """Note what is said of a field; nothing of a person who is not there at all."""
    nobody = any(one.field == "patient" for one in findings)

    def note(field: str, code: ReasonCode) -> None:
        if not (nobody and field in COLUMNS[:PERSON_CELLS]):
            findings.append(Finding(field, code))

    return note


def _is_late(record: DoseRecord | None, today: date) -> bool:
    return record is not None and (today - record.injected_on).days > HISTORICAL_DAYS


def _read_cells(row: SourceRow, rules: Rules, note: Note) -> tuple[DoseRecord | None, str | None]:
    """Read every cell, noting all that is wrong; no record when something needed is missing.

    The identity number is given in any case, where it could be read.
    """
    name, birth, sex, number, phone, vaccine, injected_on, lot, site = row.cells
    the_name = cells.read_name(name, note)
    the_birth = cells.read_birth_date(birth, rules.today, note)
    the_sex = cells.read_sex(sex, note)
    the_phone = cells.read_phone(phone, note)
    the_number = cells.read_id_number(number, the_birth, the_sex, the_phone, note)
    the_vaccine = cells.read_vaccine(vaccine, rules.find_vaccine, note)
    the_day = cells.read_injected_on(injected_on, rules.today, note)
    cells.check_day(the_day, the_birth, the_vaccine, note)
    the_lot = cells.read_lot(lot, note)
    the_site = cells.read_site(site, rules.sites, note)
    further = row.further
    dose_number = cells.read_dose_number(further.dose_number, note)
    health_card = cells.read_health_card(further.health_card, note)
    if the_name is None or the_birth is None or the_vaccine is None or the_day is None:
        return None, the_number
    identity = Identity(
        name=the_name,
        birth_date=the_birth,
        sex=the_sex,
        id_number=the_number,
        phone=the_phone,
        old_numbers=cells.read_old_numbers(further.old_numbers, the_number),
    )
    record = DoseRecord(
        identity=identity,
        vaccine=the_vaccine.code,
        injected_on=the_day,
        lot=the_lot,
        site=the_site,
        dose_number=dose_number,
        health_card=health_card,
    )
    return record, the_number
