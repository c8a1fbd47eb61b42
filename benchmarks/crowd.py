"""People at a barrier on simulated time, for the benchmark of a shift: who comes with what."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import cv2
import numpy as np

from benchmarks.frames import empty_scene, frame_of
from scanner_app.decoders import Picture
from scanner_app.sources import Frame, SourceEnd
from spec import qr_text
from spec.certificate import Timestamp
from tests.authority import NOW, Authority, doses
from tests.scanner_app.pictures import qr_picture

__all__ = ["Crowd", "Kind", "kinds_of_people"]

_STEP: Final = 0.1
"""Simulated seconds between two frames of a person."""
_IDLE_STEP: Final = 0.5
"""The same while nobody is there."""
_STAY: Final = (2.5, 9.0)
"""Seconds that a person shows something: some stay longer than a result."""
_BETWEEN: Final = (3.5, 14.0)
"""Seconds until the next person: a result stays 8."""
_UNPLUGGED: Final = 20.0
"""Seconds at the end of each cycle in which the camera is gone, at most a tenth of it."""
_MOMENT: Final = 0.0005
"""Real seconds a frame: the worker lives in real time, and must not be outrun."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What somebody may show, and how often they must be decided."""

    name: str
    pictures: tuple[Picture, ...]
    decided: bool


class Crowd:
    """A live source on simulated time: people one after the other, and a camera that goes away."""

    name = "shift"
    live = True
    single = False

    def __init__(self, kinds: Sequence[Kind], seconds: float, cycle: float, seed: int) -> None:
        self.now = 0.0
        self.cycle = cycle
        self.came: dict[str, Kind] = {}
        self._random = Random(seed)  # noqa: S311 - a simulation
        self._kinds = kinds
        self._end = seconds
        self._lost = min(_UNPLUGGED, cycle / 10)
        self._step = _STEP
        self._frames = self._show()
        self.empty = empty_scene(1)

    def read(self, timeout: float) -> Frame | None:
        """Give the next frame at once; the time that it took goes by on the simulated clock."""
        if self.now >= self._end:
            raise SourceEnd
        self.now += self._step
        time.sleep(_MOMENT)
        if self.now % self.cycle > self.cycle - self._lost:
            return None  # unplugged
        name, picture, self._step = next(self._frames)
        return Frame(name=name, picture=picture, at=self.now)

    def close(self) -> None:
        """Nothing is held open."""

    def _show(self) -> Iterator[tuple[str, Picture, float]]:
        last = None
        while True:
            kind = self._random.choice([kind for kind in self._kinds if kind is not last])
            last, name = kind, f"person {len(self.came)}"
            whole = self.now % self.cycle < self.cycle - self._lost - _STAY[1] - 1
            for number in range(self._frames_in(_STAY, _STEP)):
                if number == 0 and whole:
                    self.came[name] = kind
                yield (
                    name if whole else "cut off",
                    kind.pictures[number % len(kind.pictures)],
                    _STEP,
                )
            for _ in range(self._frames_in(_BETWEEN, _IDLE_STEP)):
                yield "nobody", self.empty, _IDLE_STEP

    def _frames_in(self, seconds: tuple[float, float], step: float) -> int:
        return round(self._random.uniform(*seconds) / step)


def kinds_of_people(authority: Authority) -> Sequence[Kind]:
    """What people show, photographed: twelve frames of each in turn."""
    sign, made = authority.sign, authority.certificate
    texts = {
        "green": sign(),
        "another green": sign(made(name="Lò Thị Ử")),
        "yellow": sign(made(name="Đặng Văn Ân", doses=doses((1, "2021-09-10")))),
        "expired": sign(made(expires_at=Timestamp(NOW - 86_400))),
        "forged": _forged(sign(made(name="Trần Văn Giả"))),
    }
    kinds = [
        Kind(name=name, pictures=_photographs(text, number), decided=True)
        for number, (name, text) in enumerate(texts.items())
    ]
    menu = _photographs("https://example.com/menu", 50)
    two = np.hstack(
        [cv2.resize(qr_picture(texts[name]), (600, 600)) for name in ("green", "yellow")]
    )
    scene = empty_scene(7)
    scene[60:660, 40:1240] = two
    return (
        *kinds,
        Kind(name="a menu", pictures=menu, decided=False),
        Kind(name="two at once", pictures=(scene,), decided=False),
        Kind(name="nothing", pictures=(empty_scene(3), empty_scene(4)), decided=False),
    )


def _forged(text: str) -> str:
    """A certificate with one bit of its signature turned."""
    message = bytearray(qr_text.from_text(text))
    message[-5] ^= 1
    return qr_text.to_text(bytes(message))


def _photographs(text: str, seed: int) -> tuple[Picture, ...]:
    kinds = ("plain", "tilted", "noisy", "plain")
    code = qr_picture(text)
    return tuple(
        frame_of(code, kind, seed * 20 + number, paper=bool(seed % 2))
        for number, kind in enumerate(kinds)
    )
