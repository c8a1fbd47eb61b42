"""Reads hard frames with each engine and with the cascade: `python -m benchmarks.reading`.

Dense codes first, then our own certificates at the same printed size. Processor time is counted,
and zxing-cpp reads every frame beside the cascade, so that a busy machine shows as such. With
another `--seed` the frames are others: no step was chosen by those from 3 on.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from benchmarks.hard_frames import KINDS, HardFrame, dense_text, hard_frames, own_text
from benchmarks.measure import Row, print_row
from benchmarks.optics import Random
from scanner_app.cascade import LIVE, Cascade
from scanner_app.decoders import Decoder, available_decoders

__all__ = ["Tally", "rows"]

_EACH: Final = 48
_DENSE_AT_LEAST: Final = 0.93
_OWN_AT_LEAST: Final = 0.97
_MEDIAN_AT_MOST: Final = 3.0
_P95_AT_MOST: Final = 33.0


@dataclass(kw_only=True, slots=True)
class Tally:
    """What one reader did with the frames."""

    name: str
    seen: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def take(self, reader: Decoder, frame: HardFrame) -> None:
        """Have a frame read."""
        began = time.thread_time()
        texts = {found.text for found in reader.decode(frame.picture)}
        self.milliseconds.append((time.thread_time() - began) * 1e3)
        self.seen[frame.kind] += 1
        self.read[frame.kind] += frame.text in texts
        self.wrong += bool(texts - {frame.text})

    @property
    def rate(self) -> float:
        """The share of all frames that was read."""
        return self.read.total() / self.seen.total()

    def percentile(self, share: float) -> float:
        """Milliseconds of processor time, colours to texts."""
        return float(np.percentile(self.milliseconds, share))

    def line(self) -> str:
        """The rate of each kind, then of all, the times, and how often the text was another."""
        kinds = "".join(f"{100 * self.read[kind] / self.seen[kind]:8.0f}" for kind in KINDS)
        times = f"{self.percentile(50):8.1f}{self.percentile(95):8.1f}"
        return f"{self.name:<10}{kinds}{100 * self.rate:8.1f}{times}{self.wrong:7}"


def rows(each: int, seed: int) -> Iterator[Row]:
    """Print the tables, and give what is held."""
    yield from _held(_table("dense codes", dense_text, each, seed), "dense", _DENSE_AT_LEAST)
    yield from _held(_table("our certificates", own_text, each, seed), "ours", _OWN_AT_LEAST)


def _table(what: str, text: Callable[[Random], str], each: int, seed: int) -> Tally:
    engines, _ = available_decoders()
    tallies = [Tally(name=engine.name) for engine in engines]
    cascade = Tally(name="cascade")
    for frame in hard_frames(text, each, seed):
        for engine, tally in zip(engines, tallies, strict=True):
            tally.take(engine, frame)
        cascade.take(Cascade(engines, effort=LIVE), frame)  # a new one knows no frame before
    heads = "".join(f"{kind.split()[0][:7]:>8}" for kind in KINDS)
    print(f"{what}, {each * len(KINDS)} frames, per cent read, seed {seed}")
    print(f"{'':<10}{heads}{'all':>8}{'median':>8}{'p95 ms':>8}{'wrong':>7}")
    for tally in (*tallies, cascade):
        print(tally.line(), flush=True)
    return cascade


def _held(tally: Tally, name: str, least: float) -> Sequence[Row]:
    median, slow = tally.percentile(50), tally.percentile(95)
    return (
        Row(
            what=f"hard frames read, {name}",
            figure=f"{100 * tally.rate:.1f} %, {tally.wrong} wrong",
            bound=f"at least {100 * least:.0f} %, none wrong",
            holds=tally.rate >= least and not tally.wrong,
        ),
        Row(
            what=f"time for a hard frame, {name}",
            figure=f"median {median:.1f} ms, 95th percentile {slow:.1f} ms",
            bound=f"at most {_MEDIAN_AT_MOST:.0f} and {_P95_AT_MOST:.0f} ms",
            holds=median <= _MEDIAN_AT_MOST and slow <= _P95_AT_MOST,
        ),
    )


def main() -> int:
    """Run from the command line; the exit status is 1 when a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=_EACH, help="frames of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    held = []
    for row in rows(given.each, given.seed):
        print_row(row)
        held.append(row.holds)
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
