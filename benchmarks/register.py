"""The dose register at full size: `python -m benchmarks.register`, a million records by default.

Invented records (benchmarks/synthetic) are written to a file, taken in, and compared with the truth
behind them.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.measure import Row, print_row
from benchmarks.own_server import own_server
from benchmarks.synthetic.mistakes import Outcome
from benchmarks.synthetic.quality import Quality, quality_of
from benchmarks.synthetic.records import write_csv
from issuer.csv_file import open_csv
from issuer.intake import Intake
from issuer.records import Rules
from issuer.register.database import Register
from tests.authority import Authority, vaccine_table

_IMPORTED: Final = {"postgresql": 5_000, "sqlite": 2_500}
"""Records a second."""
_WAITS, _PASSES = 0.99, 0.999


def main() -> int:
    """Print the rates and the table of quality; 1 when a bound does not hold."""
    given = _options().parse_args()
    all_hold = True
    with TemporaryDirectory() as folder:
        records = Path(folder, "records.csv")
        count = write_csv(records, given.seed, given.people)
        for kind in ("postgresql", "sqlite"):
            if given.only not in (None, kind):
                continue
            with _register(kind, given.url, Path(folder)) as register:
                for row in _rows(register, records, count, given.seed, given.people):
                    print_row(row)
                    all_hold = all_hold and row.holds
    return 0 if all_hold else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.register", description=__doc__)
    parser.add_argument("--people", type=int, default=500_000, help="two records each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=tuple(_IMPORTED), help="one of the two databases")
    parser.add_argument("--url", help="an empty PostgreSQL database to use")
    return parser


@contextmanager
def _register(kind: str, url: str | None, folder: Path) -> Iterator[Register]:
    with ExitStack() as stack:
        where: Path | str = folder / "register.sqlite3"
        if kind == "postgresql":
            where = url or stack.enter_context(stack.enter_context(own_server()).database())
        register = Register.open(where)
        stack.callback(register.close)
        yield register


def _rows(register: Register, records: Path, count: int, seed: int, people: int) -> Iterator[Row]:
    kind = register.engine.dialect.name
    yield _importing(register, records, count, _IMPORTED[kind])
    quality = quality_of(register, seed, people)
    print("\n".join(quality.lines()))
    yield from _quality(quality)


def _importing(register: Register, records: Path, count: int, bound: int) -> Row:
    authority = Authority()
    rules = Rules.of(table=vaccine_table(), now=authority.now)
    intake = Intake(register=register, rules=rules, table=vaccine_table(), clock=authority.clock)
    start = last = time.perf_counter()
    done = told = 0
    for outcomes in intake.run(open_csv(records)):
        done += len(outcomes)
        if done - told >= count / 10:
            now = time.perf_counter()
            print(f"{done:>10,} {(done - told) / (now - last):>8,.0f}/s", flush=True)
            last, told = now, done
    rate = done / (time.perf_counter() - start)
    return Row(
        what=f"{register.engine.dialect.name}: {done:,} records imported and matched",
        figure=f"{rate:,.0f}/s, {_largest():.0f} MB",
        bound=f"at least {bound:,}/s",
        holds=rate >= bound,
    )


def _quality(quality: Quality) -> Iterator[Row]:
    yield Row(
        what="records accepted for somebody else",
        figure=f"{quality.false_merges} of {quality.records:,}",
        bound="none",
        holds=not quality.false_merges,
    )
    for what, outcome, bound in (
        ("wrong by one: waits with the right field named", Outcome.WAITS, _WAITS),
        ("another form: passes by itself", Outcome.PASSES, _PASSES),
    ):
        tally = quality.of(outcome)
        yield Row(
            what=what,
            figure=f"{100 * tally.share:.3f} % of {tally.people:,} people",
            bound=f"at least {100 * bound} %",
            holds=tally.share >= bound,
        )


def _largest() -> float:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
