"""Counts of rates that all workers of one service share, as a storage of the package `limits`.

The counts lie in a mapped file, in places that a digest of what is counted leads to. A lock on the
file is held for the few bytes of one count; the system frees the lock of a process that dies.
"""

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

from limits.storage import Storage

__all__ = ["SharedCounts"]

_PLACE: Final = struct.Struct("<16sdq")
"""What is counted, when its window ends (seconds since 1970), and the count."""
_PLACES: Final = 8_192
"""Twice as many as there can be keys."""
_BYTES: Final = _PLACES * _PLACE.size
_EMPTY: Final = bytes(16)


class SharedCounts(Storage):
    """Counts windows of fixed length; each begins with its first count."""

    STORAGE_SCHEME: ClassVar[list[str]] = ["dosepass-shared"]  # type: ignore[misc]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with self._locked_file():
            if os.fstat(self._file).st_size < _BYTES:
                os.pwrite(self._file, bytes(_BYTES), 0)
        self._map = mmap.mmap(self._file, _BYTES)
        self._threads = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What a storage of `limits` says can go wrong."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a count, which begins anew when its window of `expiry` seconds is over."""
        now = time.time()
        with self._alone():
            offset, until, count = self._find(_name(key), now)
            if until <= now:
                until, count = now + expiry, 0
            _PLACE.pack_into(self._map, offset, _name(key), until, count + amount)
        return count + amount

    def get(self, key: str) -> int:
        """The count, 0 when its window is over."""
        now = time.time()
        with self._alone():
            _, until, count = self._find(_name(key), now)
        return count if until > now else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now when there is none."""
        now = time.time()
        with self._alone():
            _, until, _ = self._find(_name(key), now)
        return max(until, now)

    def check(self) -> bool:
        """Whether counts can be kept: always."""
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        with self._alone():
            self._map[:] = bytes(_BYTES)
        return None

    def clear(self, key: str) -> None:
        """Forget one count; its place stays, for those that were led past it."""
        with self._alone():
            offset, _, _ = self._find(_name(key), 0)
            _PLACE.pack_into(self._map, offset, _name(key), 0, 0)

    def _find(self, name: bytes, now: float) -> tuple[int, float, int]:
        """The place of a count; of one that has none, the first that is empty or over."""
        first, free = int.from_bytes(name[:4]) % _PLACES, None
        for step in range(_PLACES):
            offset = (first + step) % _PLACES * _PLACE.size
            held, until, count = _PLACE.unpack_from(self._map, offset)
            if held == name:
                return offset, until, count
            if free is None and until <= now:
                free = offset
            if held == _EMPTY:
                break
        if free is None:
            raise OSError("more is counted than there are places")
        return free, 0, 0

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._threads, self._locked_file():
            yield

    @contextmanager
    def _locked_file(self) -> Iterator[None]:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)


def _name(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=16).digest()
