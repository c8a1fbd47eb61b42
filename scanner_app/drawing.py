"""Drawing in units that fit any window: text with Vietnamese letters, boxes and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import cv2
import numpy as np

from scanner_app.decoders import Picture

__all__ = ["LINE_HEIGHT", "Align", "Box", "Canvas", "Typeset", "bgr", "text_width", "wrap"]

Bgr: TypeAlias = tuple[int, int, int]

REFERENCE_WIDTH: Final = 1280
REFERENCE_HEIGHT: Final = 720
"""Lengths are given for a window of this size and scaled to the real one."""

LINE_HEIGHT: Final = 1.32
"""Of the text size: room for a tone mark above a marked capital, and for a dot below."""
_BASELINE: Final = 1.02
"""From the top of a line to its baseline, in text sizes."""
_SHRINK: Final = 0.94
"""Step from one size to the next smaller one."""
_WHOLE_WORDS: Final = 0.66
"""Below this share of the wanted size a word may be broken."""
_SMALLEST: Final = 7.0
"""Pixels; below, nothing can be read anyway."""
_FONT: Final = Path(__file__).parent / "fonts" / "NotoSans-wght.ttf"


class Align(Enum):
    """Where a line stands in its width: the share of the spare room that is left of it."""

    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """From top to bottom."""
        return self.bottom - self.top

    def inset(self, x: int, y: int) -> "Box":
        """The box without a margin on each side."""
        return Box(self.left + x, self.top + y, self.right - x, self.bottom - y)


@dataclass(frozen=True, slots=True)
class Typeset:
    """Lines that were broken and sized to fit somewhere."""

    lines: tuple[str, ...]
    size: int
    weight: int

    @property
    def height(self) -> int:
        """Pixels that the lines need."""
        return round(len(self.lines) * self.size * LINE_HEIGHT)


class Canvas:
    """A picture being drawn. It remembers the box of each text, so that a test can look at them."""

    def __init__(self, width: int, height: int, background: str) -> None:
        self.pixels: Picture = np.full((height, width, 3), bgr(background), np.uint8)
        self.box = Box(0, 0, width, height)
        self.text_boxes: list[Box] = []
        self._unit = min(width / REFERENCE_WIDTH, height / REFERENCE_HEIGHT)

    def px(self, length: float) -> int:
        """A length for the reference window in pixels of this one, at least one."""
        return max(1, round(length * self._unit))

    def typeset(
        self, text: str, *, width: int, height: int, size: float, weight: int = 400
    ) -> Typeset:
        """Break a text into lines of at most a width, as large as fits into a height.

        Words stay whole down to two thirds of the wanted size. A text that fits at no size that
        can be read is cut, which the limits of names and words keep from windows of a sane size.
        """
        wanted = current = float(self.px(size))
        while current >= _SMALLEST:
            in_words = current > wanted * _WHOLE_WORDS
            lines = _broken(text, width, round(current), weight, in_words=in_words)
            result = Typeset(tuple(lines), round(current), weight)
            fits = all(text_width(line, result.size, weight) <= width for line in lines)
            if fits and result.height <= height:
                return result
            current *= _SHRINK
        lines = _break_words(text, width, round(current), weight)
        rows = max(1, int(height / (round(current) * LINE_HEIGHT)))
        return Typeset(tuple(lines[:rows]), round(current), weight)

    def put(
        self,
        text: Typeset,
        left: int,
        top: int,
        colour: str,
        *,
        width: int = 0,
        align: Align = Align.LEFT,
    ) -> int:
        """Draw lines from a top left corner on, aligned in a width; gives the bottom."""
        step = text.size * LINE_HEIGHT
        for number, line in enumerate(text.lines):
            used = text_width(line, text.size, text.weight)
            x = left + round((width - used) * align.value)
            y = round(top + number * step)
            self._put_line(line, x, y, text, colour)
            self.text_boxes.append(Box(x, y, x + used, round(y + step)))
        return top + text.height

    def widths(self, text: Typeset) -> list[int]:
        """Pixels that each line takes."""
        return [text_width(line, text.size, text.weight) for line in text.lines]

    def paste(self, piece: "Canvas", left: int, top: int) -> None:
        """Put another canvas at a place, as much of it as is inside this one."""
        box = Box(
            max(0, left),
            max(0, top),
            min(self.box.right, left + piece.box.width),
            min(self.box.bottom, top + piece.box.height),
        )
        part = piece.pixels[box.top - top : box.bottom - top, box.left - left : box.right - left]
        self.pixels[box.top : box.bottom, box.left : box.right] = part
        self.text_boxes += [
            Box(text.left + left, text.top + top, text.right + left, text.bottom + top)
            for text in piece.text_boxes
        ]

    def fill(self, box: Box, colour: str, *, radius: int = 0) -> None:
        """Fill a rectangle, with round corners if a radius is given."""
        tone = bgr(colour)
        if radius <= 0:
            cv2.rectangle(
                self.pixels, (box.left, box.top), (box.right - 1, box.bottom - 1), tone, -1
            )
            return
        across, down = box.inset(radius, 0), box.inset(0, radius)
        self.fill(across, colour)
        self.fill(down, colour)
        inner = box.inset(radius, radius)
        for x in (inner.left, inner.right - 1):
            for y in (inner.top, inner.bottom - 1):
                cv2.circle(self.pixels, (x, y), radius, tone, -1, cv2.LINE_AA)

    def line(self, points: Sequence[tuple[float, float]], colour: str, thickness: int) -> None:
        """Draw a line through points, with round ends."""
        array = np.array([[round(x), round(y)] for x, y in points], np.int32)
        cv2.polylines(self.pixels, [array], False, bgr(colour), thickness, cv2.LINE_AA)

    def polygon(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Fill a polygon."""
        array = np.array([[round(x), round(y)] for x, y in points], np.int32)
        cv2.fillPoly(self.pixels, [array], bgr(colour), cv2.LINE_AA)

    def disc(self, x: float, y: float, radius: float, colour: str, *, ring: int = -1) -> None:
        """Fill a circle, or draw it as a ring of a thickness."""
        centre = (round(x), round(y))
        cv2.circle(self.pixels, centre, round(radius), bgr(colour), ring, cv2.LINE_AA)

    def cover(self, picture: Picture, box: Box) -> None:
        """Fill a box with a picture, cutting off what is too wide or too high."""
        height, width = picture.shape[:2]
        scale = max(box.width / width, box.height / height)
        size = (max(box.width, round(width * scale)), max(box.height, round(height * scale)))
        resized: Any = cv2.resize(_coloured(picture), size, interpolation=cv2.INTER_AREA)
        x, y = (size[0] - box.width) // 2, (size[1] - box.height) // 2
        cut = resized[y : y + box.height, x : x + box.width]
        self.pixels[box.top : box.bottom, box.left : box.right] = cut

    def dim(self, box: Box, share: float) -> None:
        """Darken a box; a share of 0 leaves it, 1 makes it black."""
        part = self.pixels[box.top : box.bottom, box.left : box.right]
        cv2.convertScaleAbs(part, part, alpha=1 - share)

    def _put_line(self, line: str, x: int, top: int, text: Typeset, colour: str) -> None:
        baseline = round(top + text.size * _BASELINE)
        font, tone = _font(), bgr(colour)
        cv2.putText(self.pixels, line, (x, baseline), tone, font, text.size, text.weight)


