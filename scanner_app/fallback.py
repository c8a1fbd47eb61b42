"""Asks the service, and judges offline while the service is silent: nobody at the barrier waits."""

from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final

from scanner_app.answer import Answer, Trust
from scanner_app.checks import Checker
from spec.qr_text import PREFIX
from spec.verdicts import Outcome

__all__ = ["FallbackChecker"]

_LONGEST_SECONDS: Final = 4.0
"""For the first checker: its own time limits do not cover the look-up of a name, which may wait for
half a minute where a network is half dead."""
_REST_SECONDS: Final = 15.0
"""Between attempts to reach a first checker that failed. They are made in the background."""


class FallbackChecker:
    """Asks one checker first and another when the first cannot judge.

    A first checker in trouble is left alone, and asked about nothing (a text that is only the
    prefix, which is nobody's) until it answers again.
    """

    def __init__(
        self,
        first: Checker,
        second: Checker,
        *,
        longest: float = _LONGEST_SECONDS,
        rest: float = _REST_SECONDS,
    ) -> None:
        self.name = f"{first.name}, {second.name}"
        self._first = first
        self._second = second
        self._longest = longest
        self._rest = rest
        self._silent = Event()

    def check(self, text: str) -> Answer:
        """Judge by the first, else by the second; of two undetermined answers the first counts."""
        first = None if self._silent.is_set() else self._asked(text)
        if first is None:
            return self._second.check(text)
        if first.outcome is not Outcome.UNDETERMINED:
            return first
        second = self._second.check(text)
        return second if second.outcome is not Outcome.UNDETERMINED else first

    def trust(self) -> Trust | None:
        """The times of the data that would judge now."""
        if self._silent.is_set():
            return self._second.trust()
        return self._first.trust() or self._second.trust()

    def _asked(self, text: str) -> Answer | None:
        """Ask the first; None when it is in trouble or takes too long, and then let it rest."""
        answers: SimpleQueue[Answer] = SimpleQueue()

        def ask() -> None:
            answers.put(self._first.check(text))

        Thread(target=ask, name="service", daemon=True).start()
        try:
            answer = answers.get(timeout=self._longest)
        except Empty:
            answer = None
        if answer is not None and answer.trouble is None:
            return answer
        self._silent.set()
        Thread(target=self._wait_for_it, name="service", daemon=True).start()
        return None

    def _wait_for_it(self) -> None:
        pause = Event()
        while self._silent.is_set():
            pause.wait(self._rest)
            if self._first.check(PREFIX).trouble is None:
                self._silent.clear()
