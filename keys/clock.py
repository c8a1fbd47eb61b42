"""The clock that is passed in wherever time matters."""

import time
from typing import Protocol

from spec.certificate import Timestamp

__all__ = ["Clock", "FixedClock", "SystemClock"]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Timestamp:
        """The present moment in whole seconds since 1970-01-01T00:00:00Z."""
        ...


class SystemClock:
    """The device's own clock."""

    def now(self) -> Timestamp:
        """The present moment by the operating system."""
        return Timestamp(int(time.time()))


class FixedClock:
    """A clock that stands still: for `--at`, for tests and for drills."""

    def __init__(self, moment: Timestamp) -> None:
        self._moment = moment

    def now(self) -> Timestamp:
        """The moment that was given."""
        return self._moment
