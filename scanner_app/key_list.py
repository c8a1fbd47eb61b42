"""The list of keys over a screen, for an officer who is new at the barrier."""

from functools import lru_cache
from typing import Final

from scanner_app.drawing import Box, Canvas
from scanner_app.words import KEYS, PHRASES

__all__ = ["draw_key_list"]

_WIDTH: Final = 780
_ROW: Final = 60
_HEAD: Final = 84
_WHITE: Final = "#FFFFFF"
_BLACK: Final = "#000000"
_QUIET: Final = "#4A4A4A"


def draw_key_list(canvas: Canvas, language: str) -> None:
    """Lay the list over the middle."""
    sheet = _sheet(language, canvas.box.width, canvas.box.height)
    left = (canvas.box.width - sheet.box.width) // 2
    canvas.paste(sheet, left, max(0, (canvas.box.height - sheet.box.height) // 2 - canvas.px(30)))


@lru_cache(maxsize=2)
def _sheet(language: str, width: int, height: int) -> Canvas:
    keys = KEYS[language]
    canvas = Canvas(width, height, _WHITE)
    tall = canvas.px(_HEAD + _ROW * len(keys) + 24)
    canvas.box = Box(0, 0, min(width, canvas.px(_WIDTH)), min(height, tall))
    canvas.pixels = canvas.pixels[: canvas.box.bottom, : canvas.box.right]
    margin, column = canvas.px(40), canvas.px(190)
    inner = canvas.box.width - 2 * margin
    title = PHRASES[language]["all_keys"]
    head = canvas.typeset(title, width=inner, height=canvas.px(50), size=34, weight=800)
    canvas.put(head, margin, canvas.px(22), _QUIET)
    for number, (key, what) in enumerate(keys):
        top = canvas.px(_HEAD + _ROW * number)
        height = canvas.px(_ROW - 8)
        name = canvas.typeset(key, width=column, height=height, size=36, weight=800)
        words = canvas.typeset(what, width=inner - column, height=height, size=36, weight=500)
        canvas.put(name, margin, top, _BLACK)
        canvas.put(words, margin + column, top, _BLACK)
    return canvas
