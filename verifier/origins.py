"""Which other sites may ask from a browser: cross-origin requests as the Fetch Standard has them.

Off by itself. A site is let in by its exact origin; cookies play no part, since there are none.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["ANY", "Origins", "answer_preflight", "check_origin"]

ANY: Final = "*"
_ORIGIN: Final = re.compile(
    r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?", re.ASCII
)

_EMBED: Final = ("Cross-Origin-Resource-Policy", "cross-origin")
_VARY: Final = ("Vary", "Origin")
_EXPOSE: Final = (
    "Access-Control-Expose-Headers",
    "Content-Language, Retry-After, WWW-Authenticate, X-Request-Id",
)
_PREFLIGHT: Final = (
    ("Access-Control-Allow-Methods", "GET, POST"),
    ("Access-Control-Allow-Headers", "Accept-Language, Authorization, Content-Type, X-Request-Id"),
    ("Access-Control-Max-Age", "7200"),
)
"""Two hours: browsers keep an answer no longer."""


def check_origin(text: str) -> str:
    """An origin as a browser writes it, or `*`; ValueError says what it is not."""
    if text != ANY and not _ORIGIN.fullmatch(text):
        raise ValueError("not an origin such as https://shop.example, in small letters, or *")
    return text


class Origins:
    """The sites that are let in."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(allowed)

    def __bool__(self) -> bool:
        return bool(self._allowed)

    def headers(self, environ: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What an answer has in its head for the site that asks; empty while none is let in."""
        if not self._allowed:
            return ()
        origin = environ.get("HTTP_ORIGIN")
        allowed = self._admitted(origin)
        if allowed is None:
            return (_VARY,)
        return (("Access-Control-Allow-Origin", allowed), _VARY, _EXPOSE, _EMBED)

    def is_preflight(self, environ: Mapping[str, Any]) -> bool:
        """Whether a browser asks if a site it shows may ask; such a request carries no key."""
        return (
            environ["REQUEST_METHOD"] == "OPTIONS"
            and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
            and self._admitted(environ.get("HTTP_ORIGIN")) is not None
        )

    def _admitted(self, origin: str | None) -> str | None:
        if origin is None:
            return None
        if ANY in self._allowed:
            return ANY
        return origin if origin in self._allowed else None


def answer_preflight(_: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Let a browser ask what it asked leave for; its site's own headers come with every answer."""
    start_response("204 No Content", list(_PREFLIGHT))
    return []
