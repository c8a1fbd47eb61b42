"""The file that goes back to its sender: as it came, with "Kết quả import" filled in."""

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from issuer.csv_file import rows_of_text
from issuer.intake import RowOutcome
from issuer.layouts.national import NationalHeader
from issuer.layouts.results import result_text
from issuer.layouts.sheet import SheetFile
from issuer.layouts.workbook_cells import write_column
from issuer.source import Source
from keys.errors import HintedError

__all__ = ["ReturnedFile", "ReturnedFileError"]

_HEAD: Final = "Kết quả import"


class ReturnedFileError(HintedError):
    """A source has no place for results."""

    code: ClassVar[str] = "returned_file"


class ReturnedFile:
    """Collects outcomes as they come, and writes the file at the end. Use it as a context.

    The outcomes lie in a file of their own meanwhile: memory does not grow with them. On failure
    nothing is left behind.
    """

    def __init__(self, source: Source, target: Path) -> None:
        """Take a source in the national layout; raises ReturnedFileError for any other."""
        if not isinstance(source, SheetFile) or not isinstance(source.header, NationalHeader):
            raise ReturnedFileError(
                "only a file in the national layout has a column for results",
                hint="ask for the findings instead",
            )
        self._source = source
        self._header = source.header
        self._target = target
        self._part = target.with_name(f".{target.name}.{os.getpid()}.part")
        self._spool = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by __exit__
        self._open: list[RowOutcome] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._spool.close()
        with suppress(FileNotFoundError):
            self._part.unlink()

    def add(self, outcomes: Sequence[RowOutcome]) -> None:
        """Take the outcomes of a batch; a row may go on in the next one."""
        for line, doses in groupby([*self._open, *outcomes], key=lambda outcome: outcome.line):
            if self._open and self._open[0].line != line:
                self._spool_open()
            self._open = list(doses)

    def write(self) -> None:
        """Write the file under its name. Raises RecordFileError, OSError."""
        self._spool_open()
        self._spool.seek(0)
        said = self._said()
        if self._source.sheet is None:
            self._write_csv(said)
        else:
            write_column(
                self._source.path, self._part, self._source.sheet, self._header.result, said
            )
        self._part.replace(self._target)

    def _spool_open(self) -> None:
        if self._open:
            line, text = self._open[0].line, result_text(self._open)
            self._spool.write(json.dumps([line, text], ensure_ascii=False) + "\n")
            self._open = []

    def _said(self) -> Callable[[int], str | None]:
        """What to write in each row, asked in order: results, and the head where it is missing."""
        results: Iterator[tuple[int, str]] = (json.loads(line) for line in self._spool)
        waiting = next(results, None)

        def text_of(row: int) -> str | None:
            nonlocal waiting
            if row == self._header.row and "result" not in self._header.places:
                return _HEAD
            while waiting is not None and waiting[0] < row:
                waiting = next(results, None)
            return waiting[1] if waiting is not None and waiting[0] == row else None

        return text_of

    def _write_csv(self, said: Callable[[int], str | None]) -> None:
        place, delimiter = self._header.result, self._source.delimiter
        with (
            self._source.path.open(encoding="utf-8-sig", newline="") as read,
            self._part.open("w", encoding="utf-8-sig", newline="") as write,
        ):
            writer = csv.writer(write, delimiter=delimiter)
            for row in rows_of_text(read, delimiter):
                text = None if row.broken else said(row.line)
                if row.broken:
                    write.write(f"{row.cells[0]}\r\n")
                elif text is None:
                    writer.writerow(row.cells)
                else:
                    cells = [*row.cells, *[""] * (place + 1 - len(row.cells))]
                    cells[place] = text
                    writer.writerow(cells)
