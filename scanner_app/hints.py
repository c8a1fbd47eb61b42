"""Why a frame was not read, as far as it tells: what the holder or the officer could change.

The bounds stand between what generated frames of each kind show; `tests/scanner_app/test_hints.py`
holds them to frames that nothing reads.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from scanner_app.decoders import Picture, as_picture
from scanner_app.regions import Region
from scanner_app.restoring import Crop
from scanner_app.sight import Hint

__all__ = ["hint_for"]

_SPARSE: Final = 8
"""Every so-manieth row and column is enough to tell how bright a frame is."""
_BRIGHT_SHARE: Final = 98
"""Percentile that counts as the frame's light: a phone's screen in a dark room is light enough."""
_DARK: Final = 70
"""Levels of 255: a white sheet in a quarter of good light has 62."""
_NEAR: Final = 150
"""Pixels of a side: our codes have 53 modules and a region ends a little outside of them, so that a
module has two and a half pixels."""
_WHITE: Final = 225
"""Levels: a block of a code is grey on the whole, of nothing but light it has more."""
_WASHED: Final = 0.055
"""Share of a region that is white and without texture: at most 0.05 in any frame without a lamp,
0.06 to 0.17 in those that a lamp keeps from being read."""
_SMEARED: Final = 0.5
"""How much less a region changes along one direction than across: a code at rest below 0.2, one at
45 degrees 0.3 to 0.5, a moving one up to 0.8."""


def hint_for(gray: Picture, regions: Sequence[Region]) -> Hint | None:
    """Give the one hint that helps most, or None."""
    if np.percentile(gray[::_SPARSE, ::_SPARSE], _BRIGHT_SHARE) < _DARK:
        return Hint.TOO_DARK
    if not regions:
        return None
    region = regions[0]
    if region.side < _NEAR:
        return Hint.TOO_FAR
    if _washed(gray, region) > _WASHED:
        return Hint.GLARE
    return Hint.HOLD_STILL if Crop(region.cut_from(gray)).smear > _SMEARED else None


def _washed(gray: Picture, region: Region) -> float:
    """The share of a region in which a lamp hides what must be there.

    It lies between places of texture: what is white around a code is its quiet zone.
    """
    blocks = region.blocks
    between = np.zeros_like(blocks)
    cv2.fillConvexPoly(between, cv2.convexHull(np.argwhere(blocks)[:, ::-1].astype(np.int32)), 1)
    left, top = region.origin
    height, width = blocks.shape
    inner = gray[top : top + height * region.block, left : left + width * region.block]
    light = as_picture(cv2.resize(inner, (width, height), interpolation=cv2.INTER_AREA))
    white = (between == 1) & (blocks == 0) & (light >= _WHITE)
    return float(np.count_nonzero(white) / np.count_nonzero(between))
