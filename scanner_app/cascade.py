"""Several engines as one: the first reads every frame; what it misses is restored and read again.

docs/adr/0017-reading-hard-frames.md tells what each choice was measured by.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2

from scanner_app.attention import Attention, Watched
from scanner_app.decoders import Decoder, Found, Picture, ZxingDecoder, luminance
from scanner_app.hints import hint_for
from scanner_app.regions import Region, find_regions
from scanner_app.restoring import Crop
from scanner_app.sight import NOTHING, Sight
from scanner_app.states import is_certificate
from scanner_app.steps import Step, steps_for

__all__ = ["EVERY_MISS", "LIVE", "Cascade", "Effort"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How hard a frame is tried."""

    seconds: float
    """Of processor time after which no further step begins; the longest takes another 0.01."""
    seconds_tired: float
    """The same for what has stayed in view unread, such as a pattern on the wall."""
    live: bool
    """Whether frames follow each other: steps then take turns, since the next frame is like this
    one. Otherwise all engines also read the whole picture."""


EVERY_MISS: Final = Effort(seconds=2.0, seconds_tired=2.0, live=False)
"""For pictures from a folder: each is tried with every step and engine, whatever it costs."""
LIVE: Final = Effort(seconds=0.024, seconds_tired=0.006, live=True)
"""For a camera of 30 frames a second: a missed frame costs at most its own time."""


class Cascade:
    """Tries the engines and steps in order; itself a Decoder.

    A frame counts as missed until a certificate is read in it: an engine that sees only the code
    beside it has not done the work.
    """

    name = "cascade"

    def __init__(
        self,
        decoders: Sequence[Decoder],
        *,
        effort: Effort = LIVE,
        seconds: Callable[[], float] = time.thread_time,
    ) -> None:
        """Take at least one engine, best first.

        `seconds` counts this thread's processor time, so that what else runs takes no step away.
        """
        if not decoders:
            raise ValueError("a cascade needs at least one engine")
        # Regions are small: handing their parts to threads costs more than it saves, and takes the
        # processor from the window. It is one setting for the whole process.
        cv2.setNumThreads(1)
        first, *others = decoders
        self._first, self._thorough = first, others
        if isinstance(first, ZxingDecoder):
            # Halved copies cost a third of its time, and only very large codes need them.
            self._first, self._thorough = ZxingDecoder(downscale=False), [first, *others]
        self._steps = steps_for([self._first, *others])
        self._effort = effort
        self._seconds = seconds
        self._attention = Attention()

    def decode(self, frame: Picture) -> list[Found]:
        """Give the codes that are read in a frame."""
        return list(self.look(frame).codes)

    def look(self, frame: Picture) -> Sight:
        """Tell what a frame shows; the frames of a live source come in their order."""
        began = self._seconds()
        gray = luminance(frame)
        if gray is None:
            return NOTHING
        found = self._first.decode(gray)
        if _has_certificate(found):
            return _sight(found)
        regions = find_regions(gray, tuple(code.corners for code in found))
        found += self._retry(gray, regions, began)
        if not self._effort.live and not _has_certificate(found):
            found += self._whole(gray)
        if found:
            return replace(_sight(found), code_like=True)
        return Sight(code_like=bool(regions), hint=hint_for(gray, regions))

    def _retry(self, gray: Picture, regions: Sequence[Region], began: float) -> list[Found]:
        """Restore the regions in turn until one is read or the time is up."""
        watched = self._watched(regions)
        crops = {id(each): Crop(each.region.cut_from(gray)) for each in watched}
        effort = self._effort
        for each, step in self._tries(watched):
            limit = effort.seconds_tired if each.tired else effort.seconds
            if self._seconds() - began > limit:
                break
            read = _placed(step, crops[id(each)], each.region)
            if read:
                return read
        return []

    def _watched(self, regions: Sequence[Region]) -> list[Watched]:
        if self._effort.live:
            return self._attention.given(regions)
        return [Watched(region=region) for region in regions]

    def _tries(self, watched: Sequence[Watched]) -> Iterator[tuple[Watched, Step]]:
        """The best step for each region first; then the others, from where the last frame ended."""
        best, *others = self._steps
        for each in watched:
            yield each, best
        for each in watched:
            for _ in others:
                step = others[each.turn % len(others)]
                each.turn += 1
                yield each, step

    def _whole(self, gray: Picture) -> list[Found]:
        """Read the whole picture with every engine: its code may be huge, or of no texture."""
        found: list[Found] = []
        for decoder in self._thorough:
            found = found or decoder.decode(gray)
        return found


def _placed(step: Step, crop: Crop, region: Region) -> list[Found]:
    """Take a step, and give what it read with its corners in the frame."""
    try:
        picture = step.prepare(crop)
    except cv2.error:  # No shape of a region is known to cause one; the next step counts.
        return []
    scale = picture.shape[1] / (region.right - region.left)
    return [
        replace(
            code,
            corners=tuple(
                (round(x / scale) + region.left, round(y / scale) + region.top)
                for x, y in code.corners
            ),
        )
        for code in step.decoder.decode(picture)
    ]


def _sight(found: Sequence[Found]) -> Sight:
    return Sight(codes=tuple({code.data: code for code in found}.values()), code_like=bool(found))


def _has_certificate(found: Sequence[Found]) -> bool:
    return any(is_certificate(code.text) for code in found)
