"""The log: JSON lines of an allowlist of fields, in which no personal datum has a place.

There is no field for free text. What a line can hold is the type `Line` and the parameters of
`Log.request`; their strings come from closed vocabularies of ours, except the request identifier,
whose form `verifier.envelope` bounds.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from keys.clock import Clock
from keys.serving.log_lines import Level, location_of, write_to_stdout
from spec.verdicts import VerdictCode
from verifier.report import moment

__all__ = ["Event", "Level", "Line", "Log", "location_of", "write_to_stdout"]

_ENCODE: Final = json.JSONEncoder(separators=(",", ":")).encode


class Event(StrEnum):
    """Everything that the service tells of."""

    STARTING = "starting"
    WORKER_STARTED = "worker_started"
    WORKER_DIED = "worker_died"
    """The server starts another one."""
    GIVING_UP = "giving_up"
    """Workers die as soon as they start."""
    RENEWING = "renewing"
    """At SIGHUP: new workers, with the settings of now, take the place of the old."""
    RENEWAL_FAILED = "renewal_failed"
    """The settings of now are no good; the workers stay."""
    STOPPED = "stopped"
    FAULT = "fault"
    """An error that nobody foresaw: its type and place, never its message."""
    TRUST_LOADED = "trust_loaded"
    TRUST_LOAD_FAILED = "trust_load_failed"
    """The last good trust bundle stays in use."""
    TRUST_REFRESHED = "trust_refreshed"
    """A newer one was fetched, or the same again."""
    TRUST_REFRESH_FAILED = "trust_refresh_failed"
    """Nothing could be fetched; `error_type` says what kind of trouble, and it is tried again."""
    KEYS_LOADED = "keys_loaded"
    """The file of API keys has changed."""
    KEYS_LOAD_FAILED = "keys_load_failed"
    """The last good API keys stay in use."""
    RATES_ALONE = "rates_alone"
    """The shared store of rates does not answer: this service counts for itself meanwhile."""
    RATES_SHARED = "rates_shared"
    """It answers again."""
    PUBLICATION_ENDS = "publication_ends"
    """Less than half of the life of the trust data is left; told once a day."""
    STATUS_ENDS = "status_ends"
    """The same of the status lists."""
    SERVER = "server"
    """A warning of the HTTP server; `location` is the place in its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of the log; a field that is None is left out."""

    event: Event
    level: Level = Level.INFO
    request_id: str | None = None
    error_type: str | None = None
    location: str | None = None
    pid: int | None = None
    workers: int | None = None
    port: int | None = None
    fresh_until: str | None = None


_FIELDS: Final = tuple(field.name for field in fields(Line))


_VERDICTS: Final = {
    code: f'"outcome":"{code.outcome.value}","code":"{code.value}"' for code in VerdictCode
}
"""What the line of a request says of its verdict."""


class Log:
    """Writes lines, each in one call of `write`, with the time of a clock."""

    def __init__(self, clock: Clock, write: Callable[[bytes], object]) -> None:
        self._clock = clock
        self._write = write

    def add(self, line: Line) -> None:
        """Write one line. A log that cannot be written never stops the service."""
        members: dict[str, object] = {"time": moment(self._clock.now())}
        for name in _FIELDS:
            value = getattr(line, name)
            if value is not None:
                members[name] = value
        self._send(_ENCODE(members) + "\n")

    def request(
        self,
        *,
        request_id: str,
        method: str,
        route: str | None,
        status: int,
        verdicts: Mapping[VerdictCode, int],
        seconds: float,
        key: str | None = None,
    ) -> None:
        """Write the line of one request, which counts on every verdict: without an encoder.

        All of its strings come from closed vocabularies without a character to escape.
        """
        level = "info" if status < 500 else "error"
        parts = [
            f'{{"time":"{moment(self._clock.now())}","event":"request","level":"{level}"',
            f'"request_id":"{request_id}","method":"{method}"',
            f'"status":{status},"duration_ms":{seconds * 1000:.3f}',
        ]
        if route is not None:
            parts.append(f'"route":"{route}"')
        if key is not None:
            parts.append(f'"key":"{key}"')
        if sum(verdicts.values()) == 1:
            (code,) = verdicts
            parts.append(_VERDICTS[code])
        elif verdicts:
            counts = ",".join(f'"{code.value}":{count}' for code, count in verdicts.items())
            parts.append(f'"verdicts":{{{counts}}}')
        self._send(",".join(parts) + "}\n")

    def fault(
        self, error: BaseException, event: Event = Event.FAULT, request_id: str | None = None
    ) -> None:
        """Write the type and the place of an error, and nothing that it says."""
        self.add(
            Line(
                event=event,
                level=Level.ERROR,
                request_id=request_id,
                error_type=type(error).__name__,
                location=location_of(error),
            )
        )

    def _send(self, line: str) -> None:
        try:
            self._write(line.encode())
        except OSError:  # a full disk or a closed pipe must not stop verdicts
            return
