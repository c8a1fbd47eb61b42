"""Messages that correct earlier ones by their identifier: taken back, or replaced by others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, select, update

from issuer.records import ReadRow
from issuer.register.bulk import within
from issuer.register.changes import withdraw
from issuer.register.models import DoseRow, ImportRow, RecordState
from spec.certificate import Timestamp

__all__ = ["each_identifier_once", "note_causes", "take_back"]

_IN_ERROR: Final = "the sender says that it was entered in error"
_NEWER: Final = "the sender sent it again with other values"
_NOBODY: Final = "dosepass"


def take_back(
    connection: Connection, rows: Iterable[ReadRow], sender: str | None, now: Timestamp
) -> dict[str, list[int]]:
    """Withdraw the records that rows take back or replace; gives their ids by identifier.

    A sender reaches only what came from the same sender; the command line reaches everything. What
    a replacement says is judged as any record is, once the earlier one is out of its way.
    """
    named = {row.source_id: row for row in rows if row.source_id and (row.retracts or row.record)}
    if not named:
        return {}
    table = DoseRow.__table__.c
    query = (
        select(table.id, table.source_id)
        .join(ImportRow, ImportRow.id == table.import_id)
        .where(
            within(connection, table.source_id, list(named)),
            table.state.in_([RecordState.ACCEPTED.value, RecordState.REVIEW.value]),
        )
    )
    if sender is not None:
        query = query.where(ImportRow.sender == sender)
    found = connection.execute(query).all()
    for retracts, reason in ((True, _IN_ERROR), (False, _NEWER)):
        ids = [key for key, source_id in found if named[source_id].retracts is retracts]
        if ids:
            withdraw(connection, ids, sender or _NOBODY, reason, now)
    taken = defaultdict(list)
    for key, source_id in found:
        taken[source_id].append(key)
    return dict(taken)


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
