"""How long a server may take: a time limit that holds however slowly its bytes drip."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Timer
from types import TracebackType
from typing import Any, Final

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

__all__ = ["DEFAULT_PATIENCE", "Patience", "TimeLimit", "pools_under"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long one refresh may wait for a server."""

    silence: int = 15
    """Seconds to wait for a connection, and for each next piece of an answer."""
    in_all: float = 600.0
    """Seconds for all files together. What arrived whole by then is kept, so that the next refresh
    goes on from there: a verifier on a thin line gets everything after some of them."""
    slowest: int = 1024
    """Bytes a second: a tenth of the slowest mobile network, and more than a server that only
    wants to hold us up would send."""
    grace: float = 20.0
    """Seconds of one file before its pace is looked at."""

    def is_over(self, seconds: float, received: int) -> bool:
        """Whether an answer comes too slowly, after so many seconds and bytes."""
        return received < self.slowest * (seconds - self.grace)


DEFAULT_PATIENCE: Final = Patience()


class TimeLimit:
    """Hangs up whatever line is open when time is up.

    The timeout of a socket begins anew with each byte, so a server that drips would last for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._over = Event()
        self._line: socket.socket | None = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "TimeLimit":
        self._timer.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._line is not None:
            self._line.close()

    def is_over(self) -> bool:
        """Whether time is up."""
        return self._over.is_set()

    def watch(self, line: socket.socket) -> None:
        """Keep a line to hang up; one at a time is open, since files come one after another."""
        # A copy of the descriptor: TLS takes the socket itself over.
        before, self._line = self._line, line.dup()
        if before is not None:
            before.close()
        if self.is_over():
            self._hang_up()

    def _end(self) -> None:
        self._over.set()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


def pools_under(limit: TimeLimit) -> dict[str, type]:
    """The classes by which urllib3 opens lines that a time limit watches, by scheme."""

    class Plain(_Watched, HTTPConnection):
        time_limit = limit

    class Encrypted(_Watched, HTTPSConnection):
        time_limit = limit

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


class _Watched:
    """A connection that shows its line to the time limit before anything is said on it."""

    time_limit: TimeLimit

    def _new_conn(self) -> socket.socket:
        if self.time_limit.is_over():
            raise NewConnectionError(self, "time is up")  # type: ignore[arg-type]
        line: Any = super()._new_conn()  # type: ignore[misc]
        self.time_limit.watch(line)
        return line  # type: ignore[no-any-return]
