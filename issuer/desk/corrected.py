"""A stored record as cells, and back with corrected ones: judged like a row that a site sends."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Final

from issuer.printing.wording import birth_date_text, day_text
from issuer.reason_words import words_of
from issuer.reasons import Finding, ReasonCode, Severity
from issuer.records import DoseRecord, ReadRow, Rules, read_row
from issuer.source import COLUMNS, SourceRow
from keys.errors import HintedError
from spec.certificate import VaccineCode
from spec.dates import BirthDate
from spec.vaccines import VaccineTable

__all__ = [
    "DOSE_FIELDS",
    "PERSON_FIELDS",
    "ValuesError",
    "cells_of",
    "check_cells",
    "corrected",
    "read_cells",
]

PERSON_FIELDS: Final = COLUMNS[:5]
DOSE_FIELDS: Final = COLUMNS[5:]
_LEFT_OUT: Final = (
    ReasonCode.SEX_FORMAT,
    ReasonCode.PHONE_FORMAT,
    ReasonCode.LOT_FORMULA,
    ReasonCode.SITE_FORMULA,
)


class ValuesError(HintedError):
    """Corrected values cannot be what is meant; `findings` name each field and kind of error."""

    code: ClassVar[str] = "values"

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(
            "; ".join(f"{one.field}: {one.code}" for one in findings),
            hint=words_of(first.code, "en"),
        )
        self.findings = tuple(findings)


def cells_of(record: Any, table: VaccineTable) -> dict[str, str]:
    """What a row of `dose_records` states, by column, as people here write it."""
    born, day = record.birth_date, record.injected_on
    values = (
        record.full_name,
        None if born is None else birth_date_text(BirthDate.parse(born)),
        record.sex,
        record.id_number,
        record.phone,
        None if record.vaccine is None else table.name_of(VaccineCode(record.vaccine)),
        day_text(day) if isinstance(day, date) else None,
        record.lot,
        record.site,
    )
    return {name: value or "" for name, value in zip(COLUMNS, values, strict=True)}


def corrected(
    record: Any, changes: Mapping[str, str], rules: Rules, table: VaccineTable
) -> DoseRecord:
    """A row of `dose_records` with corrected cells; raises ValuesError.

    What no cell states stays as it was: former numbers, the health card, the claimed dose number.
    """
    made = read_cells({**cells_of(record, table), **changes}, rules, changes)
    old = tuple((record.old_numbers or "").split())
    identity = replace(made.identity, old_numbers=old)
    return replace(
        made, identity=identity, dose_number=record.dose_number, health_card=record.health_card
    )


def read_cells(
    cells: Mapping[str, str], rules: Rules, meant: Container[str] = COLUMNS
) -> DoseRecord:
    """The record that cells by column state; raises ValuesError with all that is wrong.

    What a site's row may leave out with a warning is wrong in a cell that is `meant`.
    """
    read = _read(cells, rules)
    wrong = [one for one in read.findings if _is_wrong(one, meant)]
    if read.record is None or wrong:
        raise ValuesError(wrong)
    return read.record


def check_cells(cells: Mapping[str, str], known: Mapping[str, str], rules: Rules) -> None:
    """Raise ValuesError when corrected cells cannot be right, whatever the others turn out to be.

    `known` is what the register or the asker says besides; what nobody says yet is no fault.
    """
    read = _read({**_ANYBODY, **{name: one for name, one in known.items() if one}, **cells}, rules)
    wrong = [one for one in read.findings if one.field in cells and _is_wrong(one, cells)]
    if wrong:
        raise ValuesError(wrong)


_ANYBODY: Final = {
    "full_name": "Nguyễn Văn An",
    "birth_date": "1950",
    "vaccine": "AstraZeneca",
    "injected_on": "01/07/2021",
}
"""In place of what is not known yet."""


def _read(cells: Mapping[str, str], rules: Rules) -> ReadRow:
    values = tuple(cells.get(name, "") for name in COLUMNS)
    return read_row(SourceRow(line=1, cells=values, broken=False), rules)


def _is_wrong(finding: Finding, meant: Container[str]) -> bool:
    return finding.severity is Severity.BLOCK or (
        finding.code in _LEFT_OUT and finding.field in meant
    )
