"""Certificates whose status would fall: each stands until a second person agrees.

Whatever made the doses fewer, it is noticed where certificates are made (issuer/issuing.py), and a
proposal is written there with the reason and the operator of the change behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy import Connection, func, insert, select, update

from issuer.register.bulk import within
from issuer.register.due import mark_due
from issuer.register.models import CertificateRow, Row
from issuer.register.people_models import (
    MergeRow,
    ProposalRow,
    ProposalState,
    RecordChangeRow,
)
from issuer.register.places import family_of
from keys.errors import HintedError
from spec.certificate import Timestamp

__all__ = [
    "NOBODY",
    "Fall",
    "Proposal",
    "ProposalError",
    "ProposalState",
    "carried_out",
    "close_others",
    "decide",
    "name_cause",
    "open_of",
    "propose",
]

_OPEN: Final = [ProposalState.PENDING.value, ProposalState.APPROVED.value]
NOBODY: Final = "dosepass"
"""Who proposes a fall that no change of records explains."""
_UNNAMED: Final = (NOBODY, "no record changed: look at the vaccine table")


class ProposalError(HintedError):
    """A proposal cannot be decided so."""

    code: ClassVar[str] = "proposal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fall:
    """A certificate that would be followed by less."""

    person_id: int
    certificate_id: int
    facts_digest: bytes | None
    """What the next one would say; None where no dose is left."""
    doses_before: int
    doses_after: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """The newest proposal about a certificate."""

    id: int
    certificate_id: int
    facts_digest: bytes | None
    state: ProposalState
    reason: str
    proposed_by: str
    decided_by: str | None


def open_of(connection: Connection, certificate_ids: Iterable[int]) -> dict[int, Proposal]:
    """The newest proposal about each certificate that was not carried out."""
    table = ProposalRow.__table__.c
    query = (
        select(table.id, table.certificate_id, table.facts_digest, table.state, table.reason,
               table.proposed_by, table.decided_by)
        .where(
            within(connection, table.certificate_id, certificate_ids),
            table.state != ProposalState.DONE.value,
        )
        .order_by(table.id)
    )  # fmt: skip
    return {
        certificate_id: Proposal(
            key, certificate_id, digest, ProposalState(state), reason, proposed_by, decided_by
        )
        for key, certificate_id, digest, state, reason, proposed_by, decided_by in (
            connection.execute(query)
        )
    }


def propose(
    connection: Connection,
    falling: Sequence[Fall],
    known: dict[int, Proposal],
    families: Mapping[int, Sequence[int]],
    now: Timestamp,
) -> None:
    """Write down what would fall; a proposal of something else about the same one is obsolete.

    What was rejected is not proposed again. `families` names, for each person, everybody whose
    records count as theirs.
    """
    rows: list[Row] = []
    for fall in falling:
        former = known.get(fall.certificate_id)
        if former is not None:
            same = former.facts_digest == fall.facts_digest
            if same and former.state is not ProposalState.OBSOLETE:
                continue
            _set_state(connection, [former.id], ProposalState.OBSOLETE)
        operator, reason = _cause(connection, families[fall.person_id])
        rows.append({
            "person_id": fall.person_id,
            "certificate_id": fall.certificate_id,
            "facts_digest": fall.facts_digest,
            "doses_before": fall.doses_before,
            "doses_after": fall.doses_after,
            "reason": reason,
            "proposed_by": operator,
            "proposed_at": int(now),
            "state": ProposalState.PENDING.value,
        })  # fmt: skip
    if rows:
        connection.execute(insert(ProposalRow), rows)


def decide(
    connection: Connection,
    proposal_id: int,
    operator: str,
    now: Timestamp,
    *,
    agree: bool,
    note: str | None = None,
) -> None:
    """Let a second person agree that a certificate falls, or reject it.

    The next batch of issuing carries out what was agreed to. After a rejection the certificate
    stands, and the records are to be put right. Raises ProposalError when it is decided already,
    when nobody stands behind it, or for everybody who changed records of the person since the
    certificate was reserved: the last of several changes need not be the one that made it fall.
    """
    query = (
        select(ProposalRow.person_id, ProposalRow.proposed_by, ProposalRow.certificate_id)
        .where(ProposalRow.id == proposal_id, ProposalRow.state == ProposalState.PENDING.value)
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise ProposalError("there is no such pending proposal")
    if row.proposed_by == NOBODY:
        raise ProposalError(
            "nobody stands behind this fall yet", hint="a first person has to name the reason"
        )
    if operator in {row.proposed_by, *_hands(connection, row.person_id, row.certificate_id)}:
        raise ProposalError(
            "whoever had a hand in it cannot decide it", hint="a second person has to look at it"
        )
    state = ProposalState.APPROVED if agree else ProposalState.REJECTED
    connection.execute(
        update(ProposalRow)
        .where(ProposalRow.id == proposal_id)
        .values(state=state.value, decided_by=operator, decided_at=int(now), note=note)
    )
    mark_due(connection, [row.person_id])


def name_cause(connection: Connection, proposal_id: int, operator: str, reason: str) -> None:
    """Let a first person stand behind a fall that no change of records explains.

    Such is one that follows from a new vaccine table. Raises ProposalError where somebody does.
    """
    done = connection.execute(
        update(ProposalRow)
        .where(
            ProposalRow.id == proposal_id,
            ProposalRow.state == ProposalState.PENDING.value,
            ProposalRow.proposed_by == NOBODY,
        )
        .values(proposed_by=operator, reason=reason)
    )
    if not done.rowcount:
        raise ProposalError("there is no pending proposal that waits for a reason")


def carried_out(connection: Connection, proposals: Iterable[Proposal]) -> None:
    """Note that what was agreed to is done, in the transaction that does it."""
    _set_state(connection, [one.id for one in proposals], ProposalState.DONE)


def close_others(connection: Connection, person_ids: Sequence[int], keep: Iterable[int]) -> None:
    """Let the open proposals about persons lapse whose certificates fall no more."""
    connection.execute(
        update(ProposalRow)
        .where(
            within(connection, ProposalRow.__table__.c.person_id, person_ids),
            ProposalRow.state.in_(_OPEN),
            ProposalRow.certificate_id.not_in(list(keep)),
        )
        .values(state=ProposalState.OBSOLETE.value)
    )


def _set_state(connection: Connection, ids: Sequence[int], state: ProposalState) -> None:
    if ids:
        connection.execute(
            update(ProposalRow).where(ProposalRow.id.in_(ids)).values(state=state.value)
        )


def _hands(connection: Connection, person_id: int, certificate_id: int) -> set[str]:
    """Everybody who changed what a certificate rests on since it was reserved."""
    since = (
        select(CertificateRow.reserved_at)
        .where(CertificateRow.id == certificate_id)
        .scalar_subquery()
    )
    family = family_of(connection, [person_id])
    changed = select(RecordChangeRow.operator).where(
        within(connection, RecordChangeRow.__table__.c.person_id, family),
        RecordChangeRow.at >= since,
    )
    ours = within(connection, MergeRow.__table__.c.kept_id, family)
    merged = select(MergeRow.operator).where(ours, MergeRow.at >= since)
    undone = select(MergeRow.undone_by).where(ours, MergeRow.undone_at >= since)
    return {
        name
        for query in (changed, merged, undone)
        for name in connection.execute(query).scalars()
        if name is not None
    }


def _cause(connection: Connection, person_ids: Sequence[int]) -> tuple[str, str]:
    """Operator and reason of the last change to the records, or of a merge that was undone."""
    ours = within(connection, RecordChangeRow.__table__.c.person_id, person_ids)
    changed = (
        select(RecordChangeRow.at, RecordChangeRow.operator, RecordChangeRow.reason)
        .where(ours)
        .order_by(RecordChangeRow.id.desc())
        .limit(1)
    )
    undone = (
        select(MergeRow.undone_at, MergeRow.undone_by, func.coalesce(MergeRow.undone_why, ""))
        .where(
            within(connection, MergeRow.__table__.c.kept_id, person_ids),
            MergeRow.undone_at.is_not(None),
        )
        .order_by(MergeRow.undone_at.desc())
        .limit(1)
    )
    found = [*connection.execute(changed), *connection.execute(undone)]
    if not found:
        return _UNNAMED
    _, operator, reason = max(found, key=lambda row: row[0])
    return operator, reason
