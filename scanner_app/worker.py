"""The thread that asks, so that a slow network never stops the picture."""

from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Thread

from scanner_app.answer import Answer, Trouble
from scanner_app.checks import Checker
from spec.certificate import Timestamp

__all__ = ["CheckWorker"]


class CheckWorker:
    """Judges one text after the other in a thread of its own."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._texts: Queue[str | None] = Queue(maxsize=2)
        self._answers: Queue[tuple[str, Answer]] = Queue()
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

    def close(self) -> None:
        """End the thread after the check it is at; those that wait are dropped."""
        with suppress(Empty):
            while True:
                self._texts.get_nowait()
        self._texts.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while (text := self._texts.get()) is not None:
            self._answers.put((text, self._judge(text)))

    def _judge(self, text: str) -> Answer:
        """Judge; a fault that nobody foresaw fails this check, not all that follow."""
        try:
            return self._checker.check(text)
        except Exception as fault:
            return Answer.of_trouble(Trouble.NO_ANSWER, type(fault).__name__, Timestamp(0))
