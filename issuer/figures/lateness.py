"""How late records are, for each unit and stage: median, and the share within so many days."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func

from issuer.figures.days import Stage, days_of
from issuer.figures.selection import By, Selection, Unit, joined, unit_columns
from issuer.register.models import DoseRow

__all__ = ["WITHIN_DAYS", "Lateness", "lateness"]

WITHIN_DAYS: Final = (0, 1, 3, 7, 14, 30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lateness:
    """One stage of the records of one unit."""

    unit: Unit
    stage: Stage
    records: int
    historical: int
    """How many of them are late back-loads. They are late all the same, and count."""
    median_days: float
    longest_days: int
    within: tuple[int, ...]
    """How many took at most as many days as `WITHIN_DAYS` has, in its order."""

    @property
    def shares(self) -> tuple[float, ...]:
        """The same as parts of all, from 0 to 1."""
        return tuple(count / self.records for count in self.within)

    def behind(self, selection: Selection) -> Selection:
        """The records that are counted."""
        return selection.inside(self.unit).narrowed(stage=self.stage)


def lateness(connection: Connection, selection: Selection, by: By) -> list[Lateness]:
    """Every stage of every unit that has records; the unit with the longest median first."""
    told = [one for stage in Stage for one in _of_stage(connection, selection, by, stage)]
    return sorted(told, key=lambda one: (list(Stage).index(one.stage), -one.median_days))


def _of_stage(
    connection: Connection, selection: Selection, by: By, stage: Stage
) -> Iterator[Lateness]:
    code, name = unit_columns(by)
    days = days_of(stage)
    conditions = selection.narrowed(stage=stage).conditions()
    query = joined(code, func.max(name), days, func.count(), func.sum(DoseRow.historical)).where(
        *conditions
    )
    spread: defaultdict[str, Counter[int]] = defaultdict(Counter)
    historical: Counter[str] = Counter()
    names: dict[str, str | None] = {}
    for unit, called, took, count, late in connection.execute(query.group_by(code, days)):
        spread[unit][took] += count
        historical[unit] += int(late)
        names[unit] = called
    for unit, counts in spread.items():
        yield Lateness(
            unit=Unit(by, unit, names[unit]),
            stage=stage,
            records=sum(counts.values()),
            historical=historical[unit],
            median_days=median(counts),
            longest_days=max(counts),
            within=tuple(_within(counts, days) for days in WITHIN_DAYS),
        )


def median(counts: Mapping[int, int]) -> float:
    """The median of values that came so many times each; there is at least one."""
    total = sum(counts.values())
    middle = [(total - 1) // 2, total // 2]
    found, seen = [], 0
    for value in sorted(counts):
        upto = seen + counts[value]
        found += [value for place in middle if seen <= place < upto]
        seen = upto
    return sum(found) / 2


def _within(counts: Mapping[int, int], days: int) -> int:
    return sum(count for took, count in counts.items() if took <= days)
