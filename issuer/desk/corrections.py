"""Correction requests: opened with a number, decided with words, and carried out.

Every request has a number, a state, a clock of 48 hours, an owner, and in the end a reason. What is
approved goes through the register's own doors, so that the certificates follow.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, insert, select, update

from issuer.access.rights import Action, Actor, check
from issuer.desk.carrying_out import carry_out
from issuer.desk.claims import check_claim, claim_row, release_row
from issuer.desk.corrected import DOSE_FIELDS, PERSON_FIELDS, cells_of, check_cells
from issuer.desk.evidence import Evidence, find_evidence
from issuer.desk.rejections import Rejection
from issuer.desk.request_numbers import new_number, parse_number
from issuer.desk.request_target import Target, area_of_request, target_of
from issuer.desk.telling import NoSuchPersonError, check_reason, tell
from issuer.records import Rules
from issuer.register.desk_models import CorrectionRow, CorrectionStepRow, RequestState
from issuer.register.locks import lock_matching
from issuer.register.models import Row
from issuer.register.places import family_of
from issuer.register.queue_rows import CORRECTIONS, find_row, place_of_row
from issuer.source import COLUMNS
from keys.errors import HintedError
from spec.certificate import Timestamp
from spec.limits import MAX_DOSES
from spec.vaccines import VaccineTable

__all__ = [
    "Applied", "Asker", "CorrectionAsk", "CorrectionError", "approve", "claim_request",
    "find_request", "open_request", "put_off", "reject", "release_request",
]  # fmt: skip

STATED: Final = (*PERSON_FIELDS, "workplace")
"""Whom a request is about, as the asker says."""


class CorrectionError(HintedError):
    """A request cannot be opened or decided so."""

    code: ClassVar[str] = "correction"


class Asker(StrEnum):
    """Who asks."""

    PERSON = "person"
    """Somebody without an account, through a member of staff."""
    SITE = "site"


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionAsk:
    """What somebody asks for."""

    asker: Asker
    doses: tuple[int, ...]
    """Which doses: 1, 2 or both."""
    changes: Mapping[str, str]
    """What shall stand, by field (the columns of a file of dose records)."""
    stated: Mapping[str, str]
    """Whom it is about: full_name, birth_date, sex, id_number, phone, workplace."""
    person_id: int | None = None
    """The person, where that is known already."""
    site: str = ""
    """Name or code of the site that gave the injection."""
    province: str | None = None
    district: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What an approval did."""

    number: str
    person_id: int
    record_ids: tuple[int, ...]
    """The corrected records, or the one that was missing."""
    evidence: str


def open_request(
    connection: Connection,
    actor: Actor,
    ask: CorrectionAsk,
    now: Timestamp,
    *,
    rules: Rules,
    table: VaccineTable,
) -> str:
    """Enter a request; gives its number, which the asker keeps.

    It belongs to the site that gave the injection, where that is known: as it is named, or by the
    record of the dose. Else to the district or the province that is named, or in which it is
    entered; else to the nation. Raises CorrectionError, and ValuesError with the field and the kind
    of error.
    """
    check(actor, Action.ASK_CORRECTION, actor.area)
    _check_ask(ask)
    if ask.person_id is not None and not family_of(connection, [ask.person_id]):
        raise NoSuchPersonError
    target = target_of(connection, ask.person_id, ask.stated, ask.doses, ask.site, rules, now)
    check_cells(ask.changes, _known(target, ask, table), rules)
    area = area_of_request(connection, target.site_id, ask.province, ask.district, actor.area)
    number = _unused_number(connection)
    row: Row = {
        "number": number,
        "asker": ask.asker.value,
        "entered_by": actor.name,
        "opened_at": int(now),
        "person_id": target.person_id,
        "doses": " ".join(f"{one}" for one in sorted(set(ask.doses))),
        "changes": _json(ask.changes),
        "stated": _json(ask.stated),
        "site_id": target.site_id,
        "province": area.province,
        "district": area.district,
        "state": RequestState.OPEN.value,
    }
    key = connection.execute(insert(CorrectionRow).returning(CorrectionRow.id), row).scalar_one()
    _step(connection, key, actor, now, RequestState.OPEN)
    tell(connection, actor, now, "correction.open", f"correction {number}", asker=ask.asker)
    return number


def claim_request(connection: Connection, actor: Actor, number: str, now: Timestamp) -> Timestamp:
    """Keep a request for oneself; gives until when. Raises ClaimedError while another has it."""
    row = _open_for(connection, actor, number, now)
    until = claim_row(connection, CORRECTIONS, row, actor, now)
    tell(connection, actor, now, "correction.claim", f"correction {row.number}")
    return until


def release_request(connection: Connection, actor: Actor, number: str, now: Timestamp) -> None:
    """Give a claimed request back to everybody. Raises ClaimedError when another has it."""
    row = _open_for(connection, actor, number, now)
    release_row(connection, CORRECTIONS, row, actor, now)
    tell(connection, actor, now, "correction.release", f"correction {row.number}")


