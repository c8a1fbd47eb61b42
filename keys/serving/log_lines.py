"""How a service writes its log: a line a call, the place of an error, never its message."""

import os
import sys
import traceback
from enum import StrEnum
from pathlib import Path

__all__ = ["Level", "location_of", "write_to_stdout"]


class Level(StrEnum):
    """How much a line matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def location_of(error: BaseException) -> str | None:
    """Where an error was raised: `file.py:line`."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else None


def write_to_stdout(line: bytes) -> None:
    """Write to the standard output past all buffers.

    One system call a line: lines of several workers never mix, since each is shorter than the
    4,096 bytes that a pipe takes as one (POSIX, PIPE_BUF).
    """
    os.write(sys.__stdout__.fileno() if sys.__stdout__ else 1, line)
