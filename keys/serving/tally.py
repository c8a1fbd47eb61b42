"""Counts that all processes of the service add to, and any of them can give in sum.

Each process has a row of numbers of its own in a file that is mapped, so that adding needs neither
a system call nor a lock between processes. A row belongs to whoever holds the lock on its file;
the system takes the lock from a process that dies, and the next one goes on where that one ended.
So counts never fall while the service runs, and workers that come and go leave nothing behind.
"""

import fcntl
import json
import mmap
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

__all__ = ["Series", "SharedTally", "Tally"]

Series: TypeAlias = tuple[str, ...]
"""The name of a metric, and the values of its labels, all from vocabularies of ours."""

_SLOTS: Final = 4096
"""Numbers in a row: twenty routes with every status and bucket that they have take a fifth."""
_BYTES: Final = _SLOTS * 8
_MOST_ROWS: Final = 1024
_NAMES: Final = "names"


class Tally:
    """Counts of one process."""

    def __init__(self, cells: "memoryview[float] | None" = None) -> None:
        fresh = memoryview(bytearray(_BYTES)).cast("d")
        self._cells = fresh if cells is None else cells
        self._slots: dict[Series, int] = {}
        self._lock = threading.Lock()

    def add(self, amounts: Iterable[tuple[Series, float]]) -> None:
        """Add to some series, all at once. What cannot be counted stops nothing."""
        with self._lock, suppress(OSError):
            for series, amount in amounts:
                slot = self._slots.get(series)
                if slot is None:
                    slot = self._slots[series] = self._slot_of(series)
                self._cells[slot] += amount

    def totals(self) -> dict[Series, float]:
        """Every series that was ever added to, summed over all processes."""
        with self._lock:
            return {series: self._cells[slot] for series, slot in self._slots.items()}

    def processes(self, _: str) -> int:
        """How many processes of a role are alive."""
        return 1

    def _slot_of(self, _: Series) -> int:
        return len(self._slots)


class SharedTally(Tally):
    """Counts of all processes that were given the same directory; `role` is this one's."""

    def __init__(self, directory: Path, role: str) -> None:
        self._directory = directory
        self._row = _claim(directory, role)
        self._map = mmap.mmap(self._row, _BYTES)
        super().__init__(memoryview(self._map).cast("d"))

    def totals(self) -> dict[Series, float]:
        """Sum over the rows of the living and the dead."""
        with self._names() as names:
            known = list(names)
        sums = [0.0] * len(known)
        for path in self._directory.glob("*-*"):
            row = path.read_bytes()
            if len(row) == _BYTES:  # else it is just being made
                sums = [a + b for a, b in zip(sums, memoryview(row).cast("d"), strict=False)]
        return dict(zip(known, sums, strict=True))

    def processes(self, role: str) -> int:
        """How many rows of a role are held: a dead process holds none."""
        return sum(not _is_free(path) for path in self._directory.glob(f"{role}-*"))

    def _slot_of(self, series: Series) -> int:
        """The place of a series, the same in every process; the first to meet it names it."""
        with self._names() as names:
            if series not in names:
                if len(names) == _SLOTS:
                    raise OSError("more series than a row has room for")
                with (self._directory / _NAMES).open("a", encoding="utf-8") as file:
                    file.write(json.dumps(series) + "\n")
                names[series] = len(names)
            return names[series]

    @contextmanager
    def _names(self) -> Iterator[dict[Series, int]]:
        """The names by their places, nobody else adding one meanwhile."""
        with (self._directory / _NAMES).open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            yield {tuple(json.loads(line)): slot for slot, line in enumerate(file)}


def _claim(directory: Path, role: str) -> int:
    """Take the first row of a role that nobody holds; gives its open file, whose lock we hold."""
    for number in range(_MOST_ROWS):
        path = directory / f"{role}-{number}"
        row = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(row, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(row)
            continue
        if os.fstat(row).st_size < _BYTES:  # written, since a full disk kills who touches a hole
            os.pwrite(row, bytes(_BYTES), 0)
        return row
    raise OSError("too many processes")


def _is_free(path: Path) -> bool:
    with path.open("rb") as row:
        try:
            fcntl.flock(row, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
