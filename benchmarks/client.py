"""A client that keeps connections to a service busy: for tests of its life, and for the soak.

It does what a good client does: a connection that the service has closed, or that broke before an
answer, is opened anew and the request is sent again, once. Verdicts change nothing, so asking again
does no harm.
"""

import http.client
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

__all__ = ["Asking", "Outcome"]

_TIMEOUT = 10
_BROKEN = (http.client.HTTPException, OSError)


@dataclass(slots=True)
class Outcome:
    """What came of all requests."""

    answered: int = 0
    repeated: int = 0
    """Answered at the second try, on a new connection."""
    failed: int = 0
    reasons: list[str] = field(default_factory=list)
    """Of the first failures."""


class Asking:
    """Asks from several threads, each on a connection of its own, until it is told to stop."""

    def __init__(
        self,
        port: int,
        body: bytes,
        is_right: Callable[[int, bytes], bool],
        *,
        threads: int = 4,
        pause: float = 0.0,
    ) -> None:
        self.outcome = Outcome()
        self._port = port
        self._body = body
        self._is_right = is_right
        self._pause = pause
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(threads)]

    def __enter__(self) -> "Asking":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask_on(self) -> None:
        line = self._connect()
        while not self._stop.is_set():
            line = self._ask(line)
            time.sleep(self._pause)
        line.close()

    def _ask(self, line: http.client.HTTPConnection) -> http.client.HTTPConnection:
        try:
            self._count(self._send(line))
        except _BROKEN:
            line.close()
            line = self._connect()
            try:
                self._count(self._send(line), repeated=1)
            except _BROKEN as error:
                self._count(repr(error))
                line.close()
                line = self._connect()
        return line

    def _send(self, line: http.client.HTTPConnection) -> str | None:
        """Ask once; gives what is wrong with the answer, or None."""
        line.request("POST", "/v1/verify", self._body, {"Content-Type": "application/json"})
        answer = line.getresponse()
        content = answer.read()
        if self._is_right(answer.status, content):
            return None
        return f"{answer.status} {content[:200]!r}"

    def _count(self, wrong: str | None, repeated: int = 0) -> None:
        with self._lock:
            if wrong is None:
                self.outcome.answered += 1
                self.outcome.repeated += repeated
                return
            self.outcome.failed += 1
            if len(self.outcome.reasons) < 10:
                self.outcome.reasons.append(wrong)

    def _connect(self) -> http.client.HTTPConnection:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT)
        for _ in range(3):  # a listening socket refuses nobody; a full queue can be slow
            with suppress(OSError):
                line.connect()
                break
        return line
