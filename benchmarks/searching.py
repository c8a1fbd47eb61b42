"""Search at full size: `python -m benchmarks.searching`, a million people, on both databases."""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.filling import fill, person
from benchmarks.measure import Row, print_row
from issuer.access.rights import NATION, Actor, Level
from issuer.desk.searching import read_wanted, search
from issuer.register.database import Register
from spec.names import bare_letters, canonical_name
from tests.authority import NOW
from tests.postgresql import Server

_BOUND: Final = 50.0
_ROUNDS: Final = 40
_TODAY: Final = date(2021, 11, 16)
_MINISTRY: Final = Actor(account_id=1, name="bo", level=Level.NATION, area=NATION)


def main() -> int:
    """Fill each database, ask each kind of question, and print a line for each."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    all_hold = True
    for kind in ["sqlite", "postgresql"] if chosen.only is None else [chosen.only]:
        with _register(kind) as register:
            fill(register, chosen.people)
            for row in _rows(register, kind, chosen.people):
                print_row(row)
                all_hold = all_hold and row.holds
    return 0 if all_hold else 1


def _rows(register: Register, kind: str, people: int) -> Iterator[Row]:
    for what, asked in _questions(people).items():
        times = sorted(_milliseconds(register, words) for words in asked)
        slow = statistics.quantiles(times, n=20)[-1]
        yield Row(
            what=f"search by {what}, {people:,} people, {kind}",
            figure=f"95 % within {slow:.1f} ms, median {statistics.median(times):.1f} ms",
            bound=f"at most {_BOUND:.0f} ms",
            holds=slow <= _BOUND,
        )


def _questions(people: int) -> dict[str, list[list[str]]]:
    """For each kind of question as many as there are rounds, of people spread over all."""
    asked = [person(1 + turn * (people // _ROUNDS)) for turn in range(_ROUNDS)]
    return {
        "identity number": [[one["id_number"]] for one in asked],
        "phone": [[one["phone"]] for one in asked],
        "name with marks": [[one["name"]] for one in asked],
        "name without marks": [[_bare(one["name"])] for one in asked],
        "the beginning of a name": [[" ".join(one["name"].split()[:2])] for one in asked],
        "family name": [[one["name"].split()[0]] for one in asked],
        "birth date": [[one["birth_date"]] for one in asked],
        "name and birth date": [[_bare(one["name"]), one["birth_date"]] for one in asked],
        "name and year": [[one["name"], one["birth_date"][:4]] for one in asked],
        "nobody's name": [["Tôn Nữ Hoàng Uyên"] for _ in asked],
    }


def _bare(name: str) -> str:
    return " ".join(bare_letters(canonical_name(word)) for word in name.split())


def _milliseconds(register: Register, words: list[str]) -> float:
    """One search as the desk does it, with the look told in the audit trail."""
    start = time.perf_counter()
    with register.writing() as connection:
        wanted = read_wanted(words, "VN", _TODAY)
        search(connection, _MINISTRY, wanted, "VN", NOW)
    return (time.perf_counter() - start) * 1e3


@contextmanager
def _register(kind: str) -> Iterator[Register]:
    """An empty register, in a folder or on a server of its own."""
    if kind == "sqlite":
        with (
            TemporaryDirectory() as folder,
            closing(Register.open(Path(folder, "register.sqlite3"))) as register,
        ):
            yield register
        return
    with (
        Server(durable=True) as server,
        server.database(empty=True) as url,
        closing(Register.open(url)) as register,
    ):
        yield register


if __name__ == "__main__":
    sys.exit(main())
