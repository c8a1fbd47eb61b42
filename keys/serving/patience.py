"""Cuts off clients that keep a worker waiting: for a body, or for taking an answer.

A thread that waits for a client works for nobody else, and the HTTP server waits without end. So
each wait is written down, a watcher looks at them, and the line of one that lasts too long is shut
down below the server, which then ends the wait with an error as for any broken line.
"""

import os
import socket
import stat
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from keys.serving.body import announced_length

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Patience"]

_LOOK: Final = 0.25
"""Seconds between two looks of the watcher."""
_SLOWEST: Final = 65_536
"""Bytes a second that a long announced body has to bring; a telephone brings some times as many."""
_LONGEST: Final = 16_777_216
"""Bytes beyond which an announced length wins no more time, unless a service says otherwise."""
_HURRY: Final = 1.0
"""Seconds that a client gets while most threads wait for clients, and as many more as what it has
brought is worth at `_SLOWEST`: who sends a file in earnest is not cut off with the silent."""
_CROWDED: Final = 0.75
"""The part of the threads that makes most of them."""

_TCP_INFO: Final = struct.Struct("=8B10I")
"""The beginning of `struct tcp_info` (linux/tcp.h), up to the age of what was sent last."""
_SLACK: Final = 0.1
"""Seconds by which the kernel's ages and our clock may differ."""


@dataclass(eq=False, slots=True)
class _Wait:
    """A thread that waits for a client."""

    peer: str
    began: float
    until: float
    brought: int = 0
    """Bytes that came meanwhile."""


class Patience:
    """WSGI middleware around `app`: outermost, so that it sees every wait.

    A client gets `seconds` for a body, longer for a long one that says its length, and for each
    piece of an answer. `threads` is how many may wait at a time, `longest` the bytes of a body
    beyond which an announced length wins no more time.
    """

    def __init__(
        self, app: "WSGIApplication", *, seconds: int, threads: int, longest: int = _LONGEST
    ) -> None:
        self._app = app
        self._seconds = seconds
        self._longest = longest
        self._crowd = max(1, int(threads * _CROWDED))
        self._waits: set[_Wait] = set()
        threading.Thread(target=self._watch, daemon=True).start()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        environ["wsgi.input"] = _Body(environ["wsgi.input"], self, environ)
        answer = self._app(environ, start_response)
        if isinstance(answer, list):  # whole: the server sends it without a thread
            return answer
        return _Answer(answer, self, environ.get("REMOTE_ADDR", ""))

    def begin(self, peer: str, length: int | None = None) -> _Wait:
        """Write a wait down."""
        now = time.monotonic()
        more = min(length or 0, self._longest) / _SLOWEST
        wait = _Wait(peer, now, now + self._seconds + more)
        self._waits.add(wait)
        return wait

    def end(self, wait: _Wait) -> None:
        """Strike a wait out."""
        self._waits.discard(wait)

    def resume(self, wait: _Wait) -> None:
        """Go on with a wait, whose time runs on."""
        self._waits.add(wait)

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK)
            if self._waits:
                with suppress(OSError, RuntimeError):  # it changed meanwhile: the next look
                    self._look(time.monotonic())

    def _look(self, now: float) -> None:
        waits = list(self._waits)
        crowded = len(waits) >= self._crowd
        late = [
            wait
            for wait in waits
            if now > wait.until or (crowded and now > wait.began + _HURRY + wait.brought / _SLOWEST)
        ]
        if late:
            _cut(late, now)


class _Body:
    """The body of a request, each of whose reads is a wait."""

    __slots__ = ("_environ", "_patience", "_stream", "_whole")

    def __init__(self, stream: BinaryIO, patience: Patience, environ: Mapping[str, Any]) -> None:
        self._stream = stream
        self._patience = patience
        self._environ = environ
        self._whole: _Wait | None = None

    def read(self, size: int = -1) -> bytes:
        """Read as the server does. A body of known length gets its time once, for all reads."""
        wait = self._whole
        if wait is None:
            length = announced_length(self._environ)
            wait = self._patience.begin(self._environ.get("REMOTE_ADDR", ""), length)
            if length is not None:
                self._whole = wait
        else:
            self._patience.resume(wait)
        try:
            piece = self._stream.read(size)
            wait.brought += len(piece)
            return piece
        finally:
            self._patience.end(wait)


class _Answer:
    """An answer in pieces: from one to the next the server waits until the client takes it."""

    def __init__(self, pieces: Iterable[bytes], patience: Patience, peer: str) -> None:
        self._pieces = pieces
        self._next = iter(pieces).__next__
        self._patience = patience
        self._peer = peer
        self._wait: _Wait | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next piece."""
        self._taken()
        piece = self._next()
        self._wait = self._patience.begin(self._peer)
        return piece

    def close(self) -> None:
        """End it, as PEP 3333 has it."""
        self._taken()
        if hasattr(self._pieces, "close"):
            self._pieces.close()

    def _taken(self) -> None:
        wait, self._wait = self._wait, None
        if wait is not None:
            self._patience.end(wait)


def _cut(late: Iterable[_Wait], now: float) -> None:
    """Shut down the lines that waits belong to.

    The server does not say which line a request came on; the kernel knows on which ones it can be:
    from the same address, with nothing sent since the wait began. Other lines of which that is
    true are idle, and a client may find such a line closed at any time.
    """
    ages: dict[str, float] = {}
    for wait in late:
        ages[wait.peer] = min(now - wait.began, ages.get(wait.peer, now))
    for number, peer, sent in list(_lines()):
        if peer in ages and sent >= ages[peer] - _SLACK:
            with suppress(OSError), socket.socket(fileno=os.dup(number)) as line:
                line.shutdown(socket.SHUT_RDWR)


def _lines() -> Iterator[tuple[int, str, float]]:
    """The connections of this process: number, address, and seconds since something was sent."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  # numbers, not files
        number = int(name)
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            with socket.socket(fileno=os.dup(number)) as line:
                told = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
                *_, sent = _TCP_INFO.unpack(told)
                yield number, line.getpeername()[0], sent / 1000
