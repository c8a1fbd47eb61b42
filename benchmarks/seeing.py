"""The empty camera frame: what every frame costs while nobody shows a code."""

from collections.abc import Iterator

from benchmarks.frames import empty_scene
from benchmarks.measure import Row, compare
from scanner_app.cascade import LIVE, Cascade
from scanner_app.decoders import available_decoders

__all__ = ["rows"]

_AT_MOST = 3.0
_FRAMES = 60


def rows() -> Iterator[Row]:
    """Measure the first engine on an empty frame, and the cascade over many such frames."""
    decoders, _ = available_decoders()
    frame = empty_scene(seed=1)
    cascade = Cascade(decoders, effort=LIVE)
    first, whole, _ = compare(
        lambda: decoders[0].decode(frame), lambda: cascade.decode(frame), rounds=3, repeats=_FRAMES
    )
    yield Row(
        what=f"empty camera frame 1280x720, {decoders[0].name}",
        figure=f"{first * 1e3:.1f} ms (with the second engines' turns {whole * 1e3:.1f} ms)",
        bound=f"at most {_AT_MOST:.0f} ms",
        holds=first * 1e3 <= _AT_MOST,
    )
