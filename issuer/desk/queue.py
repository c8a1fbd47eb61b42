"""The review queue: what waits, whose it is and until when; claimed, decided, taken back.

Doors for commands and services alike. Each takes the connection of a transaction that writes
(looking at somebody is told in the audit trail too), who acts, and the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection

from issuer.access.rights import Action, Actor, Area, check
from issuer.desk.claims import check_claim, claim_row, release_row
from issuer.desk.corrected import corrected
from issuer.desk.telling import check_reason, tell
from issuer.person import Person
from issuer.records import Rules
from issuer.register import changes, waiting
from issuer.register.locks import lock_matching
from issuer.register.people import load_persons
from issuer.register.people_models import ReviewDecision
from issuer.register.queue_rows import ITEMS, find_row, place_of_row
from issuer.register.waiting import record_row
from keys.errors import HintedError
from spec.certificate import Timestamp
from spec.dates import BirthDate
from spec.differences import Likeness, Name, Numbers
from spec.identity import Sex
from spec.match import StatedIdentity, compare
from spec.vaccines import VaccineTable

__all__ = ["Decided", "QueueError", "claim", "correct", "decide", "release", "undo"]


class QueueError(HintedError):
    """An item of the queue cannot be claimed or decided so."""

    code: ClassVar[str] = "queue"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What came of a decision."""

    item_id: int
    record_id: int
    """The record that stands now: after a correction, the corrected one."""
    person_id: int | None
    decision: ReviewDecision


def claim(connection: Connection, actor: Actor, item_id: int, now: Timestamp) -> Timestamp:
    """Keep an item for oneself; gives until when. Raises ClaimedError while another has it."""
    item = _open_for(connection, actor, item_id, now)
    until = claim_row(connection, ITEMS, item, actor, now)
    tell(connection, actor, now, "queue.claim", f"record {item.record_id}", item=item_id)
    return until


def release(connection: Connection, actor: Actor, item_id: int, now: Timestamp) -> None:
    """Give a claimed item back to everybody. Raises ClaimedError when somebody else has it."""
    item = _open_for(connection, actor, item_id, now)
    release_row(connection, ITEMS, item, actor, now)
    tell(connection, actor, now, "queue.release", f"record {item.record_id}", item=item_id)


def decide(
    connection: Connection,
    actor: Actor,
    item_id: int,
    decision: ReviewDecision,
    now: Timestamp,
    *,
    person_id: int | None = None,
    reason: str | None = None,
) -> Decided:
    """Say whose record it is (`same`, `new`), or refuse it with a reason.

    Of two who decide at the same moment the first wins; the second gets a WaitingError. Raises
    QueueError for a person with whom the record has nothing in common.
    """
    if decision not in (ReviewDecision.SAME, ReviewDecision.NEW, ReviewDecision.REFUSED):
        raise QueueError("an item is decided as same, new or refused")
    said = check_reason(reason) if reason or decision is ReviewDecision.REFUSED else None
    lock_matching(connection)
    item = _open_for(connection, actor, item_id, now)
    if decision is ReviewDecision.SAME:
        _check_person(connection, item, person_id or item.person_id)
    person = waiting.decide(
        connection, item_id, decision, actor.name, now, person_id=person_id, note=said
    )
    _tell_decision(connection, actor, now, item, decision, person)
    return Decided(item_id=item_id, record_id=item.record_id, person_id=person, decision=decision)


