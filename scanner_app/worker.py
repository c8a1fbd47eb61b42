"""The thread that asks, so that a slow network or a large bundle never stops the picture."""

from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Thread
from typing import Final

from scanner_app.answer import Answer, Trouble, Trust
from scanner_app.checks import Checker
from spec.certificate import Timestamp

__all__ = ["CheckWorker"]

_LOOK_SECONDS: Final = 1.0
"""Between two looks at the trust data while nobody comes: their ages are always on the screen."""


class CheckWorker:
    """Judges one text after the other in a thread of its own."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._texts: Queue[str | None] = Queue(maxsize=2)
        self._answers: Queue[tuple[str, Answer]] = Queue()
        self._trust: Trust | None = None
        self._thread = Thread(target=self._run, name="checks", daemon=True)
        self._thread.start()

    def submit(self, text: str) -> bool:
        """Have a text judged; False when too many wait already, which ends as "no answer"."""
        try:
            self._texts.put_nowait(text)
        except Full:
            return False
        return True

    def poll(self) -> tuple[str, Answer] | None:
        """Give a finished text and its answer, or None."""
        try:
            return self._answers.get_nowait()
        except Empty:
            return None

    def trust(self) -> Trust | None:
        """The times of the trust data, as of the last look; None before the first."""
        return self._trust

    def close(self) -> None:
        """End the thread after the check it is at; those that wait are dropped."""
        with suppress(Empty):
            while True:
                self._texts.get_nowait()
        self._texts.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        self._look()
        while True:
            try:
                text = self._texts.get(timeout=_LOOK_SECONDS)
            except Empty:
                self._look()
                continue
            if text is None:
                return
            self._answers.put((text, self._judge(text)))
            self._look()

    def _look(self) -> None:
        """Take note of the trust data, and have a newer bundle taken up."""
        with suppress(Exception):  # what is wrong with them shows as their age
            self._trust = self._checker.trust()

    def _judge(self, text: str) -> Answer:
        """Judge; a fault that nobody foresaw fails this check, not all that follow."""
        try:
            return self._checker.check(text)
        except Exception as fault:
            return Answer.of_trouble(Trouble.NO_ANSWER, type(fault).__name__, Timestamp(0))
