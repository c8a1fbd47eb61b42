"""The station: source, engines, session, checks and window joined into one loop."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from keys.clock import Clock
from scanner_app.answer import Answer
from scanner_app.checks import Checker
from scanner_app.commands import Commands
from scanner_app.decoders import Decoder, Picture
from scanner_app.reading import Tally, outcome_unjudged, texts_in
from scanner_app.session import Checking, Looking, Session, Showing, Times
from scanner_app.sources import Frame, Item, Source, SourceEnd
from scanner_app.view import Screen, render
from scanner_app.window import Display
from scanner_app.words import other_language
from scanner_app.worker import CheckWorker

__all__ = ["Shown", "Station"]

Shown = Callable[[str, Answer, Picture], None]
"""Called once for each result: the item's name, the answer, and the screen that shows it."""

_FRAME_WAIT: Final = 1 / 30
"""Seconds to wait for a frame before the screen is drawn anyway."""
_DARK_AFTER: Final = 3.0
"""Seconds without a frame after which the screen says that there is no picture."""
_PICTURE_SECONDS: Final = 1.0
"""How long each picture of a folder stays in view."""
_QUIT: Final = frozenset({"q", "escape"})
_CLEAR: Final = frozenset({"space", "enter"})


class Station:
    """Runs until the source ends or the person quits."""

    def __init__(
        self,
        *,
        source: Source,
        decoder: Decoder,
        checker: Checker,
        display: Display,
        clock: Clock,
        language: str,
        times: Times | None = None,
        on_shown: Shown | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        times = times or Times()
        # An item that stands for itself is judged whenever it comes, also a second time.
        self._session = Session(times=replace(times, cooldown=0.0) if source.single else times)
        self._source = source
        self._decoder = decoder
        self._checker = checker
        self._display = display
        self._clock = clock
        self._language = language
        self._on_shown = on_shown
        self._seconds = seconds
        self._picture: Picture | None = None
        self._picture_at = float("-inf")
        self._next_item_at = float("-inf")
        self._video_began: float | None = None
        self._commands = Commands()
        self._item_name = source.name
        self._ended = False
        self.tally = Tally()

    def run(self) -> None:
        """Show screens until the end."""
        worker = CheckWorker(self._checker)
        try:
            while not self._done():
                self._advance(worker)
                self._draw()
                if not self._obey(self._commands.after(self._display.key(), self._seconds())):
                    break
        finally:
            worker.close()

    def _done(self) -> bool:
        return self._display.closed() or (
            self._ended
            and isinstance(self._session.state, Looking)
            and self._seconds() >= self._next_item_at
        )

    def _advance(self, worker: CheckWorker) -> None:
        before = self._session
        item = self._read()
        now = self._seconds()
        self._session = self._session.ticked(now)
        if item is not None:
            self._take(item, now)
        finished = worker.poll()
        if finished is not None:
            self._session = self._session.answered(*finished, now)
        state = self._session.state
        if state == before.state:
            return
        if isinstance(state, Checking):
            worker.submit(state.text)
        elif isinstance(state, Showing):
            self._note_result(state.answer)

    def _read(self) -> Item | None:
        """Read the source when its turn has come; else let a moment pass."""
        if self._ended or not self._may_read():
            until_due = self._next_item_at - self._seconds()
            time.sleep(until_due if 0 < until_due < _FRAME_WAIT else _FRAME_WAIT)
            return None
        try:
            return self._source.read(_FRAME_WAIT)
        except SourceEnd:
            self._ended = True
            return None

    def _may_read(self) -> bool:
        """Tell whether the source's turn has come.

        A video goes on behind a result, as a camera does; what stands for itself waits until it
        would be taken in.
        """
        if self._seconds() < self._next_item_at:
            return False
        if not self._source.single:
            return True
        state = self._session.state
        if self._source.live and isinstance(state, Showing):
            return self._seconds() >= state.since + self._session.times.keep
        return isinstance(state, Looking)

    def _take(self, item: Item, now: float) -> None:
        self._item_name = item.name
        if isinstance(item, Frame):
            self._picture, self._picture_at = item.picture, now
            self._next_item_at = self._end_of(item, now)
        texts = texts_in(item, self._decoder)
        self._session = self._session.saw(texts, now)
        taken_in = isinstance(self._session.state, Checking)
        if self._source.single and not self._source.live and not taken_in:
            self.tally.add(outcome_unjudged(texts))

    def _end_of(self, frame: Frame, now: float) -> float:
        """When the next frame is due: at once from a camera, a video's by the video's own time."""
        if self._source.live:
            return now
        if self._source.single:
            return now + _PICTURE_SECONDS
        if self._video_began is None:
            self._video_began = now - frame.at
        return self._video_began + frame.at

    def _note_result(self, answer: Answer) -> None:
        self.tally.add(answer.outcome)
        if self._on_shown is not None:
            self._on_shown(self._item_name, answer, self._render())

    def _draw(self) -> None:
        self._display.show(self._render())

    def _render(self) -> Picture:
        now = self._seconds()
        dark = self._source.live and now - self._picture_at > _DARK_AFTER
        screen = Screen(
            state=self._session.state,
            language=self._language,
            picture=None if dark else self._picture,
            has_camera=self._has_camera(),
            trust=self._checker.trust(),
            now=self._clock.now(),
            elapsed=now,
            checker=self._checker.name,
        )
        return render(screen, *self._display.size())

    def _has_camera(self) -> bool:
        return self._source.live and not self._source.single

    def _obey(self, key: str | None) -> bool:
        """Act on a key; False to quit."""
        if key in _CLEAR:
            self._session = self._session.cleared()
        elif key == "l":
            self._language = other_language(self._language)
        elif key == "f":
            self._display.toggle_full_screen()
        return key not in _QUIT
