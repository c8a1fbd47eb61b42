"""Kill -9 by the hundred in the middle of import and issue: `python -m tests.issuer.kills`.

Several workers issue side by side. Nothing may be lost, and nothing be there twice.
"""

import argparse
import os
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from issuer.csv_file import open_csv
from issuer.intake import take_in
from issuer.issuing import Issuing
from issuer.records import Rules
from issuer.workers import issue_together
from tests.authority import vaccine_table
from tests.issuer.test_crashes import FORK, check_whole, records, stored
from tests.issuer.world import World
from tests.postgresql import DATABASE_FILE, Server

WORKERS: Final = 2


def main() -> int:
    """Kill as often as asked for on each database, and tell; a fault ends with a traceback."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=2021)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    for kind in ["sqlite", "postgresql"] if chosen.only is None else [chosen.only]:
        chance = random.Random(chosen.seed)  # noqa: S311 - moments to kill at, no secret
        kills = rounds = 0
        with Server(durable=True) if kind == "postgresql" else nullcontext() as server:
            while kills < chosen.kills:
                with TemporaryDirectory() as name, _register(Path(name), server):
                    kills += until_whole(Path(name), chance)
                rounds += 1
                print(f"{kind}: {kills} kills in {rounds} registers, nothing lost or twice")  # noqa: T201 - what it is for
    return 0


def until_whole(folder: Path, chance: random.Random, growth: float = 1.08) -> int:
    """Kill at random moments until a run comes to its end; gives how often. Asserts on the way."""
    (folder / "records.csv").write_text(records(), encoding="utf-8", newline="")
    before = stored(folder)
    kills, patience, groups = 0, 0.1, []
    while True:
        process = FORK.Process(target=_run, args=(folder,))
        process.start()
        groups.append(process.pid)
        process.join(chance.uniform(patience / 4, patience))
        if process.exitcode is None:
            # The whole group, or its first alone: workers that are left behind stop by themselves.
            os.kill(process.pid or 0, signal.SIGKILL)
            if chance.random() < 0.5:
                _kill_group(process.pid or 0)
            kills += 1
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        after = stored(folder)
        for key, (payload, text) in before.items():
            assert after[key][0] == payload
            assert text in (None, after[key][1])
        before = after
        if process.exitcode == 0:
            break
        patience *= growth  # so that the end comes, on a slow machine too
    for group in groups:
        _kill_group(group or 0)
    _run(folder)  # what the last ones that were killed had in hand
    check_whole(World(folder), before)
    return kills


def _run(folder: Path) -> None:
    """Take in and issue, in small batches and by several workers, in a group of its own."""
    if os.getpid() != os.getpgrp() and FORK.parent_process() is not None:
        os.setpgid(0, 0)
    world = World(folder)
    rules = Rules.of(table=vaccine_table(), now=world.clock.now())
    file = open_csv(folder / "records.csv")
    for _ in take_in(world.register, file, rules, vaccine_table(), world.clock, size=40):
        pass
    world.register.close()
    issue_together(lambda: _opened(folder), WORKERS)


@contextmanager
def _opened(folder: Path) -> Iterator[Issuing]:
    world = World(folder)
    try:
        yield world.issuing(batch=25)
    finally:
        world.register.close()


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


@contextmanager
def _register(folder: Path, server: Server | None) -> Iterator[None]:
    if server is None:
        yield
        return
    with server.database() as url:
        (folder / DATABASE_FILE).write_text(url)
        yield


if __name__ == "__main__":
    sys.exit(main())
