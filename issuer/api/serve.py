"""Runs the service on granian: several worker processes over one register."""

import multiprocessing
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from issuer.api.application import create_app
from issuer.api.logs import Event, Line, stdout_log
from issuer.api.parts import Parts
from issuer.api.rates import Rates
from issuer.desk.attachment_store import AttachmentStore
from issuer.register.database import Register, StatementLimits
from issuer.vaccines import vaccine_table
from keys.clock import SystemClock
from keys.serving.patience import Patience
from keys.serving.process import (
    Listening,
    Loader,
    end_with_parent,
    free_address,
    logging_to,
    run,
)
from keys.serving.tally import SharedTally

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["Serving", "build_application", "serve"]

_THREADS: Final = 16
"""Requests that one worker works on at a time; each may hold a connection to the database."""
_CONNECTIONS: Final = 512
_LIMITS: Final = StatementLimits(working=120, waiting=30)
"""Of a statement in PostgreSQL. A lock is waited for as long as SQLite waits for one; the longest
work is a figure over the records of a country."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """What the service is told, small enough to be handed to another process."""

    register: str | Path
    issuer: str
    sites: frozenset[str] | None
    papers: Path
    host: str
    port: int
    workers: int
    max_file: int
    behind_proxy: bool
    client_timeout: int = 10
    """Seconds that a client gets for a head or a short body; a longer body gets more."""
    grace: int = 60
    """Seconds that requests in flight get after SIGTERM: a file is taken in batch by batch, and
    whatever batch stands when they are over stays; the same file again goes on behind it."""


def serve(serving: Serving) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight.

    Raises RegisterError or ServeError when it cannot start.
    """
    Register.open(serving.register).close()  # brings the tables up to date, once and early
    listening = Listening(
        name="register",
        address=free_address(serving.host, serving.port),
        port=serving.port,
        workers=serving.workers,
        threads=_THREADS,
        connections=_CONNECTIONS,
        client_timeout=serving.client_timeout,
        grace=serving.grace,
    )
    log = stdout_log()
    log.add(Line(event=Event.STARTING, port=serving.port, workers=serving.workers))
    # A fork would copy what a thread is in the middle of.
    multiprocessing.set_start_method("spawn", force=True)
    with TemporaryDirectory(prefix="dosepass-register-") as shared:  # mode 0700
        loader = Loader(partial(build_application, serving, Path(shared), os.getpid()))
        run(listening, loader, logging_to("issuer.api.logs.ServerLog"))
    log.add(Line(event=Event.STOPPED))


def build_application(serving: Serving, shared: Path, supervisor: int) -> "WSGIApplication":
    """Build the application of one worker, inside that worker's process.

    Clients that keep it waiting are cut off: what they were sending is taken for broken off.

    `shared` is where all workers count, and where files lie while they are taken in; it goes with
    the service. `supervisor` replaces dead workers and passes signals on.
    """
    end_with_parent(supervisor)
    clock = SystemClock()
    parts = Parts(
        register=Register.open(serving.register, _LIMITS),
        table=vaccine_table(),
        clock=clock,
        issuer=serving.issuer,
        sites=serving.sites,
        papers=AttachmentStore(serving.papers),
        folder=shared,
        max_file=serving.max_file,
        rates=Rates(clock),
        behind_proxy=serving.behind_proxy,
    )
    log = stdout_log()
    app = create_app(parts, log, SharedTally(shared, "worker"))
    log.add(Line(event=Event.WORKER_STARTED, pid=os.getpid()))
    return Patience(app, seconds=serving.client_timeout, threads=_THREADS, longest=serving.max_file)
