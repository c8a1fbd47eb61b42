"""Tells the keys of a person from those that a keyboard-wedge scanner types into the window."""

from typing import Final

__all__ = ["Commands"]

_ALONE: Final = 0.15
"""Seconds without another key before and after one that counts. Readers type faster than that, and
a certificate holds every letter: one of them would quit the scanner."""


class Commands:
    """Holds each key back until it is known to stand alone."""

    def __init__(self) -> None:
        self._last = float("-inf")
        self._waiting: str | None = None

    def after(self, key: str | None, now: float) -> str | None:
        """Take in the key pressed now, if any, and give one that stood alone, if any."""
        quiet = now - self._last >= _ALONE
        if key is None:
            command = self._waiting if quiet else None
            self._waiting = None if quiet else self._waiting
            return command
        self._last = now
        self._waiting = key if quiet else None
        return None
