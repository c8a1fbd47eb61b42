"""Which person a record is about, by the tiers of section 16.3 of the specification. Pure.

Exact: the record joins its person by itself. Review: somebody looks at the field that differs; the
record waits and is shown as waiting. New: nobody is near. Never: a namesake of the same birth date
alone is somebody else, and flagged. Nothing is merged, split or dropped in silence.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from issuer.course import dose_findings
from issuer.evidence import comparison_findings
from issuer.person import Person
from issuer.reasons import Finding, ReasonCode, Severity, worst_of
from issuer.records import DoseRecord, Identity
from spec.differences import Name, NumberKind, Numbers, SexKind
from spec.match import Comparison, StatedIdentity, Tier, are_strangers, compare, tier_of
from spec.vaccines import VaccineTable

__all__ = ["Decision", "People"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of one record."""

    person: Person | None
    """Whose dose it is; where it waits, whose it may be."""
    findings: tuple[Finding, ...]
    tier: Tier | None = None
    comparison: Comparison | None = None
    """How record and person compare; None where there is nobody to compare with."""
    same_phone: bool = False

    @property
    def severity(self) -> Severity | None:
        """The gravest of the findings."""
        return worst_of(self.findings)


@dataclass(slots=True)
class _Found:
    """A person whom a record may be about."""

    person: Person
    comparison: Comparison
    same_phone: bool
    tier: Tier

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """The nearest comes first: by number, by former number, by few doubts."""
        number = self.comparison.id_number
        return (
            self.tier is not Tier.EXACT,
            number is not NumberKind.EQUAL,
            number is not NumberKind.OLD_NUMBER,
            len(self.comparison.doubts),
        )


