"""Runs a service on granian: several worker processes, each with an application of its own."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from keys.errors import HintedError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = [
    "Listening",
    "Loader",
    "ServeError",
    "end_with_parent",
    "free_address",
    "logging_to",
    "run",
]

_HEADER_BYTES: Final = 32_768
"""Bytes that the head of a request may take."""

_BACKLOG: Final = 1_024
"""Connections that may wait before the workers."""

_OVERLAP: Final = 2.0
"""Seconds at a renewal from the start of a new worker to the end of the old: it needs about one."""

_OWN_FAULTS: Final = frozenset(
    {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV}
)
"""Signals by which a process ends because of what it did itself."""

_SUPERVISION: Final = 1.0
"""Seconds between two looks of a worker at whether its supervisor lives."""


class ServeError(HintedError):
    """The service cannot be started, or cannot be kept running."""

    code = "serve"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listening:
    """How a service listens, and how long it waits for whom."""

    name: str
    address: str
    """Numeric, as `free_address` gives it."""
    port: int
    workers: int
    threads: int
    """Requests that one worker works on at a time."""
    connections: int
    """Connections that one worker holds; further ones wait before it."""
    client_timeout: int
    """Seconds that a client gets for the head of a request."""
    grace: int
    """Seconds that requests in flight get after SIGTERM."""


class Loader:
    """Builds the application in each worker that starts; may be told to build another one."""

    def __init__(self, build: "Callable[[], WSGIApplication]") -> None:
        self.build = build

    def __reduce__(self) -> tuple[Any, ...]:
        """What a new worker is handed: what is to be built at the time."""
        return _itself, (self.build,)


def _itself(build: "Callable[[], WSGIApplication]") -> "Callable[[], WSGIApplication]":
    return build


def run(
    listening: Listening,
    loader: Loader,
    logging: dict[str, Any],
    renew: Callable[[], bool] = lambda: True,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight; raises ServeError.

    `loader` builds the application in each worker; `logging` takes what the server itself logs.
    At SIGHUP `renew` is called, and where it gives true, new workers take the place of the old.
    """
    with _listen(listening.address, listening.port, listening.client_timeout) as listener:
        server = _server(listening, listener, renew, logging)
        try:
            server.serve(target_loader=cast(Any, loader), wrap_loader=False)
        except SystemExit as end:
            if end.code:
                raise ServeError(
                    "the workers do not stay alive", hint="see the log on the standard output"
                ) from None


class _Server(MPServer):
    """Granian with one listening socket for all workers, and a renewal that can be refused.

    By itself each of its workers listens for itself (SO_REUSEPORT), and connections that wait
    before a worker are lost when it ends. Before one socket they wait for whichever worker comes.
    """

    def __init__(
        self, *given: Any, listener: socket.socket, renew: Callable[[], bool], **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self._listener = listener
        self._renew = renew
        self.respawned_wrks = _Starts(self._failed)

    def _failed(self, index: int) -> bool:
        """Whether a worker ended by its own fault; one that was killed will live when it may."""
        code = self.wrks[index].inner.exitcode
        return code is not None and (code > 0 or -code in _OWN_FAULTS)

    def _respawn_workers(
        self, workers: Iterable[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        """Start workers anew; of two that end at one moment granian may see only the first."""
        once = list(dict.fromkeys(workers))
        super()._respawn_workers(once, spawn_target, target_loader, delay)
        missed = [one.idx for one in self.wrks if not one.inner.is_alive()]
        if missed:
            self.interrupt_children.extend(missed)
            self.main_loop_interrupt.set()

    def _init_shared_socket(self) -> None:
        self._ssp, self._sso = None, None
        self._shd: Any = _Handed(self._listener)

    def _drop_shared_socket(self) -> None:
        self._listener.close()

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        if self._renew():
            super()._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        else:
            self.reload_signal = False
            self.main_loop_interrupt.clear()


class _Starts(dict[int, float]):
    """When workers were started anew. By this granian gives up on one that ends again too soon.

    Somebody who kills the same worker twice, or a machine without memory, is no reason to end a
    service: only a worker that `failed` counts.
    """

    def __init__(self, failed: Callable[[int], bool]) -> None:
        super().__init__()
        self._failed = failed

    def get(self, index: int, default: Any = None) -> Any:
        """The time, or the default for a worker that did not fail."""
        return super().get(index, default) if self._failed(index) else default


class _Handed:
    """A listening socket on its way to a worker, where it arrives as granian knows it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, (self._listener,)


def _arrived(listener: socket.socket) -> Any:
    holder: Any = SocketHolder  # its stub knows of no arguments
    return holder(listener.detach(), False, _BACKLOG)


def _server(
    listening: Listening,
    listener: socket.socket,
    renew: Callable[[], bool],
    logging: dict[str, Any],
) -> _Server:
    return _Server(
        listening.name,
        listener=listener,
        renew=renew,
        address=listening.address,
        port=listening.port,
        interface=Interfaces.WSGI,
        workers=listening.workers,
        blocking_threads=listening.threads,
        backlog=_BACKLOG,
        backpressure=listening.connections,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=listening.client_timeout * 1000, max_buffer_size=_HEADER_BYTES
        ),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=logging,
        respawn_failed_workers=True,
        respawn_interval=_OVERLAP,
        workers_kill_timeout=listening.grace,
    )


def _listen(address: str, port: int, client_timeout: int) -> socket.socket:
    """Listen; what is set here counts for every connection that comes."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The kernel itself ends a line whose client takes nothing of an answer for so long.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, client_timeout * 1000)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(port, error) from None
    return listener


def _cannot_listen(port: int, error: OSError) -> ServeError:
    return ServeError(
        f"cannot listen on port {port}: {(error.strerror or 'unknown').lower()}",
        hint="choose another with --host and --port",
    )


def logging_to(handler: str) -> dict[str, Any]:
    """Let one handler, named by its import path, take all that the server logs."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {},
        "handlers": {"server": {"class": handler}},
        "loggers": {"_granian": {"handlers": ["server"], "propagate": False}},
        "root": {"handlers": ["server"], "level": "WARNING"},
    }


def end_with_parent(parent: int) -> None:
    """End this process soon after its parent was killed: nobody would stop it, or free its port."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SUPERVISION)
    os.kill(os.getpid(), signal.SIGTERM)


def free_address(host: str, port: int) -> str:
    """Turn a host into a numeric address and see that its port is free; raises ServeError.

    Called before anything is begun, so that what is wrong is said early.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise ServeError(
            "the host is not known on this machine", hint="use 127.0.0.1 or 0.0.0.0"
        ) from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise _cannot_listen(port, error) from None
    return str(address[0])
