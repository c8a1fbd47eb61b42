"""Runs a service on granian: several worker processes, each with an application of its own."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from keys.errors import HintedError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["Listening", "ServeError", "end_with_parent", "free_address", "logging_to", "run"]

_HEADER_BYTES: Final = 32_768
"""Bytes that the head of a request may take."""

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


def run(
    listening: Listening, loader: "Callable[[], WSGIApplication]", logging: dict[str, Any]
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight; raises ServeError.

    `loader` builds the application in each worker; `logging` takes what the server itself logs.
    """
    try:
        _server(listening, logging).serve(target_loader=loader, wrap_loader=False)
    except SystemExit as end:
        if end.code:
            raise ServeError(
                "the workers do not stay alive", hint="see the log on the standard output"
            ) from None


def _server(listening: Listening, logging: dict[str, Any]) -> Any:  # Granian is no type to mypy
    return Granian(
        listening.name,
        address=listening.address,
        port=listening.port,
        interface=Interfaces.WSGI,
        workers=listening.workers,
        blocking_threads=listening.threads,
        backpressure=listening.connections,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=listening.client_timeout * 1000, max_buffer_size=_HEADER_BYTES
        ),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=logging,
        respawn_failed_workers=True,
        workers_kill_timeout=listening.grace,
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

    The workers share a port by SO_REUSEPORT, with which a second service would start on the same
    port unnoticed and take half of the requests; a plain bind notices.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise ServeError(
            "the host is not known on this machine", hint="use 127.0.0.1 or 0.0.0.0"
        ) from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise ServeError(
                f"cannot listen on port {port}: {(error.strerror or 'unknown').lower()}",
                hint="choose another with --host and --port",
            ) from None
    return str(address[0])
