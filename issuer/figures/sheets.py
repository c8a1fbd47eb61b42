"""From figures to tables: which columns each figure has."""

from collections.abc import Sequence

from issuer.figures.backlog import Backlog
from issuer.figures.causes import Cause
from issuer.figures.lateness import WITHIN_DAYS, Lateness
from issuer.figures.requests import Asked, Requests, Which
from issuer.figures.selection import Selection
from issuer.figures.sheet import Sheet
from issuer.figures.vaccinated import Doses, Persons, Split
from keys.times import to_rfc3339
from spec.vaccines import VaccineTable

__all__ = [
    "backlog_sheet",
    "causes_sheet",
    "doses_sheet",
    "lateness_sheet",
    "persons_sheet",
    "requests_sheet",
]


def lateness_sheet(rows: Sequence[Lateness], selection: Selection) -> Sheet:
    """Median, longest, and the share within 0 to 30 days in per cent."""
    within = tuple(f"within_{days}" for days in WITHIN_DAYS)
    return Sheet(
        columns=("unit", "name", "stage", "records", "historical", "median_days", "longest_days",
                 *within),
        rows=[
            (one.unit.code, one.unit.name, one.stage, one.records, one.historical,
             one.median_days, one.longest_days, *(round(100 * share, 1) for share in one.shares))
            for one in rows
        ],
        behind=[one.behind(selection).words() for one in rows],
    )  # fmt: skip


def backlog_sheet(rows: Sequence[Backlog], selection: Selection) -> Sheet:
    """What waits, and since when the oldest does."""
    return Sheet(
        columns=("unit", "name", "queue", "records", "oldest_at"),
        rows=[
            (one.unit.code, one.unit.name, one.queue, one.records, to_rfc3339(one.oldest_at))
            for one in rows
        ],
        behind=[one.behind(selection).words() for one in rows],
    )


def causes_sheet(rows: Sequence[Cause], selection: Selection) -> Sheet:
    """How many records have each reason, by state."""
    return Sheet(
        columns=("unit", "name", "state", "reason", "records"),
        rows=[
            (one.unit.code, one.unit.name, one.state, one.reason, one.records) for one in rows
        ],
        behind=[one.behind(selection).words() for one in rows],
    )  # fmt: skip


def doses_sheet(
    rows: Sequence[Doses], selection: Selection, split: Split, table: VaccineTable
) -> Sheet:
    """Doses that count; a day or product only where they are split by it."""
    columns = {Split.NOTHING: (), Split.DAY: ("day",), Split.PRODUCT: ("product",)}[split]
    return Sheet(
        columns=("unit", "name", *columns, "doses", "records"),
        rows=[
            (one.unit.code, one.unit.name, *_part(one, table), one.doses, one.records)
            for one in rows
        ],
        behind=[one.behind(selection).words() for one in rows],
    )


def persons_sheet(rows: Sequence[Persons], selection: Selection) -> Sheet:
    """Persons by colour."""
    return Sheet(
        columns=("unit", "name", "colour", "persons"),
        rows=[(one.unit.code, one.unit.name, one.colour.word, one.persons) for one in rows],
        behind=[{**selection.inside(one.unit).words(), "colour": one.colour.word} for one in rows],
    )


def requests_sheet(rows: Sequence[Requests], asked: Asked) -> Sheet:
    """Correction requests against their 48 hours."""
    return Sheet(
        columns=("unit", "requests", "open", "overdue", "closed", "in_time", "oldest_at"),
        rows=[
            (one.unit.code, one.requests, one.open, one.overdue, one.closed, one.in_time,
             None if one.oldest_at is None else to_rfc3339(one.oldest_at))
            for one in rows
        ],
        behind=[
            {f"{unit.by}": unit.code for unit in asked.narrowed(Which.ALL, one.unit).units}
            for one in rows
        ],
    )  # fmt: skip


def _part(one: Doses, table: VaccineTable) -> tuple[str, ...]:
    if one.day is not None:
        return (one.day.isoformat(),)
    return () if one.vaccine is None else (table.name_of(one.vaccine),)
