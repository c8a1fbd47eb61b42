"""The dose records of invented people in the order in which they reach the register, with a truth.

Each person has two doses. The second comes long after the first, among the first doses of others,
as in a real campaign; the mistake is in either of the two. Some rows come again, unchanged or
spelled otherwise, and some doses are old ones that were never sent.
"""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.synthetic.mistakes import FAULTY, Cells, Kind, spoil
from benchmarks.synthetic.people import Invented, person
from issuer.source import COLUMNS

__all__ = ["FIRST_LINE", "Truth", "records", "write_csv"]

FIRST_LINE: Final = 2
"""Where the first record stands in a file, behind the header."""

_START: Final = date(2021, 7, 5)
_WEEKS: Final = 12
_BACK_LOADED: Final = 0.05
_BACK_LOAD: Final = date(2021, 3, 8)
_AGAIN, _RESPELLED = 0.01, 0.01
_LATER: Final = 3
"""The second doses begin when a third of the people had their first."""
_VACCINES: Final = {"AstraZeneca": 50, "Vero Cell": 25, "Pfizer": 17, "Moderna": 8}
_NAMES: Final = tuple(_VACCINES)
_SUMS: Final = (50, 75, 92, 100)
_MIXING: Final = 0xD1B54A32D192ED03
_MANY: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Truth:
    """What is behind a row."""

    person: int
    dose: int
    """1 or 2."""
    kind: Kind | None
    """What is wrong with it; None: nothing."""
    again: bool = False
    """Whether the same dose came before, in the same words or in others."""


def records(seed: int, people: int) -> Iterator[tuple[Cells, Truth]]:
    """All rows of so many people with the truth about each; about two and a half rows in memory."""
    later = max(1, people // _LATER)
    for step in range(people + later):
        if step < people:
            yield from _rows(seed, step, 1)
        if step >= later:
            yield from _rows(seed, step - later, 2)


def write_csv(path: Path, seed: int, people: int, truth: Path | None = None) -> int:
    """Write a plain file, and beside it the truth by line; gives the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file, ExitStack() as beside:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        told = None
        if truth is not None:
            opened = truth.open("w", encoding="utf-8", newline="")
            told = csv.writer(beside.enter_context(opened))
            told.writerow(_TOLD)
        for line, (cells, behind) in enumerate(records(seed, people), start=FIRST_LINE):
            rows.writerow([cells[column] for column in COLUMNS])
            count += 1
            if told is not None:
                told.writerow(_told(line, behind))
    return count


_TOLD: Final = ("line", "person", "dose", "again", "kind", "outcome")


def _told(line: int, truth: Truth) -> tuple[object, ...]:
    kind = truth.kind
    what = ("", "") if kind is None else (kind.name, kind.outcome.value)
    return (line, truth.person, truth.dose, int(truth.again), *what)


def _rows(seed: int, number: int, dose: int) -> Iterator[tuple[Cells, Truth]]:
    """The row of one dose, and perhaps the same again."""
    draw = Random((seed * _MIXING + number) % _MANY)  # noqa: S311 - invented records, no secret
    one = person(seed, number)
    first, second = _course(draw)
    vaccine = "AstraZeneca" if first < _START else draw.choices(_NAMES, cum_weights=_SUMS)[0]
    faulty_dose = draw.choice((1, 2)) if draw.random() < FAULTY else 0
    repeated_dose, repeat = draw.choice((1, 2)), draw.random()
    cells, kind = _cells(one, vaccine, first if dose == 1 else second, dose), None
    if dose == faulty_dose:
        cells, kind = spoil(cells, draw, one.old_number)
    yield cells, Truth(number, dose, kind)
    if dose == repeated_dose and repeat < _AGAIN + _RESPELLED:
        again = cells if repeat < _AGAIN else {**cells, "lot": cells["lot"].lower()}
        yield again, Truth(number, dose, kind, again=True)


def _course(draw: Random) -> tuple[date, date]:
    start = _BACK_LOAD if draw.random() < _BACK_LOADED else _START
    first = start + timedelta(draw.randrange(7 * _WEEKS))
    return first, first + timedelta(draw.randrange(28, 60))


def _cells(one: Invented, vaccine: str, day: date, dose: int) -> Cells:
    return {
        "full_name": one.name,
        "birth_date": f"{one.born:%d/%m/%Y}",
        "sex": "Nữ" if one.sex == "F" else "Nam",
        "id_number": one.id_number,
        "phone": one.phone,
        "vaccine": vaccine,
        "injected_on": f"{day:%d/%m/%Y}",
        "lot": f"{vaccine[:2].upper()}{day:%m}{dose}",
        "site": f"{one.province}{one.number % 40:03}",
    }
