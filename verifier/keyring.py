"""The keys that count now, for a running process: read anew when their file changes."""

import threading
from pathlib import Path
from typing import Final, TypeAlias

from keys.clock import Clock
from keys.files import PRIVATE_MODE, write_atomically
from verifier.api_keys import ApiKey, ApiKeyError, ApiKeys, load, parse
from verifier.logs import Event, Line, Log

__all__ = ["Keyring"]

_INTERVAL: Final = 1
"""Seconds between two looks at the file: a revoked key opens nothing for longer."""

_Stamp: TypeAlias = tuple[int, int, int]


class Keyring:
    """Gives the keys of a file: the last good ones, whatever happens to it."""

    def __init__(self, path: Path, clock: Clock, log: Log, aside: Path | None = None) -> None:
        """Read the file for the first time; raises ApiKeyError.

        `aside` is where the processes of one service keep the last good file for each other: one
        that starts while the file is no good begins with that.
        """
        self._path = path
        self._aside = aside
        self._clock = clock
        self._log = log
        self._lock = threading.Lock()
        self._checked_at = clock.now()
        self._stamp = self._look()
        self._keys: ApiKeys = self._first()
        self._keep()

    def find(self, presented: str) -> ApiKey | None:
        """The key that somebody presents, unless it is unknown or revoked."""
        now = self._clock.now()
        if not 0 <= now - self._checked_at < _INTERVAL and self._lock.acquire(blocking=False):
            try:
                self._checked_at = now
                self._check()
            finally:
                self._lock.release()
        return self._keys.find(presented)

    def _first(self) -> ApiKeys:
        try:
            return load(self._path)
        except Exception as error:
            if self._aside is None or not self._aside.exists():
                raise
            keys = load(self._aside)
            self._log.fault(error, Event.KEYS_LOAD_FAILED)
            return keys

    def _keep(self) -> None:
        """Set the file aside as it is now, if it is good."""
        if self._aside is None:
            return
        try:
            data = self._path.read_bytes()
            parse(data, self._path)
            write_atomically(self._aside, data, PRIVATE_MODE)
        except (OSError, ApiKeyError):
            return  # what was set aside before stays

    def _check(self) -> None:
        stamp = self._look()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._keys = load(self._path)
        except Exception as error:  # whatever is wrong with the file, the last good keys count
            self._log.fault(error, Event.KEYS_LOAD_FAILED)
            return
        self._keep()
        self._log.add(Line(event=Event.KEYS_LOADED))

    def _look(self) -> _Stamp | None:
        try:
            state = self._path.stat()
        except OSError:
            return None
        return (state.st_mtime_ns, state.st_size, state.st_ino)
