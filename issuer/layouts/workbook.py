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
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from issuer.layouts.national import RawRow
from issuer.layouts.package import check_package
from issuer.source import RecordFileError

__all__ = ["counts_from_1904", "sheet_names", "sheet_rows", "text_of"]

_LONGEST: Final = 32_767
"""Characters of a cell, as Excel has it."""
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 200
_DISORDER: Final = "the rows or cells of the sheet do not stand in their order"
_SAVE_AGAIN: Final = "save it again as `Excel Workbook (.xlsx)`; what was recorded counts once"


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
        last = 0
        for number, cells in _parsed(book, sheet):
            if number > _MOST_ROWS:
                raise RecordFileError("the sheet has more rows than a sheet can have")
            if number <= last:
                raise RecordFileError(_DISORDER, hint=_SAVE_AGAIN)
            last = number
            if values := _in_place(cells):
                width = max(values)
                yield number, tuple(text_of(values.get(one)) for one in range(1, width + 1))


def _parsed(book: Any, sheet: str) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The rows of a sheet as they stand in its XML.

    openpyxl's own rows leave out, without a word, what does not stand in its order.
    """
    rows = book[sheet]
    with rows._get_source() as source:
        parser = WorkSheetParser(
            source, rows._shared_strings, epoch=book.epoch, date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        for number, cells in parser.parse():
            parser.row_dimensions.clear()  # the heights of a million rows
            yield number, cells


def _in_place(cells: list[dict[str, Any]]) -> dict[int, Any]:
    """What the cells of a row hold, by column from 1; raises RecordFileError for two in one."""
    values: dict[int, Any] = {}
    for cell in cells:
        if cell["value"] is not None and cell["column"] <= _MOST_COLUMNS:
            if cell["column"] in values:
                raise RecordFileError(_DISORDER, hint=_SAVE_AGAIN)
            values[cell["column"]] = cell["value"]
    return values


def counts_from_1904(path: Path) -> bool:
    """Tell whether the days of a workbook are counted from 1904, as old ones from a Mac are."""
    with _opened(path) as book:
        return bool(book.epoch == CALENDAR_MAC_1904)


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
    text = str(value)[:_LONGEST]
    return unescape(text) if "_x" in text else text


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
