"""Finds where in a frame something looks like a code: the places of densest texture.

A code changes between dark and light every few pixels, across and down alike; a face, a wall or the
edge of a table does so in few places or in one direction. Nothing here decodes, and a whole frame
of 1280x720 costs half a millisecond.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import cv2
import numpy as np

from scanner_app.decoders import Corners, Picture, as_picture

__all__ = ["BLOCK", "Region", "find_regions"]

BLOCK: Final = 8
"""Pixels of a side of the blocks for which texture is known."""

_GREATEST_SIDE: Final = 2000
"""Pixels: larger frames are halved first, so that modules stay within reach."""
_REACH: Final = 4
"""Pixels between what is compared: about a module of a code that fills half the frame's height."""
_FAINTEST: Final = 5
"""Levels that the densest place must stand above the frame: noise alone reached 4 in empty scenes,
and codes fainter than this could not be read anyway."""
_SHARE: Final = 0.4
"""Of the way from the frame's texture to its densest place: what is above belongs to it."""
_SMALLEST: Final = 6
"""Blocks of a side: a code of ours is unreadable below twice as many pixels as modules."""
_MARGIN: Final = 2
"""Blocks around: texture fades towards the border, and engines need the quiet zone."""
_LEAST_SIDE: Final = (_SMALLEST + 2) * BLOCK
"""Pixels of a frame in which such a region has room."""
_SPECK: Final = 8
"""Blocks: fewer are no part of a code."""
_FULLEST: Final = 0.45
"""Least share of its box that a region fills: a square on its corner fills half of it."""
_LONGEST: Final = 2.6
"""Long side over short side; a steeply tilted code has 2."""
_MOST: Final = 3
"""Regions of a frame: what is behind them is noise, or a crowd of codes where one must be shown."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Region:
    """A box in a frame, in pixels, and the texture by which it was found."""

    left: int
    top: int
    right: int
    bottom: int
    block: int
    """Pixels of a side of its blocks."""
    origin: tuple[int, int]
    """Left and top of its blocks: the box without the margin."""
    blocks: Picture
    """1 for each block that has the region's texture."""

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom."""
        return self.left, self.top, self.right, self.bottom

    @property
    def side(self) -> int:
        """The shorter side in pixels, without the margin."""
        return int(min(self.blocks.shape)) * self.block

    def cut_from(self, gray: Picture) -> Picture:
        """The part of a frame that the region covers."""
        return np.ascontiguousarray(gray[self.top : self.bottom, self.left : self.right])


def find_regions(gray: Picture, known: tuple[Corners, ...] = ()) -> list[Region]:
    """Give the places that look like codes, the most promising first.

    What lies inside the corners of `known` codes is left out: they were read already.
    """
    half, times = gray, 1
    while max(half.shape) > _GREATEST_SIDE and min(half.shape) >= _LEAST_SIDE:
        size = (half.shape[1] // 2, half.shape[0] // 2)
        half, times = as_picture(cv2.resize(half, size, interpolation=cv2.INTER_AREA)), 2 * times
    if min(half.shape) < _LEAST_SIDE:
        return []
    texture = _texture(half)
    _forget(texture, known, BLOCK * times)
    peak, usual = int(texture.max()), _median(texture)
    if peak < usual + _FAINTEST:
        return []
    dense = as_picture((texture >= usual + _SHARE * (peak - usual)).view(np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(dense, connectivity=8)
    boxes = [_Box.of(stats[label]) for label in range(1, count) if stats[label][4] >= _SPECK]
    united = sorted(_united(boxes), key=lambda box: -box.area)
    return [_region(gray, dense, box, BLOCK * times) for box in united if box.may_be_code()][:_MOST]


def _texture(gray: Picture) -> Picture:
    """For each block how much changes across and down: the lesser of the two."""
    height = (gray.shape[0] - _REACH) // BLOCK * BLOCK
    width = (gray.shape[1] - _REACH) // BLOCK * BLOCK
    here = gray[:height, :width]
    across = cv2.absdiff(gray[:height, _REACH : width + _REACH], here)
    down = cv2.absdiff(gray[_REACH : height + _REACH, :width], here)
    least = cv2.min(_shrunk(as_picture(across)), _shrunk(as_picture(down)))
    return as_picture(cv2.blur(least, (5, 5)))


def _shrunk(picture: Picture) -> Picture:
    """The mean of each block: halving three times takes a tenth of the time of doing it at once."""
    for _ in range(3):
        size = (picture.shape[1] // 2, picture.shape[0] // 2)
        picture = as_picture(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    return picture


def _forget(texture: Picture, known: tuple[Corners, ...], block: int) -> None:
    for corners in known:
        if len(corners) >= 3:
            polygon = np.asarray(corners, np.int32) // block
            cv2.fillConvexPoly(texture, cv2.convexHull(polygon), 0)
            cv2.polylines(texture, [polygon], True, 0, 2 * _MARGIN)


def _median(texture: Picture) -> int:
    below = np.cumsum(np.bincount(texture.ravel(), minlength=256))
    return int(np.searchsorted(below, texture.size // 2))


class _Box(NamedTuple):
    """A box of blocks, and how many of them have the texture."""

    left: int
    top: int
    right: int
    bottom: int
    area: int

    @classmethod
    def of(cls, stats: Any) -> "_Box":
        left, top, width, height, area = (int(value) for value in stats)
        return cls(left, top, left + width, top + height, area)

    def meets(self, other: "_Box") -> bool:
        """Whether the boxes overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def with_(self, other: "_Box") -> "_Box":
        """The box around both."""
        return _Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
            self.area + other.area,
        )

    def may_be_code(self) -> bool:
        width, height = self.right - self.left, self.bottom - self.top
        short, long = min(width, height), max(width, height)
        full = self.area >= _FULLEST * width * height
        return short >= _SMALLEST and long <= _LONGEST * short and full


def _united(boxes: list[_Box]) -> list[_Box]:
    """Join boxes that overlap: a lamp's streak, or a finger, cuts a code in two."""
    united: list[_Box] = []
    for box in sorted(boxes, key=lambda box: -box.area):
        for at, other in enumerate(united):
            if box.meets(other):
                united[at] = other.with_(box)
                break
        else:
            united.append(box)
    return united


def _region(gray: Picture, dense: Picture, box: _Box, block: int) -> Region:
    return Region(
        left=max(0, (box.left - _MARGIN) * block),
        top=max(0, (box.top - _MARGIN) * block),
        right=min(gray.shape[1], (box.right + _MARGIN) * block),
        bottom=min(gray.shape[0], (box.bottom + _MARGIN) * block),
        block=block,
        origin=(box.left * block, box.top * block),
        blocks=dense[box.top : box.bottom, box.left : box.right],
    )
