"""Times as people and JSON read them: RFC 3339 in UTC, whole seconds."""

from datetime import UTC, datetime

from spec.certificate import Timestamp

__all__ = ["from_rfc3339", "to_datetime", "to_rfc3339"]

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def to_datetime(moment: Timestamp) -> datetime:
    """The moment as a datetime in UTC."""
    return datetime.fromtimestamp(moment, UTC)


def to_rfc3339(moment: Timestamp) -> str:
    """Write `2021-10-01T08:00:00Z`."""
    return to_datetime(moment).strftime(_FORMAT)


def from_rfc3339(text: str) -> Timestamp:
    """Read `2021-10-01T08:00:00Z`, or a time with another offset; raises ValueError.

    A time without an offset is refused: it would mean another moment on each machine.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or "T" not in text:
        raise ValueError("not an RFC 3339 time with an offset, such as 2021-10-01T08:00:00Z")
    return Timestamp(int(moment.timestamp()))
