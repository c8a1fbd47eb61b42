"""Issuing to half a million people who are due: `python -m benchmarks.issuing_at_size`."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.filling import fill
from benchmarks.measure import Row, print_row
from benchmarks.own_server import own_server
from issuer.issuing import Issuing
from issuer.register.database import Register
from issuer.signing import SigningKey
from issuer.workers import cores, issue_together
from spec.certificate import Timestamp
from tests.authority import DAY, VERIFIES_UNTIL, Authority, vaccine_table

_BOUNDS: Final = {"postgresql": 4_000, "sqlite": 2_000}


def main() -> int:
    """Fill each database, issue to everybody, and print the rate, also of its last tenth."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=500_000)
    options.add_argument("--workers", type=int, default=cores())
    options.add_argument("--only", choices=_BOUNDS)
    chosen = options.parse_args()
    all_hold = True
    for kind in _BOUNDS if chosen.only is None else [chosen.only]:
        with _place(kind) as place:
            row = _measure(kind, place, chosen.people, chosen.workers)
        print_row(row)
        all_hold = all_hold and row.holds
    return 0 if all_hold else 1


def _measure(kind: str, place: Path | str, people: int, workers: int) -> Row:
    with closing(Register.open(place)) as register:
        fill(register, people)
    authority = Authority()
    keys = _OneKey(authority)

    @contextmanager
    def opened() -> Iterator[Issuing]:
        with closing(Register.open(place)) as register:
            yield Issuing(
                register=register, issuer=authority.issuer, keys=keys, table=vaccine_table(),
                clock=authority.clock, life=300 * DAY,
            )  # fmt: skip

    done, last_tenth, clock = 0, 0.0, time.perf_counter

    def progress(count: int) -> None:
        nonlocal done, last_tenth
        if done < people * 0.9 <= done + count:
            last_tenth = clock()
        done += count

    start = clock()
    summary = issue_together(opened, workers, progress)
    end = clock()
    assert summary.issued == people, summary.issued
    rate, late = people / (end - start), people * 0.1 / (end - last_tenth)
    return Row(
        what=f"issue {people:,} certificates, {kind}, {workers} workers",
        figure=f"{rate:,.0f}/s, the last tenth {late:,.0f}/s",
        bound=f"at least {_BOUNDS[kind]:,}/s",
        holds=rate >= _BOUNDS[kind],
    )


class _OneKey:
    """The authority's key, at any time."""

    def __init__(self, authority: Authority) -> None:
        self._key = SigningKey(authority.keys["active"], VERIFIES_UNTIL)

    def at(self, now: Timestamp) -> SigningKey:
        return self._key


@contextmanager
def _place(kind: str) -> Iterator[Path | str]:
    """Where a new register may be: a file, or a database on a server set up as one for use."""
    if kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield Path(folder, "register.sqlite3")
        return
    with own_server() as server, server.database(empty=True) as url:
        yield url


if __name__ == "__main__":
    sys.exit(main())
