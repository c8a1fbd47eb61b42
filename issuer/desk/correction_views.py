"""What correction requests show: to whoever asks by number, and to whoever decides them."""

import json
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from issuer.access.rights import NATION, Action, Actor, Area, check
from issuer.desk.answering import ANSWER_SECONDS, claimed_until, due_at, is_overdue
from issuer.desk.attachments import ShownAttachment, papers_of
from issuer.desk.corrected import cells_of
from issuer.desk.corrections import find_request
from issuer.desk.rejections import Rejection
from issuer.desk.request_target import accepted_doses
from issuer.desk.telling import tell
from issuer.register.desk_models import CorrectionStepRow, RequestState
from issuer.register.queue_rows import CORRECTIONS, Asked, count_rows, oldest_rows, place_of_row
from spec.certificate import Timestamp
from spec.vaccines import VaccineTable

__all__ = [
    "AskedChange", "RequestFilter", "RequestPage", "RequestStatus", "RequestStep", "ShownRequest",
    "list_requests", "show_request", "status_of",
]  # fmt: skip

_START: Final = (0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestFilter:
    """Which open requests are asked for; all inside the area of whoever asks."""

    mine: bool = False
    overdue: bool = False
    area: Area = NATION


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestStatus:
    """How a request stands, without a personal datum: what anybody sees who has its number."""

    number: str
    state: RequestState
    opened_at: Timestamp
    due_at: Timestamp
    overdue: bool
    owner: Area
    site: str | None
    """The name of the site whose it is."""
    reason: Rejection | None
    note: str | None
    decided_at: Timestamp | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestStep:
    """One step of a request."""

    at: Timestamp
    operator: str
    state: RequestState
    reason: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedChange:
    """One field: what stands now in the record that is meant, and what shall stand."""

    field: str
    now: str
    asked: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRequest:
    """All that somebody needs to decide."""

    status: RequestStatus
    asker: str
    entered_by: str
    person_id: int | None
    doses: tuple[int, ...]
    stated: dict[str, str]
    changes: tuple[AskedChange, ...]
    attachments: tuple[ShownAttachment, ...]
    claimed_by: str | None
    claimed_until: Timestamp | None
    evidence: str | None
    decided_by: str | None
    steps: tuple[RequestStep, ...]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """So many requests, each with who has claimed it, and how many there are."""

    lines: tuple[tuple[RequestStatus, str | None], ...]
    total: int
    next: tuple[int, int] | None


def status_of(connection: Connection, number: str, now: Timestamp) -> RequestStatus:
    """How a request stands, for whoever has its number. Raises RequestNumberError."""
    return _status(find_request(connection, number), now)


def list_requests(
    connection: Connection,
    actor: Actor,
    now: Timestamp,
    wanted: RequestFilter | None = None,
    *,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> RequestPage:
    """The undecided requests of an account's area, the oldest first, page by page."""
    wanted = wanted or RequestFilter()
    check(actor, Action.DECIDE_CORRECTION, actor.area)
    asked = Asked(
        areas=(actor.area, wanted.area),
        claimed_by=actor.name if wanted.mine else None,
        opened_before=now - ANSWER_SECONDS if wanted.overdue else None,
    )
    rows = oldest_rows(connection, CORRECTIONS, asked, after or _START, limit + 1)
    more = len(rows) > limit
    return RequestPage(
        tuple((_status(row, now), _claimer(row, now)) for row in rows[:limit]),
        count_rows(connection, CORRECTIONS, asked),
        (rows[limit - 1].opened_at, rows[limit - 1].id) if more else None,
    )


def show_request(
    connection: Connection, actor: Actor, number: str, now: Timestamp, table: VaccineTable
) -> ShownRequest:
    """One request, what stands now beside what is asked for. Told in the audit trail."""
    row = find_request(connection, number)
    check(actor, Action.DECIDE_CORRECTION, place_of_row(row))
    tell(connection, actor, now, "correction.show", f"correction {row.number}")
    doses = tuple(int(one) for one in row.doses.split())
    stands = _standing(connection, row.person_id, doses, table)
    return ShownRequest(
        status=_status(row, now),
        asker=row.asker,
        entered_by=row.entered_by,
        person_id=row.person_id,
        doses=doses,
        stated=json.loads(row.stated),
        changes=tuple(
            AskedChange(field=field, now=stands.get(field, ""), asked=value)
            for field, value in json.loads(row.changes).items()
        ),
        attachments=papers_of(connection, row.id),
        claimed_by=_claimer(row, now),
        claimed_until=claimed_until(row.claimed_at, now),
        evidence=row.evidence,
        decided_by=row.decided_by,
        steps=tuple(_steps(connection, row.id)),
    )


def _standing(
    connection: Connection, person_id: int | None, doses: tuple[int, ...], table: VaccineTable
) -> dict[str, str]:
    days = [] if person_id is None else accepted_doses(connection, person_id)
    meant = [days[one - 1][0] for one in doses if one <= len(days)]
    return cells_of(meant[0], table) if meant else {}


def _status(row: Any, now: Timestamp) -> RequestStatus:
    state = RequestState(row.state)
    if state is RequestState.OPEN and _claimer(row, now) is not None:
        state = RequestState.CLAIMED
    return RequestStatus(
        number=row.number,
        state=state,
        opened_at=Timestamp(row.opened_at),
        due_at=due_at(row.opened_at),
        overdue=row.decided_at is None and is_overdue(row.opened_at, now),
        owner=place_of_row(row),
        site=row.site_name,
        reason=None if row.reason is None else Rejection(row.reason),
        note=row.note,
        decided_at=row.decided_at,
    )


def _claimer(row: Any, now: Timestamp) -> str | None:
    name: str | None = row.claimed_by
    return None if claimed_until(row.claimed_at, now) is None else name


def _steps(connection: Connection, correction_id: int) -> list[RequestStep]:
    table = CorrectionStepRow
    query = (
        select(table.at, table.operator, table.state, table.reason, table.note)
        .where(table.correction_id == correction_id)
        .order_by(table.id)
    )
    return [
        RequestStep(
            at=Timestamp(at), operator=operator, state=RequestState(state), reason=reason, note=note
        )
        for at, operator, state, reason, note in connection.execute(query)
    ]
