"""Certificates that would say less: shown, and decided by a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from issuer.access.rights import Action, Actor, allowed
from issuer.desk.telling import check_people, check_reason, tell
from issuer.register import proposals
from issuer.register.models import CertificateRow
from issuer.register.people_models import ProposalRow
from issuer.register.places import answered_for
from issuer.register.proposals import ProposalError, ProposalState
from spec.certificate import Certificate, Timestamp
from spec.colour import Colour

__all__ = ["ShownFall", "confirm_fall", "list_falls", "name_fall", "refuse_fall"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownFall:
    """A certificate that stands until somebody else agrees; no personal datum."""

    id: int
    person_id: int
    number: str
    """The certificate's."""
    doses_before: int
    doses_after: int
    colour: Colour
    """Of the certificate that stands."""
    reason: str
    proposed_by: str
    proposed_at: Timestamp
    state: ProposalState
    decided_by: str | None
    named: bool
    """Whether a person stands behind it: without one, a first one has to name the reason."""


def list_falls(
    connection: Connection,
    actor: Actor,
    *,
    states: Sequence[ProposalState] = (ProposalState.PENDING,),
) -> list[ShownFall]:
    """The falls in an account's area, the oldest first."""
    if not allowed(actor, Action.CONFIRM_FALL, [actor.area]):
        return []
    query = _falls().where(
        ProposalRow.state.in_([one.value for one in states]),
        answered_for(actor.area, ProposalRow.person_id),
    )
    return [_shown(row) for row in connection.execute(query)]


def confirm_fall(
    connection: Connection, actor: Actor, fall_id: int, reason: str, now: Timestamp
) -> ShownFall:
    """Agree that a certificate falls; the next batch of issuing carries it out.

    Raises ProposalError for whoever had a hand in it, and when it is decided already.
    """
    return _decide(connection, actor, fall_id, reason, now, agree=True)


def refuse_fall(
    connection: Connection, actor: Actor, fall_id: int, reason: str, now: Timestamp
) -> ShownFall:
    """Let a certificate stand; the records behind it are then to be put right."""
    return _decide(connection, actor, fall_id, reason, now, agree=False)


def name_fall(
    connection: Connection, actor: Actor, fall_id: int, reason: str, now: Timestamp
) -> ShownFall:
    """Be the first person behind a fall that no change of records explains."""
    said = check_reason(reason)
    check_people(connection, actor, Action.CONFIRM_FALL, [_find(connection, fall_id).person_id])
    proposals.name_cause(connection, fall_id, actor.name, said)
    tell(connection, actor, now, "fall.name", f"fall {fall_id}", reason=said)
    return _shown(_find(connection, fall_id))


def _decide(
    connection: Connection, actor: Actor, fall_id: int, reason: str, now: Timestamp, *, agree: bool
) -> ShownFall:
    said = check_reason(reason)
    row = _find(connection, fall_id)
    check_people(connection, actor, Action.CONFIRM_FALL, [row.person_id])
    proposals.decide(connection, fall_id, actor.name, now, agree=agree, note=said)
    action = "fall.confirm" if agree else "fall.refuse"
    tell(connection, actor, now, action, f"fall {fall_id}", person=row.person_id, reason=said)
    return _shown(_find(connection, fall_id))


def _find(connection: Connection, fall_id: int) -> Any:
    row = connection.execute(_falls().where(ProposalRow.id == fall_id)).one_or_none()
    if row is None:
        raise ProposalError("there is no such proposal")
    return row


def _falls() -> "Select[Any]":
    return (
        select(ProposalRow.__table__, CertificateRow.number, CertificateRow.payload)
        .join(CertificateRow, CertificateRow.id == ProposalRow.certificate_id)
        .order_by(ProposalRow.id)
    )


def _shown(row: "Row[Any]") -> ShownFall:
    return ShownFall(
        id=row.id,
        person_id=row.person_id,
        number=row.number,
        doses_before=row.doses_before,
        doses_after=row.doses_after,
        colour=Certificate.from_cbor(row.payload).colour,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=Timestamp(row.proposed_at),
        state=ProposalState(row.state),
        decided_by=row.decided_by,
        named=row.proposed_by != proposals.NOBODY,
    )
