"""Which person a record is about: the exact tier alone. Pure.

A person is known by an identity number together with the same birth date and name; without a
number, by name, birth date and telephone number together; by name and birth date alone never.
What matches in part is refused with the field that differs, never merged or split in silence.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from issuer.course import interval_is_short
from issuer.reasons import Finding, ReasonCode, Severity
from issuer.records import DoseRecord, Identity
from spec.certificate import VaccineCode
from spec.limits import MAX_DOSES
from spec.names import canonical_name
from spec.vaccines import VaccineTable

__all__ = ["Decision", "People", "Person"]


@dataclass(kw_only=True, slots=True)
class Person:
    """A person as the register knows them, while a batch of records is decided."""

    id: int | None
    """None until the register has given one."""
    name: str
    canonical_name: str
    birth_date: str
    sex: str | None
    id_number: str | None
    phone: str | None
    doses: dict[date, VaccineCode] = field(default_factory=dict)
    touched: bool = False
    """Whether a record was accepted, so that the certificate may have to follow."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of one record."""

    person: Person | None
    """None: the record is refused."""
    findings: tuple[Finding, ...]


class People:
    """The persons that the records of one batch may be about."""

    def __init__(self, known: Iterable[Person], table: VaccineTable) -> None:
        self._table = table
        self._by_number: dict[str, Person] = {}
        self._by_contact: dict[tuple[str, str, str], Person] = {}
        self._namesakes: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.all: list[Person] = []
        for person in known:
            self._add(person)

    def decide(self, record: DoseRecord) -> Decision:
        """Find or make the person of a record and give them its dose, or refuse it.

        A refused record changes nobody.
        """
        canonical = canonical_name(record.identity.name)
        person = self._find(record.identity, canonical)
        findings: list[Finding] = []
        if person is None:
            if self._namesakes[canonical, str(record.identity.birth_date)]:
                findings.append(Finding("full_name", ReasonCode.DUPLICATE_POSSIBLE))
            person = _new_person(record.identity, canonical)
        else:
            findings += _differences(person, record.identity, canonical)
        findings += _dose_findings(person, record, self._table)
        if any(finding.severity is Severity.BLOCK for finding in findings):
            return Decision(None, tuple(findings))
        self._accept(person, record)
        return Decision(person, tuple(findings))

    def _find(self, identity: Identity, canonical: str) -> Person | None:
        person = self._by_number.get(identity.id_number) if identity.id_number else None
        if person is None and identity.phone is not None:
            key = (canonical, str(identity.birth_date), identity.phone)
            person = self._by_contact.get(key)
        return person

    def _accept(self, person: Person, record: DoseRecord) -> None:
        if not person.touched and person.id is None:
            self._add(person)
        person.doses[record.injected_on] = record.vaccine
        person.touched = True
        self._fill_blanks(person, record.identity)

    def _fill_blanks(self, person: Person, identity: Identity) -> None:
        """Learn what the register did not know; what it knows it keeps."""
        if person.sex is None:
            person.sex = identity.sex
        if person.id_number is None and identity.id_number is not None:
            person.id_number = identity.id_number
            self._by_number[identity.id_number] = person
        if person.phone is None and identity.phone is not None:
            key = (person.canonical_name, person.birth_date, identity.phone)
            if self._by_contact.setdefault(key, person) is person:
                person.phone = identity.phone

    def _add(self, person: Person) -> None:
        self.all.append(person)
        self._namesakes[person.canonical_name, person.birth_date] += 1
        if person.id_number is not None:
            self._by_number[person.id_number] = person
        if person.phone is not None:
            key = (person.canonical_name, person.birth_date, person.phone)
            self._by_contact[key] = person


def _new_person(identity: Identity, canonical: str) -> Person:
    return Person(
        id=None,
        name=identity.name,
        canonical_name=canonical,
        birth_date=str(identity.birth_date),
        sex=identity.sex,
        id_number=identity.id_number,
        phone=identity.phone,
    )


def _differences(person: Person, identity: Identity, canonical: str) -> list[Finding]:
    """Compare a record with the person that its key leads to, field by field."""
    findings = []
    if person.canonical_name != canonical:
        findings.append(Finding("full_name", ReasonCode.NAME_DIFFERS))
    elif person.name != identity.name:
        findings.append(Finding("full_name", ReasonCode.NAME_FORMAT_ONLY))
    if person.birth_date != str(identity.birth_date):
        findings.append(Finding("birth_date", ReasonCode.DOB_DIFFERS))
    if identity.sex is not None and person.sex not in (None, identity.sex):
        findings.append(Finding("sex", ReasonCode.SEX_DIFFERS))
    if identity.id_number is not None and person.id_number not in (None, identity.id_number):
        findings.append(Finding("id_number", ReasonCode.ID_DIFFERS))
    return findings


def _dose_findings(person: Person, record: DoseRecord, table: VaccineTable) -> list[Finding]:
    """Compare a dose with those that the person has."""
    same_day = person.doses.get(record.injected_on)
    if same_day == record.vaccine:
        return [Finding("row", ReasonCode.DUPLICATE_EXACT)]
    if same_day is not None:
        return [Finding("vaccine", ReasonCode.VACCINE_DIFFERS)]
    if len(person.doses) >= MAX_DOSES:
        return [Finding("row", ReasonCode.TOO_MANY_DOSES)]
    doses = {**person.doses, record.injected_on: record.vaccine}
    if interval_is_short(doses, record.injected_on, table):
        return [Finding("injected_on", ReasonCode.INTERVAL_SHORT)]
    return []
