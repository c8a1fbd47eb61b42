"""Files and messages that were taken in: by whom, how far, and what became of every row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, literal, select, true, union_all
from sqlalchemy.sql import ColumnElement

from issuer.access.models import AccountRow
from issuer.access.rights import NATION, Area
from issuer.reasons import Finding
from issuer.register.doses import findings_of
from issuer.register.models import DoseRow, ImportRow, RecordState, RepeatRow

__all__ = [
    "ImportInfo",
    "ImportedRow",
    "area_of_sender",
    "find_import",
    "import_of_digest",
    "imports_after",
    "rows_of_import",
    "states_of_import",
]

_MOST_PARTS: Final = 2
"""Records of one line: a row of the national layout has two doses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportInfo:
    """One import, without its rows."""

    id: int
    name: str
    source: str
    sender: str | None
    started_at: int
    line_done: int
    finished_at: int | None
    undone_at: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedRow:
    """Where a row of an import stands now; no personal datum."""

    line: int
    part: int
    record_id: int
    state: RecordState
    findings: tuple[Finding, ...]
    repeated: bool
    """Whether another import had brought the same record before."""


def find_import(connection: Connection, import_id: int) -> ImportInfo | None:
    """The import of a number."""
    row = connection.execute(select(*_COLUMNS).where(ImportRow.id == import_id)).one_or_none()
    return None if row is None else ImportInfo(**row._mapping)


def import_of_digest(connection: Connection, digest: bytes) -> ImportInfo | None:
    """The import of these bytes."""
    row = connection.execute(select(*_COLUMNS).where(ImportRow.digest == digest)).one_or_none()
    return None if row is None else ImportInfo(**row._mapping)


def imports_after(
    connection: Connection, after: int, limit: int, area: Area = NATION
) -> list[ImportInfo]:
    """The next imports that accounts of an area have sent, in the order of their numbers."""
    query = (
        select(*_COLUMNS)
        .outerjoin(AccountRow, AccountRow.name == ImportRow.sender)
        .where(ImportRow.id > after, _held_by(area))
        .order_by(ImportRow.id)
        .limit(limit)
    )
    return [ImportInfo(**row._mapping) for row in connection.execute(query)]


def area_of_sender(connection: Connection, sender: str | None) -> Area:
    """Whose an import is to look after: its sender's; what came at the console is the nation's."""
    query = select(AccountRow.province, AccountRow.district, AccountRow.site).where(
        AccountRow.name == sender
    )
    row = connection.execute(query).one_or_none()
    return NATION if row is None else Area(**row._mapping)


def states_of_import(connection: Connection, import_id: int) -> Counter[RecordState]:
    """How many records of an import stand where, those that came before it too."""
    own = select(DoseRow.state).where(DoseRow.import_id == import_id)
    repeated = (
        select(DoseRow.state)
        .join(RepeatRow, RepeatRow.record_id == DoseRow.id)
        .where(RepeatRow.import_id == import_id)
    )
    every = union_all(own, repeated).subquery()
    query = select(every.c.state, func.count()).group_by(every.c.state)
    return Counter({RecordState(state): count for state, count in connection.execute(query)})


def rows_of_import(
    connection: Connection, import_id: int, after: int, limit: int
) -> Sequence[ImportedRow]:
    """The next rows of an import behind a line: all records of a line or none of them."""
    own = select(DoseRow.line, *_RECORD, literal(0).label("repeated")).where(
        DoseRow.import_id == import_id, DoseRow.line > after
    )
    repeated = (
        select(RepeatRow.line, *_RECORD, literal(1).label("repeated"))
        .join(RepeatRow, RepeatRow.record_id == DoseRow.id)
        .where(RepeatRow.import_id == import_id, RepeatRow.line > after)
    )
    every = union_all(own, repeated).subquery()
    query = select(every).order_by(every.c.line, every.c.part).limit(limit + _MOST_PARTS)
    rows = connection.execute(query).all()
    if len(rows) > limit:
        last = rows[limit].line  # of which there may be more behind
        rows = [row for row in rows if row.line < last or row.line == rows[0].line]
    return [
        ImportedRow(
            line=row.line,
            part=row.part,
            record_id=row.id,
            state=RecordState(row.state),
            findings=findings_of(row.findings),
            repeated=bool(row.repeated),
        )
        for row in rows
    ]


_COLUMNS = (
    ImportRow.id, ImportRow.name, ImportRow.source, ImportRow.sender, ImportRow.started_at,
    ImportRow.line_done, ImportRow.finished_at, ImportRow.undone_at,
)  # fmt: skip
_RECORD = (DoseRow.part, DoseRow.id, DoseRow.state, DoseRow.findings)


def _held_by(area: Area) -> "ColumnElement[bool]":
    """The condition that `Area.holds` is, over the sender's account."""
    columns = AccountRow.__table__.c
    for column, code in (
        (columns.site, area.site),
        (columns.district, area.district),
        (columns.province, area.province),
    ):
        if code is not None:
            held: ColumnElement[bool] = column == code
            return held
    return true()
