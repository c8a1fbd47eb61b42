"""Reads what a client sends: what the description does not allow is a problem."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast
from urllib.parse import parse_qs

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import LimitedStream

from verifier import problems
from verifier.problems import ProblemError
from verifier.report import DISCLOSABLE

__all__ = [
    "DEFAULT_MAX_BODY",
    "VerifyRequest",
    "pass_over_body",
    "read_body",
    "read_disclose",
    "read_verify_request",
]

DEFAULT_MAX_BODY: Final = 16_384
"""Bytes of a request body: the longest text with every character escaped takes 12,288."""

_PASSED_OVER: Final = 1_048_576
"""Bytes of a body too large that are still taken off the line. Without it a client that is in the
middle of sending, such as one with a picture, would see a broken line instead of the reason."""

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
    document = _decode(read_body(environ, max_body, ("application/json",)))
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


def read_body(environ: Mapping[str, Any], max_body: int, media_types: Collection[str]) -> bytes:
    """Read the body, and never keep more than `max_body` bytes of it; raises ProblemError.

    Werkzeug's own limit cuts a chunked body off where this refuses it.
    """
    try:
        _check_media_type(environ, media_types)
    except ProblemError:
        pass_over_body(environ)
        raise
    announced = _announced(environ)
    stream = _stream(environ)
    if announced is not None and announced > max_body:
        if announced <= max(_PASSED_OVER, 2 * max_body):
            _pass_over(stream, announced)
        raise _too_large(max_body)
    body = _read(stream, max_body + 1)
    if len(body) > max_body:
        _pass_over(stream)
        raise _too_large(max_body)
    if announced is not None and len(body) < announced:
        raise ProblemError(problems.BAD_REQUEST, "Send as many bytes as Content-Length says.")
    return body


def pass_over_body(environ: Mapping[str, Any]) -> None:
    """Read a body that nobody wants, for a while: the client shall come to read its answer."""
    _pass_over(_stream(environ))


def _announced(environ: Mapping[str, Any]) -> int | None:
    """The Content-Length; of an absurdly long one the first digits tell enough."""
    length = environ.get("CONTENT_LENGTH", "")
    return int(length[:20]) if length.isascii() and length.isdigit() else None


def _stream(environ: Mapping[str, Any]) -> BinaryIO:
    """The body as a stream that ends where the body does.

    A server that ends it itself says so; elsewhere a read past the end would hang.
    """
    stream: BinaryIO = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return stream
    return cast(BinaryIO, LimitedStream(stream, _announced(environ) or 0))


def _read(stream: BinaryIO, most: int) -> bytes:
    """Read to the end, or to `most` bytes: a stream may give less at a time than it is asked."""
    body = bytearray()
    try:
        while len(body) < most and (chunk := stream.read(most - len(body))):
            body += chunk
    except (OSError, ClientDisconnected):
        raise ProblemError(problems.BAD_REQUEST, "Send the body again; the line broke.") from None
    return bytes(body)


def _pass_over(stream: BinaryIO, left: int = _PASSED_OVER) -> None:
    while left > 0 and (size := len(_read(stream, min(left, 65_536)))):
        left -= size


def _too_large(max_body: int) -> ProblemError:
    return ProblemError(problems.TOO_LARGE, f"Send a body of at most {max_body} bytes.")


def _check_media_type(environ: Mapping[str, Any], media_types: Collection[str]) -> None:
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        raise ProblemError(
            problems.UNSUPPORTED_MEDIA_TYPE,
            f"Send the header Content-Type: {' or '.join(media_types)}.",
        )
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise ProblemError(
            problems.UNSUPPORTED_MEDIA_TYPE, "Send the body without a Content-Encoding."
        )


def _decode(body: bytes) -> object:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ProblemError(problems.NOT_UTF_8, "Send the body in UTF-8.") from None
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise ProblemError(
            problems.NOT_JSON,
            f"{_EXAMPLE}, without a byte order mark, with each name once.",
        ) from None


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


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse repeated names: two readers of one request could see two texts (RFC 8259, sec. 4)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is repeated")
    return members


def _no_constant(_: str) -> object:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError("not a JSON value")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
