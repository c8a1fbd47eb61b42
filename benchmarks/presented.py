"""A phone that enters the view, steadies and leaves, frame by frame, as a webcam would give it."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from benchmarks.frames import Conditions, held, on_phone
from benchmarks.hard_frames import own_text
from benchmarks.optics import (
    HEIGHT,
    WIDTH,
    Floats,
    Picture,
    Random,
    room,
    smeared,
    with_glare,
    with_moire,
)
from issuer.printing.qr import modules

__all__ = ["SECONDS", "Presentation"]

SECONDS: Final = 1.6
"""From the first edge in the view to the last."""

_ENTERS: Final = 0.4
"""Seconds in which a hand brings the phone before the camera."""
_LEAVES: Final = 0.35
_SHUTTER: Final = 1 / 60
"""Seconds that the shutter is open indoors."""
_SCALE: Final = 8
"""Pixels a module of the picture on the phone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hand:
    """How a hand moves: where from, where to, and how it shakes. Pixels and seconds."""

    start: tuple[float, float]
    end: tuple[float, float]
    shake: float
    rates: tuple[float, float]
    phases: tuple[float, float]

    def at(self, seconds: float) -> tuple[float, float]:
        """Where the phone is, from where it is meant to be held."""
        coming = max(0.0, 1 - seconds / _ENTERS) ** 2
        going = max(0.0, 1 - (SECONDS - seconds) / _LEAVES) ** 2
        settling = 1 + 2 * max(0.0, 1 - seconds / (2 * _ENTERS))
        place = []
        for axis in (0, 1):
            angle = 2 * np.pi * self.rates[axis] * seconds + self.phases[axis]
            shaken = self.shake * settling * np.sin(angle)
            place.append(self.start[axis] * coming + self.end[axis] * going + float(shaken))
        return place[0], place[1]


class Presentation:
    """One person's phone: the same seed gives the same frames.

    Grey inside, three equal colours outside: the codes have no colour, and 2,000 frames take two
    minutes in place of eight.
    """

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng((7, seed))
        self.text = own_text(random)
        code = np.asarray(modules(self.text).convert("L"), np.uint8)
        shown = np.kron(code, np.ones((_SCALE, _SCALE), np.uint8))
        self._light = random.uniform(0.3, 1.0)
        self._noise = random.uniform(3, 8)
        self._blur = random.uniform(0.8, 1.7)
        conditions = Conditions(
            height=random.uniform(0.72, 0.92),
            yaw=random.uniform(0, 28),
            pitch=random.uniform(0, 22),
            roll=random.uniform(0, 20),
        )
        pixels, self._mask = held(on_phone(shown), conditions, random)
        pixels = with_moire(pixels, random.uniform(0, 0.35), random)
        pixels = with_glare(pixels, random.uniform(0, 0.6), random)
        self._phone = _grey(pixels) * self._mask
        self._room = _grey(room(random))
        self._hand = _hand(random)
        self._grain = [random.standard_normal((HEIGHT, WIDTH), np.float32) for _ in range(3)]
        self._empty = self._exposed(self._room, 0)

    def frame(self, seconds: float) -> Picture:
        """The view so long after the phone's first edge came in; empty before and after."""
        if not 0 <= seconds <= SECONDS:
            return self._empty
        x, y = self._hand.at(seconds)
        move = np.array([[1, 0, x], [0, 1, y]], np.float32)
        way = self._smear(seconds)
        phone, mask = (
            smeared(cv2.warpAffine(part, move, (WIDTH, HEIGHT)), *way)
            for part in (self._phone, self._mask)
        )
        return self._exposed(self._room * (1 - mask) + phone, round(seconds * 30))

    def _smear(self, seconds: float) -> tuple[float, float]:
        """The way in pixels while the shutter is open."""
        (x, y), (next_x, next_y) = self._hand.at(seconds), self._hand.at(seconds + _SHUTTER)
        return next_x - x, next_y - y

    def _exposed(self, seen: Floats, number: int) -> Picture:
        blurred = cv2.GaussianBlur(seen, (0, 0), self._blur) * np.float32(self._light)
        grain = self._grain[number % len(self._grain)]
        spread = np.float32(self._noise) * np.sqrt(np.float32(0.35) + blurred / 196)
        levels = np.clip(blurred + grain * spread, 0, 255).astype(np.uint8)
        _, jpeg = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, 85])
        return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


def _hand(random: Random) -> _Hand:
    """Come from one side or below, and go to one side or below."""

    def away() -> tuple[float, float]:
        side = random.choice((-1, 0, 1))
        return float(side * WIDTH * 0.72), float(HEIGHT * (0.3 if side else 1.0))

    return _Hand(
        start=away(),
        end=away(),
        shake=random.uniform(2, 6),
        rates=(random.uniform(2, 5), random.uniform(2, 5)),
        phases=(random.uniform(0, 6), random.uniform(0, 6)),
    )


def _grey(pixels: Floats) -> Floats:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.float32)