def bgr(colour: str) -> Bgr:
    """Turn `#RRGGBB` into OpenCV's order."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return blue, green, red


def text_width(text: str, size: int, weight: int) -> int:
    """Pixels that one line takes."""
    return int(cv2.getTextSize((0, 0), text, (0, 0), _font(), size, weight)[2]) if text else 0


def wrap(text: str, width: int, size: int, weight: int) -> list[str]:
    """Break a text at spaces into lines of at most a width; a longer word is a line of its own."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if not lines[-1] or text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _broken(text: str, width: int, size: int, weight: int, *, in_words: bool) -> list[str]:
    """Break a text into lines of about the same length; between words, or anywhere."""
    lines = wrap(text, width, size, weight)
    if not in_words and any(text_width(line, size, weight) > width for line in lines):
        return _break_words(text, width, size, weight)
    if len(lines) == 1:
        return lines
    for narrower in range(width, width // 2, -max(1, width // 40)):
        balanced = wrap(text, narrower, size, weight)
        if len(balanced) > len(lines):
            break
        lines = balanced
    return lines


def _break_words(text: str, width: int, size: int, weight: int) -> list[str]:
    """Break a text anywhere, for a word that fits nowhere."""
    lines = [""]
    for letter in text:
        if lines[-1] and text_width(lines[-1] + letter, size, weight) > width:
            lines.append("")
        lines[-1] += letter
    return lines


def _coloured(picture: Picture) -> Any:
    """Give three channels, whatever the camera or file has."""
    if picture.ndim == 2 or picture.shape[2] == 1:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    return picture[:, :, :3]


@cache
def _font() -> cv2.FontFace:
    return cv2.FontFace(str(_FONT))
