"""Correction requests: asked for with papers, decided with words, and how one stands."""

from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Connection

from issuer.access.rights import Action
from issuer.api.answer import Answer, empty, file, json_answer, moment
from issuer.api.call import Call
from issuer.api.desk import area_of_query, cells_of_body, position, write_position
from issuer.api.operation import ANYBODY, operations
from issuer.api.problems import invalid, no_such
from issuer.api.rates import PROOF
from issuer.desk import attachments, correction_views, corrections
from issuer.desk.as_json import request_json, status_json
from issuer.desk.correction_views import RequestFilter
from issuer.desk.corrections import STATED, Asker, CorrectionAsk, CorrectionError, find_request
from issuer.desk.evidence import Evidence
from issuer.desk.paper_kinds import MAX_ATTACHMENT_BYTES
from issuer.desk.proof import proves
from issuer.desk.rejections import Rejection
from issuer.desk.request_numbers import RequestNumberError, parse_number
from issuer.source import COLUMNS
from keys.serving.body import read_body
from spec.limits import MAX_DOSES

__all__ = ["OPERATIONS", "PAPER_TYPES"]

PAPER_TYPES: Final = ("image/jpeg", "image/png", "application/pdf", "application/octet-stream")
_LONGEST_NUMBER: Final = 32
_LONGEST_CELL: Final = 1000
_LONGEST_CODE: Final = 32


