"""Records that wait for a person: why, whose they are to look at, and what was decided."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, insert, select, update

from issuer.access.rights import Area
from issuer.matching import Decision
from issuer.person import Person
from issuer.reasons import Finding, Severity
from issuer.records import DoseRecord
from issuer.register.bulk import Cell, insert_rows, new_ids, within
from issuer.register.due import mark_due
from issuer.register.history import record_changes
from issuer.register.locks import lock_matching
from issuer.register.models import DoseRow, PersonRow, RecordState, Row
from issuer.register.people import note_identifiers
from issuer.register.people_models import ReviewDecision, ReviewItemRow
from issuer.register.places import at_site, place
from issuer.register.sites import Site
from keys.errors import HintedError
from spec.certificate import Timestamp
from spec.names import bare_letters, canonical_name

__all__ = [
    "Waiting",
    "WaitingError",
    "assign",
    "close_corrected",
    "decide",
    "new_person",
    "open_items",
    "overtake",
    "record_row",
    "reopen",
    "wait_again",
]

_DECIDED: Final = "decided"
"""The tier of a record whose person somebody named."""


class WaitingError(HintedError):
    """A record cannot be decided, or a decision not be taken back."""

    code: ClassVar[str] = "waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A record that begins to wait."""

    record_id: int
    record: DoseRecord
    decision: Decision
    site: Site | None
    province: str | None
    district: str | None
    """Of the residence."""

    @property
    def place(self) -> Area:
        """Whose it is to look at."""
        site = self.site
        province, district = (None, None) if site is None else (site.province, site.district)
        return place(None, province, district, self.province or None, self.district or None)


