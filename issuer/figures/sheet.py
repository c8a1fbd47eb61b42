"""A table of figures, for the terminal, for spreadsheets and for programs. Pure."""

import csv
import io
import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from issuer.figures.words import cell_words, column_words
from issuer.formulas import harmless

__all__ = ["Cell", "Sheet"]

Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Columns by their stable names, rows of cells, and for each row what lists its records."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    behind: Sequence[dict[str, str]]
    """For each row the options of `statistics records` (or `people`) that list what it counts."""

    def lines(self, language: str) -> Iterator[str]:
        """The table in the words of a language; numbers stand to the right."""
        header = tuple(column_words(column, language) for column in self.columns)
        texts = [header, *(self._texts(row, language) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        numeric = [
            any(isinstance(row[place], int | float) for row in self.rows)
            for place in range(len(self.columns))
        ]
        for text in texts:
            cells = [
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(text, widths, numeric, strict=True)
            ]
            yield "  ".join(cells).rstrip()

    def _texts(self, row: tuple[Cell, ...], language: str) -> tuple[str, ...]:
        return tuple(
            cell_words(column, _shown(cell), language)
            for column, cell in zip(self.columns, row, strict=True)
        )

    def to_csv(self) -> bytes:
        """CSV with stable column names, and the mark by which spreadsheets know UTF-8."""
        output = io.StringIO()
        writer = csv.writer(output)
        writer.writerow((*self.columns, "behind"))
        for row, behind in zip(self.rows, self.behind, strict=True):
            writer.writerow((*map(_harmless, row), options_of(behind)))
        return output.getvalue().encode("utf-8-sig")

    def to_json(self) -> str:
        """One object for each row, with its options under `behind`."""
        rows = [self._object(row, dict(behind)) for row, behind in
                zip(self.rows, self.behind, strict=True)]  # fmt: skip
        return json.dumps(rows, ensure_ascii=False, indent=2)

    def _object(self, row: tuple[Cell, ...], behind: dict[str, str]) -> dict[str, Any]:
        return {**dict(zip(self.columns, row, strict=True)), "behind": behind}


def options_of(behind: dict[str, str]) -> str:
    """Options as they are typed, quoted for a shell: none of them is more than one word to it."""
    return " ".join(_option(name, value) for name, value in behind.items())


def _option(name: str, value: str) -> str:
    named = "--" + name.replace("_", "-")
    if value == "True":
        return named
    return f"{named} {shlex.quote(value)}"


def _shown(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:.1f}" if isinstance(cell, float) else f"{cell}"


def _harmless(cell: Cell) -> Cell:
    return harmless(cell) if isinstance(cell, str) else cell
