"""Dose record files as text: encoding, header, and rows with the lines they stand on."""

import codecs
import csv
import hashlib
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOBase
from pathlib import Path
from typing import Final

from issuer.register.models import RecordSource
from issuer.source import COLUMNS, RecordFileError, SourceRow

__all__ = ["DELIMITERS", "CsvFile", "open_csv", "rows_of_text", "scan_text"]

MAX_LINES_A_ROW: Final = 20
"""Physical lines of one row. More means a quotation mark that was never closed, and would swallow
the rest of the file in silence."""

MAX_LINE_LENGTH: Final = 1 << 20
"""Characters of one physical line. A sound row has some hundred; what is longer counts as broken,
and no more than this is kept of it."""

DELIMITERS: Final = ",;\t|"
"""Comma, what spreadsheets write under a Vietnamese locale or copy from their cells, and what other
programs export."""

_SEPARATOR: Final = re.compile(rf'("?)sep=[{DELIMITERS}]\1', re.IGNORECASE)
"""The line that Excel takes for a word about the file and not for a part of it."""

_CHUNK: Final = 1 << 20
_SAVE_AS_UTF8: Final = "save the file again as `CSV UTF-8`; nothing was recorded"


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvFile:
    """A file that was looked through once: its text is sound and its header is known."""

    path: Path
    digest: bytes
    """SHA-256 over the bytes of the file."""
    lines: int
    """Physical lines: about the number of rows, for a progress bar."""
    delimiter: str
    order: tuple[int, ...]
    """For each of COLUMNS, where it stands in the rows of this file."""
    header: int = 1
    """The line of the header; 2 behind a line such as `sep=;`."""
    kind: RecordSource = RecordSource.CSV

    @property
    def name(self) -> str:
        """The name of the file, without its folder."""
        return self.path.name

    def rows(self) -> Iterator[SourceRow]:
        """Read the rows one after the other; blank ones are left out.

        `cells` of a row that is not broken come in the order of COLUMNS.
        """
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            for row in rows_of_text(file, self.delimiter):
                if row.line > self.header and any(cell.strip() for cell in row.cells):
                    yield self._ordered(row)

    def _ordered(self, row: SourceRow) -> SourceRow:
        if row.broken or len(row.cells) != len(self.order):
            return SourceRow(line=row.line, cells=row.cells, broken=True)
        cells = tuple([row.cells[place] for place in self.order])
        return SourceRow(line=row.line, cells=cells, broken=False)


def open_csv(path: Path) -> CsvFile:
    """Look through a file once, before anything is recorded from it.

    Raises RecordFileError when it is not UTF-8 or its header is not ours, OSError when it cannot
    be read.
    """
    digest, lines = scan_text(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = (file.readline(MAX_LINE_LENGTH) for _ in range(2))
    told = _SEPARATOR.fullmatch(first.strip("\r\n ")) is not None
    header, delimiter = _header(second if told else first)
    _check_header(header)
    return CsvFile(
        path=path,
        digest=digest,
        lines=lines,
        delimiter=delimiter,
        order=tuple(header.index(column) for column in COLUMNS),
        header=2 if told else 1,
    )


def scan_text(path: Path) -> tuple[bytes, int]:
    """Hash the file, count its lines, and make sure that all of it is UTF-8."""
    digest, lines, last = hashlib.sha256(), 0, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if not lines and not last:
                _refuse_utf_16(chunk)
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                raise _not_utf8(path) from None
            digest.update(chunk)
            lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    if decoder.getstate()[0]:
        raise _not_utf8(path)
    return digest.digest(), lines + (last not in (b"", b"\n"))


def _refuse_utf_16(start: bytes) -> None:
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in start[:100]:
        raise RecordFileError("the file is UTF-16 (`Unicode text`)", hint=_SAVE_AS_UTF8)
    if start[:2] == b"PK":
        raise RecordFileError("the file is a spreadsheet and not CSV", hint=_SAVE_AS_UTF8)


def _not_utf8(path: Path) -> RecordFileError:
    """Name the first line that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return RecordFileError(
                    f"line {number} is not UTF-8: the file was probably saved in the Vietnamese "
                    "or Western code page of Windows (cp1258, cp1252)",
                    hint=_SAVE_AS_UTF8,
                )
    return RecordFileError("the file is not UTF-8", hint=_SAVE_AS_UTF8)


def _header(first: str) -> tuple[list[str], str]:
    """Split the header line with the delimiter that gives the most known columns."""
    candidates = [
        ([cell.strip().casefold() for cell in next(csv.reader([first], delimiter=sign), [])], sign)
        for sign in DELIMITERS
    ]
    return max(candidates, key=lambda candidate: len(set(candidate[0]) & set(COLUMNS)))


def _check_header(header: list[str]) -> None:
    missing = [column for column in COLUMNS if column not in header]
    # By their place: in a file without a header line, these are the data of its first person.
    unknown = [f"number {n}" for n, column in enumerate(header, start=1) if column not in COLUMNS]
    doubled = sorted({column for column in header if header.count(column) > 1} & set(COLUMNS))
    faults = [
        f"{what} {', '.join(columns)}"
        for what, columns in [("missing", missing), ("unknown", unknown), ("twice", doubled)]
        if columns
    ]
    if faults:
        raise RecordFileError(
            f"the header line has wrong columns: {'; '.join(faults)}",
            hint=f"the first line must be: {','.join(COLUMNS)}",
        )


class _Lines:
    """The physical lines of a file, which can be given back when a row turns out broken."""

    def __init__(self, file: TextIOBase) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        self.taken.append(line)
        self.number += 1
        if len(self.taken) > MAX_LINES_A_ROW or len(line) > MAX_LINE_LENGTH:
            raise csv.Error
        return line

    def _read(self) -> str:
        """The next line, or so much of it as is kept: what has no end is never in memory whole."""
        line = rest = self._file.readline(MAX_LINE_LENGTH + 1)
        while len(rest) > MAX_LINE_LENGTH and not rest.endswith(("\r", "\n")):
            rest = self._file.readline(MAX_LINE_LENGTH + 1)
        if not line:
            raise StopIteration
        return line

    def give_back_all_but_first(self) -> str:
        """Take the first line alone as the broken row; the others may be sound rows."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        self.number -= len(others)
        return first[:MAX_LINE_LENGTH].rstrip("\r\n")


def rows_of_text(file: TextIOBase, delimiter: str) -> Iterator[SourceRow]:
    """Split a file into rows; a broken row costs its first line and no other."""
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield SourceRow(line=start, cells=(lines.give_back_all_but_first(),), broken=True)
        else:
            yield SourceRow(line=start, cells=tuple(cells), broken=False)
