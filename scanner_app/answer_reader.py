"""Reads the answer of a verifier, strictly: what a service sends is a stranger's bytes.

Whatever is wrong with an answer raises AnswerError, which the caller shows as "cannot check". An
accepted answer must be complete and agree with itself; personal data beside any other outcome are
dropped, not shown.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final, TypeVar

from scanner_app.answer import Accepted, Answer, Refused, ShownDose, Trust
from spec.certificate import Timestamp
from spec.colour import Colour, colour_of
from spec.dates import BirthDate
from spec.errors import DosepassError
from spec.limits import (
    ID_SUFFIX_LENGTH,
    MAX_DOSES,
    MAX_ISSUER_LENGTH,
    MAX_NAME_LENGTH,
    MAX_VACCINE_CODE,
)
from spec.verdicts import Outcome, VerdictCode

__all__ = ["AnswerError", "answer_from_bytes", "answer_from_json"]

_CODE: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_LONGEST_CODE: Final = 40
"""Characters: verdict codes are short words, those of newer versions also."""
_LONGEST_REASON: Final = 300
"""Characters of a reason: one line for a log or a small print."""
_LONGEST_VACCINE: Final = 100
"""Characters of a product's name."""
_LONGEST_RULE: Final = 200
"""Characters of a rule in words (specification, section 18)."""
_COLOURS: Final = {colour.word: colour for colour in Colour}
_KNOWN_CODES: Final = frozenset(VerdictCode)

_T = TypeVar("_T")


class AnswerError(DosepassError):
    """An answer is not one that the interface describes."""

    code: ClassVar[str] = "answer"


def answer_from_bytes(body: bytes) -> Answer:
    """Read the body of a service's answer; raises AnswerError."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise AnswerError("the answer is not JSON") from None
    return answer_from_json(document)


def answer_from_json(document: Any) -> Answer:
    """Read an answer of `POST /v1/verify` that disclosed everything; raises AnswerError."""
    outcome = _outcome(_member(document, "outcome"))
    code = _code(_member(document, "code"))
    if code in _KNOWN_CODES and VerdictCode(code).outcome is not outcome:
        raise AnswerError("the code contradicts the outcome")
    if outcome is Outcome.ACCEPTED and code not in _KNOWN_CODES:
        raise AnswerError("accepted for a reason that is not known here")
    return Answer(
        outcome=outcome,
        code=code,
        reason=_optional(_reason, document.get("reason")),
        checked_at=_moment(_member(document, "checked_at"), "checked_at"),
        accepted=_accepted(document) if outcome is Outcome.ACCEPTED else None,
        refused=_optional(_refused, document.get("policy")) if code == VerdictCode.POLICY else None,
        trust=_optional(_trust, document.get("trust")),
    )


def _accepted(document: Any) -> Accepted:
    counts, disclosed = _member(document, "doses"), _member(document, "disclosed")
    doses = _doses(_member(disclosed, "doses"))
    colour = _COLOURS.get(_text(_member(document, "colour"), "colour", _LONGEST_CODE))
    needed = _integer(_member(counts, "needed"), "needed doses", MAX_DOSES)
    given = _integer(_member(counts, "given"), "given doses", MAX_DOSES)
    if given != len(doses) or colour is not colour_of(given=given, needed=needed):
        raise AnswerError("the colour or the count contradicts the doses")
    return Accepted(
        colour=colour,
        needed=needed,
        name=_text(_member(disclosed, "name"), "name", MAX_NAME_LENGTH),
        birth_date=_birth_date(_member(disclosed, "birth_date")),
        id_suffix=_optional(_id_suffix, _member(disclosed, "id_suffix")),
        doses=doses,
        issuer=_text(_member(document, "issuer"), "issuer", MAX_ISSUER_LENGTH),
        issued_at=_moment(_member(document, "issued_at"), "issued_at"),
        expires_at=_moment(_member(document, "expires_at"), "expires_at"),
    )


def _doses(value: Any) -> tuple[ShownDose, ...]:
    if type(value) is not list or not 1 <= len(value) <= MAX_DOSES:
        raise AnswerError("the doses are not a list of a sound length")
    return tuple(
        ShownDose(
            vaccine=_text(_member(dose, "vaccine"), "vaccine", _LONGEST_VACCINE),
            code=_integer(_member(dose, "code"), "vaccine code", MAX_VACCINE_CODE),
            day=_day(_member(dose, "date")),
        )
        for dose in value
    )


def _refused(value: Any) -> Refused:
    return Refused(
        place=_text(_member(value, "place"), "place", _LONGEST_CODE),
        rule=_text(_member(value, "rule"), "rule", _LONGEST_CODE),
        check=_text(_member(value, "check"), "check", _LONGEST_CODE),
        words=_text(_member(value, "words"), "rule words", _LONGEST_RULE),
        passes_from=_optional(_passes_from, _member(value, "passes_from")),
    )


def _passes_from(value: Any) -> Timestamp:
    return _moment(value, "passes_from")


def _trust(value: Any) -> Trust:
    status = _member(value, "status")
    return Trust(
        issued_at=_moment(_member(value, "issued_at"), "trust"),
        fresh_until=_moment(_member(value, "fresh_until"), "trust"),
        status_issued_at=_moment(_member(status, "issued_at"), "status"),
        status_fresh_until=_moment(_member(status, "fresh_until"), "status"),
        newest_time=_moment(_member(value, "newest_time"), "trust"),
    )


def _member(value: Any, name: str) -> Any:
    if type(value) is not dict or name not in value:
        raise AnswerError(f"no member {name}")
    return value[name]


def _optional(read: Callable[[Any], _T], value: Any) -> _T | None:
    return None if value is None else read(value)


def _text(value: Any, what: str, longest: int) -> str:
    """Accept one printable line: control and format characters could disguise a name."""
    if type(value) is not str or not 1 <= len(value) <= longest or not value.isprintable():
        raise AnswerError(f"{what} is not a line of text")
    return value


def _code(value: Any) -> str:
    """Accept a word of small letters: codes are counted, and a name must never be among them."""
    if not _CODE.fullmatch(_text(value, "code", _LONGEST_CODE)):
        raise AnswerError("the code is not one word of small letters")
    return str(value)


def _reason(value: Any) -> str:
    return _text(value, "reason", _LONGEST_REASON)


def _integer(value: Any, what: str, greatest: int) -> int:
    if type(value) is not int or not 1 <= value <= greatest:
        raise AnswerError(f"{what} is not a number from 1 to {greatest}")
    return value


def _outcome(value: Any) -> Outcome:
    try:
        return Outcome(value)
    except ValueError:
        raise AnswerError("the outcome is not one of ours") from None


def _id_suffix(value: Any) -> str:
    text = _text(value, "identity suffix", ID_SUFFIX_LENGTH)
    if not (len(text) == ID_SUFFIX_LENGTH and text.isascii() and text.isalnum()):
        raise AnswerError("the identity suffix is not four digits or letters")
    return text


def _birth_date(value: Any) -> BirthDate:
    try:
        return BirthDate.parse(_text(value, "birth date", 10))
    except DosepassError:
        raise AnswerError("the birth date is not a date") from None


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(_text(value, "dose date", 10))
    except ValueError:
        raise AnswerError("a dose date is not a date") from None


def _moment(value: Any, what: str) -> Timestamp:
    try:
        moment = datetime.fromisoformat(_text(value, what, 40))
        if moment.tzinfo is None:
            raise AnswerError(f"{what} has no time zone")
        return Timestamp(int(moment.astimezone(UTC).timestamp()))
    except (ValueError, OverflowError):
        raise AnswerError(f"{what} is not a time") from None
