"""Refreshes trust again and again: a pure plan of the waiting times, and a loop around it."""

import random
import re
import threading
from collections.abc import Callable
from typing import Final, TypeAlias

from keys.bundle import TrustBundle

__all__ = ["DEFAULT_INTERVAL", "Refresher", "next_delay", "seconds_of"]

DEFAULT_INTERVAL: Final = 3600
"""Seconds between two refreshes that succeed: a revocation is known everywhere within the hour."""

_FIRST_WAIT: Final = 30
"""Seconds after a first failure; each further one doubles them, up to the interval."""
_JITTER: Final = 0.1
"""The share of a wait by which it is made longer or shorter, so that the scanners of a country that
were switched on together do not ask together for ever."""
_MOST_DOUBLINGS: Final = 32
"""More than from the first wait to any interval; numbers stay small."""

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHORTEST: Final = 10
_LONGEST: Final = 30 * 86_400

Told: TypeAlias = Callable[[TrustBundle | Exception], None]


def next_delay(interval: float, failures: int, chance: float) -> float:
    """Seconds to wait after so many failures in a row; `chance` is from 0 to 1."""
    wait = interval
    if failures:
        wait = min(interval, _FIRST_WAIT * 2.0 ** min(failures - 1, _MOST_DOUBLINGS))
    return wait * (1 - _JITTER + 2 * _JITTER * chance)


def seconds_of(text: str) -> int:
    """Read an interval such as `90s`, `30m`, `1h` or `1d`, from 10 s to 30 days; ValueError."""
    match = re.fullmatch(r"([1-9][0-9]{0,6})([smhd])", text, re.ASCII)
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not _SHORTEST <= seconds <= _LONGEST:
        raise ValueError("not an interval such as 30m or 1h, from 10s to 30d")
    return seconds


class Refresher:
    """Refreshes at once and then at intervals, until it is stopped.

    `refresh` does it once; `told` hears of each result and must not raise. Whatever a refresh
    raises, the loop goes on: the last good bundle stays in use, and its age is visible.
    """

    def __init__(
        self,
        refresh: Callable[[], TrustBundle],
        interval: float,
        told: Told,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._refresh = refresh
        self._interval = interval
        self._told = told
        self._chance = chance
        self._stopped = threading.Event()

    def run(self) -> None:
        """Refresh until `stop` is called, by a signal handler or another thread."""
        failures = 0
        while not self._stopped.is_set():
            result = self._attempt()
            failures = failures + 1 if isinstance(result, Exception) else 0
            self._told(result)
            self._stopped.wait(next_delay(self._interval, failures, self._chance()))

    def start(self) -> None:
        """Run in a thread that never keeps the process alive."""
        threading.Thread(target=self.run, name="refresher", daemon=True).start()

    def stop(self) -> None:
        """End the loop; a refresh that is under way is still finished."""
        self._stopped.set()

    def _attempt(self) -> TrustBundle | Exception:
        try:
            return self._refresh()
        except Exception as error:  # nothing may end the loop: it is what brings revocations
            return error
