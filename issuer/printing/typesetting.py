"""Letters for pictures and paper: the fonts, what they can spell, and lines that fit a place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from spec.errors import DosepassError

__all__ = ["BOLD", "REGULAR", "Measure", "MissingLetterError", "SetText", "fit", "require_letters"]

_FONTS: Final = Path(__file__).parents[1] / "fonts"
REGULAR: Final = _FONTS / "NotoSans-Regular.ttf"
BOLD: Final = _FONTS / "NotoSans-Bold.ttf"

COVERED: Final = (
    (0x0020, 0x007E), (0x00A0, 0x024F), (0x02B9, 0x02BF), (0x0300, 0x036F), (0x1E00, 0x1EFF),
    (0x2010, 0x2015), (0x2018, 0x201F), (0x2020, 0x2022), (0x2026, 0x2026), (0x202F, 0x202F),
    (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x20AB, 0x20AC), (0x2116, 0x2116),
    (0x2122, 0x2122), (0x2212, 0x2212),
)  # fmt: skip
"""The code points that both fonts hold: all of Latin with its marks, so every name on a Vietnamese
paper, also those of the ethnic minorities and of foreigners in their Latin form."""

Measure: TypeAlias = Callable[[str, float], float]
"""Takes a text and a font size, gives the width in the units of the medium."""


class MissingLetterError(DosepassError):
    """A text has a letter that the fonts lack; to print an empty box in a name would be worse."""

    code = "missing_letter"


@dataclass(frozen=True, kw_only=True, slots=True)
class SetText:
    """A text broken into lines at the font size that lets it fit."""

    size: float
    lines: tuple[str, ...]


def require_letters(*texts: str) -> None:
    """Raise MissingLetterError if a text has a letter outside of the fonts."""
    for text in texts:
        for letter in text:
            if not any(low <= ord(letter) <= high for low, high in COVERED):
                raise MissingLetterError(f"the fonts have no letter U+{ord(letter):04X}")


def fit(
    text: str,
    measure: Measure,
    *,
    width: float,
    height: float,
    sizes: Sequence[float],
    leading: float,
) -> SetText:
    """Break a text into lines at the largest of `sizes` that keeps it in a rectangle.

    `leading` is the distance of two baselines in the units of the medium for each unit of font
    size. Words are broken only where no size lets them stay whole. A text that fits at no size is
    set at the smallest, and reaches out of the rectangle: nothing is ever cut off.
    """
    for broken in (False, True):
        for size in sizes:
            lines = _lines(text, measure, size, width, broken)
            fits = all(measure(line, size) <= width for line in lines)
            if fits and len(lines) * size * leading <= height:
                return SetText(size=size, lines=lines)
    return SetText(size=size, lines=lines)


def _lines(text: str, measure: Measure, size: float, width: float, broken: bool) -> tuple[str, ...]:
    """Fill each line with as many words as fit; a wide word is broken, or stands alone."""
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, measure, size, width) if broken else [word]:
            longer = f"{lines[-1]} {piece}".lstrip()
            if lines[-1] and measure(longer, size) > width:
                lines.append(piece)
            else:
                lines[-1] = longer
    return tuple(lines)


def _pieces(word: str, measure: Measure, size: float, width: float) -> list[str]:
    """Break a word where it becomes wider than a line."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and measure(pieces[-1] + letter, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
