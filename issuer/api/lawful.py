"""Lawful requests for one person: their own data handed to them, or erased by two accounts."""

import base64
from http import HTTPStatus
from typing import Final

from issuer.access.rights import Action
from issuer.api.answer import Answer, empty, json_answer
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.desk import lawful
from issuer.desk.as_json import erasure_json
from issuer.register.erasing import forget

__all__ = ["OPERATIONS"]


def _export(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        found = lawful.export_person(
            connection, call.actor, call.parts.papers, call.number("person"), call.now
        )
    papers = [
        {"name": name, "content": base64.b64encode(content).decode()}
        for name, content in found.papers
    ]
    return json_answer(
        {"persons": list(found.person_ids), "tables": found.tables, "papers": papers}
    )


def _ask(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    reason, revoke = fields.reason(), fields.truth("revoke", default=False)
    fields.done()
    with call.parts.register.writing() as connection:
        key = lawful.ask_erasure(
            connection, call.actor, call.number("person"), reason, call.now, revoke=revoke
        )
    return json_answer({"erasure": key}, HTTPStatus.CREATED)


def _list(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.reading() as connection:
        found = lawful.list_erasures(connection, call.actor)
    return json_answer({"erasures": [erasure_json(one) for one in found]})


def _confirm(call: Call) -> Answer:
    """Carry an erasure out, as the second of two: there is no way back."""
    call.no_more()
    register = call.parts.register
    with register.writing() as connection:
        lawful.confirm_erasure(
            connection, call.actor, call.parts.papers, call.number("erasure"), call.now
        )
    forget(register)
    return empty()


def _refuse(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    reason = fields.reason()
    fields.done()
    with call.parts.register.writing() as connection:
        lawful.refuse_erasure(connection, call.actor, call.number("erasure"), reason, call.now)
    return empty()


OPERATIONS: Final = operations(
    ("exportPerson", "POST", "/v1/people/{person}/export", Action.EXPORT_PERSON, _export),
    ("askErasure", "POST", "/v1/people/{person}/erasure", Action.ERASE_PERSON, _ask),
    ("listErasures", "GET", "/v1/erasures", Action.ERASE_PERSON, _list),
    ("confirmErasure", "POST", "/v1/erasures/{erasure}/confirm", Action.ERASE_PERSON, _confirm),
    ("refuseErasure", "POST", "/v1/erasures/{erasure}/refuse", Action.ERASE_PERSON, _refuse),
)
