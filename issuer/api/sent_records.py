"""Dose records as JSON: each becomes a row like those of a file, and is judged like one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from issuer.api.fields import Fields
from issuer.register.models import RecordSource
from issuer.source import COLUMNS, Further, SourceRow

__all__ = ["MAX_RECORDS", "SentRecords", "read_record"]

MAX_RECORDS: Final = 1000
_LONGEST_CELL: Final = 1000
"""Characters of a value; what no name or date can be is refused by the record, not by the form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SentRecords:
    """Records of one request; a `Source`."""

    records: list[SourceRow]
    digest: bytes
    name: str = ""
    kind: RecordSource = RecordSource.API

    @property
    def lines(self) -> int:
        """How many there are."""
        return len(self.records)

    def rows(self) -> Iterator[SourceRow]:
        """The records in their order."""
        yield from self.records


def read_record(value: object, pointer: str) -> SourceRow:
    """Read one record; raises ProblemError where it has not the form, whatever its values are."""
    fields = Fields(value, pointer)
    cells = tuple(fields.maybe_text(name, _LONGEST_CELL) or "" for name in COLUMNS)
    further = Further(
        health_card=fields.maybe_text("health_card", _LONGEST_CELL) or "",
        dose_number=fields.maybe_text("dose_number", _LONGEST_CELL) or "",
        province=fields.maybe_text("province", _LONGEST_CELL) or "",
        district=fields.maybe_text("district", _LONGEST_CELL) or "",
    )
    fields.done()
    line = int(pointer.rpartition("/")[2]) + 1
    if not any(further):
        # The same row in a CSV file is the same record.
        return SourceRow(line=line, cells=cells, broken=False)
    raw = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return SourceRow(line=line, cells=cells, broken=False, further=further, raw_text=raw)
