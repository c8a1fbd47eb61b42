"""Runs the service on granian: several worker processes, each with an application of its own."""

import logging
import multiprocessing
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from keys.bundle import TrustBundle
from keys.clock import Clock, SystemClock
from keys.fetching.refresher import Refresher
from keys.files import write_atomically
from keys.serving.process import (
    Listening,
    Loader,
    ServeError,
    end_with_parent,
    free_address,
    logging_to,
    run,
)
from keys.serving.tally import SharedTally, Tally
from spec.errors import DosepassError
from verifier.door import Door
from verifier.entry import load_policy
from verifier.keyring import Keyring
from verifier.logs import Event, Level, Line, Log, write_to_stdout
from verifier.metrics import REFRESHES, WORKER_STARTS
from verifier.origins import Origins
from verifier.pictures import open_reader
from verifier.report import moment
from verifier.settings import Settings
from verifier.trust import TrustSource

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


__all__ = ["ServeError", "build_application", "serve"]

_THREADS: Final = 32
"""Requests that one worker works on at a time. Verdicts take turns; the others are threads that
wait for a body on a slow line."""

_BUNDLE, _KEYS, _POLICY, _RATES = "bundle.cbor", "keys.json", "policy.json", "rates"
"""What lies in the folder that all processes of the service share: what they begin with while the
operator's own file is no good, and the counts of the rates."""

_OF_THE_PROCESS: Final = (
    "trust", "trust_url", "refresh", "host", "port", "workers", "connections", "grace",
    "client_timeout",
)  # fmt: skip
"""Settings that only a new start changes."""


def serve(settings: Settings, reread: Callable[[], Settings] | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight.

    At SIGHUP new workers take the place of the old, with what `reread` gives.

    Raises TrustBundleError, NoEntryRulesError, ReaderMissingError, ApiKeyError, RateStoreError or
    ServeError when it cannot start.
    """
    if settings.trust_url is not None:
        from keys import client  # TUF takes a third of a second, which only fetching needs

        client.check_source(settings.trust, settings.trust_url)
    if settings.images:
        open_reader()
    listening = Listening(
        name="verifier",
        address=free_address(settings.host, settings.port),
        port=settings.port,
        workers=settings.workers,
        threads=_THREADS,
        connections=settings.connections,
        client_timeout=settings.client_timeout,
        grace=settings.grace,
    )
    log = _log()
    # A fork would copy what a thread is in the middle of, and the code of before a restart.
    multiprocessing.set_start_method("spawn", force=True)
    with TemporaryDirectory(prefix="dosepass-verifier-") as shared:
        counts = Path(shared)
        tried = _try_out(settings, counts)
        log.add(Line(event=Event.STARTING, port=settings.port, workers=settings.workers))
        if settings.trust_url is not None:
            _keep_fresh(settings, settings.trust_url, SharedTally(counts, "supervisor"), log)
        loader = Loader(partial(build_application, tried.told(), counts, os.getpid()))
        run(
            listening,
            loader,
            logging_to("verifier.serve.ServerLog"),
            partial(_renew, loader, settings, reread, counts, log),
        )
    log.add(Line(event=Event.STOPPED))


def _renew(
    loader: Loader,
    settings: Settings,
    reread: Callable[[], Settings] | None,
    counts: Path,
    log: Log,
) -> bool:
    """Let new workers have the settings as they are now; false, and all as before, if they fail.

    What the process itself goes by stays as it was: address, port, workers, refreshing.
    """
    try:
        told = settings if reread is None else reread()
        new = replace(told, **{name: getattr(settings, name) for name in _OF_THE_PROCESS})
        if new.images:
            open_reader()
        new = _try_out(new, counts)
    except (DosepassError, OSError) as error:
        log.fault(error, Event.RENEWAL_FAILED)
        return False
    loader.build = partial(build_application, new.told(), counts, os.getpid())
    log.add(Line(event=Event.RENEWING))
    return True


def _try_out(settings: Settings, shared: Path) -> Settings:
    """See early what is wrong, and set aside what workers begin with should a file break later.

    Gives the settings for the workers. Raises TrustBundleError, NoEntryRulesError, ApiKeyError,
    RateStoreError or OSError.
    """
    silent = Log(SystemClock(), lambda _: None)  # each worker tells of what it loads itself
    _trust(settings, shared, silent)
    _door(settings, shared, SystemClock(), silent)
    if settings.policy is None:
        return settings
    aside = shared / _POLICY
    write_atomically(aside, settings.policy.read_bytes())
    return replace(settings, policy=aside)


def _trust(settings: Settings, shared: Path, log: Log) -> TrustSource:
    return TrustSource(
        settings.trust,
        SystemClock(),
        log,
        place=settings.place,
        policy=None if settings.policy is None else load_policy(settings.policy),
        aside=shared / _BUNDLE,
    )


def _keep_fresh(settings: Settings, url: str, tally: Tally, log: Log) -> None:
    """Refresh in the supervising process alone; workers take up what it puts into the directory."""
    from keys import client

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


def build_application(told: Mapping[str, Any], counts: Path, supervisor: int) -> "WSGIApplication":
    """Build the application of one worker, inside that worker's process.

    The settings are `told` by a supervisor that may run since before an update. `counts` is where
    all workers count; `supervisor` is the process that replaces dead ones and passes signals on.
    """
    # Only workers need these: the process above them starts them sooner without.
    from keys.serving.patience import Patience
    from verifier.service import create_app

    end_with_parent(supervisor)
    settings = Settings.of(told)
    log = _log()
    clock = SystemClock()
    trust = _trust(settings, counts, log)
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
        door=_door(settings, counts, clock, log),
    )
    tally.add([((WORKER_STARTS,), 1)])
    log.add(Line(event=Event.WORKER_STARTED, pid=os.getpid()))
    return Patience(app, seconds=settings.client_timeout, threads=_THREADS)


def _door(settings: Settings, counts: Path, clock: Clock, log: Log) -> Door:
    """Who may ask, by the settings; `counts` is where all workers count."""
    origins = Origins(settings.cors)
    if settings.keys is None:
        return Door(origins=origins)
    from verifier.rates import open_rates  # 14 MB, which a service without keys saves

    rates = open_rates(settings.rates, counts / _RATES, log)
    return Door(Keyring(settings.keys, clock, log, counts / _KEYS), rates, origins)


def _log() -> Log:
    return Log(SystemClock(), write_to_stdout)


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
