"""The log: JSON lines of an allowlist of fields, in which no personal datum has a place.

There is no field for free text. The strings of a line come from closed vocabularies of ours,
except the request identifier, whose form `keys.serving.headers` bounds.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from keys.clock import Clock, SystemClock
from keys.serving.log_lines import Level, location_of, write_to_stdout
from keys.times import to_rfc3339

__all__ = ["Event", "Line", "Log", "ServerLog", "stdout_log"]

_ENCODE: Final = json.JSONEncoder(separators=(",", ":")).encode


class Event(StrEnum):
    """Everything that the service tells of."""

    STARTING = "starting"
    WORKER_STARTED = "worker_started"
    WORKER_DIED = "worker_died"
    """The server starts another one."""
    GIVING_UP = "giving_up"
    """Workers die as soon as they start."""
    STOPPED = "stopped"
    REQUEST = "request"
    FAULT = "fault"
    """An error that nobody foresaw: its type and place, never its message."""
    SERVER = "server"
    """A warning of the HTTP server; `location` is the place in its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the log; a field that is None is left out."""

    event: Event
    level: Level = Level.INFO
    request_id: str | None = None
    method: str | None = None
    operation: str | None = None
    """The `operationId`; a path may hold the number of a person."""
    status: int | None = None
    problem: str | None = None
    """The type of the problem that was answered."""
    duration_ms: float | None = None
    error_type: str | None = None
    location: str | None = None
    pid: int | None = None
    workers: int | None = None
    port: int | None = None


_FIELDS: Final = tuple(field.name for field in fields(Line))


class Log:
    """Writes lines, each in one call of `write`, with the time of a clock."""

    def __init__(self, clock: Clock, write: Callable[[bytes], object]) -> None:
        self._clock = clock
        self._write = write

    def add(self, line: Line) -> None:
        """Write one line. A log that cannot be written never stops the service."""
        members: dict[str, object] = {"time": to_rfc3339(self._clock.now())}
        for name in _FIELDS:
            value = getattr(line, name)
            if value is not None:
                members[name] = value
        try:
            self._write(f"{_ENCODE(members)}\n".encode())
        except OSError:  # a full disk or a closed pipe
            return

    def fault(self, error: BaseException, request_id: str | None = None) -> None:
        """Write the type and the place of an error, and nothing that it says."""
        self.add(
            Line(
                event=Event.FAULT,
                level=Level.ERROR,
                request_id=request_id,
                error_type=type(error).__name__,
                location=location_of(error),
            )
        )


def stdout_log() -> Log:
    """The log of a real process."""
    return Log(SystemClock(), write_to_stdout)


_KNOWN: Final = {
    "Unexpected exit from worker": Event.WORKER_DIED,
    "Worker crash loop": Event.GIVING_UP,
}


class ServerLog(logging.Handler):
    """Takes what the HTTP server logs, and tells that it happened, never in its words."""

    def __init__(self) -> None:
        super().__init__()
        self._log = stdout_log()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line: a known event, or that there was one, and where."""
        text = record.getMessage()
        event = next((event for start, event in _KNOWN.items() if text.startswith(start)), None)
        grave = record.levelno >= logging.ERROR
        self._log.add(
            Line(
                event=event or Event.SERVER,
                level=Level.ERROR if grave else Level.WARNING,
                location=f"{record.filename}:{record.lineno}",
            )
        )
