"""Taking dose records in: each batch of rows is judged, matched and stored in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from issuer.csv_file import CsvFile
from issuer.matching import Decision, People
from issuer.reasons import Finding
from issuer.records import ReadRow, Rules, read_row
from issuer.register.database import Register
from issuer.register.doses import KnownRow, known_rows, open_import, save_rows
from issuer.register.models import RecordState
from issuer.register.people import load_people, save_people
from keys.clock import Clock
from spec.certificate import Timestamp
from spec.vaccines import VaccineTable

__all__ = ["BATCH", "RowOutcome", "RowResult", "take_in"]

BATCH: Final = 500
"""Rows of one transaction: enough to make the cost of a commit small, few enough to let others
write in between and to keep memory bounded."""


class RowResult(StrEnum):
    """What became of a row in this run."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    REPEATED = "repeated"
    """It was accepted before: nothing is done again."""


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What to tell about one row; no personal datum."""

    line: int
    result: RowResult
    person_id: int | None
    findings: tuple[Finding, ...]


def take_in(
    register: Register,
    file: CsvFile,
    rules: Rules,
    table: VaccineTable,
    clock: Clock,
    size: int = BATCH,
) -> Iterator[list[RowOutcome]]:
    """Store the rows of a file batch by batch and tell the outcome of each.

    Every batch is committed before its outcomes are given. To stop anywhere and to run the same
    file again is safe: a row counts once by its content.
    """
    with register.writing() as connection:
        import_id = open_import(connection, file, clock.now())
    rows = (read_row(row, rules) for row in file.rows())
    while batch := list(islice(rows, size)):
        with register.writing() as connection:
            outcomes = _store(connection, batch, import_id, table, clock.now())
        yield outcomes


def _store(
    connection: Connection, rows: list[ReadRow], import_id: int, table: VaccineTable, now: Timestamp
) -> list[RowOutcome]:
    known = known_rows(connection, [row.content_hash for row in rows])
    # Of rows with the same content the first stands for all.
    fresh: dict[bytes, ReadRow] = {}
    for row in rows:
        if not _was_accepted(known.get(row.content_hash)):
            fresh.setdefault(row.content_hash, row)
    identities = [row.record.identity for row in fresh.values() if row.record is not None]
    people = People(load_people(connection, identities), table)
    decisions = {key: _decide(people, row) for key, row in fresh.items()}
    save_people(connection, people.all, now)
    judged = [
        (row, _person_id(decisions[key]), decisions[key].findings) for key, row in fresh.items()
    ]
    save_rows(connection, judged, known, import_id, now)
    return [_outcome(row, fresh, decisions, known) for row in rows]


def _decide(people: People, row: ReadRow) -> Decision:
    """Judge a row against the register, unless it was refused by itself."""
    if row.record is None:
        return Decision(None, row.findings)
    decision = people.decide(row.record)
    return Decision(decision.person, row.findings + decision.findings)


def _outcome(
    row: ReadRow,
    fresh: dict[bytes, ReadRow],
    decisions: dict[bytes, Decision],
    known: dict[bytes, KnownRow],
) -> RowOutcome:
    key = row.content_hash
    if key not in fresh:
        return RowOutcome(row.line, RowResult.REPEATED, known[key].person_id, ())
    decision = decisions[key]
    if decision.person is None:
        return RowOutcome(row.line, RowResult.REFUSED, None, decision.findings)
    if fresh[key] is not row:
        return RowOutcome(row.line, RowResult.REPEATED, decision.person.id, ())
    return RowOutcome(row.line, RowResult.ACCEPTED, decision.person.id, decision.findings)


def _was_accepted(row: KnownRow | None) -> bool:
    return row is not None and row.state is RecordState.ACCEPTED


def _person_id(decision: Decision) -> int | None:
    return None if decision.person is None else decision.person.id
