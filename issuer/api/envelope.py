"""The envelope of every answer: request identifier, fixed headers, log and counts, last catch."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from issuer.api.counts import Counts
from issuer.api.logs import Event, Line, Log
from issuer.api.problems import problem_of_status
from keys.serving.headers import METHODS, collect, fixed_beside, request_id_of
from keys.serving.log_lines import Level

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Envelope", "Exchange", "exchange_of"]

_KEY: Final = "dosepass.exchange"


@dataclass(kw_only=True, slots=True)
class Exchange:
    """One request and its answer, as the log will tell of it."""

    request_id: str
    operation: str | None = None
    problem: str | None = None
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)


def exchange_of(environ: "WSGIEnvironment") -> Exchange:
    """The exchange that the envelope has put into a WSGI environment."""
    exchange: Exchange = environ[_KEY]
    return exchange


class Envelope:
    """WSGI middleware around an application, so that nothing can answer without it."""

    def __init__(self, app: "WSGIApplication", log: Log, counts: Counts) -> None:
        self._app = app
        self._log = log
        self._counts = counts

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request; nothing but an end of the process gets past."""
        began = time.perf_counter()
        exchange = Exchange(request_id=request_id_of(environ.get("HTTP_X_REQUEST_ID")))
        environ[_KEY] = exchange

        # The answer begins when all of it is there, so that a late fault can still replace it.
        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            exchange.status, exchange.headers = status, headers

        try:
            body = collect(self._app(environ, start))
        except Exception as error:
            self._log.fault(error, exchange.request_id)
            problem = problem_of_status(500)
            exchange.problem = problem.kind.path
            body = collect(problem(environ, start))
        exchange.headers += fixed_beside(exchange.headers)
        exchange.headers.append(("X-Request-Id", exchange.request_id))
        start_response(exchange.status, exchange.headers)
        self._tell(exchange, environ["REQUEST_METHOD"], time.perf_counter() - began)
        return [body]

    def _tell(self, exchange: Exchange, method: str, seconds: float) -> None:
        status = int(exchange.status[:3])
        self._log.add(
            Line(
                event=Event.REQUEST,
                level=Level.INFO if status < 500 else Level.ERROR,
                request_id=exchange.request_id,
                method=method if method in METHODS else "other",
                operation=exchange.operation,
                status=status,
                problem=exchange.problem,
                duration_ms=round(seconds * 1000, 3),
            )
        )
        self._counts.request(exchange.operation, status, seconds)
