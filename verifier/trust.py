"""Holds the trust bundle for a running process, and takes up a new one when the file changes."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from keys.bundle import TrustBundle
from keys.clock import Clock
from keys.errors import TrustBundleError
from keys.kept import bundle_folder
from spec.certificate import Timestamp
from spec.entry_policy import EntryPolicy
from spec.entry_rules import EntryRules
from verifier.entry import entry_rules
from verifier.last_good import LastGood
from verifier.logs import Event, Level, Line, Log
from verifier.outlook import EndWarning, warnings
from verifier.report import moment

__all__ = ["CHECK_INTERVAL", "Present", "TrustSource"]

CHECK_INTERVAL: Final = 10
"""Seconds between two looks at the file: far below any freshness limit, and one `stat` each."""

_DAY: Final = 86_400
_EVENTS: Final = {
    EndWarning.PUBLICATION_ENDS: Event.PUBLICATION_ENDS,
    EndWarning.STATUS_ENDS: Event.STATUS_ENDS,
}

_Stamp: TypeAlias = tuple[int, int, int]
_NEVER: Final[_Stamp] = (0, 0, 0)
"""That of no file: what is there is tried again at each look."""


class Present(NamedTuple):
    """What counts at this moment."""

    bundle: TrustBundle
    entry: EntryRules | None


class TrustSource:
    """Gives the bundle that counts now: the last good one, whatever happens to the file.

    Another process fetches (`dosepass-keys fetch`) and replaces `bundle.cbor` as a whole.
    """

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        log: Log,
        *,
        interval: int = CHECK_INTERVAL,
        load: Callable[[Path], TrustBundle] = bundle_folder.load,
        place: str | None = None,
        policy: EntryPolicy | None = None,
        aside: Path | None = None,
    ) -> None:
        """Load the first bundle; raises TrustBundleError when there is no good one.

        `place` is where this verifier stands, `policy` an entry policy in place of the bundle's.
        Raises NoEntryRulesError for a place without rules; a later bundle without them is not taken
        up. `aside` is where the processes of one service keep the last good bundle for each other:
        one that starts while the file is no good, or older, begins with that.
        """
        self._directory = directory
        self._clock = clock
        self._log = log
        self._interval = interval
        self._load = load
        self._lock = threading.Lock()
        self._warned_at: dict[EndWarning, Timestamp] = {}
        self._checked_at = clock.now()
        self._stamp = self._look()
        self._place, self._policy = place, policy
        self._last_good = LastGood(directory, aside)
        self._refused = False
        self._present = self._first()
        if not self._refused:
            self._keep()
        self._tell_loaded()
        self._warn(self._checked_at)

    def current(self) -> TrustBundle:
        """The bundle to judge by."""
        return self.present().bundle

    def refuses_file(self) -> bool:
        """Whether what the directory has now is no good, and an earlier bundle serves."""
        return self._refused

    def present(self) -> Present:
        """The bundle to judge by and the rules of the place; looks at the file once an interval.

        While one thread loads a new bundle, the others are answered with the present one.
        """
        now = self._clock.now()
        if not 0 <= now - self._checked_at < self._interval and self._lock.acquire(blocking=False):
            try:
                self._check(now)
            finally:
                self._lock.release()
        return self._present

    def _first(self) -> Present:
        """That of the file, unless it is no good or older than what the service had before."""
        try:
            present = self._with_rules(self._load(self._directory))
            before = self._set_aside()
            if before is not None:
                _check_newer(present.bundle, before.bundle)
        except Exception as error:  # as for a bundle that comes later
            before = self._set_aside()
            if before is None:
                raise
            self._refuse(error)
            self._stamp = _NEVER
            return before
        return present

    def _set_aside(self) -> Present | None:
        """What the service had before, where that can still be used."""
        try:
            bundle = self._last_good.load()
            return None if bundle is None else self._with_rules(bundle)
        except Exception as error:  # it is there to help, and must not stop a start
            self._log.fault(error)
            return None

    def _keep(self) -> None:
        try:
            self._last_good.keep(self._present.bundle)
        except OSError as error:
            self._log.fault(error)

    def _refuse(self, error: Exception) -> None:
        self._refused = True
        self._log.fault(error, Event.TRUST_LOAD_FAILED)

    def _with_rules(self, bundle: TrustBundle) -> Present:
        return Present(bundle, entry_rules(bundle, self._place, self._policy))

    def _check(self, now: Timestamp) -> None:
        self._checked_at = now
        stamp = self._look()
        if stamp != self._stamp:
            self._take_up(stamp)
        else:
            self._refused = False  # a file that was no good has been put right again
        self._warn(now)

    def _take_up(self, stamp: _Stamp | None) -> None:
        try:
            bundle = self._load(self._directory)
            _check_newer(bundle, self._present.bundle)
            present = self._with_rules(bundle)
        except Exception as error:  # whatever is wrong with the file, the last good one serves
            self._refuse(error)
            return
        self._present, self._stamp, self._refused = present, stamp, False
        self._keep()
        self._tell_loaded()

    def _warn(self, now: Timestamp) -> None:
        """Tell once a day of what will end: long before, and for as long as nobody mends it."""
        for warning, until in warnings(self._present.bundle, now):
            last = self._warned_at.get(warning)
            if last is None or not 0 <= now - last < _DAY:
                self._warned_at[warning] = now
                self._log.add(
                    Line(event=_EVENTS[warning], level=Level.WARNING, fresh_until=moment(until))
                )

    def _look(self) -> _Stamp | None:
        try:
            state = (self._directory / bundle_folder.BUNDLE_FILE).stat()
        except OSError:
            return None
        return (state.st_mtime_ns, state.st_size, state.st_ino)

    def _tell_loaded(self) -> None:
        now, until = self._clock.now(), self._present.bundle.fresh_until
        self._log.add(
            Line(
                event=Event.TRUST_LOADED,
                level=Level.INFO if now < until else Level.WARNING,
                fresh_until=moment(until),
            )
        )


def _check_newer(bundle: TrustBundle, present: TrustBundle) -> None:
    if bundle.issued_at < present.issued_at or bundle.status.issued_at < present.status.issued_at:
        raise TrustBundleError("the new trust bundle is older than the one in use")
