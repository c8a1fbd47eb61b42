"""Why somebody has the colour they have, or none: what is recorded, what waits, what was refused.

The answer to the question of 2021 that nobody could answer. It names records, days, sites and
reasons, and nothing personal besides the doses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, and_, func, or_, select, text, union

from issuer.course import Course, course_of
from issuer.desk.answering import due_at
from issuer.reasons import Finding, Severity
from issuer.register.bulk import within
from issuer.register.doses import findings_of
from issuer.register.models import (
    UNMATCHED,
    CertificateRow,
    CertificateState,
    DoseRow,
    DueRow,
    PersonRow,
    RecordState,
)
from issuer.register.people import load_doses, numbers_of
from issuer.register.people_models import (
    IdentifierRow,
    ProposalRow,
    ProposalState,
    ReviewItemRow,
)
from spec.certificate import Certificate, StatusPosition, Timestamp
from spec.colour import Colour
from spec.vaccines import VaccineTable

__all__ = [
    "Answer",
    "Because",
    "RecordSeen",
    "Statement",
    "person_of_certificate",
    "person_of_number",
    "records_of_number",
    "why",
]


class Because(StrEnum):
    """What can be said in answer; the codes are stable."""

    COMPLETE = "complete"
    """The course is complete, and a green certificate says so."""
    COMPLETE_SOON = "complete_soon"
    """The course is complete; the next run of issuing makes the certificate."""
    STARTED = "started"
    """Doses are missing: no record of a further one counts."""
    WAITING = "waiting"
    """A record waits for somebody to look at it."""
    REFUSED = "refused"
    """A record was refused and does not count; what is wrong with it has to be mended."""
    WITHDRAWN = "withdrawn"
    """A record was taken back, and no other one of that day counts."""
    FALLING = "falling"
    """Less is recorded than the certificate says; a second person has to agree first."""
    SUSPENDED = "suspended"
    """The certificate is held back."""
    REVOKED = "revoked"
    """The certificate was taken back, and no other one stands."""
    STOPPED = "stopped"
    """The lint stopped the certificate before it was signed."""
    NOTHING = "nothing"
    """No record has come. That is no statement about the person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordSeen:
    """One dose record of a person, as it stands."""

    record_id: int
    state: RecordState
    injected_on: date | None
    product: str | None
    site: str | None
    received_at: Timestamp
    due_at: Timestamp
    """By when somebody has to have decided, while it waits."""
    certified_at: Timestamp | None
    findings: tuple[Finding, ...]

    @property
    def causes(self) -> tuple[Finding, ...]:
        """Why it waits or was refused."""
        wanted = {RecordState.REVIEW: Severity.REVIEW, RecordState.REFUSED: Severity.BLOCK}
        return tuple(one for one in self.findings if one.severity is wanted.get(self.state))


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One sentence of the answer, and the record or certificate that it is about."""

    because: Because
    record: RecordSeen | None = None
    certificate: str | None = None
    older: CertificateState | None = None
    """Of a complete course: what became of the certificate before, when its code is still about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The whole answer about one person."""

    person_id: int | None
    course: Course | None
    """What counts; None where nothing does."""
    records: tuple[RecordSeen, ...]
    statements: tuple[Statement, ...]

    @property
    def colour(self) -> Colour | None:
        """The colour that the doses amount to."""
        return None if self.course is None else self.course.colour


def person_of_number(connection: Connection, id_number: str) -> int | None:
    """The person who has an identity number now or had it before, or whom a waiting record names.

    Of somebody who was merged, the person who stands for them.
    """
    former = select(IdentifierRow.person_id).where(
        IdentifierRow.kind == "id_number", IdentifierRow.value == id_number
    )
    query = (
        select(func.coalesce(PersonRow.merged_into, PersonRow.id))
        .where(or_(PersonRow.id_number == id_number, PersonRow.id.in_(former)))
        .order_by(PersonRow.id_number != id_number)
        .limit(1)
    )
    return connection.execute(query).scalar()


def person_of_certificate(
    connection: Connection, issuer: str, position: StatusPosition
) -> int | None:
    """The person of a certificate; of somebody who was merged, who stands for them."""
    query = (
        select(func.coalesce(PersonRow.merged_into, PersonRow.id))
        .join(CertificateRow, CertificateRow.person_id == PersonRow.id)
        .where(CertificateRow.issuer == issuer, CertificateRow.position == position.number)
    )
    return connection.execute(query).scalar()


def why(
    connection: Connection, person_id: int | None, id_number: str | None, table: VaccineTable
) -> Answer:
    """Say why a person has the colour they have.

    Their numbers, and `id_number`, also find records that could not be joined to a person. At least
    one of the two is given.
    """
    family = [] if person_id is None else _family(connection, person_id)
    numbers = numbers_of(connection, family) | ({id_number} if id_number else set())
    records = tuple(_records(connection, family, numbers, table))
    counting = {} if person_id is None else load_doses(connection, [person_id])
    doses = counting.get(person_id) if person_id is not None else None
    course = course_of(doses, table) if doses else None
    certificates = _certificates(connection, family)
    falling = _falling(connection, family)
    statements = (
        *_about_certificates(certificates, course, falling),
        *_about_course(course, certificates, _is_due(connection, family)),
        *(Statement(because=_STATES[one.state], record=one) for one in records
          if one.state in _STATES),
    )  # fmt: skip
    if falling is None and (course is None or course.colour is Colour.YELLOW):
        statements = (*statements, *_about_withdrawn(records))
    return Answer(
        person_id=person_id,
        course=course,
        records=records,
        statements=statements or (Statement(because=Because.NOTHING),),
    )


_STATES: Final = {RecordState.REVIEW: Because.WAITING, RecordState.REFUSED: Because.REFUSED}


def _about_withdrawn(records: tuple[RecordSeen, ...]) -> Iterator[Statement]:
    """What was taken back did come: somebody who lost a dose by it is told so."""
    counting = {one.injected_on for one in records if one.state is RecordState.ACCEPTED}
    for one in records:
        if one.state is RecordState.WITHDRAWN and one.injected_on not in counting:
            yield Statement(because=Because.WITHDRAWN, record=one)


def _about_course(course: Course | None, certificates: list[Any], due: bool) -> Iterator[Statement]:
    if course is None:
        return
    if course.colour is Colour.YELLOW:
        yield Statement(because=Because.STARTED)
        return
    passing = [one for one in certificates if one.state in _PASSING]
    if passing and Certificate.from_cbor(passing[-1].payload).colour is Colour.GREEN:
        former = [CertificateState(one.state) for one in certificates if one is not passing[-1]]
        older = next((one for one in reversed(former) if one in _TOLD), None)
        yield Statement(because=Because.COMPLETE, certificate=passing[-1].number, older=older)
    elif due:
        yield Statement(because=Because.COMPLETE_SOON)


_PASSING: Final = (CertificateState.ISSUED, CertificateState.SUPERSEDED)
"""What a verifier lets pass; somebody may have marked the newest one as overtaken by hand."""
_TOLD: Final = (CertificateState.SUPERSEDED, CertificateState.REVOKED)
"""Of a former certificate, whose code somebody may still have."""


def _about_certificates(
    certificates: list[Any], course: Course | None, falling: str | None
) -> Iterator[Statement]:
    if falling is not None:
        yield Statement(because=Because.FALLING, certificate=falling)
    if not certificates:
        return
    newest = certificates[-1]
    if newest.state == CertificateState.SUSPENDED:
        yield Statement(because=Because.SUSPENDED, certificate=newest.number)
    elif newest.state == CertificateState.REVOKED:
        yield Statement(because=Because.REVOKED, certificate=newest.number)
    elif newest.state == CertificateState.ABANDONED and course is not None:
        yield Statement(because=Because.STOPPED, certificate=newest.number)


def _family(connection: Connection, person_id: int) -> list[int]:
    """The person and everybody who is merged into them."""
    query = select(PersonRow.id).where(
        or_(PersonRow.id == person_id, PersonRow.merged_into == person_id)
    )
    return list(connection.execute(query).scalars())


def _is_due(connection: Connection, family: list[int]) -> bool:
    """Tell whether the next run of issuing looks at them."""
    column = DueRow.__table__.c.person_id
    query = select(column).where(within(connection, column, family))
    return connection.execute(query.limit(1)).scalar() is not None


def records_of_number(
    connection: Connection, id_number: str, table: VaccineTable
) -> tuple[RecordSeen, ...]:
    """The records of a number that were refused, or wait: also those that are nobody's."""
    return tuple(_records(connection, [], {id_number}, table))


