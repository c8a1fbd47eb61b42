"""What a live view has shown for how long: new things are looked at first, old ones seldom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from scanner_app.regions import Region

__all__ = ["Attention", "Watched"]

_TIRED_AFTER: Final = 60
"""Frames, two seconds: who holds a code that long helps no reader by holding it the same way, and a
pattern on the wall is no code."""
_FORGOTTEN_AFTER: Final = 15
"""Frames in which a place shows nothing: half a second."""
_SAME_PLACE: Final = 0.25
"""Share of its side by which a thing on the wall may seem to move between two frames."""


@dataclass(kw_only=True, slots=True, eq=False)
class Watched:
    """A region over the frames: how long it has been there, and which step comes next for it."""

    region: Region
    frames: int = 1
    turn: int = 0
    _last: int = field(default=0, repr=False)

    @property
    def tired(self) -> bool:
        """Whether it has stayed unread so long that trying hard again is no use."""
        return self.frames > _TIRED_AFTER


class Attention:
    """Follows the regions of a live source from frame to frame."""

    def __init__(self) -> None:
        self._frame = 0
        self._watched: list[Watched] = []

    def given(self, regions: Sequence[Region]) -> list[Watched]:
        """Take in the regions of the next frame; gives them with their past, freshest first."""
        self._frame += 1
        present = [self._met(region) for region in regions]
        recent = self._frame - _FORGOTTEN_AFTER
        self._watched = [watched for watched in self._watched if watched._last > recent]
        return sorted(present, key=lambda watched: watched.tired)

    def _met(self, region: Region) -> Watched:
        for watched in self._watched:
            if watched._last < self._frame and _same_place(watched.region, region):
                watched.region = region
                watched.frames += 1
                watched._last = self._frame
                return watched
        watched = Watched(region=region, _last=self._frame)
        self._watched.append(watched)
        return watched


def _same_place(before: Region, now: Region) -> bool:
    most = _SAME_PLACE * max(before.side, now.side)
    pairs = zip(before.box, now.box, strict=True)
    return all(abs(one - other) <= most for one, other in pairs)
