"""What the register tells for publication, one status list at a time.

A full list is all valid but for the exceptions, which a partial index holds: such a list is read
without its rows. Only a list that is not full is looked at place by place.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, select, text
from sqlalchemy.sql import ColumnElement

from issuer.register.desk_models import ErasedCertificateRow
from issuer.register.models import EXCEPTIONS, CertificateRow, CertificateState, StatusListRow
from spec.certificate import Timestamp
from spec.limits import STATUS_LIST_SIZE

__all__ = [
    "assigned_indices",
    "count_lists",
    "exceptions",
    "signed_payloads",
    "taken_positions",
    "young_revoked",
]

_SIGNED: Final = [
    state.value
    for state in (
        CertificateState.ISSUED,
        CertificateState.SUPERSEDED,
        CertificateState.SUSPENDED,
        CertificateState.REVOKED,
    )
]


def count_lists(connection: Connection, issuer: str) -> int:
    """How many status lists an issuer has; they are numbered from 0."""
    query = select(func.max(StatusListRow.number)).where(StatusListRow.issuer == issuer)
    newest = connection.execute(query).scalar()
    return 0 if newest is None else newest + 1


def taken_positions(connection: Connection, issuer: str, number: int) -> int:
    """How many positions of a list were ever given away."""
    query = select(StatusListRow.taken).where(
        StatusListRow.issuer == issuer, StatusListRow.number == number
    )
    return connection.execute(query).scalar_one()


def assigned_indices(connection: Connection, issuer: str, number: int) -> list[int]:
    """The indices of a list at which a certificate stands, in whatever state."""
    query = select(CertificateRow.position).where(*_in_list(issuer, number))
    first = number * STATUS_LIST_SIZE
    return [position - first for position in connection.execute(query).scalars()]


def exceptions(
    connection: Connection, issuer: str, number: int
) -> dict[CertificateState, list[int]]:
    """The indices of a list for each state in which it says something else than valid."""
    query = select(CertificateRow.state, CertificateRow.position).where(
        *_in_list(issuer, number), text(EXCEPTIONS)
    )
    indices: defaultdict[str, list[int]] = defaultdict(list)
    first = number * STATUS_LIST_SIZE
    for state, position in connection.execute(query):
        indices[state].append(position - first)
    return {CertificateState(state): found for state, found in indices.items()}


def young_revoked(
    connection: Connection, issuer: str, number: int, later_than: Timestamp
) -> list[int]:
    """The indices of revoked certificates whose `iat` is later than a time.

    `reserved_at` is the time inside the payload (issuer/issuing.py).
    """
    query = select(CertificateRow.position).where(
        *_in_list(issuer, number),
        text(EXCEPTIONS),
        CertificateRow.state == CertificateState.REVOKED.value,
        CertificateRow.reserved_at > later_than,
    )
    first = number * STATUS_LIST_SIZE
    return [position - first for position in connection.execute(query).scalars()]


def signed_payloads(
    connection: Connection, issuer: str, number: int, kid: str
) -> Iterator[tuple[int, bytes]]:
    """Index and payload of what a key (in hex) signed in a list, in whatever state it is now.

    The ids are looked up first: so the rows are read in the order in which they lie on the disk,
    and not in the random one of their positions.
    """
    ids = select(CertificateRow.id).where(*_in_list(issuer, number), CertificateRow.kid == kid)
    query = select(
        CertificateRow.position - number * STATUS_LIST_SIZE, CertificateRow.payload
    ).where(CertificateRow.id.in_(ids), CertificateRow.state.in_(_SIGNED))
    return ((index, payload) for index, payload in connection.execute(query))


def erased_digests(
    connection: Connection, issuer: str, number: int, kid: str
) -> Iterator[tuple[int, bytes]]:
    """Index and digest of what a key signed in a list and whose payload was erased since."""
    query = (
        select(CertificateRow.position - number * STATUS_LIST_SIZE, ErasedCertificateRow.digest)
        .join(ErasedCertificateRow, ErasedCertificateRow.certificate_id == CertificateRow.id)
        .where(*_in_list(issuer, number), CertificateRow.kid == kid)
        .where(CertificateRow.state.in_(_SIGNED))
    )
    return ((index, digest) for index, digest in connection.execute(query))


def _in_list(issuer: str, number: int) -> tuple[ColumnElement[bool], ...]:
    first = number * STATUS_LIST_SIZE
    last = first + STATUS_LIST_SIZE - 1
    return (CertificateRow.issuer == issuer, CertificateRow.position.between(first, last))
