"""What the doors of the desk give, as JSON: the same for commands and services."""

from typing import Any

from issuer.access.rights import Area
from issuer.desk.correction_views import RequestStatus, ShownRequest
from issuer.desk.falls import ShownFall
from issuer.desk.lawful import ShownErasure
from issuer.desk.merging import ComparedPeople, Double, ShownMerge
from issuer.desk.queue import Decided
from issuer.desk.queue_views import QueueLine, ShownItem
from issuer.desk.record_views import ShownRecord
from issuer.desk.rejections import rejection_words
from issuer.desk.searching import FoundPerson
from issuer.reason_words import words_of
from issuer.register.twins import Twin
from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = [
    "area_json", "compared_json", "decided_json", "double_json", "erasure_json", "fall_json",
    "found_json", "item_json", "line_json", "merge_json", "record_json", "request_json",
    "status_json",
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


def compared_json(shown: ComparedPeople) -> dict[str, Any]:
    """Two persons side by side."""
    return {
        "fields": [
            {"field": pair.field, "one": pair.one, "other": pair.other, "kind": pair.kind}
            for pair in shown.fields
        ],
        "one_doses": [one.record_id for one in shown.one_doses],
        "other_doses": [one.record_id for one in shown.other_doses],
        "twins": [_twin(twin) for twin in shown.twins],
    }


def double_json(one: Double) -> dict[str, Any]:
    """Two persons who may be one."""
    return {
        "one": one.one_id,
        "other": one.other_id,
        "evidence": one.evidence,
        "twins": [_twin(twin) for twin in one.twins],
    }


def merge_json(one: ShownMerge) -> dict[str, Any]:
    """One merge, undone or not."""
    return {
        "merge": one.id,
        "kept": one.kept_id,
        "gone": one.gone_id,
        "at": to_rfc3339(one.at),
        "by": one.operator,
        "reason": one.reason,
        "evidence": one.evidence,
        "undone_at": _time(one.undone_at),
        "undone_by": one.undone_by,
    }


def erasure_json(one: ShownErasure) -> dict[str, Any]:
    """An erasure that somebody asked for."""
    return {
        "erasure": one.id,
        "person": one.person_id,
        "state": one.state,
        "revoke": one.revoke,
        "asked_by": one.asked_by,
        "asked_at": to_rfc3339(one.asked_at),
        "decided_by": one.decided_by,
        "reason": one.reason,
    }


def found_json(one: FoundPerson) -> dict[str, Any]:
    """A person whom a search found."""
    certificate = one.certificate
    return {
        "id": one.person.id,
        "name": one.person.name,
        "birth_date": one.person.birth_date,
        "sex": one.person.sex,
        "id_number": one.person.id_number,
        "phone": one.person.phone,
        "doses": one.doses,
        "merged_into": one.person.merged_into,
        "certificate": None
        if certificate is None
        else {
            "number": certificate.number,
            "colour": certificate.colour.word,
        },
    }


def _twin(twin: Twin) -> dict[str, Any]:
    return {"record": twin.record_id, "other": twin.other_id, "kind": twin.kind}


def _time(at: Timestamp | None) -> str | None:
    return None if at is None else to_rfc3339(at)
