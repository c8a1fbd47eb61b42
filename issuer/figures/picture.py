"""A table of figures as a picture: one bar for each row, by its main number."""

import io
from functools import partial
from typing import Final

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from issuer.figures.sheet import Cell, Sheet
from issuer.figures.words import cell_words, column_words, figure_words, number_words

__all__ = ["MOST_BARS", "draw"]

MOST_BARS: Final = 40
"""More bars than that cannot be read on one picture: the rest is told as a number."""

_MEASURES: Final = ("median_days", "doses", "persons", "requests", "records")
"""The number that a bar shows: the first of these that the table has."""
_BAR_INCHES: Final = 0.3
_COLOURS: Final = {"green": "#1B5E20", "yellow": "#FFD600"}
_OTHER: Final = "#0D47A1"


def draw(sheet: Sheet, figure: str, language: str) -> bytes:
    """Draw the first rows of the table of a figure as PNG, with words in a language.

    Nothing is drawn but units, codes and numbers, so nothing personal can be.
    """
    measure = next(name for name in _MEASURES if name in sheet.columns)
    place = sheet.columns.index(measure)
    rows = list(sheet.rows[:MOST_BARS])
    drawing = Figure(figsize=(9, 1.4 + _BAR_INCHES * max(len(rows), 3)), layout="constrained")
    axes = drawing.subplots()
    axes.set_title(_title(figure, len(sheet.rows) - len(rows), language), loc="left")
    if rows:
        bars = axes.barh(
            [*range(len(rows))],
            [_number(row[place]) for row in rows],
            color=[_colour(sheet, row) for row in rows],
        )
        written = partial(number_words, language=language)
        axes.bar_label(bars, fmt=written, padding=3)
        labels = [_label(sheet, row, place, language) for row in rows]
        axes.set_yticks([*range(len(rows))], labels)
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.xaxis.set_major_formatter(lambda value, _: written(value))
        axes.set_xlabel(column_words(measure, language))
    else:
        axes.set_axis_off()
        axes.text(0.5, 0.5, figure_words("nothing", language), ha="center", va="center")
    output = io.BytesIO()
    drawing.savefig(output, format="png", dpi=120)
    return output.getvalue()


def _title(figure: str, left: int, language: str) -> str:
    title = figure_words(figure, language)
    return title if not left else f"{title}\n{figure_words('more', language).format(left)}"


def _label(sheet: Sheet, row: tuple[Cell, ...], place: int, language: str) -> str:
    said = [
        cell_words(column, cell, language)
        for column, cell in zip(sheet.columns[:place], row[:place], strict=True)
        if isinstance(cell, str) and cell != "-"
    ]
    return "  ".join(said) or "-"


def _colour(sheet: Sheet, row: tuple[Cell, ...]) -> str:
    if "colour" not in sheet.columns:
        return _OTHER
    return _COLOURS.get(f"{row[sheet.columns.index('colour')]}", _OTHER)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
