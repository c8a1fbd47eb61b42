"""What a view answers: JSON, a file, or nothing; the rim makes HTTP of it."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = ["Answer", "Json", "empty", "file", "json_answer", "moment"]

Json: TypeAlias = dict[str, Any]

_SANDBOX: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer in full."""

    status: HTTPStatus = HTTPStatus.OK
    body: bytes = b""
    media_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(
    document: Json, status: HTTPStatus = HTTPStatus.OK, *, location: str | None = None
) -> Answer:
    """Answer with a JSON object; `location` names what was made."""
    headers = () if location is None else (("Location", location),)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status=status, body=body, media_type="application/json", headers=headers)


def empty() -> Answer:
    """Answer that it is done, and nothing is to be said."""
    return Answer(status=HTTPStatus.NO_CONTENT)


def file(content: bytes, media_type: str, name: str) -> Answer:
    """Answer with a file that a browser saves and never shows in a page of ours.

    `name` is of our making: letters, digits, hyphen and full stop.
    """
    headers = (
        ("Content-Disposition", f'attachment; filename="{name}"'),
        ("Content-Security-Policy", _SANDBOX),
    )
    return Answer(body=content, media_type=media_type, headers=headers)


def moment(at: int | None) -> str | None:
    """A time of the register as JSON has it: RFC 3339, or null."""
    return None if at is None else to_rfc3339(Timestamp(at))
