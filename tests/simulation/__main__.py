"""Lives through two years with other seeds: `python -m tests.simulation 20 --first-seed 100`."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.simulation.two_years import live


def main() -> int:
    """Print what came of each seed; the exit status is 1 when anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=1)
    parser.add_argument("--first-seed", type=int, default=1)
    arguments = parser.parse_args()
    wrong = False
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.runs):
        with tempfile.TemporaryDirectory() as folder:
            story = live(Path(folder), seed)
        wrong = wrong or bool(story.faults)
        print(  # noqa: T201
            f"seed {seed}: {story.people} people, {story.issued} certificates under {story.kids} "
            f"keys, {story.roots} roots, {story.paused_weeks} weeks without a key; "
            f"{len(story.faults)} faults"
        )
        for fault in story.faults[:20]:
            print(f"  {fault}")  # noqa: T201
        total: Counter[str] = sum(story.outcomes.values(), Counter())
        for what, count in sorted(total.items()):
            print(f"  {what:<40} {count:>8,}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
