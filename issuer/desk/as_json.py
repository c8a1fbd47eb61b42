"""What the doors of the desk give, as JSON: the same for commands and services."""

from typing import Any

from issuer.access.rights import Area
from issuer.desk.correction_views import RequestStatus, ShownRequest
from issuer.desk.falls import ShownFall
from issuer.desk.queue import Decided
from issuer.desk.queue_views import QueueLine, ShownItem
from issuer.desk.record_views import ShownRecord
from issuer.desk.rejections import rejection_words
from issuer.reason_words import words_of
from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = [
    "area_json", "decided_json", "fall_json", "item_json", "line_json", "record_json",
    "request_json", "status_json",
]  # fmt: skip


def area_json(area: Area) -> dict[str, str | None]:
    """An area as JSON."""
    return {"province": area.province, "district": area.district, "site": area.site}


def line_json(line: QueueLine) -> dict[str, Any]:
    """One item of the list as JSON."""
    return {
        "item": line.id,
        "record": line.record_id,
        "person": line.person_id,
        "differences": [{"field": field, "kind": kind} for field, kind in line.kinds],
        "owner": area_json(line.owner),
        "opened_at": to_rfc3339(line.opened_at),
        "due_at": to_rfc3339(line.due_at),
        "overdue": line.overdue,
        "claimed_by": line.claimed_by,
        "claimed_until": None if line.claimed_until is None else to_rfc3339(line.claimed_until),
    }


def item_json(shown: ShownItem) -> dict[str, Any]:
    """One item with both sides of every field."""
    return {
        **line_json(shown.line),
        "fields": [
            {
                "field": pair.field,
                "record": pair.record,
                "person": pair.person,
                "kind": pair.kind,
                "words": None
                if pair.kind is None
                else {language: words_of(pair.kind, language) for language in ("vi", "en")},
            }
            for pair in shown.fields
        ],
        "raw": shown.raw,
        "doses": [
            {"record": one.record_id, "vaccine": one.vaccine, "day": one.day, "site": one.site}
            for one in shown.doses
        ],
        "decision": shown.decision,
        "decided_by": shown.decided_by,
        "decided_at": None if shown.decided_at is None else to_rfc3339(shown.decided_at),
        "note": shown.note,
    }


def record_json(shown: ShownRecord) -> dict[str, Any]:
    """One record, and what happened to it."""
    return {
        "record": shown.id,
        "state": shown.state,
        "person": shown.person_id,
        "tier": shown.tier,
        "fields": [
            {"field": one.field, "record": one.record, "person": one.person, "kind": one.kind}
            for one in shown.fields
        ],
        "dose": shown.dose,
        "findings": [
            {
                "field": one.field,
                "code": one.code,
                "words": {language: words_of(one.code, language) for language in ("vi", "en")},
            }
            for one in shown.findings
        ],
        "source": shown.source,
        "file": shown.file,
        "line": shown.line,
        "sender": shown.sender,
        "received_at": to_rfc3339(shown.received_at),
        "validated_at": _time(shown.validated_at),
        "certified_at": _time(shown.certified_at),
        "historical": shown.historical,
        "replaced_by": shown.replaced_by,
        "raw": shown.raw,
        "steps": [
            {
                "at": to_rfc3339(one.at),
                "operator": one.operator,
                "what": one.what,
                "reason": one.reason,
            }
            for one in shown.steps
        ],
    }


def fall_json(fall: ShownFall) -> dict[str, Any]:
    """A certificate that would say less."""
    return {
        "fall": fall.id,
        "person": fall.person_id,
        "certificate": fall.number,
        "colour": fall.colour.word,
        "doses_before": fall.doses_before,
        "doses_after": fall.doses_after,
        "reason": fall.reason,
        "proposed_by": fall.proposed_by if fall.named else None,
        "proposed_at": to_rfc3339(fall.proposed_at),
        "state": fall.state,
        "decided_by": fall.decided_by,
    }


def status_json(found: RequestStatus) -> dict[str, Any]:
    """How a correction request stands."""
    return {
        "number": found.number,
        "state": found.state,
        "opened_at": to_rfc3339(found.opened_at),
        "due_at": to_rfc3339(found.due_at),
        "overdue": found.overdue,
        "owner": {**area_json(found.owner), "name": found.site},
        "reason": found.reason,
        "words": None
        if found.reason is None
        else {language: rejection_words(found.reason, language) for language in ("vi", "en")},
        "note": found.note,
        "decided_at": _time(found.decided_at),
    }


def request_json(shown: ShownRequest) -> dict[str, Any]:
    """One correction request with all that somebody needs to decide."""
    return {
        **status_json(shown.status),
        "asker": shown.asker,
        "entered_by": shown.entered_by,
        "person": shown.person_id,
        "doses": list(shown.doses),
        "about": shown.stated,
        "changes": [
            {"field": one.field, "now": one.now, "asked": one.asked} for one in shown.changes
        ],
        "attachments": [
            {"attachment": one.id, "kind": one.kind, "size": one.size, "added_by": one.added_by}
            for one in shown.attachments
        ],
        "claimed_by": shown.claimed_by,
        "evidence": shown.evidence,
        "decided_by": shown.decided_by,
        "steps": [
            {
                "at": to_rfc3339(one.at),
                "operator": one.operator,
                "state": one.state,
                "reason": one.reason,
                "note": one.note,
            }
            for one in shown.steps
        ],
    }


def decided_json(decided: Decided) -> dict[str, Any]:
    """What came of a decision."""
    return {
        "item": decided.item_id,
        "record": decided.record_id,
        "person": decided.person_id,
        "decision": decided.decision,
    }


def _time(at: Timestamp | None) -> str | None:
    return None if at is None else to_rfc3339(at)
