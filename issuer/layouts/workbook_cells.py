"""Writing one column of one sheet of a workbook, and leaving every other byte of it as it was.

A library that reads a workbook and writes it again loses what it does not know: pictures, macros,
rules. So only the text of the sheet is touched, row by row as it streams by, and the other parts
are copied.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string

from issuer.source import RecordFileError

__all__ = ["CellText", "write_column"]

CellText = Callable[[int], str | None]
"""What a row gets in the column; None leaves its cell as it is. Asked once a row, in order."""

_CHUNK: Final = 1 << 18
_LONGEST_ROW: Final = 8 << 20
_ROW: Final = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)row\b([^>]*?)(/?)>")
_CELL: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?c\b([^>]*?)(?:/>|>.*?</(?:[\w.-]+:)?c>)", re.S)
_NUMBER: Final = re.compile(rb'\br="(\d+)"')
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})\d+"')
_STYLE: Final = re.compile(rb'\bs="(\d+)"')
_SPANS: Final = re.compile(rb'\s*\bspans="[^"]*"')
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CANNOT: Final = RecordFileError(
    "this workbook is written in a form that cannot be returned with its results",
    hint="save it again with Excel or LibreOffice, or ask for the findings instead",
)


def write_column(source: Path, target: Path, sheet: str, column: int, text_of: CellText) -> None:
    """Copy a workbook, with texts in a column (counted from 0) of a sheet.

    Raises RecordFileError when the sheet is not written as the common programs write it.
    """
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(target, "w") as copy:
        part = _part_of(package, sheet)
        for info in package.infolist():
            with package.open(info) as read, copy.open(_like(info), "w", force_zip64=True) as write:
                if info.filename == part:
                    for piece in _changed(read, column, text_of):
                        write.write(piece)
                else:
                    while chunk := read.read(_CHUNK):
                        write.write(chunk)


def _like(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    like = zipfile.ZipInfo(info.filename, info.date_time)
    like.compress_type = info.compress_type
    like.external_attr = info.external_attr
    return like


def _part_of(package: zipfile.ZipFile, sheet: str) -> str:
    """The part of the package that a sheet is in, by the relations of the workbook."""
    book = fromstring(package.read("xl/workbook.xml"))
    named = {one.get("name"): one.get(_RELATION) for one in book.iter(f"{_MAIN}sheet")}
    relations = fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target") for one in relations}
    target = targets.get(named.get(sheet)) or ""
    part = target[1:] if target.startswith("/") else f"xl/{target}"
    if part not in package.namelist():
        raise _CANNOT
    return part


def _changed(read: IO[bytes], column: int, text_of: CellText) -> Iterator[bytes]:
    buffer, number = b"", 0
    while True:
        chunk = read.read(_CHUNK)
        buffer += chunk
        if number == 0 and b"encoding=" in buffer[:200] and not _is_utf8(buffer[:200]):
            raise _CANNOT
        done = 0
        while (row := _ROW.search(buffer, done)) is not None:
            prefix, attributes, empty = row.groups()
            end = row.end() if empty else buffer.find(b"</%srow>" % prefix, row.end())
            if end < 0:
                break
            stated = _NUMBER.search(attributes)
            number = int(stated[1]) if stated else number + 1
            yield buffer[done : row.start()]
            text = text_of(number)
            if text is None:
                yield buffer[row.start() : end]
            else:
                cells = b"" if empty else buffer[row.end() : end]
                cells = _with_cell(cells, prefix, number, column, text)
                head = b"<%srow%s>" % (prefix, _SPANS.sub(b"", attributes))
                yield head + cells + (b"</%srow>" % prefix if empty else b"")
            done = end
        if not chunk:
            yield buffer[done:]
            return
        keep = buffer.rfind(b"<", done) if row is None else row.start()
        if keep > done:
            yield buffer[done:keep]
            done = keep
        buffer = buffer[done:]
        if len(buffer) > _LONGEST_ROW:
            raise _CANNOT


def _is_utf8(start: bytes) -> bool:
    return re.search(rb"""encoding=["']utf-?8["']""", start, re.IGNORECASE) is not None


def _with_cell(cells: bytes, prefix: bytes, number: int, column: int, text: str) -> bytes:
    """Put a cell in its place among those of a row; one that is there keeps its style."""
    place = -1
    for cell in _CELL.finditer(cells):
        named = _PLACE.search(cell[1])
        place = column_index_from_string(named[1].decode()) - 1 if named else place + 1
        if place == column:
            made = _cell(prefix, number, column, text, _STYLE.search(cell[1]))
            return cells[: cell.start()] + made + cells[cell.end() :]
        if place > column:
            made = _cell(prefix, number, column, text, None)
            return cells[: cell.start()] + made + cells[cell.start() :]
    return cells + _cell(prefix, number, column, text, None)


def _cell(
    prefix: bytes, number: int, column: int, text: str, style: "re.Match[bytes] | None"
) -> bytes:
    kept = b' s="%s"' % style[1] if style else b""
    said = escape(_NOT_XML.sub("", text)).encode()
    place = f"{get_column_letter(column + 1)}{number}".encode()
    return (
        b'<%(p)sc r="%(r)s"%(s)s t="inlineStr"><%(p)sis><%(p)st xml:space="preserve">%(t)s'
        b"</%(p)st></%(p)sis></%(p)sc>" % {b"p": prefix, b"r": place, b"s": kept, b"t": said}
    )