def open_items(connection: Connection, waiting: Sequence[Waiting], now: Timestamp) -> None:
    """Put records into the queue, each with what differs and whose it is to look at."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.record_id,
            None if one.decision.person is None else one.decision.person.id,
            differences_of(one.record, one.decision.person, one.decision.findings),
            None if one.site is None else one.site.id,
            one.place.province,
            one.place.district,
            now,
        )
        for one in waiting
    ]
    insert_rows(connection, ReviewItemRow.__table__, _OPENED, rows)  # type: ignore[arg-type]  # a table


_OPENED: Final = (
    "record_id", "person_id", "differences", "site_id", "province", "district", "opened_at",
)  # fmt: skip


def differences_of(record: DoseRecord, person: Person | None, findings: Sequence[Finding]) -> str:
    """What somebody has to look at, as JSON: field, kind, and both values side by side."""
    stated = _stated(record)
    known = {} if person is None else _known(person, record.injected_on)
    return json.dumps(
        [
            {
                "field": finding.field,
                "kind": finding.code.value,
                "record": stated.get(finding.field),
                "person": known.get(finding.field),
            }
            for finding in findings
            if finding.severity is Severity.REVIEW
        ],
        ensure_ascii=False,
    )


def decide(
    connection: Connection,
    item_id: int,
    decision: ReviewDecision,
    operator: str,
    now: Timestamp,
    *,
    person_id: int | None = None,
    note: str | None = None,
) -> int | None:
    """Close an item as somebody decided, and do to its record what follows.

    `same` needs the person it is about: the one shown, unless `person_id` names another; what the
    register did not know of that person it learns. `new` makes a person of the record. `refused`
    keeps the record as refused. Gives the id of the person. Raises WaitingError when the item is
    closed already.
    """
    lock_matching(connection)
    item = _open_item(connection, item_id)
    record = record_row(connection, item.record_id)
    if decision is ReviewDecision.SAME:
        person = _same(connection, person_id or item.person_id, record, now)
    elif decision is ReviewDecision.NEW:
        person = new_person(connection, record, now)
    else:
        person = item.person_id
    accepted = decision in (ReviewDecision.SAME, ReviewDecision.NEW)
    state = RecordState.ACCEPTED if accepted else RecordState.REFUSED
    record_changes(connection, [record.id], state, operator, note or decision.value, now)
    changes: Row = {"person_id": person}
    if accepted:
        changes |= {"validated_at": int(now), "tier": _DECIDED}
    connection.execute(update(DoseRow).where(DoseRow.id == record.id).values(**changes))
    if accepted and person is not None:
        mark_due(connection, [_root(connection, person)])
    _close(connection, [item_id], decision, operator, note, now)
    return person


def reopen(
    connection: Connection,
    item_id: int,
    operator: str,
    now: Timestamp,
    *,
    reason: str = "decision taken back",
) -> int:
    """Take a decision back: the record waits again, under a new item, whose id this gives.

    What its person's certificate says follows; where its status would fall, a second person has to
    agree. Raises WaitingError when nothing was decided, or something happened to the record since.
    """
    lock_matching(connection)
    item = connection.execute(
        select(ReviewItemRow.__table__).where(ReviewItemRow.id == item_id).with_for_update()
    ).one_or_none()
    if item is None or item.decision is None or item.undone_at is not None:
        raise WaitingError("there is no decision to take back")
    record = record_row(connection, item.record_id)
    accepted = item.decision in (ReviewDecision.SAME, ReviewDecision.NEW)
    if record.state != (RecordState.ACCEPTED if accepted else RecordState.REFUSED):
        raise WaitingError("the record was changed since", hint="look at the record's history")
    record_changes(connection, [record.id], RecordState.REVIEW, operator, reason, now)
    connection.execute(
        update(DoseRow)
        .where(DoseRow.id == record.id)
        .values(person_id=item.person_id, validated_at=None)
    )
    if accepted and record.person_id is not None:
        mark_due(connection, [_root(connection, record.person_id)])
    connection.execute(
        update(ReviewItemRow)
        .where(ReviewItemRow.id == item_id)
        .values(undone_at=int(now), undone_by=operator)
    )
    return _open_again(connection, item, now)


def wait_again(connection: Connection, record_id: int, now: Timestamp) -> int:
    """Let a record wait again as it waited last; gives the new item."""
    query = (
        select(ReviewItemRow.__table__)
        .where(ReviewItemRow.record_id == record_id)
        .order_by(ReviewItemRow.id.desc())
        .limit(1)
    )
    return _open_again(connection, connection.execute(query).one(), now)


def _open_again(connection: Connection, item: Any, now: Timestamp) -> int:
    again: Row = {name: getattr(item, name) for name in _AGAIN}
    own = Area(province=item.province, district=item.district)
    now_at = at_site(connection, item.site_id, own)
    again |= {"province": now_at.province, "district": now_at.district}
    (new_id,) = new_ids(connection, ReviewItemRow.__table__, 1)  # type: ignore[arg-type]  # a table
    connection.execute(insert(ReviewItemRow), {"id": new_id, **again, "opened_at": int(now)})
    return new_id


_AGAIN = ("record_id", "person_id", "differences", "site_id")


def assign(connection: Connection, record_id: int, person_id: int) -> None:
    """Say whose a waiting record is, before a corrected one takes its place."""
    connection.execute(
        update(DoseRow)
        .where(DoseRow.id == record_id, DoseRow.state == RecordState.REVIEW.value)
        .values(person_id=person_id)
    )


def close_corrected(
    connection: Connection, item_id: int, operator: str, note: str, now: Timestamp
) -> None:
    """Say of an item that a corrected record took the place of the one that waited."""
    _close(connection, [item_id], ReviewDecision.CORRECTED, operator, note, now)


def overtake(
    connection: Connection, record_ids: Sequence[int], operator: str, now: Timestamp
) -> None:
    """Close the items of records that something else happened to first."""
    table = ReviewItemRow.__table__.c
    query = select(table.id).where(
        within(connection, table.record_id, record_ids), table.decided_at.is_(None)
    )
    ids = list(connection.execute(query).scalars())
    _close(connection, ids, ReviewDecision.OVERTAKEN, operator, None, now)


def _close(
    connection: Connection,
    item_ids: Sequence[int],
    decision: ReviewDecision,
    operator: str,
    note: str | None,
    now: Timestamp,
) -> None:
    if item_ids:
        connection.execute(
            update(ReviewItemRow)
            .where(within(connection, ReviewItemRow.__table__.c.id, item_ids))
            .values(decision=decision.value, decided_by=operator, decided_at=int(now), note=note)
        )


def _open_item(connection: Connection, item_id: int) -> Any:
    item = connection.execute(
        select(ReviewItemRow.__table__)
        .where(ReviewItemRow.id == item_id, ReviewItemRow.decided_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if item is None:
        raise WaitingError("there is no such open item", hint="somebody else may have decided it")
    return item


def record_row(connection: Connection, record_id: int) -> Any:
    """A record's row; in a writing transaction nobody else changes it then."""
    query = select(DoseRow.__table__).where(DoseRow.id == record_id).with_for_update()
    return connection.execute(query).one()


