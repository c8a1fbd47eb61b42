"""Reads what a client sends: what the description does not allow is a problem."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from keys.serving.body import decode_json, read_body
from verifier import problems
from verifier.problems import ProblemError
from verifier.report import DISCLOSABLE

__all__ = [
    "DEFAULT_MAX_BODY",
    "MAX_BATCH",
    "MAX_BATCH_BODY",
    "VerifyRequest",
    "batch_request_of",
    "disclose_of",
    "read_disclose",
    "read_verify_request",
    "verify_request_of",
]

DEFAULT_MAX_BODY: Final = 16_384
"""Bytes of a request body: the longest text with every character escaped takes 12,288."""

_MOST_PARAMETERS: Final = 16
"""Of a query; one is known."""

MAX_BATCH: Final = 1_000
"""Texts of one JSON body; a stream of lines may have any number."""
MAX_BATCH_BODY: Final = 2_097_152
"""Bytes of such a body: so many texts of the greatest length take half of it."""

_EXAMPLE: Final = 'Send a JSON object such as {"text": "DP1:..."}'

_BATCH_EXAMPLE: Final = 'Send a JSON object such as {"texts": ["DP1:...", "DP1:..."]}'


class VerifyRequest(NamedTuple):
    """What a client asks: one text to judge, and the personal fields that it needs."""

    text: str
    disclose: tuple[str, ...]


def read_verify_request(environ: Mapping[str, Any], max_body: int) -> VerifyRequest:
    """Read the request out of a WSGI environment; raises ProblemError."""
    return verify_request_of(read_body(environ, max_body, ("application/json",)))


def verify_request_of(body: bytes) -> VerifyRequest:
    """Read the request out of a body, or a line of one; raises ProblemError."""
    document = decode_json(body, _EXAMPLE)
    if type(document) is not dict:
        raise ProblemError(problems.INVALID_REQUEST, f"{_EXAMPLE}.", "#")
    if not document.keys() <= {"text", "disclose"}:
        raise ProblemError(
            problems.INVALID_REQUEST, "Leave out the fields other than text and disclose.", "#"
        )
    text = document.get("text")
    if type(text) is not str:
        raise ProblemError(problems.INVALID_REQUEST, "Give text as a string.", "#/text")
    return VerifyRequest(text=text, disclose=disclose_of(document.get("disclose", [])))


def batch_request_of(body: bytes) -> list[VerifyRequest]:
    """Read a batch of texts, with the same fields for all; raises ProblemError."""
    document = decode_json(body, _BATCH_EXAMPLE)
    if type(document) is not dict:
        raise ProblemError(problems.INVALID_REQUEST, f"{_BATCH_EXAMPLE}.", "#")
    if not document.keys() <= {"texts", "disclose"}:
        raise ProblemError(
            problems.INVALID_REQUEST, "Leave out the fields other than texts and disclose.", "#"
        )
    texts = document.get("texts")
    if type(texts) is not list or not 1 <= len(texts) <= MAX_BATCH:
        raise ProblemError(
            problems.INVALID_REQUEST,
            f"Give texts as an array of 1 to {MAX_BATCH} strings; send more as NDJSON.",
            "#/texts",
        )
    for index, text in enumerate(texts):
        if type(text) is not str:
            raise ProblemError(
                problems.INVALID_REQUEST, "Give each text as a string.", f"#/texts/{index}"
            )
    disclose = disclose_of(document.get("disclose", []))
    return [VerifyRequest(text=text, disclose=disclose) for text in texts]


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
        return disclose_of(names)
    except ProblemError as problem:  # its pointer leads into a body
        raise ProblemError(problem.kind, str(problem)) from None


def disclose_of(value: object) -> tuple[str, ...]:
    """Read which personal fields are asked for; raises ProblemError."""
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
