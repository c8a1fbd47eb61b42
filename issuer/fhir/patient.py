"""What a FHIR Patient states of a person, as the cells of a dose record. Pure."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

__all__ = ["PatientCells", "each", "patient_cells", "text"]

_HEALTH_CARD: Final = re.compile(r"[A-Z]{2}[1-5]\d{12}", re.ASCII)
_GENDERS: Final = {"male": "Nam", "female": "Nữ"}
_FIRST: Final = {"official": 0, "usual": 1, None: 2}
"""Which of several names or numbers stands for the person."""
_FORMER: Final = "old"


class PatientCells(NamedTuple):
    """Text as it would stand in a file."""

    full_name: str = ""
    birth_date: str = ""
    sex: str = ""
    id_number: str = ""
    phone: str = ""
    health_card: str = ""
    old_numbers: tuple[str, ...] = ()
    province: str = ""
    district: str = ""


def patient_cells(patient: Any) -> PatientCells:
    """Read a Patient; what it does not state, or not in this form, is left empty."""
    if not isinstance(patient, dict):
        return PatientCells()
    numbers = list(_numbers(patient))
    present = [value for value, former in numbers if not former]
    gender = text(patient.get("gender"))
    return PatientCells(
        full_name=_name(patient),
        birth_date=text(patient.get("birthDate")),
        sex=_GENDERS.get(gender, "" if gender in ("", "unknown") else gender),
        id_number=present[0] if present else "",
        phone=_phone(patient),
        health_card=next(_health_cards(patient), ""),
        old_numbers=(*present[1:], *(value for value, former in numbers if former)),
    )


def each(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of an array; anything else has none."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def text(value: Any) -> str:
    """A string as it is, whatever else as nothing; letters that no text can hold are replaced."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode("utf-8")


def _name(patient: dict[str, Any]) -> str:
    """The official name: as written, or surname first, as on the card."""
    names = sorted(each(patient.get("name")), key=lambda name: _FIRST.get(_use(name), 3))
    for name in names:
        if _use(name) == _FORMER:
            continue
        stated = name.get("given")
        given = [text(part) for part in stated] if isinstance(stated, list) else []
        said = text(name.get("text")) or " ".join([text(name.get("family")), *given]).strip()
        if said:
            return said
    return ""


def _use(stated: dict[str, Any]) -> str | None:
    return text(stated.get("use")) or None


def _numbers(patient: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Identity numbers with whether they are former ones; the official one first."""
    stated = sorted(each(patient.get("identifier")), key=lambda one: _FIRST.get(_use(one), 3))
    for identifier in stated:
        value = text(identifier.get("value")).strip()
        if value and not _is_health_card(identifier, value):
            yield value, _use(identifier) == _FORMER


def _health_cards(patient: dict[str, Any]) -> Iterator[str]:
    for identifier in each(patient.get("identifier")):
        value = text(identifier.get("value")).strip()
        if value and _is_health_card(identifier, value):
            yield value


def _is_health_card(identifier: dict[str, Any], value: str) -> bool:
    """By what the number is called, or by its form."""
    named = f"{text(identifier.get('system'))} {_type_of(identifier)}".casefold()
    return bool(_HEALTH_CARD.fullmatch(value)) or "bhyt" in named or "bhxh" in named


def _type_of(identifier: dict[str, Any]) -> str:
    kind = identifier.get("type")
    if not isinstance(kind, dict):
        return ""
    codes = [text(coding.get("code")) for coding in each(kind.get("coding"))]
    return " ".join([text(kind.get("text")), *codes])


def _phone(patient: dict[str, Any]) -> str:
    for telecom in each(patient.get("telecom")):
        if telecom.get("system") in ("phone", "sms", None) and _use(telecom) != _FORMER:
            return text(telecom.get("value"))
    return ""
