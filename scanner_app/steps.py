"""The steps after a miss, best first: each restores a region in one way and asks one engine.

The order is that of reads for each millisecond, as `python -m benchmarks.reading --steps` prints
them (docs/adr/0017-reading-hard-frames.md).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from scanner_app.decoders import Decoder, Picture
from scanner_app.restoring import Crop

__all__ = ["Step", "steps_for"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One try at a region."""

    name: str
    prepare: "Prepare"
    decoder: Decoder


Prepare: TypeAlias = Callable[[Crop], Picture]

_FIRST: Final[dict[str, Prepare]] = {
    "sharpened": lambda crop: crop.sharpened(sigma=3.0, amount=1.8),
    "softened": lambda crop: crop.softened(sigma=1.0),
    "evened": lambda crop: crop.evened(),
}
"""Before the second engine: together they read three of four codes that the first pass misses."""
_THEN: Final[dict[str, Prepare]] = {
    "refocused": lambda crop: crop.refocused(sigma=2.2),
    "unsmeared by 8.5": lambda crop: crop.unsmeared(length=8.5),
    "unsmeared by 6.5": lambda crop: crop.unsmeared(length=6.5),
    "softened and sharpened": lambda crop: crop.softened_and_sharpened(),
    "brightened": lambda crop: crop.brightened(),
    "cleaned": lambda crop: crop.cleaned(),
    "thresholded": lambda crop: crop.thresholded(),
    "sharpened hard": lambda crop: crop.sharpened(sigma=4.0, amount=4.0),
    "sharpened finely": lambda crop: crop.sharpened(sigma=1.6, amount=3.0),
    "unsmeared by 11": lambda crop: crop.unsmeared(length=11.0),
    "as it is": lambda crop: crop.pixels,
}


def steps_for(decoders: Sequence[Decoder]) -> list[Step]:
    """Give the steps for the engines that there are, best first.

    The first reads what was restored. The second engines read the region as it is: they have ways
    of their own with light and noise, and restoring rarely helps them.
    """
    first, *others = decoders
    second, later = others[:1], others[1:]
    return [
        *_with(first, _FIRST),
        *(_plain(decoder) for decoder in second),
        *_with(first, _THEN),
        *(_plain(decoder) for decoder in later),
    ]


def _with(decoder: Decoder, named: Mapping[str, Prepare]) -> list[Step]:
    return [Step(name=name, prepare=how, decoder=decoder) for name, how in named.items()]


def _plain(decoder: Decoder) -> Step:
    return Step(name=decoder.name, prepare=lambda crop: crop.pixels, decoder=decoder)
