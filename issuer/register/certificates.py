"""Certificates in the register: what is reserved, what was issued, and what follows from that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Table, exists, func, insert, literal, select, update

from issuer.register.bulk import Cell, insert_rows, new_ids, update_column, within
from issuer.register.due import DuePerson, mark_due
from issuer.register.former import retire
from issuer.register.models import (
    CertificateRow,
    CertificateState,
    CertifiedRow,
    DoseRow,
    RecordState,
)
from issuer.register.people import members_of
from keys.errors import HintedError
from spec.certificate import Certificate, StatusPosition, Timestamp
from spec.certificate_number import certificate_number

__all__ = [
    "NoSuchCertificateError",
    "Reserved",
    "StandingCertificate",
    "abandon",
    "certificates_after",
    "certificates_of",
    "count_certificates",
    "every_certificate_of",
    "find_certificate",
    "reserve",
    "reserved_after",
    "store_issued",
]


_TABLE: Table = CertificateRow.__table__  # type: ignore[assignment]  # it is one
_RESERVED: Final = (
    "id", "person_id", "issuer", "position", "number", "state", "kid", "facts_digest", "payload",
    "reserved_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reserved:
    """A certificate whose position and payload are fixed, and which is not signed yet."""

    id: int
    person_id: int
    number: str
    kid: str
    payload: bytes


class NoSuchCertificateError(HintedError):
    """The register has no certificate to show or draw under a number."""

    code = "no_such_certificate"


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


def reserve(
    connection: Connection,
    issuer: str,
    rows: Sequence[tuple[DuePerson, StatusPosition, bytes, bytes]],
    kid: str,
    now: Timestamp,
) -> list[Reserved]:
    """Store certificates before they are signed: person, position, facts digest, payload."""
    ids = new_ids(connection, _TABLE, len(rows))
    cells: list[tuple[Cell, ...]] = []
    reserved = []
    for key, (person, position, digest, payload) in zip(ids, rows, strict=True):
        number = certificate_number(issuer, position)
        reserved.append(Reserved(key, person.id, number, kid, payload))
        cells.append((
            key, person.id, issuer, position.number, number, CertificateState.RESERVED.value, kid,
            digest, payload, now,
        ))  # fmt: skip
    insert_rows(connection, _TABLE, _RESERVED, cells)
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
    payloads = {one.person_id: one.payload for one, _ in ours}
    members = members_of(connection, payloads)
    retire(connection, payloads, lambda key: Certificate.from_cbor(payloads[key]), members, now)
    update_column(
        connection,
        _TABLE,
        "text",
        {certificate.id: text for certificate, text in ours},
        state=CertificateState.ISSUED.value,
        issued_at=int(now),
    )
    _mark_certified(connection, [*payloads, *members], now)
    return set(payloads)


def _mark_certified(connection: Connection, person_ids: Iterable[int], now: Timestamp) -> None:
    """Note of records when the first certificate that shows them was signed."""
    known = exists().where(CertifiedRow.record_id == DoseRow.id)
    shown = (
        select(DoseRow.id, literal(int(now)))
        .where(
            within(connection, DoseRow.__table__.c.person_id, person_ids),
            DoseRow.state == RecordState.ACCEPTED.value,
            ~known,
        )
        .order_by(DoseRow.id)
    )
    connection.execute(insert(CertifiedRow).from_select(["record_id", "at"], shown))


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
        .order_by(CertificateRow.id)  # two workers who lock the same rows must not cross
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
    mark_due(connection, [certificate.person_id for certificate in certificates])


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


def every_certificate_of(
    connection: Connection, person_ids: Sequence[int]
) -> list[StandingCertificate]:
    """The certificates of persons in whatever state, the newest last."""
    query = (
        select(*_STANDING)
        .where(within(connection, CertificateRow.__table__.c.person_id, person_ids))
        .order_by(CertificateRow.id)
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
