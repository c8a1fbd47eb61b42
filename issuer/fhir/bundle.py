"""Immunizations out of a FHIR R4 bundle, each as a stated dose. Pure.

A correction comes as FHIR has it: the wrong resource again with the status `entered-in-error`, and
a new one beside it. A resource of the same identifier with another content corrects it too.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from issuer.fhir.patient import each, patient_cells, text
from issuer.source import Further, RecordFileError, SourceRow

__all__ = ["BundleError", "read_bundle"]

_CVX: Final = "http://hl7.org/fhir/sid/cvx"
_LONGEST_ID: Final = 200
_FHIR: Final = "send a FHIR R4 Bundle, as JSON, with Immunization resources; nothing was recorded"

Resource = dict[str, Any]


class BundleError(RecordFileError):
    """What came is no bundle of immunizations."""

    code: ClassVar[str] = "fhir_bundle"

    def __init__(self, message: str) -> None:
        super().__init__(message, hint=_FHIR)


def read_bundle(data: bytes) -> list[SourceRow]:
    """The doses of a bundle, or of one Immunization alone; `line` counts the entries from 1.

    Raises BundleError; a resource that states too little becomes a row that is refused.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise BundleError("the message is not JSON") from None
    if not isinstance(document, dict):
        raise BundleError("the message is not a JSON object")
    kind = document.get("resourceType")
    if kind == "Immunization":
        return [_row(1, document, _Known({}))]
    if kind != "Bundle":
        raise BundleError("the message is not a FHIR Bundle")
    entries = list(each(document.get("entry")))
    known = _Known(dict(_named(entries)))
    rows = [
        _row(number, resource, known)
        for number, entry in enumerate(entries, start=1)
        if (resource := _resource(entry)).get("resourceType") == "Immunization"
    ]
    if not rows:
        raise BundleError("the bundle has no Immunization")
    return rows


def _resource(entry: Resource) -> Resource:
    resource = entry.get("resource")
    return resource if isinstance(resource, dict) else {}


def _named(entries: list[Resource]) -> Iterator[tuple[str, Resource]]:
    """Every resource by what others refer to it by."""
    for entry in entries:
        resource = _resource(entry)
        if url := text(entry.get("fullUrl")):
            yield url, resource
        if key := text(resource.get("id")):
            yield f"{text(resource.get('resourceType'))}/{key}", resource


class _Known:
    """Follows references inside a bundle; nothing outside is ever asked."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self._resources = resources

    def find(self, reference: Any, within: Resource) -> Resource:
        """The resource that is referred to, empty where it is not in the bundle."""
        if not isinstance(reference, dict):
            return {}
        named = text(reference.get("reference")).partition("/_history/")[0]
        if named.startswith("#"):
            contained = each(within.get("contained"))
            return next((one for one in contained if one.get("id") == named[1:]), {})
        if named in self._resources:
            return self._resources[named]
        # An absolute address of another server names the same resource by its end.
        return self._resources.get("/".join(named.split("/")[-2:]), {})


def _row(number: int, stated: Resource, known: _Known) -> SourceRow:
    patient = known.find(stated.get("patient"), stated)
    person = patient_cells(patient)
    status = stated.get("status")
    return SourceRow(
        line=number,
        cells=(
            person.full_name, person.birth_date, person.sex, person.id_number, person.phone,
            _vaccine(stated), _day(stated), text(stated.get("lotNumber")), _site(stated, known),
        ),
        broken=status not in ("completed", "entered-in-error", "not-done"),
        further=Further(
            health_card=person.health_card,
            old_numbers=person.old_numbers,
            dose_number=_dose_number(stated),
        ),
        source_id=_identifier(stated),
        retracts=status == "entered-in-error",
        not_given=status == "not-done",
        historical=stated.get("primarySource") is False,
        raw_text=_raw([stated] if not patient else [stated, patient]),
    )  # fmt: skip


def _raw(resources: list[Resource]) -> str:
    raw = json.dumps(resources, ensure_ascii=False, separators=(",", ":"))
    return text(raw)


def _day(stated: Resource) -> str:
    """The day of the injection; a time of day and its zone say nothing more."""
    return text(stated.get("occurrenceDateTime")).partition("T")[0]


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


def _site(stated: Resource, known: _Known) -> str:
    """Where it was given: by code, by name, or by who gave it."""
    reference = stated.get("location")
    actors = [one.get("actor") for one in each(stated.get("performer"))]
    for place in (reference, *actors):
        if not isinstance(place, dict):
            continue
        resource = known.find(place, stated)
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
