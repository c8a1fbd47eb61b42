"""Keeps the counts of the shift as a table on the disk, whole at every moment; a companion."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Final

from keys.clock import Clock
from keys.files import write_atomically
from scanner_app.counts import Result
from scanner_app.desk import Companion
from scanner_app.lifeline import Shift
from scanner_app.words import PHRASES

__all__ = ["CountsFile"]

_EVERY_SECONDS: Final = 5.0
"""At most this often, and in a thread: a slow disk must not be felt at the barrier."""


class CountsFile(Companion):
    """Writes `shift-<begin>.csv` into a directory; a shift that goes on, into its own table.

    A table that cannot be written is said on the screen, once on stderr, and tried again; the
    counts on the screen go on. Raises OSError at the start where the directory cannot be made.
    """

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        say: Callable[[str], None],
        shift: Shift,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._say = say
        self._seconds = seconds
        self._began = shift.began
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._began))
        self._path = directory / f"shift-{stamp}.csv"
        self._counts = shift.counts
        self._written = self._counts
        self._due = float("-inf")
        self._failing = False
        self._thread: Thread | None = None

    def count(self, result: Result) -> None:
        """Count, to be written soon."""
        self._counts = self._counts.plus(result)

    def beat(self) -> None:
        """Write what is new, when it is time."""
        writing = self._thread is not None and self._thread.is_alive()
        if self._counts is self._written or writing or self._seconds() < self._due:
            return
        self._due = self._seconds() + _EVERY_SECONDS
        self._thread = Thread(target=self._write, name="counts", daemon=True)
        self._thread.start()

    def remark(self, language: str) -> str | None:
        """Say that the table is not written."""
        return PHRASES[language]["not_saved"] if self._failing else None

    def close(self) -> None:
        """Write what is not written yet."""
        # A signal may have come between making the thread and starting it.
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(timeout=_EVERY_SECONDS)
        if self._counts is not self._written:
            self._write()

    def _write(self) -> None:
        counts = self._counts
        try:
            write_atomically(self._path, counts.to_csv(self._began, self._clock.now()))
        except OSError as error:
            if not self._failing:
                self._say(f"the counts are not saved in {self._path}: {error.strerror}")
            self._failing = True
            return
        self._written, self._failing = counts, False
