"""The status bar at the bottom of every screen, drawn once for as long as its words stay."""

from functools import lru_cache
from typing import Final

from scanner_app.bar import Bar
from scanner_app.drawing import Align, Box, Canvas
from spec.palette import UNDETERMINED

__all__ = ["STATUS_BAR", "draw_status_bar"]

STATUS_BAR: Final = 80
"""Height of the bar, for two rows."""

_SIZE: Final = 24
_WHITE: Final = "#FFFFFF"
_NIGHT: Final = "#12181C"


def draw_status_bar(canvas: Canvas, bar: Bar) -> None:
    """Draw ages and counts; all of it turns blue while nobody can be checked."""
    strip = _drawn(bar, canvas.box.width, canvas.box.height)
    canvas.paste(strip, 0, canvas.box.bottom - strip.box.height)


@lru_cache(maxsize=4)
def _drawn(bar: Bar, width: int, height: int) -> Canvas:
    canvas = Canvas(width, height, UNDETERMINED.background if bar.trouble else _NIGHT)
    canvas.box = Box(0, 0, width, canvas.px(STATUS_BAR))
    canvas.pixels = canvas.pixels[: canvas.box.bottom]
    margin, row = canvas.px(24), canvas.box.height // 2
    inner = width - 2 * margin
    remarks = canvas.typeset(bar.remarks, width=inner // 2, height=row, size=_SIZE, weight=700)
    taken = max(canvas.widths(remarks)) + margin
    left = inner - taken
    for text, top, room in ((bar.ages, 0, inner), (bar.counts, row, left)):
        line = canvas.typeset(text, width=room, height=row, size=_SIZE, weight=600)
        canvas.put(line, margin, top + (row - line.height) // 2, _WHITE)
    top = row + (row - remarks.height) // 2
    canvas.put(remarks, margin, top, _WHITE, width=inner, align=Align.RIGHT)
    return canvas
