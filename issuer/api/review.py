"""The review queue: what waits, both sides of every field, and what somebody decides."""

from typing import Final

from sqlalchemy import Connection

from issuer.access.rights import Action
from issuer.api.answer import Answer, json_answer, moment
from issuer.api.call import Call
from issuer.api.desk import area_of_query, cells_of_body, position, write_position
from issuer.api.operation import operations
from issuer.api.problems import no_such
from issuer.desk import queue, queue_views
from issuer.desk.as_json import decided_json, item_json, line_json
from issuer.desk.queue_views import QueueFilter
from issuer.reasons import ReasonCode
from issuer.register.people_models import ReviewDecision
from issuer.register.queue_rows import ITEMS, find_row
from issuer.source import COLUMNS

__all__ = ["OPERATIONS"]


def _list(call: Call) -> Answer:
    wanted = QueueFilter(
        mine=call.query_truth("mine"),
        overdue=call.query_truth("overdue"),
        kind=call.query_choice("kind", ReasonCode),
        area=area_of_query(call),
    )
    after, limit = position(call), call.page().limit
    call.no_more()
    with call.parts.register.reading() as connection:
        page = queue_views.list_items(
            connection, call.actor, call.now, wanted, after=after, limit=limit
        )
    lines = [line_json(one) for one in page.lines]
    return json_answer({"items": lines, "total": page.total, "next": write_position(page.next)})


def _show(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        shown = queue_views.show_item(
            connection, call.actor, _item(connection, call), call.now, call.parts.table
        )
    return json_answer(item_json(shown))


def _claim(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        until = queue.claim(connection, call.actor, _item(connection, call), call.now)
    return json_answer({"claimed_until": moment(until)})


def _release(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        queue.release(connection, call.actor, _item(connection, call), call.now)
    return json_answer({"claimed_until": None})


def _decide(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    decision = fields.choice("decision", ReviewDecision)
    person, reason = fields.maybe_whole("person"), fields.maybe_reason()
    fields.done()
    with call.parts.register.writing() as connection:
        decided = queue.decide(
            connection, call.actor, _item(connection, call), decision, call.now,
            person_id=person, reason=reason,
        )  # fmt: skip
    return json_answer(decided_json(decided))


def _correct(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    cells = cells_of_body(fields, "changes", COLUMNS)
    person, reason = fields.maybe_whole("person"), fields.reason()
    fields.done()
    with call.parts.register.writing() as connection:
        decided = queue.correct(
            connection, call.actor, _item(connection, call), cells, reason, call.now,
            rules=call.rules, table=call.parts.table, person_id=person,
        )  # fmt: skip
    return json_answer(decided_json(decided))


def _undo(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    reason = fields.reason()
    fields.done()
    with call.parts.register.writing() as connection:
        again = queue.undo(connection, call.actor, _item(connection, call), reason, call.now)
    return json_answer({"item": again})


def _item(connection: Connection, call: Call) -> int:
    """The item of the path, when there is one."""
    item = call.number("item")
    if find_row(connection, ITEMS, id=item) is None:
        raise no_such("item")
    return item


OPERATIONS: Final = operations(
    ("listQueue", "GET", "/v1/queue", Action.REVIEW, _list),
    ("showItem", "GET", "/v1/queue/{item}", Action.REVIEW, _show),
    ("claimItem", "POST", "/v1/queue/{item}/claim", Action.REVIEW, _claim),
    ("releaseItem", "POST", "/v1/queue/{item}/release", Action.REVIEW, _release),
    ("decideItem", "POST", "/v1/queue/{item}/decision", Action.REVIEW, _decide),
    ("correctItem", "POST", "/v1/queue/{item}/correction", Action.REVIEW, _correct),
    ("undoDecision", "POST", "/v1/queue/{item}/undo", Action.REVIEW, _undo),
)
