"""The station: source, engines, session, checks and window joined into one loop."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from keys.clock import Clock
from scanner_app.bar import Bar, bar_of
from scanner_app.cascade import Cascade
from scanner_app.checks import Checker
from scanner_app.comparison import Compare
from scanner_app.counts import Result, result_of
from scanner_app.decoders import Picture
from scanner_app.desk import Desk
from scanner_app.orientation import mirrored
from scanner_app.reading import Tally, outcome_unjudged, seen_of, sight_of
from scanner_app.session import Session
from scanner_app.sources import Frame, Item, Line, Source, SourceEnd
from scanner_app.states import (
    Checking,
    Cleared,
    Comparing,
    Looking,
    Reading,
    Showing,
    State,
    Times,
)
from scanner_app.typing_hand import Command, Typed, TypingHand
from scanner_app.view import Screen, render
from scanner_app.window import Display
from scanner_app.words import PHRASES, other_language
from scanner_app.worker import CheckWorker

__all__ = ["Shown", "Station"]

Shown = Callable[[str, Showing, Picture], None]
"""Called once for each result: the item's name, the state, and the screen that shows it."""

_FRAME_WAIT: Final = 1 / 30
"""Seconds to wait for a frame before keys and times are looked at anyway."""
_DARK_AFTER: Final = 3.0
"""Seconds without a frame after which the screen says that there is no picture."""
_PICTURE_SECONDS: Final = 1.0
"""How long each picture of a folder stays in view."""
_STEPS: Final = 5
"""How often a second the line of time left is drawn anew."""
_QUIT_WITHIN: Final = 3.0
"""Seconds in which a kiosk wants the second key to quit: a sleeve must not end the shift."""
_QUIT: Final = frozenset({"q", "escape"})
_AT_EASE: Final = (Looking, Reading, Cleared)
"""The states in which nobody is being dealt with."""


class _Look(NamedTuple):
    """What the screen depends on; while it stays the same, nothing is drawn."""

    state: State
    language: str
    picture: float
    bar: Bar
    size: tuple[int, int]
    key_list: bool
    step: int


