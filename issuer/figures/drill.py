"""The records behind a figure, by their numbers in the register, without anything personal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from issuer.figures.selection import By, Selection, joined, unit_columns
from issuer.register.models import DoseRow, RecordState
from spec.certificate import Timestamp

__all__ = ["RecordLine", "record_lines"]

_PAGE: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordLine:
    """One record: where it came from, where it stands, and when it got so far."""

    record_id: int
    import_id: int
    line: int
    state: RecordState
    site: str
    injected_on: date | None
    received_at: Timestamp
    validated_at: Timestamp | None
    certified_at: Timestamp | None
    findings: str
    """Pairs `field:CODE`."""


def record_lines(
    connection: Connection, selection: Selection, *, after: int = 0, limit: int | None = None
) -> Iterator[RecordLine]:
    """The records of a selection behind a number, in the order of arrival; all without a limit."""
    site, _ = unit_columns(By.SITE)
    query = (
        joined(
            DoseRow.id, DoseRow.import_id, DoseRow.line, DoseRow.state, site, DoseRow.injected_on,
            DoseRow.received_at, DoseRow.validated_at, DoseRow.certified_at, DoseRow.findings,
        )
        .where(*selection.conditions(), DoseRow.id > after)
        .order_by(DoseRow.id)
        .limit(limit)
    )  # fmt: skip
    for row in connection.execution_options(yield_per=_PAGE).execute(query):
        record_id, import_id, line, state, at, injected_on, *moments, findings = row
        received, validated, certified = moments
        yield RecordLine(
            record_id=record_id,
            import_id=import_id,
            line=line,
            state=RecordState(state),
            site=at,
            injected_on=injected_on,
            received_at=received,
            validated_at=validated,
            certified_at=certified,
            findings=findings,
        )
