"""What the review queue shows: its list without personal data, and one item side by side."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from issuer.access.rights import NATION, Action, Actor, Area, check
from issuer.desk.answering import ANSWER_SECONDS, claimed_until, due_at, is_overdue
from issuer.desk.corrected import cells_of
from issuer.desk.queue import QueueError
from issuer.desk.telling import tell
from issuer.printing.wording import birth_date_text, day_text
from issuer.reasons import ReasonCode
from issuer.register.models import DoseRow, PersonRow, RecordState
from issuer.register.places import family_of
from issuer.register.queue_rows import (
    ITEMS,
    Asked,
    count_rows,
    find_row,
    oldest_rows,
    place_of_row,
)
from issuer.register.waiting import record_row
from issuer.source import COLUMNS
from spec.certificate import Timestamp, VaccineCode
from spec.dates import BirthDate
from spec.vaccines import VaccineTable

__all__ = [
    "FieldPair",
    "QueueFilter",
    "QueueLine",
    "QueuePage",
    "ShownDose",
    "ShownItem",
    "doses_of",
    "known_fields",
    "list_items",
    "show_item",
]

_START: Final = (0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFilter:
    """Which open items are asked for; all inside the area of whoever asks."""

    mine: bool = False
    """Only those that the account has claimed."""
    kind: ReasonCode | None = None
    overdue: bool = False
    area: Area = NATION


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueLine:
    """One item of the queue, without a personal datum."""

    id: int
    record_id: int
    person_id: int | None
    """The person that it may be about."""
    kinds: tuple[tuple[str, ReasonCode], ...]
    """Field and kind of each difference."""
    owner: Area
    site: str | None
    """The site's name."""
    opened_at: Timestamp
    due_at: Timestamp
    overdue: bool
    claimed_by: str | None
    claimed_until: Timestamp | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """So many items, and how many there are."""

    lines: tuple[QueueLine, ...]
    total: int
    next: tuple[int, int] | None
    """Where the next page begins; None after the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPair:
    """One field of the record beside the person's."""

    field: str
    record: str
    person: str
    kind: ReasonCode | None
    """How they differ; None where nobody has to look."""


@dataclass(frozen=True, slots=True)
class ShownDose:
    """One dose that counts for the person."""

    record_id: int
    vaccine: str
    day: str
    site: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownItem:
    """All that somebody needs to decide."""

    line: QueueLine
    fields: tuple[FieldPair, ...]
    raw: str
    """The row as it came."""
    doses: tuple[ShownDose, ...]
    decision: str | None
    decided_by: str | None
    decided_at: Timestamp | None
    note: str | None


def list_items(
    connection: Connection,
    actor: Actor,
    now: Timestamp,
    wanted: QueueFilter | None = None,
    *,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> QueuePage:
    """The open items of an account's area, the oldest first, page by page."""
    wanted = wanted or QueueFilter()
    check(actor, Action.REVIEW, actor.area)
    asked = Asked(
        areas=(actor.area, wanted.area),
        claimed_by=actor.name if wanted.mine else None,
        containing=None if wanted.kind is None else ("differences", f'"{wanted.kind}"'),
        opened_before=now - ANSWER_SECONDS if wanted.overdue else None,
    )
    rows = oldest_rows(connection, ITEMS, asked, after or _START, limit + 1)
    lines = tuple(_line(row, now) for row in rows[:limit])
    more = len(rows) > limit
    return QueuePage(
        lines,
        count_rows(connection, ITEMS, asked),
        (rows[limit - 1].opened_at, rows[limit - 1].id) if more else None,
    )


def show_item(
    connection: Connection, actor: Actor, item_id: int, now: Timestamp, table: VaccineTable
) -> ShownItem:
    """One item with both sides of every field. Told in the audit trail."""
    item = find_row(connection, ITEMS, id=item_id)
    if item is None:
        raise QueueError("the queue has no such item")
    check(actor, Action.REVIEW, place_of_row(item))
    record = record_row(connection, item.record_id)
    tell(connection, actor, now, "queue.show", f"record {record.id}", item=item_id)
    return ShownItem(
        line=_line(item, now),
        fields=tuple(_pairs(connection, item, cells_of(record, table), table)),
        raw=record.raw,
        doses=() if item.person_id is None else doses_of(connection, item.person_id, table),
        decision=item.decision,
        decided_by=item.decided_by,
        decided_at=item.decided_at,
        note=item.note,
    )


def doses_of(connection: Connection, person_id: int, table: VaccineTable) -> tuple[ShownDose, ...]:
    """The doses that count for a person, by their days."""
    query = (
        select(DoseRow.id, DoseRow.vaccine, DoseRow.injected_on, DoseRow.site)
        .where(
            DoseRow.person_id.in_(family_of(connection, [person_id])),
            DoseRow.state == RecordState.ACCEPTED.value,
        )
        .order_by(DoseRow.injected_on, DoseRow.id)
    )
    return tuple(
        ShownDose(key, table.name_of(VaccineCode(vaccine or 0)), day_text(day), site or "")
        for key, vaccine, day, site in connection.execute(query)
        if day is not None
    )


def _line(row: Any, now: Timestamp) -> QueueLine:
    until = claimed_until(row.claimed_at, now)
    return QueueLine(
        id=row.id,
        record_id=row.record_id,
        person_id=row.person_id,
        kinds=tuple((one["field"], ReasonCode(one["kind"])) for one in json.loads(row.differences)),
        owner=place_of_row(row),
        site=row.site_name,
        opened_at=Timestamp(row.opened_at),
        due_at=due_at(row.opened_at),
        overdue=row.decided_at is None and is_overdue(row.opened_at, now),
        claimed_by=None if until is None else row.claimed_by,
        claimed_until=until,
    )


def _pairs(
    connection: Connection, item: Any, stated: dict[str, str], table: VaccineTable
) -> Sequence[FieldPair]:
    differences = {one["field"]: one for one in json.loads(item.differences)}
    known = known_fields(connection, item.person_id)
    for field in ("vaccine", "injected_on"):
        # The dose that it was held against, as it stood then.
        known[field] = _dose_text(field, differences.get(field, {}).get("person"), table)
    pairs = [
        FieldPair(
            field=field,
            record=stated[field],
            person=known.get(field, ""),
            kind=_kind(differences.get(field)),
        )
        for field in COLUMNS
    ]
    others = [one for one in differences if one not in COLUMNS]
    return [*pairs, *(FieldPair(field=one, record="", person="", kind=_kind(differences[one]))
                      for one in others)]  # fmt: skip


def _kind(difference: Any) -> ReasonCode | None:
    return None if difference is None else ReasonCode(difference["kind"])


def known_fields(connection: Connection, person_id: int | None) -> dict[str, str]:
    """What the register knows of a person, by column; empty for nobody."""
    query = select(
        PersonRow.name, PersonRow.birth_date, PersonRow.sex, PersonRow.id_number, PersonRow.phone
    ).where(PersonRow.id == person_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return {}
    return {
        "full_name": row.name,
        "birth_date": birth_date_text(BirthDate.parse(row.birth_date)),
        "sex": row.sex or "",
        "id_number": row.id_number or "",
        "phone": row.phone or "",
    }


def _dose_text(field: str, value: Any, table: VaccineTable) -> str:
    if value is None:
        return ""
    if field == "vaccine":
        return table.name_of(VaccineCode(value))
    year, month, day = f"{value}".split("-")
    return f"{day}/{month}/{year}"
