"""The line between a scanner and the supervisor that started it: signs of life, and the counts.

One JSON object a line, both ways over a socket pair. The counts live on in the supervisor's memory,
so that a crash loses none of them and nothing has to be written.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Final, Self

from scanner_app.counts import Counts, Result
from scanner_app.desk import Companion
from spec.certificate import Timestamp

__all__ = ["Lifeline", "Shift", "read_line"]

_BEAT_SECONDS: Final = 0.5
_WEDGED_SECONDS: Final = 30.0
"""A thread that does not come back from its driver for so long will not come back any more."""
_LONGEST: Final = 1 << 16
"""Bytes of a line; a shift that had every reason there is takes a tenth."""

Line = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """What outlives a scanner."""

    began: Timestamp
    counts: Counts = field(default_factory=Counts)

    def to_json(self) -> Line:
        """The shift as a line of ours."""
        return {"began": self.began, "counts": self.counts.to_json()}

    @classmethod
    def from_json(cls, line: Line) -> Self:
        """Read such a line; raises ValueError for another one."""
        try:
            return cls(began=Timestamp(int(line["began"])), counts=Counts.from_json(line["counts"]))
        except (KeyError, TypeError):
            raise ValueError("no shift") from None


class Lifeline(Companion):
    """The scanner's end.

    `watched` gives, for each thread that could wedge, the seconds since it last came back: while
    one is wedged, the scanner gives no sign of life, and is started anew. A supervisor that is gone
    ends the scanner as SIGTERM does, since the next one starts another.
    """

    def __init__(self, descriptor: int, watched: Sequence[Callable[[], float]] = ()) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._stream = self._socket.makefile("rb")
        self.shift = Shift.from_json(read_line(self._stream.readline(_LONGEST)))
        self._counts = self.shift.counts
        self._watched = watched
        self._next = float("-inf")
        self._over = False
        self._thread = Thread(target=self._wait_for_the_end, name="lifeline", daemon=True)
        self._thread.start()

    def count(self, result: Result) -> None:
        """Pass the counts on at once: the next moment may be the last."""
        self._counts = self._counts.plus(result)
        self._send(Shift(began=self.shift.began, counts=self._counts).to_json())

    def beat(self) -> None:
        """Give a sign of life, unless a thread is wedged."""
        now = time.monotonic()
        if now >= self._next and all(silent() < _WEDGED_SECONDS for silent in self._watched):
            self._next = now + _BEAT_SECONDS
            self._send({})

    def done(self, code: int) -> None:
        """Say that the scanner ends because it is done, with this exit code; end the line."""
        self._over = True
        self._send({"done": code})
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._stream.close()
        self._socket.close()

    def _send(self, line: Line) -> None:
        """Send without waiting: a supervisor that is stopped must not stop the scanner."""
        with suppress(OSError):
            self._socket.send(json.dumps(line).encode() + b"\n", socket.MSG_DONTWAIT)

    def _wait_for_the_end(self) -> None:
        with suppress(OSError):
            while self._stream.read(1):
                pass
        if not self._over:
            os.kill(os.getpid(), signal.SIGTERM)


def read_line(line: bytes) -> Line:
    """Read one line; raises ValueError for one that is none of ours."""
    document = json.loads(line)
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document
