"""A shift of hours in minutes: `python -m benchmarks.shift --hours 4`.

The real station, session, engines, screens, worker and counters run on a clock of their own, over
frames of people who come, show something, and leave. Some show a menu's code, two certificates at
once or nothing; some stay longer than their result, some come while the last one is on the screen.
In each quarter of it the camera is lost, the network goes, and newer trust data come. Printed are
memory and threads over the hours, and whether each person was decided as often as should be.
"""

import argparse
import gc
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.crowd import Crowd, kinds_of_people
from scanner_app.answer import Answer, Trouble, Trust
from scanner_app.checks import Checker, OfflineChecker
from scanner_app.counts_file import CountsFile
from scanner_app.decoders import Picture
from scanner_app.desk import Companion, Desk
from scanner_app.fallback import FallbackChecker
from scanner_app.lifeline import Shift
from scanner_app.running import cascade_for
from scanner_app.states import Showing, Times
from scanner_app.station import Station
from scanner_app.typing_hand import Stroke
from spec.certificate import Timestamp
from tests.authority import NOW, Authority, MovingClock
from tests.trust_folder import store_bundle

_CYCLES: Final = 4
_MOST_GROWTH_MB: Final = 4.0
"""What Python's allocator may keep after the first tenth of the shift, in which all is loaded."""
_SIZE: Final = (640, 360)
_HOUR: Final = 3600


class Network:
    """A service that judges as the bundle does, and is cut off for a sixth of each cycle."""

    name = "service"

    def __init__(self, judge: Checker, crowd: Crowd) -> None:
        self._judge = judge
        self._crowd = crowd

    def check(self, text: str) -> Answer:
        """Judge, unless the network is gone."""
        if 1 / 3 < self._crowd.now % self._crowd.cycle / self._crowd.cycle < 1 / 2:
            return Answer.of_trouble(Trouble.SERVICE_UNREACHABLE, "cut off", Timestamp(NOW))
        return self._judge.check(text)

    def trust(self) -> Trust | None:
        """The times of the bundle."""
        return self._judge.trust()


class Screen:
    """A display in memory."""

    def size(self) -> tuple[int, int]:
        """A small window: words cost as much to choose as on a large one."""
        return _SIZE

    def show(self, picture: Picture) -> None:
        """Take a picture."""

    def strokes(self) -> Sequence[Stroke]:
        """Nobody presses anything."""
        return ()

    def touch(self) -> None:
        """Nobody touches anything."""

    def closed(self) -> bool:
        """Never."""
        return False

    def toggle_full_screen(self) -> None:
        """There is only one size."""


def main() -> int:
    """Run a shift and print what became of it; 1 when something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _run(Path(folder), given.hours, given.seed)


def _run(folder: Path, hours: float, seed: int) -> int:
    authority = Authority()
    trust = store_bundle(authority, folder / "trust")
    clock = MovingClock(NOW)
    seconds = hours * _HOUR
    crowd = Crowd(kinds_of_people(authority), seconds, seconds / _CYCLES, seed)
    decided: Counter[str] = Counter()
    watch = _Watch(crowd, clock, authority, trust, seconds)
    before = threading.active_count()

    def shown(name: str, state: Showing, _: Picture) -> None:
        del state
        decided[name] += 1

    bundle = OfflineChecker(trust, clock)
    counts = CountsFile(folder / "counts", clock, print, Shift(began=NOW), lambda: crowd.now)
    Station(
        source=crowd,
        cascade=cascade_for(crowd),
        checker=FallbackChecker(Network(bundle, crowd), bundle, rest=0.05),
        display=Screen(),
        clock=clock,
        desk=Desk([counts, watch]),
        language="vi",
        times=Times(),
        on_shown=shown,
        seconds=lambda: crowd.now,
    ).run()
    time.sleep(0.2)
    return _report(crowd, decided, watch, threading.active_count() - before)


class _Watch(Companion):
    """Looks at memory and threads as the hours go by, moves the clock, and brings newer data."""

    def __init__(
        self, crowd: Crowd, clock: MovingClock, authority: Authority, trust: Path, seconds: float
    ) -> None:
        self._crowd = crowd
        self._clock_hand = clock
        self._authority = authority
        self._trust = trust
        self._every = seconds / 20
        self._next = self._every
        self._bundle_at = crowd.cycle * 0.7
        self.memory: list[float] = []
        self.threads: list[int] = []
        self.bundles = 0

    def beat(self) -> None:
        """Keep the clocks together, and look now and then."""
        now = self._crowd.now
        self._clock_hand.moment = Timestamp(NOW + int(now))
        if now >= self._bundle_at:
            self._bundle_at += self._crowd.cycle
            self._authority.clock.moment = self._clock_hand.moment
            store_bundle(self._authority, self._trust)
            self.bundles += 1
        if now >= self._next:
            self._next += self._every
            gc.collect()
            self.memory.append(_resident_mb())
            self.threads.append(threading.active_count())
            self._say_progress(now)

    def _say_progress(self, now: float) -> None:
        print(
            f"  {now / _HOUR:5.2f} h  {self.memory[-1]:7.1f} MB  {self.threads[-1]} threads  "
            f"{len(self._crowd.came)} came",
            flush=True,
        )


def _report(crowd: Crowd, decided: Counter[str], watch: _Watch, left: int) -> int:
    """Print each promise with what became of it; 1 when one does not hold."""
    settled = dict(list(crowd.came.items())[:-1])  # the last one may still be there
    often = [kind.name for name, kind in settled.items() if decided[name] > kind.decided]
    missed = [kind.name for name, kind in settled.items() if kind.decided and not decided[name]]
    strangers = set(decided) - set(crowd.came) - {"cut off"}
    growth = max(watch.memory[2:], default=0.0) - watch.memory[1]
    by_kind = Counter(kind.name for kind in settled.values())
    print(f"{len(settled)} came: {', '.join(f'{n} {name}' for name, n in by_kind.items())}")
    promises = (
        (
            f"decided {decided.total()}; twice, or though not to be: {len(often)} {often[:3]}",
            not often,
        ),
        (f"of those to be decided, not decided: {len(missed)} {missed[:3]}", not missed),
        (f"decided from no presentation: {len(strangers)}", not strangers),
        (f"memory grew by {growth:.1f} MB after the first tenth", growth <= _MOST_GROWTH_MB),
        (
            f"threads {min(watch.threads)} to {max(watch.threads)}, left at the end {left}",
            left <= 0,
        ),
        (f"newer trust data came: {watch.bundles}", watch.bundles == _CYCLES),
    )
    for words, holds in promises:
        print(f"{'holds' if holds else 'FAILS'}  {words}")
    return 0 if all(holds for _, holds in promises) else 1


def _resident_mb() -> float:
    """Memory that is in use now, where the system tells; the most that was, elsewhere."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    sys.exit(main())
