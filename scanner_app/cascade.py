"""Several engines as one: the first reads every frame, the slower ones only what it missed."""

from collections.abc import Sequence
from typing import Final

from scanner_app.decoders import Decoder, Found, Picture, luminance
from scanner_app.sight import Sight
from scanner_app.states import is_certificate

__all__ = ["EVERY_MISS", "LIVE", "Cascade"]

EVERY_MISS: Final = 1
"""For pictures from a folder: each is tried with all engines, whatever it costs."""
LIVE: Final = 10
"""For a camera: one missed frame in ten goes to one second engine, in turn. At 30 frames a second
these are three tries of about 20 ms, and an empty frame costs 3 ms on average with them."""


class Cascade:
    """Tries the engines in order of speed; itself a Decoder.

    A frame counts as missed until a certificate is read in it: an engine that sees only the code
    beside it has not done the work.
    """

    name = "cascade"

    def __init__(self, decoders: Sequence[Decoder], *, second_engines_every: int = LIVE) -> None:
        """Take at least one engine, best first.

        With `second_engines_every` at 1 all engines are tried on each miss. Above, one of the
        second engines, in turn, is tried on each so-manieth missed frame.
        """
        if not decoders:
            raise ValueError("a cascade needs at least one engine")
        self._first, *self._others = decoders
        self._every = second_engines_every
        self._misses = 0

    def look(self, frame: Picture) -> Sight:
        """Tell what a frame shows; the frames of a live source come in their order."""
        codes = tuple({code.data: code for code in self.decode(frame)}.values())
        return Sight(codes=codes, code_like=bool(codes))

    def decode(self, frame: Picture) -> list[Found]:
        """Give what the first engine reads, and on a miss what those whose turn it is read."""
        gray = luminance(frame)
        if gray is None:
            return []
        found = self._first.decode(gray)
        if _has_certificate(found):
            self._misses = 0
            return found
        for decoder in self._next_others():
            more = decoder.decode(gray)
            if _has_certificate(more):
                return found + more
            found = found or more
        return found

    def _next_others(self) -> Sequence[Decoder]:
        if self._every == EVERY_MISS or not self._others:
            return self._others
        self._misses += 1
        turn, rest = divmod(self._misses, self._every)
        return [] if rest else [self._others[(turn - 1) % len(self._others)]]


def _has_certificate(found: Sequence[Found]) -> bool:
    return any(is_certificate(code.text) for code in found)
