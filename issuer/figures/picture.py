"""A table of figures as a picture: one bar for each row, by its main number."""

import io
from typing import Final

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from issuer.figures.sheet import Cell, Sheet

__all__ = ["MOST_BARS", "draw"]

MOST_BARS: Final = 40
"""More bars than that cannot be read on one picture: the rest is told as a number."""

_MEASURES: Final = ("median_days", "doses", "persons", "requests", "records")
"""The number that a bar shows: the first of these that the table has."""
_BAR_INCHES: Final = 0.3
_COLOURS: Final = {"green": "#1B5E20", "yellow": "#FFD600"}
_OTHER: Final = "#0D47A1"


def draw(sheet: Sheet, title: str, measure_words: str, more_words: str) -> bytes:
    """Draw the first rows of a table as PNG; `more_words` has a place `{}` for how many are left.

    Nothing is drawn but units, codes and numbers, so nothing personal can be.
    """
    measure = measure_of(sheet)
    place = sheet.columns.index(measure)
    rows = list(sheet.rows[:MOST_BARS])
    figure = Figure(figsize=(9, 1.4 + _BAR_INCHES * max(len(rows), 3)), layout="constrained")
    axes = figure.subplots()
    values = [_number(row[place]) for row in rows]
    bars = axes.barh([*range(len(rows))], values, color=[_colour(sheet, row) for row in rows])
    axes.bar_label(bars, fmt="{:,.10g}", padding=3)
    axes.set_yticks([*range(len(rows))], [_label(sheet, row, place) for row in rows])
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(measure_words)
    left = len(sheet.rows) - len(rows)
    axes.set_title(title if not left else f"{title}\n{more_words.format(left)}", loc="left")
    output = io.BytesIO()
    figure.savefig(output, format="png", dpi=120)
    return output.getvalue()


def measure_of(sheet: Sheet) -> str:
    """The column that the bars show."""
    return next(name for name in _MEASURES if name in sheet.columns)


def _label(sheet: Sheet, row: tuple[Cell, ...], place: int) -> str:
    said = [f"{cell}" for cell in row[:place] if isinstance(cell, str) and cell != "-"]
    return "  ".join(said) or "-"


def _colour(sheet: Sheet, row: tuple[Cell, ...]) -> str:
    if "colour" not in sheet.columns:
        return _OTHER
    return _COLOURS.get(f"{row[sheet.columns.index('colour')]}", _OTHER)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
