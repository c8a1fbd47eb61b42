"""Dose records in the register: kept as they came, each once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from issuer.csv_file import CsvFile
from issuer.reasons import Finding
from issuer.records import ReadRow
from issuer.register.models import DoseRow, ImportRow, RecordState, Row
from spec.certificate import Timestamp

__all__ = ["KnownRow", "known_rows", "open_import", "save_rows"]


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row that came before, by its content."""

    id: int
    state: RecordState
    person_id: int | None


def open_import(connection: Connection, file: CsvFile, now: Timestamp) -> int:
    """Give the import of a file, the former one when the same bytes came before."""
    query = select(ImportRow.id).where(ImportRow.digest == file.digest)
    known = connection.execute(query).scalar()
    if known is not None:
        return known
    statement = insert(ImportRow).returning(ImportRow.id)
    row = {"digest": file.digest, "name": file.path.name, "started_at": now}
    return connection.execute(statement, row).scalar_one()


def known_rows(connection: Connection, hashes: Sequence[bytes]) -> dict[bytes, KnownRow]:
    """Find the rows that came before, by the hashes of their contents."""
    query = select(DoseRow.content_hash, DoseRow.id, DoseRow.state, DoseRow.person_id).where(
        DoseRow.content_hash.in_(hashes)
    )
    return {
        content_hash: KnownRow(key, RecordState(state), person_id)
        for content_hash, key, state, person_id in connection.execute(query)
    }


def save_rows(
    connection: Connection,
    rows: Iterable[tuple[ReadRow, int | None, tuple[Finding, ...]]],
    known: dict[bytes, KnownRow],
    import_id: int,
    now: Timestamp,
) -> None:
    """Store rows with their person (None: refused) and all findings.

    A row that came before and was refused then is judged anew: it keeps its id and first arrival.
    """
    new: list[Row] = []
    again: list[Row] = []
    for row, person_id, findings in rows:
        judged = _judged(row, person_id, findings)
        former = known.get(row.content_hash)
        if former is None:
            arrival = {"import_id": import_id, "line": row.line, "received_at": now}
            new.append({"content_hash": row.content_hash, "raw": row.raw, **arrival, **judged})
        else:
            again.append({"key": former.id, **{f"new_{name}": judged[name] for name in judged}})
    if new:
        connection.execute(insert(DoseRow), new)
    if again:
        changes: Row = {name: bindparam(f"new_{name}") for name in _JUDGED}
        statement = update(DoseRow).where(DoseRow.id == bindparam("key")).values(**changes)
        connection.execute(statement, again)


_JUDGED = ("state", "findings", "person_id", "vaccine", "injected_on", "lot", "site")


def _judged(row: ReadRow, person_id: int | None, findings: tuple[Finding, ...]) -> Row:
    """What was made of a row; one that cannot be read has no typed values."""
    record = row.record
    state = RecordState.REFUSED if person_id is None else RecordState.ACCEPTED
    typed = (
        (record.vaccine, record.injected_on, record.lot, record.site)
        if record is not None
        else (None, None, None, None)
    )
    codes = " ".join(f"{finding.field}:{finding.code}" for finding in findings)
    return dict(zip(_JUDGED, (state.value, codes, person_id, *typed), strict=True))
