"""A sheet of dose records, from a workbook or from CSV: the national layout, or the plain one."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from issuer.csv_file import DELIMITERS, rows_of_text, scan_text
from issuer.layouts.national import (
    HEADER_WITHIN,
    NationalHeader,
    RawRow,
    find_header,
    missing_columns,
    source_rows,
)
from issuer.layouts.workbook import counts_from_1904, sheet_names, sheet_rows
from issuer.register.models import RecordSource
from issuer.source import COLUMNS, RecordFileError, SourceRow

__all__ = ["PlainHeader", "SheetFile", "find_national_csv", "open_workbook"]

_CHUNK: Final = 1 << 20
_DAYS: Final = tuple(COLUMNS.index(name) for name in ("birth_date", "injected_on"))
_SERIAL: Final = 5
"""Digits of the number of a day."""
_BYTES_A_ROW: Final = 150
"""Of a packed workbook: only a progress bar goes by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainHeader:
    """A sheet with the columns of a plain file."""

    row: int
    order: tuple[int, ...]
    """For each of COLUMNS, where it stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetFile:
    """A file that was looked through once: which sheet, and where its header stands."""

    path: Path
    digest: bytes
    """SHA-256 over the bytes of the file."""
    lines: int
    header: NationalHeader | PlainHeader
    sheet: str | None
    """The sheet of a workbook; None for CSV."""
    delimiter: str = ","
    from_1904: bool = False
    """Whether the workbook counts its days from 1904."""

    @property
    def name(self) -> str:
        """The name of the file, without its folder."""
        return self.path.name

    @property
    def kind(self) -> RecordSource:
        """The layout."""
        national = isinstance(self.header, NationalHeader)
        return RecordSource.NATIONAL if national else RecordSource.CSV

    def rows(self) -> Iterator[SourceRow]:
        """Read the doses one after the other."""
        if isinstance(self.header, NationalHeader):
            rows = source_rows(self.header, self.raw_rows())
        else:
            rows = _plain_rows(self.header, self.raw_rows())
        return map(_without_serials, rows) if self.from_1904 else rows

    def raw_rows(self) -> Iterator[RawRow]:
        """All rows of the sheet as text, those before the header too."""
        if self.sheet is not None:
            return sheet_rows(self.path, self.sheet)
        return _csv_rows(self.path, self.delimiter)


def open_workbook(path: Path) -> SheetFile:
    """Look for the one sheet with dose records. Raises RecordFileError, OSError."""
    found = {}
    for sheet in sheet_names(path):
        header = _header_of(list(islice(sheet_rows(path, sheet), HEADER_WITHIN)))
        if header is not None:
            found[sheet] = header
    if not found:
        raise RecordFileError(
            "no sheet of the workbook has the header of the national layout",
            hint="keep the rows with `Họ và tên`, `Ngày sinh`, `Tên vắc xin` and `Ngày tiêm`, or "
            f"name the columns {','.join(COLUMNS)}",
        )
    if len(found) > 1:
        raise RecordFileError(
            f"{len(found)} sheets of the workbook have dose records",
            hint="save each as a file of its own, so that every line has one number",
        )
    ((sheet, header),) = found.items()
    _check(header)
    size = path.stat().st_size
    return SheetFile(
        path=path, digest=_digest(path), lines=size // _BYTES_A_ROW, header=header, sheet=sheet,
        from_1904=counts_from_1904(path),
    )  # fmt: skip


def find_national_csv(path: Path) -> SheetFile | None:
    """A CSV file in the national layout; None where it has not its header.

    Raises RecordFileError for what is not UTF-8.
    """
    digest, lines = scan_text(path)
    for delimiter in DELIMITERS:
        header = find_header(list(islice(_csv_rows(path, delimiter), HEADER_WITHIN)))
        if header is not None:
            _check(header)
            return SheetFile(
                path=path, digest=digest, lines=lines, header=header, sheet=None,
                delimiter=delimiter,
            )  # fmt: skip
    return None


def _header_of(rows: list[RawRow]) -> NationalHeader | PlainHeader | None:
    if rows:
        number, cells = rows[0]
        named = [cell.strip().casefold() for cell in cells]
        if set(COLUMNS) <= set(named):
            _check_once([column for column in COLUMNS if named.count(column) > 1])
            return PlainHeader(row=number, order=tuple(named.index(one) for one in COLUMNS))
    return find_header(rows)


def _check_once(doubled: Sequence[str]) -> None:
    if doubled:
        raise RecordFileError(
            f"the header has columns twice: {', '.join(doubled)}", hint="keep the one that is meant"
        )


def _check(header: NationalHeader | PlainHeader) -> None:
    missing = missing_columns(header) if isinstance(header, NationalHeader) else []
    if isinstance(header, NationalHeader):
        _check_once(header.doubled)
    if missing:
        raise RecordFileError(
            f"the header lacks columns: {', '.join(missing)}",
            hint="take the header of the national template as it is (docs/records.md)",
        )


def _plain_rows(header: PlainHeader, rows: Iterator[RawRow]) -> Iterator[SourceRow]:
    for number, cells in rows:
        if number > header.row and any(cell.strip() for cell in cells):
            ordered = tuple(cells[place] if place < len(cells) else "" for place in header.order)
            yield SourceRow(line=number, cells=ordered, broken=False)


def _without_serials(row: SourceRow) -> SourceRow:
    """Let no number of a day be read as one from 1900: which of the two it is, nobody can tell."""
    cells = tuple(
        f"{cell} (1904)" if place in _DAYS and cell.isdigit() and len(cell) == _SERIAL else cell
        for place, cell in enumerate(row.cells)
    )
    return row if cells == row.cells else replace(row, cells=cells)


def _csv_rows(path: Path, delimiter: str) -> Iterator[RawRow]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in rows_of_text(file, delimiter):
            yield row.line, row.cells


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()
