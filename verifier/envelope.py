"""The envelope of every answer: request identifier, fixed headers, log and counts, last catch.

It is WSGI middleware around the whole application, so that nothing can answer without it. What
must be fast is answered one step before Flask, by the same rules.
"""

import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from spec.verdicts import VerdictCode
from verifier.logs import Log
from verifier.metrics import Metrics
from verifier.problems import problem_of_status

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Envelope", "Exchange", "exchange_of"]

_KEY: Final = "dosepass.exchange"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)

_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)
"""What a browser may do with an answer: keep it nowhere, run nothing in it, embed it nowhere. An
answer that is a page says it for itself."""


@dataclass(kw_only=True, slots=True)
class Exchange:
    """One request and its answer, as the log will tell of it."""

    request_id: str
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    verdicts: dict[VerdictCode, int] = field(default_factory=dict)
    """How many of each there were."""

    def judged(self, code: VerdictCode) -> None:
        """Count one verdict."""
        self.verdicts[code] = self.verdicts.get(code, 0) + 1


def exchange_of(environ: "WSGIEnvironment") -> Exchange:
    """The exchange that the envelope has put into a WSGI environment."""
    exchange: Exchange = environ[_KEY]
    return exchange


class Envelope:
    """WSGI middleware around `app`.

    `direct` answers requests, by their method and path, in its place. `routes` are the paths that
    may stand in the log.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        log: Log,
        metrics: Metrics,
        *,
        routes: frozenset[str],
        direct: "Mapping[tuple[str, str], WSGIApplication]",
    ) -> None:
        self._app = app
        self._log = log
        self._metrics = metrics
        self._routes = routes
        self._direct = direct

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request; nothing but an end of the process gets past."""
        began = time.perf_counter()
        exchange = Exchange(request_id=_request_id(environ.get("HTTP_X_REQUEST_ID")))
        environ[_KEY] = exchange
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        app = self._direct.get((method, path), self._app)

        # The answer begins when all of it is there, so that a late fault can still replace it.
        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            exchange.status, exchange.headers = status, headers

        try:
            body = _collect(app(environ, start))
        except Exception as error:
            self._log.fault(error, request_id=exchange.request_id)
            exchange.verdicts.clear()
            body = _collect(problem_of_status(500)(environ, start))
        exchange.headers += _fixed_beside(exchange.headers)
        exchange.headers.append(("X-Request-Id", exchange.request_id))
        start_response(exchange.status, exchange.headers)
        self._tell(exchange, method, path, time.perf_counter() - began)
        return [body]

    def _tell(self, exchange: Exchange, method: str, path: str, seconds: float) -> None:
        """Log and count one request."""
        route = path if path in self._routes else None
        status = int(exchange.status[:3])
        self._log.request(
            request_id=exchange.request_id,
            method=method if method in _METHODS else "other",
            route=route,
            status=status,
            verdicts=exchange.verdicts,
            seconds=seconds,
        )
        self._metrics.request(
            route=route, status=status, seconds=seconds, verdicts=exchange.verdicts
        )


def _fixed_beside(own: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fixed headers that an answer has not set itself."""
    names = {name for name, _ in own}
    return [header for header in _HEADERS if header[0] not in names]


def _request_id(given: str | None) -> str:
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return secrets.token_hex(8)


def _collect(body: Iterable[bytes]) -> bytes:
    """Join an answer: all are short, and the server sends one piece faster than an iterator."""
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