class People:
    """The persons that the records of one batch may be about.

    Somebody of whom no dose is left is nobody's match, save for who says the very same: name, birth
    date and number. So a file that was undone and comes again finds its persons, and their
    certificates stand.
    """

    def __init__(self, known: Iterable[Person], table: VaccineTable) -> None:
        self._table = table
        self._by_number: dict[str, list[Person]] = {}
        self._by_phone: defaultdict[str, list[Person]] = defaultdict(list)
        self._namesakes: defaultdict[tuple[str, str], list[Person]] = defaultdict(list)
        self._contacts: set[tuple[str, str, str]] = set()
        self._without_dose: defaultdict[tuple[str, str], list[Person]] = defaultdict(list)
        self._same_row: tuple[object, Decision] | None = None
        self.all: list[Person] = []
        for person in known:
            if person.doses:
                self._add(person)
            elif person.merged_into is None:
                self._without_dose[person.canonical_name, person.birth_date].append(person)

    def decide(
        self, record: DoseRecord, noted: tuple[Finding, ...] = (), row: object = None
    ) -> Decision:
        """Find or make the person of a record and give them its dose, or let it wait.

        `noted` is what the record gave cause to by itself. Doses of one `row` are one person's,
        whatever numbers it has. A record that waits changes nobody.
        """
        identity = record.identity
        name = Name(identity.name, canonical=identity.canonical)
        found = (
            self._same_person(row) or self._find(identity, name) or self._returning(identity, name)
        )
        if found is None:
            person = _new_person(identity, name)
            findings = [*noted, *self._namesake_flags(person)]
        else:
            person = found.person
            findings = [*_settled(noted, found), *_findings_of(found)]
        findings += dose_findings(
            person.doses, record.vaccine, record.injected_on, record.dose_number, self._table
        )
        decision = self._decided(found, person, tuple(findings))
        if decision.severity in (None, Severity.WARN):
            self._accept(person, record)
        if row is not None:
            self._same_row = (row, decision)
        return decision

    def _decided(
        self, found: _Found | None, person: Person, findings: tuple[Finding, ...]
    ) -> Decision:
        if found is not None:
            return Decision(person, findings, found.tier, found.comparison, found.same_phone)
        waits = worst_of(findings) is Severity.REVIEW
        flagged = any(finding.code is ReasonCode.DUPLICATE_POSSIBLE for finding in findings)
        tier = Tier.NEVER if flagged else Tier.NEW
        return Decision(None if waits else person, findings, tier)

    def _same_person(self, row: object) -> _Found | None:
        """The person of the dose before, when both doses stand in one row."""
        if row is None or self._same_row is None or self._same_row[0] != row:
            return None
        decision = self._same_row[1]
        if decision.person is None or decision.tier is None:
            return None
        if decision.comparison is None:
            stated = decision.person.stated
            comparison = compare(stated, stated)
            return _Found(decision.person, comparison, True, Tier.EXACT)
        return _Found(decision.person, decision.comparison, decision.same_phone, decision.tier)

    def _find(self, identity: Identity, name: Name) -> _Found | None:
        """The nearest person who is or may be the one; None where the record is somebody new's."""
        candidates = self._candidates(identity, name)
        if not candidates:
            return None
        stated = StatedIdentity(
            name=name,
            birth_date=identity.birth_date,
            sex=identity.sex,
            numbers=Numbers(number=identity.id_number, old=identity.old_numbers),
        )
        near = []
        for person in candidates.values():
            if are_strangers(stated, person.stated):
                continue
            comparison = compare(stated, person.stated)
            same_phone = person.has_phone(identity.phone)
            tier = tier_of(comparison, same_phone=same_phone)
            if tier in (Tier.EXACT, Tier.REVIEW):
                near.append(_Found(person, comparison, same_phone, tier))
        if len(near) == 1:
            return near[0]
        return min(near, key=lambda found: found.rank, default=None)

    def _returning(self, identity: Identity, name: Name) -> _Found | None:
        """The person of whom no dose is left, and whose numbers are free, that a record is about.

        Told apart from everybody else by all that the register holds; the number is theirs again
        once the record counts.
        """
        for person in self._without_dose.get((name.canonical, str(identity.birth_date)), ()):
            numbers = {person.id_number, *person.old_numbers} - {None}
            same_phone = person.has_phone(identity.phone)
            same = identity.id_number in numbers or (
                identity.id_number is None and not numbers and same_phone
            )
            held = Numbers(number=identity.id_number)
            stated = StatedIdentity(
                name=name, birth_date=identity.birth_date, sex=identity.sex, numbers=held
            )
            comparison = compare(stated, replace(person.stated, numbers=held))
            if same and comparison.sex is not SexKind.DIFFERS:
                return _Found(person, comparison, same_phone, Tier.EXACT)
        return None

    def _candidates(self, identity: Identity, name: Name) -> dict[int, Person]:
        """Everybody who shares a number, a telephone number, or bare name and birth date."""
        found: dict[int, Person] = {}
        for number in (identity.id_number, *identity.old_numbers):
            if number is not None:
                for person in self._by_number.get(number, ()):
                    found[id(person)] = person
        if identity.phone is not None:
            for person in self._by_phone.get(identity.phone, ()):
                found[id(person)] = person
        for person in self._namesakes.get((identity.bare, str(identity.birth_date)), ()):
            found[id(person)] = person
        return found

    def _namesake_flags(self, person: Person) -> Iterator[Finding]:
        """A namesake of the same birth date is never the same person by that alone."""
        key = (person.bare, person.birth_date)
        if any(one.canonical_name == person.canonical_name for one in self._namesakes.get(key, ())):
            yield Finding("full_name", ReasonCode.DUPLICATE_POSSIBLE)

    def _accept(self, person: Person, record: DoseRecord) -> None:
        if not person.touched and person.id is None:
            self._add(person)
        elif not person.doses:
            self._take_again(person, record.identity)
        person.doses[record.injected_on] = record.vaccine
        person.touched = True
        self._learn(person, record.identity)

    def _learn(self, person: Person, identity: Identity) -> None:
        """Learn what the register did not know; what it knows it keeps."""
        if person.sex is None and identity.sex is not None:
            person.sex = identity.sex
            person.changed = True
            person._stated = None
        for number in identity.old_numbers:
            if number not in person.old_numbers and number != person.id_number:
                person.old_numbers += (number,)
                person.learned.append(("id_number", number))
                person._stated = None
                self._by_number.setdefault(number, []).append(person)
        if identity.phone is not None and not person.has_phone(identity.phone):
            self._learn_phone(person, identity.phone)

    def _take_again(self, person: Person, identity: Identity) -> None:
        """Give a person who returns the numbers of their record back."""
        person.id_number, person.changed = identity.id_number, True
        person.old_numbers = tuple(one for one in person.old_numbers if one != identity.id_number)
        person._stated = None
        contact = (person.canonical_name, person.birth_date, identity.phone or "")
        if identity.phone is not None and contact not in self._contacts:
            person.phone = identity.phone
        self._add(person)

    def _learn_phone(self, person: Person, phone: str) -> None:
        contact = (person.canonical_name, person.birth_date, phone)
        if person.phone is None and contact not in self._contacts:
            person.phone = phone
            person.changed = True
            self._contacts.add(contact)
        else:
            person.phones += (phone,)
            person.learned.append(("phone", phone))
        self._by_phone[phone].append(person)

    def _add(self, person: Person) -> None:
        self.all.append(person)
        self._namesakes[person.bare, person.birth_date].append(person)
        for number in (person.id_number, *person.old_numbers):
            if number is not None:
                self._by_number.setdefault(number, []).append(person)
        if person.phone is not None:
            contact = (person.canonical_name, person.birth_date, person.phone)
            if contact in self._contacts and person.id is None:
                # The register has one such person already: the number is kept beside.
                person.phones += (person.phone,)
                person.learned.append(("phone", person.phone))
                person.phone = None
            self._contacts.add(contact)
        for phone in (person.phone, *person.phones):
            if phone is not None:
                self._by_phone[phone].append(person)


def _findings_of(found: _Found) -> list[Finding]:
    return comparison_findings(found.comparison, found.tier)


def _settled(noted: Iterable[Finding], found: _Found) -> Iterator[Finding]:
    """Leave out what an exact match settles: the register holds the same contradiction already."""
    for finding in noted:
        if found.tier is Tier.EXACT and finding.code is ReasonCode.ID_CONFLICTS_DOB_SEX:
            continue
        yield finding


def _new_person(identity: Identity, name: Name) -> Person:
    return Person(
        id=None,
        name=identity.name,
        canonical_name=name.canonical,
        birth_date=str(identity.birth_date),
        sex=identity.sex,
        id_number=identity.id_number,
        phone=identity.phone,
        _bare=identity.bare,
    )
