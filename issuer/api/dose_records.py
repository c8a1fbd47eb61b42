"""One dose record: how it came and why it is that person's; taken back, and put back."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, select

from issuer.access.rights import Action
from issuer.api.answer import Answer, empty, json_answer
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.api.problems import no_such
from issuer.desk.as_json import record_json
from issuer.desk.record_views import restore_record, show_record, withdraw_record
from issuer.register.models import DoseRow

__all__ = ["OPERATIONS"]


def _show(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        shown = show_record(
            connection, call.actor, _record(connection, call), call.now, call.parts.table
        )
    return json_answer(record_json(shown))


def _withdraw(call: Call) -> Answer:
    return _change(call, withdraw_record)


def _restore(call: Call) -> Answer:
    return _change(call, restore_record)


def _change(call: Call, change: Callable[..., Any]) -> Answer:
    call.no_more()
    fields = call.fields()
    reason = fields.reason()
    fields.done()
    with call.parts.register.writing() as connection:
        change(connection, call.actor, _record(connection, call), reason, call.now)
    return empty()


def _record(connection: Connection, call: Call) -> int:
    """The record of the path, when there is one."""
    record = call.number("record")
    if connection.execute(select(DoseRow.id).where(DoseRow.id == record)).first() is None:
        raise no_such("record")
    return record


OPERATIONS: Final = operations(
    ("showRecord", "GET", "/v1/records/{record}", Action.FIND_PEOPLE, _show),
    ("withdrawRecord", "POST", "/v1/records/{record}/withdraw", Action.REVIEW, _withdraw),
    ("restoreRecord", "POST", "/v1/records/{record}/restore", Action.REVIEW, _restore),
)
