"""Files that are whole or absent: atomic writes, private files made once, and a lock."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["PRIVATE_MODE", "create_private", "locked", "sweep", "write_atomically"]

PRIVATE_MODE: Final = 0o600
_PUBLIC_MODE: Final = 0o644
_PART: Final = ".part"


def write_atomically(path: Path, data: bytes, mode: int = _PUBLIC_MODE) -> None:
    """Replace a file so that a reader, or a power cut, finds the old content or the new one.

    The data are on the disk before the name points at them. Raises OSError and then leaves
    nothing behind.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def sweep(directory: Path) -> None:
    """Remove what a killed `write_atomically` left; only for whoever holds the lock on writing."""
    for path in directory.glob(f".*{_PART}"):
        path.unlink(missing_ok=True)


def create_private(path: Path, data: bytes) -> None:
    """Make a file that only its owner can read; raises FileExistsError rather than overwrite.

    Raises OSError when writing fails and then leaves nothing behind.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock that a file stands for, waiting for whoever has it; the file stays.

    Raises BlockingIOError when somebody has it and `wait` is false.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


def _sync_directory(path: Path) -> None:
    """Bring a change of names to the disk as well."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
