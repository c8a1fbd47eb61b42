"""Reads what a client sends: what the description does not allow is a problem."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from keys.serving.body import decode_json, read_body
from verifier import problems
from verifier.problems import ProblemError
from verifier.report import DISCLOSABLE

__all__ = [
    "DEFAULT_MAX_BODY",
    "VerifyRequest",
    "read_disclose",
    "read_verify_request",
]

DEFAULT_MAX_BODY: Final = 16_384
"""Bytes of a request body: the longest text with every character escaped takes 12,288."""

_MOST_PARAMETERS: Final = 16
"""Of a query; one is known."""

_EXAMPLE: Final = 'Send a JSON object such as {"text": "DP1:..."}'


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifyRequest:
    """What a client asks: one text to judge, and the personal fields that it needs."""

    text: str
    disclose: tuple[str, ...]


def read_verify_request(environ: Mapping[str, Any], max_body: int) -> VerifyRequest:
    """Read the request out of a WSGI environment; raises ProblemError."""
    document = decode_json(read_body(environ, max_body, ("application/json",)), _EXAMPLE)
    if type(document) is not dict:
        raise ProblemError(problems.INVALID_REQUEST, f"{_EXAMPLE}.", "#")
    if not document.keys() <= {"text", "disclose"}:
        raise ProblemError(
            problems.INVALID_REQUEST, "Leave out the fields other than text and disclose.", "#"
        )
    text = document.get("text")
    if type(text) is not str:
        raise ProblemError(problems.INVALID_REQUEST, "Give text as a string.", "#/text")
    return VerifyRequest(text=text, disclose=_disclose(document.get("disclose", [])))


def read_disclose(environ: Mapping[str, Any]) -> tuple[str, ...]:
    """Read the parameter `disclose` out of the query; raises ProblemError."""
    try:
        given = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise ProblemError(
            problems.INVALID_REQUEST, f"Send at most {_MOST_PARAMETERS} parameters."
        ) from None
    names = [name for value in given.get("disclose", []) for name in value.split(",")]
    try:
        return _disclose(names)
    except ProblemError as problem:  # its pointer leads into a body
        raise ProblemError(problem.kind, str(problem)) from None


def _disclose(value: object) -> tuple[str, ...]:
    if type(value) is not list:
        raise ProblemError(
            problems.INVALID_REQUEST, "Give disclose as an array of field names.", "#/disclose"
        )
    names = ", ".join(DISCLOSABLE)
    for index, name in enumerate(value):
        if name not in DISCLOSABLE or name in value[:index]:
            raise ProblemError(
                problems.INVALID_REQUEST,
                f"In disclose, name only {names}, each at most once.",
                f"#/disclose/{index}",
            )
    return tuple(value)
