"""Hard frames: dense codes, and our own, as they come on phones and paper, twelve kinds of trouble.

Every frame follows from its kind, its number and a seed. Each draws how strong its trouble is, from
what any engine reads to what hardly any reads, so that a rate says how far a reader gets.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from benchmarks.frames import Conditions, on_paper, on_phone, photograph
from benchmarks.optics import Picture, Random
from issuer.printing.qr import QUIET_ZONE, modules
from spec.base45 import ALPHABET
from spec.qr_text import PREFIX
from tests.authority import Authority

__all__ = ["KINDS", "HardFrame", "dense_text", "hard_frame", "hard_frames", "own_text"]

_SCALE: Final = 12
"""Pixels a module of the picture that is shown or printed."""
_SHORTEST, _LONGEST = 300, 600
"""Characters of a dense code: EU certificates have as many."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class HardFrame:
    """One frame, and what a reader must find in it."""

    kind: str
    number: int
    text: str
    picture: Picture


_GLASS: Final = ("glare", "moire")
"""What happens to phones only."""

Draw = Callable[[Random], Conditions]


def _tilted(random: Random) -> Conditions:
    yaw, pitch = random.uniform(30, 60), random.uniform(10, 45)
    return Conditions(
        yaw=yaw, pitch=pitch, roll=random.uniform(0, 45), blur=random.uniform(0.7, 1.4)
    )


def _mixed(random: Random) -> Conditions:
    return Conditions(
        yaw=random.uniform(5, 35),
        pitch=random.uniform(5, 25),
        roll=random.uniform(0, 20),
        blur=random.uniform(1.0, 2.0),
        motion=random.uniform(0, 7),
        light=random.uniform(0.3, 1),
        noise=random.uniform(3, 9),
        glare=random.uniform(0, 0.7),
        moire=random.uniform(0, 0.3),
    )


KINDS: Final[dict[str, Draw]] = {
    "tilted": _tilted,
    "moving": lambda random: Conditions(motion=random.uniform(4, 10)),
    "blurred": lambda random: Conditions(blur=random.uniform(1.4, 2.6)),
    "dark": lambda random: Conditions(
        light=random.uniform(0.05, 0.25), noise=random.uniform(5, 11), glare=0.1
    ),
    "glare": lambda random: Conditions(glare=random.uniform(0.5, 0.95)),
    "moire": lambda random: Conditions(moire=random.uniform(0.3, 0.9)),
    "hidden": lambda random: Conditions(),
    "inverted": lambda random: Conditions(blur=random.uniform(1.0, 2.2)),
    "curved": lambda random: Conditions(
        curve=random.uniform(0.5, 1.3), blur=random.uniform(0.7, 1.3)
    ),
    "thin margin": lambda random: Conditions(blur=random.uniform(1.0, 2.2)),
    "far": lambda random: Conditions(blur=random.uniform(0.6, 1.0)),
    "mixed": _mixed,
}


def hard_frames(text: Callable[[Random], str], each: int, seed: int) -> Iterator[HardFrame]:
    """Give `each` frames of each kind, every other on paper; `text` draws what the codes say."""
    for kind in KINDS:
        for number in range(each):
            yield hard_frame(kind, number, seed, text)


def hard_frame(kind: str, number: int, seed: int, text: Callable[[Random], str]) -> HardFrame:
    """Draw one frame; the same arguments give the same frame."""
    random = np.random.default_rng((seed, sorted(KINDS).index(kind), number))
    said = text(random)
    paper = number % 2 == 1 and kind not in _GLASS
    conditions = _held(KINDS[kind](random), kind, random, paper=paper)
    shown = _shown(said, kind, random)
    subject = on_paper(shown) if paper else on_phone(shown)
    picture = photograph(subject, conditions, int(random.integers(1 << 31)))
    return HardFrame(kind=kind, number=number, text=said, picture=picture)


def dense_text(random: Random) -> str:
    """A text as long as those of certificates in other formats."""
    length = int(random.integers(_SHORTEST, _LONGEST + 1)) - len(PREFIX)
    return PREFIX + bytes(ALPHABET[number] for number in random.integers(0, 45, length)).decode()


def own_text(random: Random) -> str:
    """A certificate of ours with two doses, signed, and a name of usual length."""
    authority = Authority()
    syllables = ["Nguyễn", "Trần", "Thị", "Minh", "Châu", "Khánh", "Thuận", "Hạnh", "Dũng"]
    name = " ".join(syllables[number] for number in random.integers(0, len(syllables), 4))
    return authority.sign(authority.certificate(name=name))


def _held(conditions: Conditions, kind: str, random: Random, *, paper: bool) -> Conditions:
    """Hold a thing as near as people hold it: the code takes 40 to 55 % of the frame's height."""
    nearest, farthest = (0.66, 0.5) if paper else (1.06, 0.85)
    height = random.uniform(farthest, nearest)
    if kind == "far":
        height = random.uniform(0.5, 0.75) * farthest
    return replace(conditions, height=height)


def _shown(text: str, kind: str, random: Random) -> Picture:
    """Draw the code as it is on the phone or paper, before anything happens to it."""
    code = np.asarray(modules(text).convert("L"), np.uint8)
    if kind == "thin margin":
        code = _thin_margin(code, random)
    if kind == "inverted":
        code = 255 - code
    picture: Picture = np.repeat(np.repeat(code, _SCALE, axis=0), _SCALE, axis=1)
    return _partly_hidden(picture, random) if kind == "hidden" else picture


def _thin_margin(code: Picture, random: Random) -> Picture:
    """Leave one or two light modules around the code, and put it on a dark ground."""
    cut = QUIET_ZONE - int(random.integers(1, 3))
    ground: Picture = np.full(code.shape, int(random.integers(0, 120)), np.uint8)
    ground[cut:-cut, cut:-cut] = code[cut:-cut, cut:-cut]
    return ground


def _partly_hidden(picture: Picture, random: Random) -> Picture:
    """Lay a finger, a sticker or a shadow's edge over a part of the code."""
    side = picture.shape[0]
    share = random.uniform(0.02, 0.07)
    long = random.uniform(1, 2.5)
    axes = (
        max(2, round(side * np.sqrt(share * long / np.pi))),
        max(2, round(side * np.sqrt(share / long / np.pi))),
    )
    centre = (int(random.uniform(0.2, 1) * side), int(random.uniform(0.2, 1) * side))
    hidden = picture.copy()
    tone = int(random.integers(40, 220))
    cv2.ellipse(hidden, centre, axes, random.uniform(0, 180), 0, 360, tone, -1, cv2.LINE_AA)
    return hidden