def _records(
    connection: Connection, family: list[int], numbers: set[str], table: VaccineTable
) -> Iterator[RecordSeen]:
    columns, items = DoseRow.__table__.c, ReviewItemRow
    found = [select(columns.id).where(within(connection, columns.person_id, family))]
    for number in numbers:
        # A row that is not even divided into cells has no number: only the text that came.
        unread = and_(
            columns.id_number.is_(None),
            columns.state == RecordState.REFUSED.value,
            columns.raw.contains(number, autoescape=True),
        )
        theirs = or_(columns.id_number == number, unread)
        found.append(select(columns.id).where(text(UNMATCHED), theirs))
    query = (
        select(
            columns.id, columns.state, columns.injected_on, columns.vaccine, columns.site,
            columns.received_at, DoseRow.certified_at.label("certified_at"),
            columns.findings, items.opened_at,
        )
        .outerjoin(items, and_(items.record_id == columns.id, items.decided_at.is_(None)))
        .where(columns.id.in_(union(*found)))
        .order_by(columns.injected_on, columns.id)
    )  # fmt: skip
    for row in connection.execute(query):
        yield RecordSeen(
            record_id=row.id,
            state=RecordState(row.state),
            injected_on=row.injected_on,
            product=None if row.vaccine is None else table.name_of(row.vaccine),
            site=row.site,
            received_at=row.received_at,
            due_at=due_at(row.received_at if row.opened_at is None else row.opened_at),
            certified_at=row.certified_at,
            findings=findings_of(row.findings),
        )


def _certificates(connection: Connection, family: list[int]) -> list[Any]:
    """Number, state and payload of the family's certificates, the newest last."""
    columns = CertificateRow.__table__.c
    query = (
        select(columns.number, columns.state, columns.payload)
        .where(within(connection, columns.person_id, family))
        .order_by(columns.id)
    )
    return list(connection.execute(query))


def _falling(connection: Connection, family: list[int]) -> str | None:
    """The number of a certificate whose status would fall, while nobody has agreed."""
    proposals = ProposalRow.__table__.c
    query = (
        select(CertificateRow.number)
        .join(ProposalRow, ProposalRow.certificate_id == CertificateRow.id)
        .where(
            within(connection, proposals.person_id, family),
            proposals.state == ProposalState.PENDING.value,
        )
    )
    return connection.execute(query).scalar()
