"""Dose records in the register: kept as they came, each once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from issuer.evidence import evidence_of
from issuer.matching import Decision
from issuer.reasons import Finding, ReasonCode
from issuer.records import DoseRecord, ReadRow
from issuer.register.bulk import Cell, insert_rows, is_postgresql, new_ids, within
from issuer.register.models import (
    DoseRow,
    ImportRow,
    RecordSource,
    RecordState,
    RepeatRow,
    Row,
)
from issuer.register.sites import Site
from issuer.source import Source
from spec.certificate import Timestamp

__all__ = [
    "Judged",
    "KnownRow",
    "UndoneImport",
    "close_import",
    "findings_of",
    "known_rows",
    "mark_progress",
    "open_import",
    "save_repeats",
    "save_rows",
    "text_of",
]


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row that came before, by its content."""

    id: int
    state: RecordState
    person_id: int | None
    findings: str
    import_id: int
    line: int
    undone: bool
    """Whether it was withdrawn because its import was undone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A row with all that was made of it."""

    row: ReadRow
    decision: Decision
    state: RecordState
    site: Site | None


class UndoneImport(Exception):  # noqa: N818 - it is no error, it is the answer to a question
    """The same bytes came before, and that import was undone."""


def open_import(
    connection: Connection, source: Source, sender: str | None, now: Timestamp, *, again: bool
) -> int:
    """Give the import of a file or message: the former one when the same bytes came before.

    Raises UndoneImport when that one was undone, unless it is to be taken in `again`.
    """
    row: Row = {
        "digest": source.digest,
        "name": source.name,
        "started_at": now,
        "source": source.kind.value,
        "sender": sender,
    }
    # Of two who send the same at the same moment, one makes the import and the other waits for it.
    dialect = postgresql if is_postgresql(connection) else sqlite
    fresh = dialect.insert(ImportRow).on_conflict_do_nothing().returning(ImportRow.id)
    new_id: int | None = connection.execute(fresh, row).scalar_one_or_none()
    if new_id is not None:
        return new_id
    query = select(ImportRow.id, ImportRow.undone_at).where(ImportRow.digest == source.digest)
    known = connection.execute(query).one()
    if known.undone_at is not None:
        if not again:
            raise UndoneImport
        # It counts as undone until all of it came again: only so are its records judged anew.
        connection.execute(
            update(ImportRow).where(ImportRow.id == known.id).values(finished_at=None)
        )
    import_id: int = known.id
    return import_id


def mark_progress(connection: Connection, import_id: int, line: int) -> None:
    """Note how far an import came, in the transaction that recorded so much."""
    connection.execute(
        update(ImportRow)
        .where(ImportRow.id == import_id, ImportRow.line_done < line)
        .values(line_done=line)
    )


def close_import(connection: Connection, import_id: int, now: Timestamp) -> None:
    """Note that all of a file is recorded, and stands."""
    connection.execute(
        update(ImportRow)
        .where(ImportRow.id == import_id, ImportRow.finished_at.is_(None))
        .values(finished_at=int(now), undone_at=None)
    )


def known_rows(connection: Connection, hashes: Sequence[bytes]) -> dict[bytes, KnownRow]:
    """Find the rows that came before, by the hashes of their contents."""
    column = DoseRow.__table__.c.content_hash
    query = (
        select(
            column,
            DoseRow.id,
            DoseRow.state,
            DoseRow.person_id,
            DoseRow.findings,
            DoseRow.import_id,
            DoseRow.line,
            ImportRow.undone_at,
        )
        .join(ImportRow, ImportRow.id == DoseRow.import_id)
        .where(within(connection, column, hashes))
    )
    return {
        content_hash: KnownRow(
            key, RecordState(state), person_id, findings, import_id, line, undone_at is not None
        )
        for content_hash, key, state, person_id, findings, import_id, line, undone_at in (
            connection.execute(query).all()
        )
    }


