"""The empty camera frame, and idling: what is paid while nobody shows a code."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.frames import empty_scene
from benchmarks.measure import Row
from scanner_app.cascade import LIVE, Cascade
from scanner_app.decoders import Decoder, Picture, available_decoders

__all__ = ["rows"]

_AT_MOST = 3.0
_FRAMES = 20
_ROUNDS = 5
_RATE = 30
_SHARE_AT_MOST = 0.5


def rows() -> Iterator[Row]:
    """Measure the cascade on an empty frame beside its first engine, and the share of a core."""
    decoders, _ = available_decoders()
    frame = empty_scene(seed=1)
    cascade = Cascade(decoders, effort=LIVE)
    whole, first = (_milliseconds(reader, frame) for reader in (cascade, decoders[0]))
    yield Row(
        what="empty camera frame 1280x720",
        figure=f"{whole:.1f} ms of processor time ({decoders[0].name} alone {first:.1f} ms)",
        bound=f"at most {_AT_MOST:.0f} ms",
        holds=whole <= _AT_MOST,
    )
    empty = _share(cascade, [empty_scene(seed) for seed in range(6)])
    pattern = _share(cascade, [_with_pattern(frame)])
    yield Row(
        what=f"reading while idle at {_RATE} frames a second",
        figure=f"{empty:.0%} of a core; with a pattern on the wall for long {pattern:.0%}",
        bound=f"at most {_SHARE_AT_MOST:.0%}",
        holds=max(empty, pattern) <= _SHARE_AT_MOST,
    )


def _milliseconds(reader: Decoder, frame: Picture) -> float:
    """Of this thread, for one frame: the quietest of several rounds."""
    rounds = []
    for _ in range(_ROUNDS):
        began = time.thread_time()
        for _ in range(_FRAMES):
            reader.decode(frame)
        rounds.append((time.thread_time() - began) / _FRAMES)
    return min(rounds) * 1e3


def _share(cascade: Cascade, frames: Sequence[Picture]) -> float:
    """The share of a core that frames cost after two seconds and more of them."""
    for number in range(3 * _RATE):
        cascade.look(frames[number % len(frames)])
    began = time.thread_time()
    for number in range(3 * _RATE):
        cascade.look(frames[number % len(frames)])
    return (time.thread_time() - began) / 3


def _with_pattern(frame: Picture) -> Picture:
    """Something on the wall that looks like a code and is none."""
    modules = np.random.default_rng(5).integers(0, 2, (40, 40, 1), np.uint8) * 200
    picture = frame.copy()
    picture[120:320, 900:1100] = np.kron(modules, np.ones((5, 5, 1), np.uint8))
    return picture