class Station:
    """Runs until the source ends or the person quits."""

    def __init__(
        self,
        *,
        source: Source,
        cascade: Cascade,
        checker: Checker,
        display: Display,
        clock: Clock,
        desk: Desk,
        language: str,
        times: Times | None = None,
        compare: Compare = Compare.BESIDE,
        kiosk: bool = False,
        mirror: bool = False,
        on_shown: Shown | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        times = times or Times()
        # An item that stands for itself is judged whenever it comes, also a second time.
        times = replace(times, cooldown=0.0) if source.single else times
        self._session = Session(times=times, compare=compare)
        self._source = source
        self._cascade = cascade
        self._checker = checker
        self._display = display
        self._clock = clock
        self._desk = desk
        self._language = language
        self._kiosk = kiosk
        self._mirror = mirror
        self._on_shown = on_shown
        self._seconds = seconds
        self._worker: CheckWorker | None = None
        self._picture: Picture | None = None
        self._picture_at = float("-inf")
        self._next_item_at = float("-inf")
        self._video_began: float | None = None
        self._hand = TypingHand()
        self._key_list = False
        self._quit_until = float("-inf")
        self._item_name = self._checked_name = source.name
        self._ended = False
        self._drawn: _Look | None = None
        self.tally = Tally()

    def run(self) -> None:
        """Show screens until the end."""
        self._worker = CheckWorker(self._checker)
        try:
            while not self._done():
                self._advance(self._worker)
                self._draw()
                if not self._hear():
                    break
                self._touch(self._display.touch())
                self._desk.beat()
        finally:
            self._worker.close()
            self._desk.close()

    def _done(self) -> bool:
        return self._display.closed() or (
            self._ended
            and isinstance(self._session.state, _AT_EASE)
            and self._seconds() >= self._next_item_at
        )

    # Taking in

    def _advance(self, worker: CheckWorker) -> None:
        item = self._read()
        now = self._seconds()
        self._become(self._session.ticked(now))
        if item is not None:
            self._take(item, now)
        finished = worker.poll()
        if finished is not None:
            self._become(self._session.answered(*finished, now))

    def _become(self, session: Session) -> None:
        """Go over to the next session, and do what its new state asks for."""
        before, self._session = self._session.state, session
        state = session.state
        if state == before:
            return
        match state:
            case Checking(text=text) if self._worker is not None:
                self._checked_name = self._item_name
                self._worker.submit(text)
            case Showing():
                self._tell(state)
            case _ if isinstance(before, Comparing) and not isinstance(state, Comparing):
                self._count(result_of(before, self._seconds()))

    def _tell(self, state: Showing) -> None:
        self._count(result_of(state, self._seconds()))
        self._desk.announce(state)
        if self._on_shown is not None:
            self._on_shown(self._checked_name, state, self._render(self._screen()))

    def _count(self, result: Result) -> None:
        self.tally.add(result.outcome)
        self._desk.count(result)

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
        wants_card = isinstance(state, Comparing) and self._session.compare is Compare.CARD
        return wants_card or isinstance(state, _AT_EASE)

    def _take(self, item: Item, now: float) -> None:
        self._item_name = item.name
        if isinstance(item, Frame):
            self._picture, self._picture_at = self._as_shown(item.picture), now
            self._next_item_at = self._end_of(item, now)
        seen = seen_of(sight_of(item, self._cascade))
        self._become(self._session.saw(seen, now))
        taken_in = isinstance(self._session.state, Checking | Comparing | Showing)
        if self._source.single and not self._source.live and not taken_in:
            self.tally.add(outcome_unjudged(seen))

    def _as_shown(self, picture: Picture | None) -> Picture | None:
        return mirrored(picture) if self._mirror and picture is not None else picture

    def _end_of(self, frame: Frame, now: float) -> float:
        """When the next frame is due: at once from a camera, a video's by the video's own time."""
        if self._source.live:
            return now
        if self._source.single:
            return now + _PICTURE_SECONDS
        if self._video_began is None:
            self._video_began = now - frame.at
        return self._video_began + frame.at

    # Showing

    def _draw(self) -> None:
        """Draw only what differs from what is on the screen: words cost milliseconds."""
        screen = self._screen()
        look = self._look(screen)
        if look != self._drawn:
            self._display.show(self._render(screen))
            self._drawn = look

    def _look(self, screen: Screen) -> _Look:
        timed = isinstance(screen.state, Showing | Comparing | Checking)
        no_camera = isinstance(screen.state, Showing) or screen.picture is None
        return _Look(
            state=screen.state,
            language=screen.language,
            picture=0.0 if no_camera else self._picture_at,
            bar=screen.bar,
            size=self._display.size(),
            key_list=screen.key_list,
            step=int(screen.elapsed * _STEPS) if timed else 0,
        )

    def _screen(self) -> Screen:
        now = self._seconds()
        dark = self._source.live and now - self._picture_at > _DARK_AFTER
        return Screen(
            state=self._session.state,
            language=self._language,
            picture=None if dark else self._picture,
            has_camera=self._has_camera(),
            bar=self._bar(now),
            elapsed=now,
            compare=self._session.compare,
            key_list=self._key_list,
        )

    def _bar(self, now: float) -> Bar:
        remarks = self._desk.remarks(self._language)
        if now < self._quit_until:
            remarks = (PHRASES[self._language]["quit_again"],)
        return bar_of(
            None if self._worker is None else self._worker.trust(),
            self._clock.now(),
            self._desk.counts,
            checker=self._checker.name,
            remarks=remarks,
            language=self._language,
        )

    def _render(self, screen: Screen) -> Picture:
        return render(screen, *self._display.size())

    def _has_camera(self) -> bool:
        return self._source.live and not self._source.single

    # Obeying

    def _hear(self) -> bool:
        """Take in what was pressed, and what a reader typed into the window; False to quit."""
        pressed = self._hand.after(self._display.strokes(), self._seconds())
        for each in pressed:
            match each:
                case Command(key=key):
                    if not self._obey(key):
                        return False
                case Typed(text=text):
                    self._take_typed(text, self._seconds())
        return True

    def _take_typed(self, text: str, now: float) -> None:
        line = Line(name="reader", text=text, at=now)
        self._item_name = line.name
        self._become(self._session.saw(seen_of(sight_of(line, self._cascade)), now))

    def _obey(self, key: str) -> bool:
        """Act on a key; False to quit."""
        now = self._seconds()
        match key:
            case "enter" if isinstance(self._session.state, Comparing):
                self._become(self._session.confirmed(now))
            case "enter" | "space":
                self._become(self._session.cleared(now))
            case "n":
                self._become(self._session.denied(now))
            case "l":
                self._language = other_language(self._language)
            case "m":
                self._desk.mute()
            case "f":
                self._display.toggle_full_screen()
            case "h" | "?":
                self._key_list = not self._key_list
        return key not in _QUIT or not self._quits(now)

    def _quits(self, now: float) -> bool:
        if not self._kiosk or now < self._quit_until:
            return True
        self._quit_until = now + _QUIT_WITHIN
        return False

    def _touch(self, place: tuple[float, float] | None) -> None:
        """Act on a touch at a share of width and height: gloves do not meet keys."""
        if place is None:
            return
        now, (across, down) = self._seconds(), place
        if isinstance(self._session.state, Comparing):
            if down >= 0.5:
                decided = self._session.confirmed if across < 0.5 else self._session.denied
                self._become(decided(now))
        else:
            self._become(self._session.cleared(now))
