"""Reading a workbook row by row: cells become text, and nothing in it is ever computed.

A formula stays the formula that it is, and the readers of cells refuse it. Rows that a filter hides
are read like all others: to leave them out would drop doses in silence.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from issuer.layouts.national import RawRow
from issuer.layouts.package import check_package
from issuer.source import RecordFileError

__all__ = ["sheet_names", "sheet_rows", "text_of"]

_LONGEST: Final = 32_767
"""Characters of a cell, as Excel has it."""
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 200
_SAVE_AGAIN: Final = "save it again as `Excel Workbook (.xlsx)`; nothing was recorded"


def sheet_names(path: Path) -> list[str]:
    """The sheets that can be seen, in their order. Raises RecordFileError."""
    check_package(path)
    with _opened(path) as book:
        return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]


def sheet_rows(path: Path, sheet: str) -> Iterator[RawRow]:
    """The rows of a sheet as text, with their numbers; memory does not grow with the sheet.

    Raises RecordFileError, also half way.
    """
    with _opened(path) as book:
        rows = book[sheet]
        rows.reset_dimensions()  # what a file says of its own size is not believed
        for number, row in enumerate(rows.iter_rows(values_only=True), start=1):
            if number > _MOST_ROWS:
                raise RecordFileError("the sheet has more rows than a sheet can have")
            if any(value is not None for value in row):
                yield number, tuple(map(text_of, row[:_MOST_COLUMNS]))


def text_of(value: Any) -> str:
    """What a cell says, as somebody would type it: days first, numbers without a fraction of 0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, datetime):
        day = f"{value:%d/%m}/{value.year:04}"
        return day if value.time() == time() else f"{day} {value:%H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d/%m}/{value.year:04}"
    if isinstance(value, ArrayFormula):
        value = value.text
    if isinstance(value, DataTableFormula):
        return "="  # it has no text of its own
    return str(value)[:_LONGEST]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The workbook while the block runs; whatever goes wrong in reading it is a RecordFileError."""
    try:
        # As a file: of a path, openpyxl looks at the name, and a workbook may have any.
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations that nobody reads here
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except (RecordFileError, GeneratorExit, OSError):
        raise
    except Exception:  # openpyxl raises whatever its parts raise: KeyError, ParseError, zlib.error
        raise RecordFileError("the workbook is damaged", hint=_SAVE_AGAIN) from None