def _open(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    ask = CorrectionAsk(
        asker=fields.maybe_choice("asker", Asker) or Asker.PERSON,
        doses=tuple(fields.each("doses", MAX_DOSES, _dose)),
        changes=cells_of_body(fields, "changes", COLUMNS),
        stated=cells_of_body(fields, "about", STATED),
        person_id=fields.maybe_whole("person"),
        site=fields.maybe_text("site", _LONGEST_CELL) or "",
        province=fields.maybe_text("province", _LONGEST_CODE),
        district=fields.maybe_text("district", _LONGEST_CODE),
    )
    fields.done()
    with call.parts.register.writing() as connection:
        number = corrections.open_request(
            connection, call.actor, ask, call.now, rules=call.rules, table=call.parts.table
        )
    return json_answer({"number": number}, HTTPStatus.CREATED, location=f"/v1/corrections/{number}")


def _dose(value: object, pointer: str) -> int:
    if type(value) is not int or not 1 <= value <= MAX_DOSES:
        raise invalid(f"Give a dose as a whole number from 1 to {MAX_DOSES}.", pointer)
    return value


def _status(call: Call) -> Answer:
    """How a request stands, for whoever knows its number and something of the person."""
    call.no_more()
    fields = call.fields()
    number = fields.text("number", _LONGEST_NUMBER)
    born = fields.maybe_text("birth_date", _LONGEST_CODE)
    phone = fields.maybe_text("phone", _LONGEST_CODE)
    fields.done()
    if born is None and phone is None:
        raise invalid("Give birth_date or phone of the person.", "#")
    try:
        known = parse_number(number)
        call.parts.rates.take(PROOF, known)
        with call.parts.register.reading() as connection:
            row = find_request(connection, known)
            if not proves(connection, row, born, phone, call.rules):
                raise no_such("request")
            found = correction_views.status_of(connection, known, call.now)
    except (RequestNumberError, CorrectionError):
        raise no_such("request") from None
    return json_answer(status_json(found))


def _list(call: Call) -> Answer:
    wanted = RequestFilter(
        mine=call.query_truth("mine"),
        overdue=call.query_truth("overdue"),
        area=area_of_query(call),
    )
    after, limit = position(call), call.page().limit
    call.no_more()
    with call.parts.register.reading() as connection:
        page = correction_views.list_requests(
            connection, call.actor, call.now, wanted, after=after, limit=limit
        )
    rows = [{**status_json(one), "claimed_by": who} for one, who in page.lines]
    return json_answer({"requests": rows, "total": page.total, "next": write_position(page.next)})


def _show(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        shown = correction_views.show_request(
            connection, call.actor, _number(connection, call), call.now, call.parts.table
        )
    return json_answer(request_json(shown))


def _claim(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        until = corrections.claim_request(
            connection, call.actor, _number(connection, call), call.now
        )
    return json_answer({"claimed_until": moment(until)})


def _release(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        corrections.release_request(connection, call.actor, _number(connection, call), call.now)
    return json_answer({"claimed_until": None})


def _approve(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    evidence = fields.choice("evidence", Evidence)
    person, note = fields.maybe_whole("person"), fields.maybe_reason("note")
    fields.done()
    with call.parts.register.writing() as connection:
        done = corrections.approve(
            connection, call.actor, _number(connection, call), evidence, call.now,
            rules=call.rules, table=call.parts.table, note=note, person_id=person,
        )  # fmt: skip
    return json_answer({
        "number": done.number,
        "person": done.person_id,
        "records": list(done.record_ids),
        "evidence": done.evidence,
    })  # fmt: skip


def _put_off(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    note = fields.reason("note")
    fields.done()
    with call.parts.register.writing() as connection:
        corrections.put_off(connection, call.actor, _number(connection, call), note, call.now)
    return empty()


def _reject(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    reason, note = fields.choice("reason", Rejection), fields.maybe_reason("note")
    fields.done()
    with call.parts.register.writing() as connection:
        corrections.reject(
            connection, call.actor, _number(connection, call), reason, call.now, note=note
        )
    return empty()


def _attach(call: Call) -> Answer:
    call.no_more()
    data = read_body(call.environ, MAX_ATTACHMENT_BYTES, PAPER_TYPES)
    with call.parts.register.writing() as connection:
        paper = attachments.attach(
            connection, call.actor, call.parts.papers, _number(connection, call), data, call.now
        )
    made: dict[str, Any] = {
        "attachment": paper.id, "kind": paper.kind.value, "size": paper.size,
        "added_by": paper.added_by,
    }  # fmt: skip
    where = f"/v1/corrections/{call.path['number']}/attachments/{paper.id}"
    return json_answer(made, HTTPStatus.CREATED, location=where)


def _fetch(call: Call) -> Answer:
    """Hand a paper out to be saved: it came from outside, and never runs within a page of ours."""
    call.no_more()
    paper = call.number("attachment")
    with call.parts.register.writing() as connection:
        number = _number(connection, call)
        kind, data = attachments.fetch(
            connection, call.actor, call.parts.papers, number, paper, call.now
        )
    return file(data, kind.media_type, f"{number}-{paper}.{kind.value}")


def _number(connection: Connection, call: Call) -> str:
    """The number of the path as it is stored, when there is such a request."""
    try:
        return str(find_request(connection, call.path["number"]).number)
    except (RequestNumberError, CorrectionError):
        raise no_such("request") from None


_OF = "/v1/corrections/{number}"

OPERATIONS: Final = operations(
    ("openCorrection", "POST", "/v1/corrections", Action.ASK_CORRECTION, _open),
    ("correctionStatus", "POST", "/v1/corrections/status", ANYBODY, _status),
    ("listCorrections", "GET", "/v1/corrections", Action.DECIDE_CORRECTION, _list),
    ("showCorrection", "GET", _OF, Action.DECIDE_CORRECTION, _show),
    ("claimCorrection", "POST", f"{_OF}/claim", Action.DECIDE_CORRECTION, _claim),
    ("releaseCorrection", "POST", f"{_OF}/release", Action.DECIDE_CORRECTION, _release),
    ("approveCorrection", "POST", f"{_OF}/approve", Action.DECIDE_CORRECTION, _approve),
    ("putOffCorrection", "POST", f"{_OF}/later", Action.DECIDE_CORRECTION, _put_off),
    ("rejectCorrection", "POST", f"{_OF}/reject", Action.DECIDE_CORRECTION, _reject),
    ("attachPaper", "POST", f"{_OF}/attachments", Action.ASK_CORRECTION, _attach),
    (
        "fetchPaper", "GET", f"{_OF}/attachments/{{attachment}}", Action.DECIDE_CORRECTION, _fetch,
    ),
)  # fmt: skip
