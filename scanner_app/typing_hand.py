"""Tells what a person presses from what a keyboard-wedge reader types into the window."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = ["Command", "Pressed", "Stroke", "Typed", "TypingHand"]

_ALONE: Final = 0.15
"""Seconds without another key before and after one that counts. Readers type faster than that, and
a certificate holds every letter: one of them would quit the scanner."""
_FEWEST: Final = 6
"""Characters of a line that a reader typed; fewer in a burst are a sleeve on the keyboard."""
_LONGEST: Final = 8192
"""Characters that are kept; no QR code holds as many."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key: a character, or `enter` or `escape`; in seconds on the caller's scale."""

    key: str
    at: float


@dataclass(frozen=True, slots=True)
class Command:
    """A key that stood alone, in small letters; the space bar is `space`."""

    key: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A line that a reader typed, without its end."""

    text: str


Pressed: TypeAlias = Command | Typed


class TypingHand:
    """Holds strokes back until it is known who pressed them."""

    def __init__(self) -> None:
        self._burst: list[Stroke] = []

    def after(self, strokes: Sequence[Stroke], now: float) -> Iterator[Pressed]:
        """Take in the strokes since the last call, and give what is known of all by now.

        A burst ends with `enter`, or with a silence: not every reader adds a line end.
        """
        for stroke in strokes:
            if self._burst and stroke.at - self._burst[-1].at >= _ALONE:
                yield from self._end()
            self._burst.append(stroke)
            del self._burst[_LONGEST:]
            if stroke.key == "enter" and len(self._burst) > 1:
                yield from self._end()
        if self._burst and now - self._burst[-1].at >= _ALONE:
            yield from self._end()

    def _end(self) -> Iterator[Pressed]:
        burst, self._burst = self._burst, []
        if len(burst) == 1:
            key = burst[0].key
            yield Command("space" if key == " " else key.lower())
            return
        text = "".join(stroke.key for stroke in burst if len(stroke.key) == 1)
        if len(text) >= _FEWEST:
            yield Typed(text)