def save_rows(
    connection: Connection,
    judged: Sequence[Judged],
    known: dict[bytes, KnownRow],
    import_id: int,
    source: RecordSource,
    now: Timestamp,
) -> dict[bytes, int]:
    """Store rows with all that was made of them; gives the record id of each content.

    A row that came before and is judged anew keeps its id and the time of its first arrival. It is
    of this import from now on, by which it stands: its sender answers for it, and not who sent it
    in vain.
    """
    fresh = [one for one in judged if one.row.content_hash not in known]
    table: Table = DoseRow.__table__  # type: ignore[assignment]  # it is one
    ids = new_ids(connection, table, len(fresh))
    new = [
        (key, *_arrival(one, import_id, source, now), *_judged(one, now))
        for key, one in zip(ids, fresh, strict=True)
    ]
    insert_rows(connection, table, ("id", *_ARRIVAL, *_JUDGED), new)
    again = [
        {"key": known[one.row.content_hash].id, "now_of": import_id, "now_at": one.row.line}
        | {f"new_{name}": value for name, value in zip(_JUDGED, _changed(one, now), strict=True)}
        for one in judged
        if one.row.content_hash in known
    ]
    if again:
        changes: Row = {name: bindparam(f"new_{name}") for name in _JUDGED}
        changes |= {
            "replaced_by": None, "import_id": bindparam("now_of"), "line": bindparam("now_at"),
        }  # fmt: skip
        statement = update(DoseRow).where(DoseRow.id == bindparam("key")).values(**changes)
        connection.execute(statement, again)
    placed = dict(zip((one.row.content_hash for one in fresh), ids, strict=True))
    return {key: row.id for key, row in known.items()} | placed


def save_repeats(connection: Connection, repeats: Iterable[tuple[int, int, int]]) -> None:
    """Note which records came in another import than their own too: record, import and line."""
    rows: list[Row] = [
        {"record_id": record_id, "import_id": import_id, "line": line}
        for record_id, import_id, line in repeats
    ]
    if rows:
        dialect = postgresql if is_postgresql(connection) else sqlite
        connection.execute(dialect.insert(RepeatRow).on_conflict_do_nothing(), rows)


def text_of(findings: Iterable[Finding]) -> str:
    """Findings as the register keeps them: pairs `field:CODE`, separated by spaces."""
    return " ".join([f"{field}:{code}" for field, code in findings])


def findings_of(text: str) -> tuple[Finding, ...]:
    """The findings that the register keeps of a record."""
    pairs = (pair.split(":", 1) for pair in text.split())
    return tuple(Finding(field, ReasonCode(code)) for field, code in pairs)


_JUDGED: Final = (
    "state", "findings", "person_id", "vaccine", "injected_on", "lot", "site", "site_id",
    "full_name", "birth_date", "sex", "id_number", "old_numbers", "phone", "health_card",
    "dose_number", "tier", "evidence", "validated_at",
)  # fmt: skip


_ARRIVAL: Final = (
    "content_hash", "raw", "import_id", "line", "received_at", "source", "source_id", "part",
    "historical",
)  # fmt: skip


def _arrival(one: Judged, import_id: int, source: RecordSource, now: Timestamp) -> tuple[Cell, ...]:
    """How a row came; this never changes."""
    row = one.row
    return (
        row.content_hash, row.raw, import_id, row.line, now, str(source), row.source_id, row.part,
        int(row.historical),
    )  # fmt: skip


def _judged(one: Judged, now: Timestamp) -> tuple[Cell, ...]:
    """What was made of a row; one that is no record has its number alone, to be found by it."""
    decision = one.decision
    comparison = decision.comparison
    record = one.row.record
    typed = _unread(one.row.id_number) if record is None else _typed(record, one.site)
    return (
        str(one.state),
        text_of(decision.findings),
        None if decision.person is None else decision.person.id,
        *typed,
        None if decision.tier is None else str(decision.tier),
        None if comparison is None else evidence_of(comparison, same_phone=decision.same_phone),
        now if one.state is RecordState.ACCEPTED else None,
    )


def _changed(one: Judged, now: Timestamp) -> list[Any]:
    """The same for a statement of SQLAlchemy, which takes a day as a date."""
    values: list[Any] = list(_judged(one, now))
    place = _JUDGED.index("injected_on")
    if values[place] is not None:
        values[place] = date.fromisoformat(values[place])
    return values


def _unread(id_number: str | None) -> tuple[Cell, ...]:
    """The typed values of a row that is no record, in the order of `_typed`."""
    return (*(None,) * 8, id_number, *(None,) * 4)


def _typed(record: DoseRecord, site: Site | None) -> tuple[Cell, ...]:
    """What a record states, as the register keeps it."""
    identity = record.identity
    return (
        record.vaccine,
        record.injected_on.isoformat(),
        record.lot,
        record.site,
        None if site is None else site.id,
        identity.name,
        str(identity.birth_date),
        None if identity.sex is None else str(identity.sex),
        identity.id_number,
        " ".join(identity.old_numbers) or None,
        identity.phone,
        record.health_card,
        record.dose_number,
    )
