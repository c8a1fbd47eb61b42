"""Certificates that would say less: each stands until a second person agrees."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, select

from issuer.access.rights import Action
from issuer.api.answer import Answer, json_answer
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.api.problems import no_such
from issuer.desk.as_json import fall_json
from issuer.desk.falls import confirm_fall, list_falls, name_fall, refuse_fall
from issuer.register.people_models import ProposalRow
from issuer.register.proposals import ProposalState

__all__ = ["OPERATIONS"]


def _list(call: Call) -> Answer:
    state = call.query_choice("state", ProposalState) or ProposalState.PENDING
    call.no_more()
    with call.parts.register.snapshot() as connection:
        found = list_falls(connection, call.actor, states=[state])
    return json_answer({"falls": [fall_json(one) for one in found]})


def _confirm(call: Call) -> Answer:
    return _act(call, confirm_fall)


def _refuse(call: Call) -> Answer:
    return _act(call, refuse_fall)


def _name(call: Call) -> Answer:
    return _act(call, name_fall)


def _act(call: Call, door: Callable[..., Any]) -> Answer:
    call.no_more()
    fields = call.fields()
    reason = fields.reason()
    fields.done()
    with call.parts.register.writing() as connection:
        done = door(connection, call.actor, _fall(connection, call), reason, call.now)
    return json_answer(fall_json(done))


def _fall(connection: Connection, call: Call) -> int:
    """The fall of the path, when there is one."""
    fall = call.number("fall")
    if connection.execute(select(ProposalRow.id).where(ProposalRow.id == fall)).first() is None:
        raise no_such("fall")
    return fall


OPERATIONS: Final = operations(
    ("listFalls", "GET", "/v1/falls", Action.CONFIRM_FALL, _list),
    ("confirmFall", "POST", "/v1/falls/{fall}/confirm", Action.CONFIRM_FALL, _confirm),
    ("refuseFall", "POST", "/v1/falls/{fall}/refuse", Action.CONFIRM_FALL, _refuse),
    ("nameFall", "POST", "/v1/falls/{fall}/name", Action.CONFIRM_FALL, _name),
)
