"""The certificates that persons have already, and what becomes of them when newer ones follow."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from issuer.register.bulk import within
from issuer.register.models import CertificateRow, CertificateState
from issuer.register.trail import StateChange, change_states
from issuer.succession import succeeded, wrong_fields
from spec.certificate import Certificate, Timestamp

__all__ = ["Former", "former_of", "retire", "revoke_all"]

_LIVING: Final = (
    CertificateState.RESERVED,
    CertificateState.ISSUED,
    CertificateState.SUSPENDED,
    CertificateState.SUPERSEDED,
)
_AUTOMATIC: Final = "dosepass"
_NEWER: Final = "a newer certificate was issued"


@dataclass(frozen=True, slots=True)
class Former:
    """A certificate that a person has, in whatever state it may be believed in."""

    id: int
    person_id: int
    state: CertificateState
    facts_digest: bytes
    payload: bytes

    @property
    def facts(self) -> Certificate:
        """What it says."""
        return Certificate.from_cbor(self.payload)

    @property
    def counts(self) -> bool:
        """Whether it is the person's certificate now; one that is suspended is held back only."""
        return self.state is not CertificateState.SUPERSEDED


def former_of(connection: Connection, person_ids: Iterable[int]) -> dict[int, list[Former]]:
    """The certificates of persons that a reader may believe, or soon may: the oldest first."""
    table = CertificateRow.__table__.c
    query = (
        select(table.id, table.person_id, table.state, table.facts_digest, table.payload)
        .where(within(connection, table.person_id, person_ids), table.state.in_(_LIVING))
        .order_by(table.id)  # two workers who lock the same rows must not cross
        .with_for_update()
    )
    found: defaultdict[int, list[Former]] = defaultdict(list)
    for key, person_id, state, digest, payload in connection.execute(query).all():
        found[person_id].append(Former(key, person_id, CertificateState(state), digest, payload))
    return dict(found)


def retire(
    connection: Connection,
    people: Iterable[int],
    newer: Callable[[int], Certificate],
    members: Mapping[int, int],
    now: Timestamp,
    keep: Iterable[int] = (),
) -> None:
    """Take the former certificates of persons out of use, for what their newer ones say.

    `newer` gives what a person's newer one says; most have no former one, and it is not asked.
    `members` are those who are merged into the persons: their certificates go with them. What is
    reserved stays, and so does what is in `keep`.
    """
    kept = set(keep)
    former = former_of(connection, [*people, *members])
    changes = [
        change
        for person_id, certificates in former.items()
        for one in certificates
        if one.id not in kept
        and one.state is not CertificateState.RESERVED
        and (change := _change(one, newer(members.get(person_id, person_id)))) is not None
    ]
    if changes:
        change_states(connection, changes, _AUTOMATIC, now)


def revoke_all(
    connection: Connection, certificates: Iterable[Former], reason: str, now: Timestamp
) -> None:
    """Revoke what is left of somebody's certificates, for a reason that two persons agreed on."""
    changes = [
        StateChange(
            certificate_id=one.id,
            former_state=one.state,
            state=CertificateState.REVOKED,
            reason=reason,
        )
        for one in certificates
        if one.state is not CertificateState.RESERVED
    ]
    change_states(connection, changes, _AUTOMATIC, now)


def _change(former: Former, newer: Certificate) -> StateChange | None:
    """What becomes of one; None where it stays as it is."""
    state = succeeded(former.facts, newer)
    if state is CertificateState.SUPERSEDED and former.state is not CertificateState.ISSUED:
        return None
    wrong = ", ".join(wrong_fields(former.facts, newer))
    return StateChange(
        certificate_id=former.id,
        former_state=former.state,
        state=state,
        reason=f"corrected: {wrong}" if wrong else _NEWER,
    )
