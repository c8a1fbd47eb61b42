"""Turns the pictures of a source upright, for cameras that hang sideways or upside down."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from scanner_app.camera import Camera
from scanner_app.decoders import Picture
from scanner_app.sources import Frame, Item, Source

__all__ = ["Turned", "mirrored"]

_TURNS: Final = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


class Turned:
    """A source whose pictures are turned clockwise by 90, 180 or 270 degrees."""

    def __init__(self, source: Source, degrees: int) -> None:
        self.name = source.name
        self.live = source.live
        self.single = source.single
        self._source = source
        self._turn = _TURNS[degrees]

    def read(self, timeout: float) -> Item | None:
        """Give the next item as Source does, its picture turned."""
        item = self._source.read(timeout)
        if not isinstance(item, Frame) or item.picture is None:
            return item
        return replace(item, picture=np.asarray(cv2.rotate(item.picture, self._turn), np.uint8))

    @property
    def silent_for(self) -> float:
        """What a camera says of its thread; nothing else has one that could wedge."""
        return self._source.silent_for if isinstance(self._source, Camera) else 0.0

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def mirrored(picture: Picture) -> Picture:
    """A picture as a mirror shows it. For the screen alone: not every engine reads such codes."""
    return np.asarray(cv2.flip(picture, 1), np.uint8)
