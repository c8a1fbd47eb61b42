"""The keys that count now, for a running process: read anew when their file changes."""

import threading
from pathlib import Path
from typing import Final, TypeAlias

from keys.clock import Clock
from verifier.api_keys import ApiKey, ApiKeys, load
from verifier.logs import Event, Line, Log

__all__ = ["Keyring"]

_INTERVAL: Final = 1
"""Seconds between two looks at the file: a revoked key opens nothing for longer."""

_Stamp: TypeAlias = tuple[int, int, int]


class Keyring:
    """Gives the keys of a file: the last good ones, whatever happens to it."""

    def __init__(self, path: Path, clock: Clock, log: Log) -> None:
        """Read the file for the first time; raises ApiKeyError."""
        self._path = path
        self._clock = clock
        self._log = log
        self._lock = threading.Lock()
        self._checked_at = clock.now()
        self._stamp = self._look()
        self._keys: ApiKeys = load(path)

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
        self._log.add(Line(event=Event.KEYS_LOADED))

    def _look(self) -> _Stamp | None:
        try:
            state = self._path.stat()
        except OSError:
            return None
        return (state.st_mtime_ns, state.st_size, state.st_ino)
