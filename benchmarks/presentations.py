"""People who show their phones one after the other: `python -m benchmarks.presentations`.

The real station runs, with its session, its worker and the offline check; only time is told by the
frames: each loop takes the processor time that it took, and the camera gives what is newest then.
A busy machine so changes nothing. What an engine alone would do is counted on the same frames.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.measure import Row, print_row
from benchmarks.presented import SECONDS, Presentation
from keys.clock import FixedClock
from scanner_app.cascade import LIVE, Cascade
from scanner_app.checks import OfflineChecker
from scanner_app.decoders import Decoder, Picture, available_decoders
from scanner_app.desk import Companion, Desk
from scanner_app.sources import Frame, SourceEnd
from scanner_app.states import Showing
from scanner_app.station import Station
from scanner_app.window import Stroke
from tests.authority import NOW, Authority
from tests.trust_folder import store_bundle

__all__ = ["rows"]

_PEOPLE: Final = 60
_MEDIAN_AT_MOST: Final = 0.45
_RATE: Final = 30
_PERIOD: Final = 3.4
"""Seconds from one phone's coming to the next: a result is safe from the next person for two."""
_PATIENCE: Final = 60.0
"""Seconds that pass after the last one: the station shows a result to its end."""


class Queue:
    """A camera before which people pass, with the time that their frames tell."""

    name = "queue"
    live = True
    single = False

    def __init__(self, people: int, first_seed: int) -> None:
        self.shown: list[str] = []
        self._seeds = range(first_seed, first_seed + people)
        self._number = -1
        self._now = 0.0
        self._since = time.thread_time()
        self._person: tuple[int, Presentation] | None = None

    def seconds(self) -> float:
        """The time of the frame that was given, and what was computed since."""
        return self._now + time.thread_time() - self._since

    def read(self, timeout: float) -> Frame:
        """Give the frame that is newest now, after waiting for it."""
        del timeout
        self._number = max(self._number + 1, int(np.ceil(self.seconds() * _RATE - 1e-6)))
        at = self._number / _RATE
        turn = int(at // _PERIOD)
        if turn >= len(self._seeds):
            self._now += _PATIENCE
            raise SourceEnd
        picture = self._before(turn).frame(at - turn * _PERIOD)
        self._now, self._since = at, time.thread_time()
        return Frame(name=str(turn), picture=picture, at=at)

    def close(self) -> None:
        """Nothing is held open."""

    def _before(self, turn: int) -> Presentation:
        if self._person is None or self._person[0] != turn:
            self._person = turn, Presentation(self._seeds[turn])
            self.shown.append(self._person[1].text)
        return self._person[1]


class _Blank:
    """A small screen that nobody looks at."""

    def size(self) -> tuple[int, int]:
        return 320, 180

    def show(self, picture: Picture) -> None:
        """Drawn before it comes here, at the cost of its size."""

    def strokes(self) -> Sequence[Stroke]:
        return ()

    def touch(self) -> tuple[float, float] | None:
        return None

    def closed(self) -> bool:
        return False

    def toggle_full_screen(self) -> None:
        """There is one size only."""


@dataclass(kw_only=True, slots=True)
class _Seen(Companion):
    """When each result came up, and whose it was."""

    queue: Queue
    results: list[tuple[float, Showing]] = field(default_factory=list)

    def announce(self, state: Showing) -> None:
        self.results.append((self.queue.seconds(), state))


def rows(people: int, first_seed: int) -> Iterator[Row]:
    """Let people pass the station, and judge what it showed."""
    queue = Queue(people, first_seed)
    seen = _Seen(queue=queue)
    with tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(NOW)
        trust = store_bundle(Authority(), Path(folder) / "trust")
        Station(
            source=queue,
            cascade=Cascade(available_decoders()[0], effort=LIVE),
            checker=OfflineChecker(trust, clock),
            display=_Blank(),
            clock=clock,
            desk=Desk([seen]),
            language="en",
            seconds=queue.seconds,
        ).run()
    waits: dict[int, float] = {}
    wrong = 0
    times: Counter[int] = Counter()
    for at, state in seen.results:
        turn = int(at // _PERIOD)
        times[turn] += 1
        wrong += state.answer.code != "ok"
        waits.setdefault(turn, at - turn * _PERIOD)
    twice = sum(count - 1 for count in times.values())
    median = float(np.median(list(waits.values()))) if waits else float("inf")
    yield Row(
        what=f"presentations of {SECONDS} s, shown",
        figure=f"{len(waits)} of {people}, {twice} twice, {wrong} wrong",
        bound="all, none twice, none wrong",
        holds=len(waits) == people and not twice and not wrong,
    )
    yield Row(
        what="from entering the view to the verdict",
        figure=f"median {median * 1e3:.0f} ms, longest {max(waits.values(), default=0) * 1e3:.0f}",
        bound=f"median at most {_MEDIAN_AT_MOST * 1e3:.0f} ms",
        holds=median <= _MEDIAN_AT_MOST,
    )


def engine_line(engine: Decoder, people: int, first_seed: int) -> str:
    """What an engine alone reads of the same frames, when it gets each that is newest."""
    queue = Queue(people, first_seed)
    waits: dict[int, float] = {}
    while True:
        try:
            frame = queue.read(0)
        except SourceEnd:
            break
        assert frame.picture is not None
        read = {found.text for found in engine.decode(frame.picture)}
        turn = len(queue.shown) - 1
        if queue.shown[turn] in read:
            waits.setdefault(turn, queue.seconds() - turn * _PERIOD)
    median = f"{np.median(list(waits.values())) * 1e3:.0f} ms" if waits else "none"
    return f"{engine.name:<10} alone reads {len(waits)} of {people}, median {median}"


def main() -> int:
    """Run from the command line; the exit status is 1 when a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=_PEOPLE)
    parser.add_argument("--seed", type=int, default=1, help="of the first person")
    parser.add_argument("--engines", action="store_true", help="also each engine alone")
    given = parser.parse_args()
    held = []
    for row in rows(given.people, given.seed):
        print_row(row)
        held.append(row.holds)
    for engine in available_decoders()[0] if given.engines else ():
        print(engine_line(engine, given.people, given.seed), flush=True)
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
