"""Messages that correct earlier ones by their identifier: taken back, or replaced by others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, select, update

from issuer.reasons import Finding, ReasonCode
from issuer.records import ReadRow
from issuer.register.bulk import within
from issuer.register.changes import withdraw
from issuer.register.models import DoseRow, ImportRow, RecordState
from spec.certificate import Timestamp

__all__ = ["each_identifier_once", "note_causes", "take_back"]

_IN_ERROR: Final = "the sender says that it was entered in error"
_NOT_GIVEN: Final = "the sender says that it was not given"
_NEWER: Final = "the sender sent it again with other values"
_NOBODY: Final = "dosepass"
_FIRST: Final = ReasonCode.RECORD_UNKNOWN.value
_LIVING: Final = (RecordState.ACCEPTED, RecordState.REVIEW)


def take_back(
    connection: Connection, rows: Iterable[ReadRow], sender: str | None, now: Timestamp
) -> dict[str, list[int]]:
    """Withdraw the records that rows take back or replace.

    Gives the identifiers that came before, each with the ids of what counted or waited until now. A
    sender reaches only what came from the same sender; the command line reaches everything. What a
    replacement says is judged as any record is, once the earlier one is out of its way.
    """
    reasons = {row.source_id: why for row in rows if row.source_id and (why := _reason_of(row))}
    if not reasons:
        return {}
    table = DoseRow.__table__.c
    query = (
        select(table.id, table.source_id, table.state)
        .join(ImportRow, ImportRow.id == table.import_id)
        # What was refused because nothing came before it is nothing that came.
        .where(within(connection, table.source_id, list(reasons)), ~table.findings.contains(_FIRST))
    )
    if sender is not None:
        query = query.where(ImportRow.sender == sender)
    taken: defaultdict[str, list[int]] = defaultdict(list)
    for key, source_id, state in connection.execute(query).all():
        taken[source_id] += [key] if state in _LIVING else []
    for reason in (_IN_ERROR, _NOT_GIVEN, _NEWER):
        ids = [key for one, keys in taken.items() if reasons[one] == reason for key in keys]
        if ids:
            withdraw(connection, ids, sender or _NOBODY, reason, now)
    return dict(taken)


def _reason_of(row: ReadRow) -> str | None:
    """Why an earlier record of the same identifier stands no more; None where it does."""
    if row.retracts:
        return _IN_ERROR
    if row.record is not None:
        return _NEWER
    return _NOT_GIVEN if Finding("row", ReasonCode.NOT_GIVEN) in row.findings else None


def note_causes(connection: Connection, taken: Mapping[int, Iterable[int]]) -> None:
    """Note with records which message's row took them back, so that its undoing puts them back."""
    for cause, ids in taken.items():
        ours = within(connection, DoseRow.__table__.c.id, ids)
        connection.execute(update(DoseRow).where(ours).values(replaced_by=cause))


def each_identifier_once(batches: Iterable[list[ReadRow]]) -> Iterator[list[ReadRow]]:
    """Cut batches where an identifier comes again, so that what follows finds what came before."""
    for batch in batches:
        seen: set[str] = set()
        part: list[ReadRow] = []
        for row in batch:
            if row.source_id is not None and row.source_id in seen:
                yield part
                part, seen = [], set()
            part.append(row)
            if row.source_id is not None:
                seen.add(row.source_id)
        yield part