def approve(
    connection: Connection,
    actor: Actor,
    number: str,
    evidence: Evidence,
    now: Timestamp,
    *,
    rules: Rules,
    table: VaccineTable,
    note: str | None = None,
    person_id: int | None = None,
) -> Applied:
    """Do what was asked for, on the evidence of a paper or of the site's own record.

    The records are corrected and the person with them; certificates follow with the next batch of
    issuing. Of two who decide at once the first wins. Raises CorrectionError, EvidenceError,
    ValuesError, ChangeError; nothing is done then, and the request stays open.
    """
    said = None if note is None else check_reason(note)
    lock_matching(connection)
    row = _open_for(connection, actor, number, now)
    changes, doses = json.loads(row.changes), [int(one) for one in row.doses.split()]
    person = person_id or row.person_id
    proof = find_evidence(connection, actor, evidence, row, person, changes, rules, table)
    why = f"correction {row.number}"
    new_person, records = carry_out(
        connection, person, doses, json.loads(row.stated), changes, actor.name, why, now,
        rules=rules, table=table,
    )  # fmt: skip
    _close(connection, row, actor, now, RequestState.APPROVED, note=said, evidence=proof,
           person_id=new_person)  # fmt: skip
    tell(connection, actor, now, "correction.approve", why, person=new_person, evidence=proof)
    return Applied(
        number=row.number, person_id=new_person, record_ids=tuple(records), evidence=proof
    )


def put_off(connection: Connection, actor: Actor, number: str, note: str, now: Timestamp) -> None:
    """Say that a request will be finished later, and why; its clock goes on."""
    said = check_reason(note)
    row = _open_for(connection, actor, number, now)
    connection.execute(
        update(CorrectionRow)
        .where(CorrectionRow.id == row.id)
        .values(state=RequestState.LATER.value, note=said, claimed_by=None, claimed_at=None)
    )
    _step(connection, row.id, actor, now, RequestState.LATER, note=said)
    tell(connection, actor, now, "correction.later", f"correction {row.number}")


def reject(
    connection: Connection,
    actor: Actor,
    number: str,
    reason: Rejection,
    now: Timestamp,
    *,
    note: str | None = None,
) -> None:
    """Reject a request for one of the thirteen published reasons. Raises CorrectionError."""
    said = None if note is None else check_reason(note)
    row = _open_for(connection, actor, number, now)
    _close(connection, row, actor, now, RequestState.REJECTED, note=said, reason=reason.value)
    why = f"correction {row.number}"
    tell(connection, actor, now, "correction.reject", why, reason=reason.value)


def find_request(connection: Connection, number: str) -> Any:
    """The row of a request with its place; raises RequestNumberError, CorrectionError."""
    row = find_row(connection, CORRECTIONS, number=parse_number(number))
    if row is None:
        raise CorrectionError("there is no correction request of that number")
    return row


def _check_ask(ask: CorrectionAsk) -> None:
    unknown = [*(ask.changes.keys() - set(COLUMNS)), *(ask.stated.keys() - set(STATED))]
    if unknown:
        raise CorrectionError(f"there is no such field: {sorted(unknown)[0]}")
    if not ask.changes or not all(ask.changes.values()):
        raise CorrectionError("say what shall stand in each field that is to be corrected")
    if not ask.doses or not all(1 <= one <= MAX_DOSES for one in ask.doses):
        raise CorrectionError("say which dose is meant: 1, 2 or both")
    if "injected_on" in ask.changes and len(set(ask.doses)) > 1:
        raise CorrectionError("two doses have two days", hint="ask for one dose at a time")
    if ask.person_id is None and not ask.stated.get("full_name"):
        raise CorrectionError("say whom it is about", hint="full_name, birth_date, id_number")


def _known(target: Target, ask: CorrectionAsk, table: VaccineTable) -> dict[str, str]:
    """What stands now, or what the asker says besides."""
    now = {} if target.record is None else cells_of(target.record, table)
    stated = {name: ask.stated.get(name, "") for name in PERSON_FIELDS}
    return now or {**stated, **dict.fromkeys(DOSE_FIELDS, "")}


def _unused_number(connection: Connection) -> str:
    while True:
        number = new_number()
        taken = select(CorrectionRow.id).where(CorrectionRow.number == number)
        if connection.execute(taken).first() is None:
            return number


def _open_for(connection: Connection, actor: Actor, number: str, now: Timestamp) -> Any:
    """An undecided request that the actor may decide, locked until the commit."""
    row = find_request(connection, number)
    check(actor, Action.DECIDE_CORRECTION, place_of_row(row))
    if row.decided_at is not None:
        raise CorrectionError("that request is decided already", hint="open another one")
    check_claim(row, actor, now)
    return row


def _close(
    connection: Connection, row: Any, actor: Actor, now: Timestamp, state: RequestState,
    *, note: str | None, **values: str | int,
) -> None:  # fmt: skip
    connection.execute(
        update(CorrectionRow)
        .where(CorrectionRow.id == row.id)
        .values(
            state=state.value,
            note=note,
            decided_by=actor.name,
            decided_at=int(now),
            claimed_by=None,
            claimed_at=None,
            **values,
        )
    )
    _step(connection, row.id, actor, now, state, note=note, reason=values.get("reason"))


def _step(
    connection: Connection, correction_id: int, actor: Actor, now: Timestamp, state: RequestState,
    **said: str | int | None,
) -> None:  # fmt: skip
    row: Row = {
        "correction_id": correction_id,
        "at": int(now),
        "operator": actor.name,
        "state": state.value,
        **said,
    }
    connection.execute(insert(CorrectionStepRow), row)


def _json(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), ensure_ascii=False)
