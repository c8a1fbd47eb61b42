"""The envelope of every answer: who may ask, request identifier, headers, log, counts, last catch.

It is WSGI middleware around the whole application, so that nothing can answer without it. What
must be fast is answered one step before Flask, by the same rules.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from keys.serving.headers import METHODS, collect, fixed_beside, request_id_of
from spec.verdicts import VerdictCode
from verifier.api_keys import ApiKey
from verifier.door import OPEN, Door
from verifier.logs import Log
from verifier.metrics import Metrics
from verifier.problems import ProblemError, problem_of_status

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Envelope", "Exchange", "Streamed", "exchange_of"]

_KEY: Final = "dosepass.exchange"


@dataclass(kw_only=True, slots=True)
class Exchange:
    """One request and its answer, as the log will tell of it."""

    request_id: str
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    verdicts: dict[VerdictCode, int] = field(default_factory=dict)
    """How many of each there were."""
    key: ApiKey | None = None
    """Whose request it is, where keys are asked for."""
    door: Door = OPEN
    charged: int = 1
    """Certificates that the key was charged for: one when it came in."""

    def judged(self, code: VerdictCode) -> None:
        """Count one verdict."""
        self.verdicts[code] = self.verdicts.get(code, 0) + 1

    def charge(self, at_least: int = 1) -> ProblemError | None:
        """Charge the key for the verdicts since it was charged last, if there are so many.

        Gives the problem where its rate is exceeded: what is under way may end with it.
        """
        owed = sum(self.verdicts.values()) - self.charged
        if self.key is None or owed < at_least:
            return None
        self.charged += owed
        return self.door.charge(self.key, owed)


def exchange_of(environ: "WSGIEnvironment") -> Exchange:
    """The exchange that the envelope has put into a WSGI environment."""
    exchange: Exchange = environ[_KEY]
    return exchange


class Streamed:
    """An answer that goes out while it is made; `at_end` is called once, however it ends."""

    def __init__(self, pieces: Iterator[bytes], at_end: Callable[[], None]) -> None:
        self._pieces = pieces
        self._at_end = [at_end]
        self._at_fault: Callable[[Exception], None] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException as error:
            if isinstance(error, Exception) and not isinstance(error, StopIteration):
                self._tell_fault(error)
            self.close()
            raise  # so that the server breaks off, and nobody takes the answer for a whole one

    def close(self) -> None:
        """End it; a server calls this when its client has gone (PEP 3333)."""
        while self._at_end:
            self._at_end.pop()()

    __del__ = close

    def watch(self, at_fault: Callable[[Exception], None], at_end: Callable[[], None]) -> None:
        """Be told of an error that nobody foresaw, and of the end."""
        self._at_fault = at_fault
        self._at_end.append(at_end)

    def _tell_fault(self, error: Exception) -> None:
        if self._at_fault is not None:
            self._at_fault(error)


class Envelope:
    """WSGI middleware around `app`.

    `direct` answers requests, by their method and path, in its place. `routes` are the paths that
    may stand in the log. `door` says who may ask.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        log: Log,
        metrics: Metrics,
        *,
        routes: frozenset[str],
        direct: "Mapping[tuple[str, str], WSGIApplication]",
        door: Door = OPEN,
    ) -> None:
        self._app = app
        self._log = log
        self._metrics = metrics
        self._routes = routes
        self._direct = direct
        self._door = door

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request; nothing but an end of the process gets past."""
        began = time.perf_counter()
        request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID"))
        exchange = Exchange(request_id=request_id, door=self._door)
        environ[_KEY] = exchange
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")

        # The answer begins when all of it is there, so that a late fault can still replace it.
        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            exchange.status, exchange.headers = status, headers

        try:
            exchange.key, instead = self._door.admit(environ)
            app = instead or self._direct.get((method, path), self._app)
            answer = app(environ, start)
            if isinstance(answer, Streamed):
                self._begin(exchange, environ, start_response)
                answer.watch(
                    partial(self._log.fault, request_id=exchange.request_id),
                    partial(self._tell, exchange, method, path, began),
                )
                return answer
            body = collect(answer)
        except Exception as error:
            self._log.fault(error, request_id=exchange.request_id)
            exchange.verdicts.clear()
            body = collect(problem_of_status(500)(environ, start))
        self._begin(exchange, environ, start_response)
        self._tell(exchange, method, path, began)
        return [body]

    def _begin(
        self, exchange: Exchange, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> None:
        exchange.headers += self._door.headers(environ)
        exchange.headers += fixed_beside(exchange.headers)
        exchange.headers.append(("X-Request-Id", exchange.request_id))
        start_response(exchange.status, exchange.headers)

    def _tell(self, exchange: Exchange, method: str, path: str, began: float) -> None:
        """Log and count one request, and charge its key for it."""
        seconds = time.perf_counter() - began
        route = path if path in self._routes else None
        status = int(exchange.status[:3])
        self._log.request(
            request_id=exchange.request_id,
            method=method if method in METHODS else "other",
            route=route,
            status=status,
            verdicts=exchange.verdicts,
            seconds=seconds,
            key=None if exchange.key is None else exchange.key.name,
        )
        exchange.charge()
        self._metrics.request(
            route=route, status=status, seconds=seconds, verdicts=exchange.verdicts
        )
