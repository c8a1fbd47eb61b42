"""Immunizations out of a FHIR R4 bundle, each as a stated dose. Pure.

A correction comes as FHIR has it: the wrong resource again with the status `entered-in-error`, and
a new one beside it. A resource of the same identifier with another content corrects it too.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from json import JSONDecodeError
from typing import Any, ClassVar, Final

from issuer.fhir.patient import each, patient_cells, text
from issuer.fhir.references import Entry, Known, Resource
from issuer.reasons import Finding, ReasonCode
from issuer.records import local_day
from issuer.source import Further, RecordFileError, SourceRow
from keys.strict_json import decode_strictly
from spec.certificate import Timestamp

__all__ = ["BundleError", "read_bundle"]

_CVX: Final = "http://hl7.org/fhir/sid/cvx"
_LONGEST_ID: Final = 200
_FHIR: Final = "send a FHIR R4 Bundle, as JSON, with Immunization resources; nothing was recorded"
_STATUSES: Final = ("completed", "entered-in-error", "not-done")


class BundleError(RecordFileError):
    """What came is no bundle of immunizations."""

    code: ClassVar[str] = "fhir_bundle"

    def __init__(self, message: str, hint: str = _FHIR) -> None:
        super().__init__(message, hint=hint)


def read_bundle(data: bytes) -> list[SourceRow]:
    """The doses of a bundle, or of one Immunization alone; `line` counts the entries from 1.

    Raises BundleError; a resource that states too little becomes a row that is refused.
    """
    document = _document(data)
    kind = document.get("resourceType")
    if kind == "Immunization":
        return [_row(1, Entry("", document), Known())]
    if kind != "Bundle":
        raise BundleError("the message is not a FHIR Bundle")
    if document.get("type") == "history":
        raise BundleError("the bundle is a history: it says what was, and not what is")
    entries = dict(_entries(document.get("entry")))
    known = Known(entries.values())
    rows = [
        _row(number, entry, known)
        for number, entry in entries.items()
        if entry.resource.get("resourceType") == "Immunization"
    ]
    if not rows:
        raise BundleError("the bundle has no Immunization")
    return rows


def _document(data: bytes) -> Resource:
    try:
        document = decode_strictly(data)
    except UnicodeDecodeError:
        raise BundleError("the message is not JSON in UTF-8") from None
    except JSONDecodeError as error:
        if error.msg == "Extra data":
            several = "the message is not JSON: behind its first document stands another (NDJSON?)"
            raise BundleError(several) from None
        raise BundleError("the message is not JSON") from None
    except ValueError:  # of our own reader, or a number of thousands of digits
        twice = "the message is not JSON that has one meaning: a name stands twice in an object"
        raise BundleError(twice) from None
    except RecursionError:
        raise BundleError("the message is not JSON, or nested too deep") from None
    if not isinstance(document, dict):
        raise BundleError("the message is not a JSON object")
    return document


def _entries(stated: Any) -> Iterator[tuple[int, Entry]]:
    """The resources of a bundle by the numbers of their entries.

    Raises BundleError for what would be left out in silence.
    """
    for number, entry in enumerate(stated if isinstance(stated, list) else [], start=1):
        if not isinstance(entry, dict):
            continue
        request = entry.get("request")
        if isinstance(request, dict) and request.get("method") == "DELETE":
            raise BundleError(
                f"entry {number} deletes a resource, and records are never deleted",
                hint="take a dose back by its Immunization with the status entered-in-error",
            )
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            continue
        kind = resource.get("resourceType")
        if kind == "Bundle":
            raise BundleError(f"entry {number} is a bundle itself", hint="send it alone")
        if not isinstance(kind, str) or _is_misspelt(kind):
            raise BundleError(f"entry {number} is a resource of no known type")
        yield number, Entry(text(entry.get("fullUrl")), resource)


def _row(number: int, entry: Entry, known: Known) -> SourceRow:
    stated = entry.resource
    patient = known.find(stated.get("patient"), entry)
    if patient.get("resourceType") != "Patient":
        patient = {}
    person = patient_cells(patient)
    retracts = stated.get("status") == "entered-in-error"
    return SourceRow(
        line=number,
        cells=(
            person.full_name, person.birth_date, person.sex, person.id_number, person.phone,
            _vaccine(stated), _day(stated), text(stated.get("lotNumber")), _site(entry, known),
        ),
        broken=False,
        faults=() if retracts else tuple(_faults(stated, patient)),
        further=Further(
            health_card=person.health_card,
            old_numbers=person.old_numbers,
            dose_number=_dose_number(stated),
        ),
        source_id=_identifier(stated),
        retracts=retracts,
        not_given=stated.get("status") == "not-done",
        historical=stated.get("primarySource") is False,
        raw_text=_raw([stated] if not patient else [stated, patient]),
    )  # fmt: skip


def _faults(stated: Resource, patient: Resource) -> Iterator[Finding]:
    """What no cell shows: an unknown status, and a patient who is not there."""
    if stated.get("status") not in _STATUSES:
        yield Finding("status", ReasonCode.STATUS_UNKNOWN)
    if not patient:
        named = isinstance(stated.get("patient"), dict) and stated["patient"]
        yield Finding(
            "patient", ReasonCode.PATIENT_UNKNOWN if named else ReasonCode.PATIENT_MISSING
        )


def _is_misspelt(kind: str) -> bool:
    """Tell whether a dose would be left out for the letters of its type."""
    return kind != "Immunization" and kind.strip().casefold() == "immunization"


def _raw(resources: list[Resource]) -> str:
    raw = json.dumps(resources, ensure_ascii=False, separators=(",", ":"))
    return text(raw)


def _day(stated: Resource) -> str:
    """The day of the injection in Vietnam; without a zone, the time of day says nothing more.

    Much software writes midnight of that day in UTC, where it is the day before.
    """
    stamp = text(stated.get("occurrenceDateTime"))
    day, at, _ = stamp.partition("T")
    try:
        moment = datetime.fromisoformat(stamp) if at else None
        if moment is None or moment.tzinfo is None:
            return day
        return local_day(Timestamp(int(moment.timestamp()))).isoformat()
    except (ValueError, OverflowError):
        return day


def _vaccine(stated: Resource) -> str:
    """All that is said of the product, for one table to judge: codes and names, divided by `;`."""
    code = stated.get("vaccineCode")
    if not isinstance(code, dict):
        return ""
    said = [text(code.get("text"))]
    for coding in each(code.get("coding")):
        value = text(coding.get("code")).strip()
        said.append(f"CVX {value}" if coding.get("system") == _CVX and value else value)
        said.append(text(coding.get("display")))
    return "; ".join(dict.fromkeys(part.replace(";", ",").strip() for part in said if part.strip()))


def _site(entry: Entry, known: Known) -> str:
    """Where it was given: by code, by name, or by who gave it."""
    stated = entry.resource
    reference = stated.get("location")
    actors = [one.get("actor") for one in each(stated.get("performer"))]
    for place in (reference, *actors):
        if not isinstance(place, dict):
            continue
        resource = known.find(place, entry)
        codes = [text(one.get("value")) for one in each(resource.get("identifier"))]
        own = place.get("identifier")
        if isinstance(own, dict):
            codes.append(text(own.get("value")))
        name = resource.get("name")
        for said in (*codes, text(name), text(place.get("display"))):
            if said.strip():
                return said.strip()
    return ""


def _dose_number(stated: Resource) -> str:
    for protocol in each(stated.get("protocolApplied")):
        number = protocol.get("doseNumberPositiveInt")
        if type(number) is int:
            return f"{number}"[:_LONGEST_ID]
        return text(protocol.get("doseNumberString"))
    return ""


def _identifier(stated: Resource) -> str | None:
    """The sender's identifier as `system|value`; the id of the resource where it has none."""
    for identifier in each(stated.get("identifier")):
        if value := text(identifier.get("value")).strip():
            return _printable(f"{text(identifier.get('system')).strip()}|{value}")
    key = text(stated.get("id")).strip()
    return _printable(f"|{key}") if key else None


def _printable(said: str) -> str:
    return "".join(filter(str.isprintable, said))[:_LONGEST_ID]