def correct(
    connection: Connection,
    actor: Actor,
    item_id: int,
    cells: Mapping[str, str],
    reason: str,
    now: Timestamp,
    *,
    rules: Rules,
    table: VaccineTable,
    person_id: int | None = None,
) -> Decided:
    """Mend what the waiting record states, and let it count for its person.

    Without a person shown or named, it becomes somebody new's. What the correction changes of the
    record, it changes of the person too. Raises ValuesError, ChangeError, QueueError.
    """
    said = check_reason(reason)
    lock_matching(connection)
    item = _open_for(connection, actor, item_id, now)
    record = record_row(connection, item.record_id)
    if not any(cells.values()):
        raise QueueError("say what is to be corrected", hint="name a field and its right value")
    mended = corrected(record, cells, rules, table)
    person = person_id or item.person_id
    if person is None:
        person = waiting.decide(connection, item_id, ReviewDecision.NEW, actor.name, now, note=said)
    else:
        _check_person(connection, item, person)
        waiting.assign(connection, record.id, person)
    new_id = changes.replace(connection, record.id, mended, actor.name, said, now)
    waiting.close_corrected(connection, item_id, actor.name, said, now)
    _tell_decision(connection, actor, now, item, ReviewDecision.CORRECTED, person)
    return Decided(
        item_id=item_id, record_id=new_id, person_id=person, decision=ReviewDecision.CORRECTED
    )


def undo(connection: Connection, actor: Actor, item_id: int, reason: str, now: Timestamp) -> int:
    """Take a decision back; gives the new item under which the record waits again.

    Where the person's certificate would say less then, a second person has to agree first.
    """
    said = check_reason(reason)
    item, owner = _found(connection, item_id)
    check(actor, Action.REVIEW, owner)
    if item.decision == ReviewDecision.CORRECTED:
        raise QueueError(
            "a corrected record took its place", hint="correct that one again, or withdraw it"
        )
    new_id = waiting.reopen(connection, item_id, actor.name, now, reason=said)
    tell(
        connection, actor, now, "queue.undo", f"record {item.record_id}", item=item_id, again=new_id
    )
    return new_id


def _found(connection: Connection, item_id: int) -> tuple[Any, Area]:
    found = find_row(connection, ITEMS, id=item_id)
    if found is None:
        raise QueueError("the queue has no such item")
    return found, place_of_row(found)


def _open_for(connection: Connection, actor: Actor, item_id: int, now: Timestamp) -> Any:
    """An open item that the actor may work on, locked until the commit."""
    item, owner = _found(connection, item_id)
    check(actor, Action.REVIEW, owner)
    if item.decided_at is not None:
        raise QueueError(
            "that item is decided already", hint="look at it; a decision can be taken back"
        )
    check_claim(item, actor, now)
    return item


def _check_person(connection: Connection, item: Any, person_id: int | None) -> None:
    """A slip of a digit in a person's number must not give a dose to a stranger."""
    if person_id is None:
        raise QueueError("nobody is shown with this record", hint="name the person, or say new")
    found = load_persons(connection, [person_id])
    if not found:
        raise QueueError("the register has no such person")
    if person_id != item.person_id and _strangers(record_row(connection, item.record_id), found[0]):
        raise QueueError(
            "the record has nothing in common with that person", hint="check the person's number"
        )


def _strangers(record: Any, person: Person) -> bool:
    stated = StatedIdentity(
        name=Name(record.full_name),
        birth_date=BirthDate.parse(record.birth_date),
        sex=None if record.sex is None else Sex(record.sex),
        numbers=Numbers(number=record.id_number),
    )
    comparison = compare(stated, person.stated)
    fields = (comparison.name, comparison.birth_date, comparison.id_number)
    agree = sum(one.likeness in (Likeness.AGREES, Likeness.CLOSE) for one in fields)
    return agree + person.has_phone(record.phone) < _LEAST_IN_COMMON


_LEAST_IN_COMMON = 2
"""Of name, birth date, identity number and telephone number; each at least nearly."""


def _tell_decision(
    connection: Connection,
    actor: Actor,
    now: Timestamp,
    item: Any,
    decision: ReviewDecision,
    person: int | None,
) -> None:
    tell(
        connection,
        actor,
        now,
        "queue.decide",
        f"record {item.record_id}",
        item=item.id,
        decision=decision.value,
        person=person,
    )
