"""The audit trail, read and checked."""

import json
from typing import Final

from issuer.access import audit
from issuer.access.audit import Anchor, AuditBrokenError, AuditEntry
from issuer.access.rights import Action
from issuer.api.answer import Answer, Json, json_answer, moment
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.api.problems import invalid

__all__ = ["OPERATIONS"]


def _list(call: Call) -> Answer:
    page = call.page()
    call.no_more()
    with call.parts.register.snapshot() as connection:
        found = audit.entries(connection, page.after, page.limit)
    return json_answer({"entries": [_to_json(one) for one in found]})


def _verify(call: Call) -> Answer:
    """Whether the trail is what was written. That it is not is an answer, no problem."""
    line = call.query("anchor", longest=90)
    call.no_more()
    try:
        anchor = None if line is None else Anchor.parse(line)
    except ValueError:
        raise invalid("Give anchor as NUMBER:DIGEST, as an earlier answer has it.") from None
    with call.parts.register.snapshot() as connection:
        try:
            newest = audit.verify(connection, anchor)
        except AuditBrokenError as broken:
            return json_answer({"holds": False, "broken_at": broken.entry, "anchor": None})
    return json_answer({"holds": True, "broken_at": None, "anchor": str(newest)})


def _to_json(entry: AuditEntry) -> Json:
    return {
        "number": entry.number,
        "at": moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": json.loads(entry.details),
        "digest": entry.digest.hex(),
    }


OPERATIONS: Final = operations(
    ("listAudit", "GET", "/v1/audit", Action.READ_AUDIT, _list),
    ("verifyAudit", "GET", "/v1/audit/verification", Action.READ_AUDIT, _verify),
)
