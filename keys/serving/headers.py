"""What every answer of a service has in its head, and the request identifier of each exchange."""

import os
import re
from collections.abc import Iterable
from typing import Final

__all__ = ["METHODS", "collect", "fixed_beside", "request_id_of"]

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)
"""What may stand in a log; any other method is told as `other`."""

_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)
"""What a browser may do with an answer: keep it nowhere, run nothing in it, embed it nowhere. An
answer that is a page says it for itself."""


def fixed_beside(own: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fixed headers that an answer has not set itself."""
    names = {name for name, _ in own}
    return [header for header in _HEADERS if header[0] not in names]


def request_id_of(given: str | None) -> str:
    """The identifier of a request: the client's own, where it is of a form that a log can hold."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return os.urandom(8).hex()


def collect(body: Iterable[bytes]) -> bytes:
    """Join an answer: a short one is sent faster in one piece than from an iterator."""
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
