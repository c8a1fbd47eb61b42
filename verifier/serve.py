"""Runs the service on granian: several worker processes, each with an application of its own."""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from keys import client
from keys.bundle import TrustBundle
from keys.clock import SystemClock
from keys.errors import HintedError
from keys.fetching.refresher import Refresher
from verifier.logs import Event, Level, Line, Log, write_to_stdout
from verifier.metrics import REFRESHES, WORKER_STARTS
from verifier.pictures import open_reader
from verifier.report import moment
from verifier.service import create_app
from verifier.settings import Settings
from verifier.tally import SharedTally, Tally
from verifier.trust import TrustSource

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["ServeError", "build_application", "serve"]

_HEADER_BYTES: Final = 32_768
"""Bytes that the head of a request may take."""

_THREADS: Final = 32
"""Requests that one worker works on at a time. Verdicts take turns; the others are threads that
wait for a body on a slow line."""

_SUPERVISION: Final = 1.0
"""Seconds between two looks of a worker at whether its supervisor lives."""


class ServeError(HintedError):
    """The service cannot be started, or cannot be kept running."""

    code = "serve"


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight.

    Raises TrustBundleError, ReaderMissingError or ServeError when it cannot start.
    """
    client.load(settings.trust)  # each worker loads its own; this one says early what is wrong
    if settings.trust_url is not None:
        client.check_source(settings.trust, settings.trust_url)
    if settings.images:
        open_reader()
    address = _free_address(settings.host, settings.port)
    log = _log()
    log.add(Line(event=Event.STARTING, port=settings.port, workers=settings.workers))
    # A fork would copy what a thread is in the middle of, and the code of before a restart.
    multiprocessing.set_start_method("spawn", force=True)
    with TemporaryDirectory(prefix="dosepass-verifier-") as shared:
        counts = Path(shared)
        if settings.trust_url is not None:
            _keep_fresh(settings, settings.trust_url, SharedTally(counts, "supervisor"), log)
        _run(_server(settings, address), partial(build_application, settings, counts, os.getpid()))
    log.add(Line(event=Event.STOPPED))


def _run(server: Any, loader: Callable[[], "WSGIApplication"]) -> None:
    try:
        server.serve(target_loader=loader, wrap_loader=False)
    except SystemExit as end:
        if end.code:
            raise ServeError(
                "the workers do not stay alive", hint="see the log on the standard output"
            ) from None


def _server(settings: Settings, address: str) -> Any:  # Granian is no type to mypy
    return Granian(
        "verifier",
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=_THREADS,
        backpressure=settings.connections,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=settings.client_timeout * 1000, max_buffer_size=_HEADER_BYTES
        ),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.grace,
    )


def _keep_fresh(settings: Settings, url: str, tally: Tally, log: Log) -> None:
    """Refresh in the supervising process alone; workers take up what it puts into the directory."""

    def tell(result: TrustBundle | Exception) -> None:
        if isinstance(result, Exception):
            # What stands behind our error tells more than that it is a TrustBundleError.
            log.fault(result.__cause__ or result, Event.TRUST_REFRESH_FAILED)
            tally.add([((REFRESHES, "failed"), 1)])
        else:
            until = min(result.fresh_until, result.status.fresh_until)
            log.add(Line(event=Event.TRUST_REFRESHED, fresh_until=moment(until)))
            tally.add([((REFRESHES, "done"), 1)])

    refresh = partial(client.refresh, settings.trust, url, None, SystemClock())
    Refresher(refresh, settings.refresh, tell).start()


def build_application(settings: Settings, counts: Path, supervisor: int) -> "WSGIApplication":
    """Build the application of one worker, inside that worker's process.

    `counts` is where all workers count; `supervisor` is the process that replaces dead ones and
    passes signals on.
    """
    threading.Thread(target=_end_with, args=(supervisor,), daemon=True).start()
    log = _log()
    clock = SystemClock()
    trust = TrustSource(settings.trust, clock, log)
    pictures = open_reader() if settings.images else None
    if pictures is not None:
        pictures.start()
    tally = SharedTally(counts, "worker")
    app = create_app(
        trust,
        clock,
        log,
        max_body=settings.max_body,
        pictures=pictures,
        tally=tally,
        workers=settings.workers,
    )
    tally.add([((WORKER_STARTS,), 1)])
    log.add(Line(event=Event.WORKER_STARTED, pid=os.getpid()))
    return app


def _end_with(supervisor: int) -> None:
    """End this worker when its supervisor was killed: nobody would stop it, or free its port."""
    while os.getppid() == supervisor:
        time.sleep(_SUPERVISION)
    os.kill(os.getpid(), signal.SIGTERM)


def _log() -> Log:
    return Log(SystemClock(), write_to_stdout)


def _free_address(host: str, port: int) -> str:
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


class ServerLog(logging.Handler):
    """Takes what the HTTP server logs, and tells that it happened, never in its words."""

    def __init__(self) -> None:
        super().__init__()
        self._log = _log()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line: a known event, or that there was one, and where."""
        text = record.getMessage()
        event = next((event for start, event in _KNOWN.items() if text.startswith(start)), None)
        self._log.add(
            Line(
                event=event or Event.SERVER,
                level=Level.ERROR if record.levelno >= logging.ERROR else Level.WARNING,
                error_type=record.exc_info[0].__name__
                if record.exc_info and record.exc_info[0]
                else None,
                location=f"{record.filename}:{record.lineno}",
            )
        )


_KNOWN: Final = {
    "Unexpected exit from worker": Event.WORKER_DIED,
    "Worker crash loop": Event.GIVING_UP,
}

_LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {"server": {"class": "verifier.serve.ServerLog"}},
    "loggers": {"_granian": {"handlers": ["server"], "propagate": False}},
    "root": {"handlers": ["server"], "level": "WARNING"},
}
