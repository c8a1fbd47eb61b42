"""Persons who may be there twice: compared, merged, made two again, or noted as two."""

from http import HTTPStatus
from typing import Final

from issuer.access.rights import Action
from issuer.api.answer import Answer, empty, json_answer
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.api.problems import invalid
from issuer.desk import merging
from issuer.desk.as_json import compared_json, double_json, merge_json

__all__ = ["OPERATIONS"]

_MOST_DROPPED: Final = 20


def _list_doubles(call: Call) -> Answer:
    limit = call.page().limit
    call.no_more()
    with call.parts.register.reading() as connection:
        found = merging.list_doubles(connection, call.actor, limit=limit)
    return json_answer({"doubles": [double_json(one) for one in found]})


def _compare(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        shown = merging.compare_people(
            connection, call.actor, call.number("person"), call.number("other"), call.now,
            call.parts.table,
        )  # fmt: skip
    return json_answer(compared_json(shown))


def _list_merges(call: Call) -> Answer:
    limit = call.page().limit
    call.no_more()
    with call.parts.register.reading() as connection:
        found = merging.list_merges(connection, call.actor, limit=limit)
    return json_answer({"merges": [merge_json(one) for one in found]})


def _merge(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    kept, gone, reason = fields.whole("kept"), fields.whole("gone"), fields.reason()
    drop = fields.each("drop", _MOST_DROPPED, _record, least=0) if fields.names(["drop"]) else []
    keep_both = fields.truth("keep_both", default=False)
    fields.done()
    with call.parts.register.writing() as connection:
        made = merging.merge_people(
            connection, call.actor, kept, gone, reason, call.now, drop=drop, keep_both=keep_both
        )
    return json_answer({"merge": made}, HTTPStatus.CREATED)


def _record(value: object, pointer: str) -> int:
    if type(value) is not int or not 1 <= value < 2**53:
        raise invalid("Give a record as its number.", pointer)
    return value


def _undo(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    reason = fields.reason()
    fields.done()
    with call.parts.register.writing() as connection:
        merging.unmerge_people(connection, call.actor, call.number("merge"), reason, call.now)
    return empty()


def _distinct(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    one, other, reason = fields.whole("one"), fields.whole("other"), fields.reason()
    fields.done()
    with call.parts.register.writing() as connection:
        merging.mark_distinct(connection, call.actor, one, other, reason, call.now)
    return empty()


OPERATIONS: Final = operations(
    ("listDoubles", "GET", "/v1/doubles", Action.REVIEW, _list_doubles),
    ("comparePeople", "GET", "/v1/people/{person}/beside/{other}", Action.REVIEW, _compare),
    ("listMerges", "GET", "/v1/merges", Action.REVIEW, _list_merges),
    ("mergePeople", "POST", "/v1/merges", Action.REVIEW, _merge),
    ("undoMerge", "POST", "/v1/merges/{merge}/undo", Action.REVIEW, _undo),
    ("markDistinct", "POST", "/v1/distinct", Action.REVIEW, _distinct),
)
