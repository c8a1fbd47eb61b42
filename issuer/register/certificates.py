"""Certificates in the register: who is due, what is reserved, what was issued."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from issuer.register.bulk import new_ids, within
from issuer.register.former import retire
from issuer.register.models import (
    CertificateRow,
    CertificateState,
    DoseRow,
    PersonRow,
    RecordState,
    Row,
)
from issuer.register.people import members_of
from spec.certificate import Certificate, StatusPosition, Timestamp
from spec.certificate_number import certificate_number

__all__ = [
    "DuePerson",
    "Reserved",
    "StandingCertificate",
    "abandon",
    "certificates_after",
    "certificates_of",
    "clear_due",
    "count_certificates",
    "count_due",
    "due_people",
    "find_certificate",
    "reserve",
    "reserved_after",
    "store_issued",
]


@dataclass(frozen=True, slots=True)
class DuePerson:
    """A person whose certificate may have to follow a record."""

    id: int
    name: str
    birth_date: str
    id_number: str | None
    merged_into: int | None
    """The person who stands for this one: then that one's certificate is to follow."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """A certificate whose position and payload are fixed, and which is not signed yet."""

    id: int
    person_id: int
    number: str
    kid: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class StandingCertificate:
    """A certificate as the register holds it, without the person's row."""

    id: int
    number: str
    state: CertificateState
    kid: str
    payload: bytes
    text: str | None
    issued_at: int | None


def count_due(connection: Connection) -> int:
    """How many persons are due."""
    return connection.execute(select(func.count()).where(PersonRow.due == 1)).scalar_one()


