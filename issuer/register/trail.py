"""Changes of status in the register: the state of a certificate and its line of the audit trail.

Every change that a verifier can come to know goes through here, so that the two are written in one
transaction. The trail is only ever added to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update
from sqlalchemy.orm import aliased

from issuer.register.models import CertificateRow, CertificateState, Row, StatusChangeRow
from spec.certificate import StatusPosition, Timestamp

__all__ = [
    "HeldCertificate",
    "StateChange",
    "TrailLine",
    "certificates_at",
    "change_states",
    "former_states",
    "trail_after",
    "trail_of",
]


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """As much of a certificate as its status depends on."""

    id: int
    position: int
    number: str
    state: CertificateState


@dataclass(frozen=True, kw_only=True, slots=True)
class StateChange:
    """One certificate that gets another state, and why."""

    certificate_id: int
    former_state: CertificateState
    state: CertificateState
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrailLine:
    """One line of the audit trail; no personal datum of a holder."""

    id: int
    number: str
    at: Timestamp
    operator: str
    reason: str
    former_state: CertificateState
    state: CertificateState


def certificates_at(
    connection: Connection, issuer: str, positions: Sequence[StatusPosition]
) -> dict[int, HeldCertificate]:
    """Find certificates by their positions; until the commit nobody else changes them."""
    query = (
        select(
            CertificateRow.id, CertificateRow.position, CertificateRow.number, CertificateRow.state
        )
        .where(
            CertificateRow.issuer == issuer,
            CertificateRow.position.in_([position.number for position in positions]),
        )
        .order_by(CertificateRow.id)  # two workers who lock the same rows must not cross
        .with_for_update()
    )
    return {
        position: HeldCertificate(key, position, number, CertificateState(state))
        for key, position, number, state in connection.execute(query)
    }


def former_states(
    connection: Connection, certificate_ids: Sequence[int]
) -> dict[int, CertificateState]:
    """The states that suspended certificates return to when they are reinstated.

    It is the state in which each was suspended; one whose person has a newer certificate by now,
    issued or suspended itself, is superseded.
    """
    query = (
        select(StatusChangeRow.certificate_id, StatusChangeRow.former_state)
        .where(
            StatusChangeRow.certificate_id.in_(certificate_ids),
            StatusChangeRow.state == CertificateState.SUSPENDED.value,
        )
        .order_by(StatusChangeRow.id)
    )
    states = {key: CertificateState(state) for key, state in connection.execute(query)}
    for key in connection.execute(_overtaken(certificate_ids)).scalars():
        states[key] = CertificateState.SUPERSEDED
    return states


def _overtaken(certificate_ids: Sequence[int]) -> "Select[int]":
    newer = aliased(CertificateRow)
    living = [CertificateState.ISSUED.value, CertificateState.SUSPENDED.value]
    return (
        select(CertificateRow.id)
        .join(newer, newer.person_id == CertificateRow.person_id)
        .where(
            CertificateRow.id.in_(certificate_ids),
            newer.id > CertificateRow.id,
            newer.state.in_(living),
        )
    )


def change_states(
    connection: Connection, changes: Sequence[StateChange], operator: str, now: Timestamp
) -> None:
    """Give certificates their new states and add a line to the trail for each."""
    for state in {change.state for change in changes}:
        ids = [change.certificate_id for change in changes if change.state is state]
        connection.execute(
            update(CertificateRow).where(CertificateRow.id.in_(ids)).values(state=state.value)
        )
    rows: list[Row] = [
        {
            "certificate_id": change.certificate_id,
            "at": now,
            "operator": operator,
            "reason": change.reason,
            "former_state": change.former_state.value,
            "state": change.state.value,
        }
        for change in changes
    ]
    if rows:
        connection.execute(insert(StatusChangeRow), rows)


def trail_of(connection: Connection, certificate_id: int) -> list[TrailLine]:
    """The lines about one certificate, the oldest first."""
    query = _lines().where(StatusChangeRow.certificate_id == certificate_id)
    return [_line(row) for row in connection.execute(query)]


def trail_after(
    connection: Connection, after: int, limit: int, since: Timestamp
) -> list[TrailLine]:
    """The next lines behind an id, of changes at a time or later, in the order of their making."""
    query = _lines().where(StatusChangeRow.id > after, StatusChangeRow.at >= since).limit(limit)
    return [_line(row) for row in connection.execute(query)]


def _lines() -> "Select[int, str, int, str, str, str, str]":
    return (
        select(
            StatusChangeRow.id,
            CertificateRow.number,
            StatusChangeRow.at,
            StatusChangeRow.operator,
            StatusChangeRow.reason,
            StatusChangeRow.former_state,
            StatusChangeRow.state,
        )
        .join(CertificateRow, CertificateRow.id == StatusChangeRow.certificate_id)
        .order_by(StatusChangeRow.id)
    )


def _line(row: Iterable[Any]) -> TrailLine:
    key, number, at, operator, reason, former_state, state = row
    return TrailLine(
        id=key,
        number=number,
        at=Timestamp(at),
        operator=operator,
        reason=reason,
        former_state=CertificateState(former_state),
        state=CertificateState(state),
    )
