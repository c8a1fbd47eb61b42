"""Hears the keys of our window in a thread, so that a reader's bursts lose nothing."""

import sys
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final

from scanner_app.typing_hand import Stroke
from scanner_app.x_display import XDisplay

__all__ = ["Keyboard"]

_LOOK_SECONDS: Final = 0.1
"""Between looks for the window while it is not there yet, and at whether to end."""


class Keyboard:
    """The keys of this process's window with a title.

    `hears` is false until the window is found, and stays so on a desktop that is no X display.
    """

    def __init__(self, title: str) -> None:
        self.hears = False
        self._title = title
        self._strokes: SimpleQueue[Stroke] = SimpleQueue()
        self._ended = Event()
        self._thread = Thread(target=self._run, name="keyboard", daemon=True)
        if sys.platform == "linux":
            self._thread.start()

    def strokes(self) -> Sequence[Stroke]:
        """Give the keys since the last call."""
        found: list[Stroke] = []
        try:
            while True:
                found.append(self._strokes.get_nowait())
        except Empty:
            return found

    def close(self) -> None:
        """End the thread; to be called before the window closes."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        display = XDisplay.open()
        if display is None:
            return
        try:
            while not display.hear(self._title):
                if self._ended.wait(_LOOK_SECONDS):
                    return
            self.hears = True
            while not self._ended.is_set():
                for key in display.keys(_LOOK_SECONDS):
                    self._strokes.put(Stroke(key, time.monotonic()))
        finally:
            display.close()