def _root(connection: Connection, person_id: int) -> int:
    """The person who stands for one."""
    query = select(PersonRow.merged_into).where(PersonRow.id == person_id)
    return connection.execute(query).scalar_one() or person_id


def _same(connection: Connection, person_id: int | None, record: Any, now: Timestamp) -> int:
    """Let a person learn from a record that is theirs: numbers, and a sex that was not known."""
    if person_id is None:
        raise WaitingError("name the person whose record it is")
    person = connection.execute(
        select(PersonRow.__table__).where(PersonRow.id == person_id).with_for_update()
    ).one_or_none()
    if person is None or person.erased_at is not None:
        raise WaitingError("there is no such person")
    changes: Row = {}
    if person.sex is None and record.sex is not None:
        changes["sex"] = record.sex
    if person.id_number is None and record.id_number is not None and _free(connection, record):
        changes["id_number"] = record.id_number
    if changes:
        connection.execute(update(PersonRow).where(PersonRow.id == person_id).values(**changes))
    former = (record.old_numbers or "").split()
    if "id_number" not in changes and record.id_number not in (None, person.id_number):
        former.append(record.id_number)
    _note_numbers(connection, person_id, record, former, now)
    return person_id


def new_person(connection: Connection, record: Any, now: Timestamp) -> int:
    """Make a person of a record. A number that is somebody else's is noted, never taken over."""
    (person_id,) = new_ids(connection, PersonRow.__table__, 1)  # type: ignore[arg-type]  # a table
    free = _free(connection, record)
    row: Row = {
        "id": person_id,
        "name": record.full_name,
        "canonical_name": canonical_name(record.full_name),
        "bare_name": bare_letters(canonical_name(record.full_name)),
        "birth_date": record.birth_date,
        "sex": record.sex,
        "id_number": record.id_number if free else None,
        "phone": None,  # two of one name, birth date and telephone number: noted beside
        "created_at": int(now),
    }
    connection.execute(insert(PersonRow), row)
    former = (record.old_numbers or "").split()
    if record.id_number is not None and not free:
        former.append(record.id_number)
    _note_numbers(connection, person_id, record, former, now)
    return person_id


def _free(connection: Connection, record: Any) -> bool:
    query = select(PersonRow.id).where(PersonRow.id_number == record.id_number)
    return record.id_number is not None and connection.execute(query).first() is None


def _note_numbers(
    connection: Connection, person_id: int, record: Any, former: Sequence[str], now: Timestamp
) -> None:
    numbers = [("id_number", number) for number in former]
    if record.phone is not None:
        numbers.append(("phone", record.phone))
    rows: list[Row] = [
        {
            "person_id": person_id,
            "kind": kind,
            "value": value,
            "record_id": record.id,
            "noted_at": int(now),
        }
        for kind, value in numbers
    ]
    note_identifiers(connection, rows)


def _stated(record: DoseRecord) -> dict[str, str | int | None]:
    identity = record.identity
    return {
        "full_name": identity.name,
        "birth_date": str(identity.birth_date),
        "sex": identity.sex,
        "id_number": identity.id_number,
        "phone": identity.phone,
        "vaccine": record.vaccine,
        "injected_on": record.injected_on.isoformat(),
        "dose_number": record.dose_number,
    }


def _known(person: Person, day: date) -> dict[str, str | int | None]:
    near = min(person.doses, key=lambda other: abs((other - day).days), default=None)
    return {
        "full_name": person.name,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "id_number": person.id_number,
        "phone": person.phone,
        "vaccine": person.doses.get(day),
        "injected_on": None if near is None else near.isoformat(),
    }