def due_people(connection: Connection, after: int, limit: int) -> list[DuePerson]:
    """The next due persons behind an id; where the database can, no other worker gets them.

    Somebody with a reserved certificate stays due until it is signed: nobody has two.
    """
    reserved = exists().where(
        CertificateRow.person_id == PersonRow.id, CertificateRow.state == CertificateState.RESERVED
    )
    query = (
        select(
            PersonRow.id,
            PersonRow.name,
            PersonRow.birth_date,
            PersonRow.id_number,
            PersonRow.merged_into,
        )
        .where(PersonRow.due == 1, PersonRow.id > after, ~reserved)
        .order_by(PersonRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [DuePerson(*row) for row in connection.execute(query)]


def clear_due(connection: Connection, person_ids: Sequence[int]) -> None:
    """Take persons off the list of due ones, in the transaction that did what was due."""
    ours = within(connection, PersonRow.__table__.c.id, person_ids)
    connection.execute(update(PersonRow).where(ours).values(due=0))


def reserve(
    connection: Connection,
    issuer: str,
    rows: Sequence[tuple[DuePerson, StatusPosition, bytes, bytes]],
    kid: str,
    now: Timestamp,
) -> list[Reserved]:
    """Store certificates before they are signed: person, position, facts digest, payload."""
    ids = new_ids(connection, CertificateRow.__table__, len(rows))  # type: ignore[arg-type]  # a table
    parameters: list[Row] = []
    reserved = []
    for key, (person, position, digest, payload) in zip(ids, rows, strict=True):
        number = certificate_number(issuer, position)
        reserved.append(Reserved(key, person.id, number, kid, payload))
        parameters.append({
            "id": key,
            "person_id": person.id,
            "issuer": issuer,
            "position": position.number,
            "number": number,
            "state": CertificateState.RESERVED.value,
            "kid": kid,
            "facts_digest": digest,
            "payload": payload,
            "reserved_at": now,
        })  # fmt: skip
    if parameters:
        connection.execute(insert(CertificateRow), parameters)
    return reserved


def reserved_after(connection: Connection, after: int, limit: int) -> list[Reserved]:
    """The next reserved certificates behind an id."""
    query = (
        select(
            CertificateRow.id,
            CertificateRow.person_id,
            CertificateRow.number,
            CertificateRow.kid,
            CertificateRow.payload,
        )
        .where(CertificateRow.state == CertificateState.RESERVED, CertificateRow.id > after)
        .order_by(CertificateRow.id)
        .limit(limit)
    )
    return [Reserved(*row) for row in connection.execute(query)]


def store_issued(
    connection: Connection, signed: Sequence[tuple[Reserved, str]], now: Timestamp
) -> set[int]:
    """Store the texts of certificates, and take out of use what the same persons had before.

    Gives the ids of the persons. A former certificate is superseded when all it says is true, and
    revoked when something in it was wrong; what was suspended so stays so unless it was wrong. A
    certificate that another worker has stored in the meantime keeps its text, and what that worker
    has issued after it stands.
    """
    ours = _still_reserved(connection, signed)
    if not ours:
        return set()
    newer = {one.person_id: Certificate.from_cbor(one.payload) for one, _ in ours}
    retire(connection, newer, members_of(connection, newer), now)
    statement = (
        update(CertificateRow)
        .where(CertificateRow.id == bindparam("key"))
        .values(state=CertificateState.ISSUED.value, text=bindparam("new_text"), issued_at=int(now))
    )
    parameters = [{"key": certificate.id, "new_text": text} for certificate, text in ours]
    connection.execute(statement, parameters)
    _mark_certified(connection, newer, now)
    return set(newer)


def _mark_certified(connection: Connection, person_ids: Iterable[int], now: Timestamp) -> None:
    """Note of records when the first certificate that shows them was signed."""
    roots = list(person_ids)
    family = [*roots, *members_of(connection, roots)]
    connection.execute(
        update(DoseRow)
        .where(
            within(connection, DoseRow.__table__.c.person_id, family),
            DoseRow.state == RecordState.ACCEPTED.value,
            DoseRow.certified_at.is_(None),
        )
        .values(certified_at=int(now))
    )


def _still_reserved(
    connection: Connection, signed: Sequence[tuple[Reserved, str]]
) -> list[tuple[Reserved, str]]:
    """Those that nobody has stored or given up; their rows stay ours until the commit."""
    query = (
        select(CertificateRow.id)
        .where(
            within(
                connection,
                CertificateRow.__table__.c.id,
                [certificate.id for certificate, _ in signed],
            ),
            CertificateRow.state == CertificateState.RESERVED,
        )
        .with_for_update()
    )
    ids = set(connection.execute(query).scalars())
    return [one for one in signed if one[0].id in ids]


def abandon(connection: Connection, certificates: Sequence[Reserved], note: str) -> None:
    """Give up certificates that must not be signed; their persons are due again."""
    connection.execute(
        update(CertificateRow)
        .where(
            CertificateRow.id.in_([certificate.id for certificate in certificates]),
            CertificateRow.state == CertificateState.RESERVED,
        )
        .values(state=CertificateState.ABANDONED.value, note=note)
    )
    connection.execute(
        update(PersonRow)
        .where(PersonRow.id.in_([certificate.person_id for certificate in certificates]))
        .values(due=1)
    )


_STANDING = (
    CertificateRow.id,
    CertificateRow.number,
    CertificateRow.state,
    CertificateRow.kid,
    CertificateRow.payload,
    CertificateRow.text,
    CertificateRow.issued_at,
)


def find_certificate(
    connection: Connection, issuer: str, position: StatusPosition
) -> StandingCertificate | None:
    """Find a certificate by its place in the status lists."""
    query = select(*_STANDING).where(
        CertificateRow.issuer == issuer, CertificateRow.position == position.number
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _standing(*row)


def certificates_after(
    connection: Connection, after: int, limit: int, states: Sequence[CertificateState]
) -> list[StandingCertificate]:
    """The next certificates in some states behind an id, in the order of their reservation."""
    query = (
        select(*_STANDING)
        .where(CertificateRow.state.in_([state.value for state in states]))
        .where(CertificateRow.id > after)
        .order_by(CertificateRow.id)
        .limit(limit)
    )
    return [_standing(*row) for row in connection.execute(query)]


def count_certificates(connection: Connection, state: CertificateState) -> int:
    """How many certificates are in a state."""
    query = select(func.count()).where(CertificateRow.state == state.value)
    return connection.execute(query).scalar_one()


def certificates_of(connection: Connection, person_ids: Sequence[int]) -> list[StandingCertificate]:
    """The issued certificates of persons."""
    query = select(*_STANDING).where(
        CertificateRow.person_id.in_(person_ids), CertificateRow.state == CertificateState.ISSUED
    )
    return [_standing(*row) for row in connection.execute(query)]


def _standing(
    key: int,
    number: str,
    state: str,
    kid: str,
    payload: bytes,
    text: str | None,
    issued_at: int | None,
) -> StandingCertificate:
    return StandingCertificate(key, number, CertificateState(state), kid, payload, text, issued_at)
