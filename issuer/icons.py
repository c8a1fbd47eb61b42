"""The icons of green and yellow as polygons in a unit square, for any medium to fill."""

from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import Final, TypeAlias

from spec.palette import Icon

__all__ = ["SHAPES", "Polygon", "Shape"]

Polygon: TypeAlias = tuple[tuple[float, float], ...]
"""Points from (0, 0), top left, to (1, 1), bottom right."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A ground filled with the text colour, and marks on it in the background colour."""

    ground: Polygon
    marks: tuple[Polygon, ...]


def _tick(x: float, y: float, *, short: float, long: float, thickness: float) -> Polygon:
    """Draw an L that stands on its corner (x, y): lengths of its arms along the outer edge."""
    corner = (
        (0.0, 0.0),
        (-short, 0.0),
        (-short, -thickness),
        (-thickness, -thickness),
        (-thickness, -long),
        (0.0, -long),
    )
    return tuple((x + (u - v) / sqrt(2), y + (u + v) / sqrt(2)) for u, v in corner)


def _circle(points: int = 180) -> Polygon:
    angles = [2 * pi * number / points for number in range(points)]
    return tuple((0.5 + cos(angle) / 2, 0.5 + sin(angle) / 2) for angle in angles)


_SQUARE: Final[Polygon] = ((0, 0), (1, 0), (1, 1), (0, 1))

SHAPES: Final = {
    Icon.DOUBLE_TICK_CIRCLE: Shape(
        _circle(),
        (
            _tick(0.275, 0.68, short=0.17, long=0.47, thickness=0.08),
            _tick(0.565, 0.68, short=0.17, long=0.47, thickness=0.08),
        ),
    ),
    Icon.TICK_SQUARE: Shape(_SQUARE, (_tick(0.42, 0.79, short=0.34, long=0.68, thickness=0.13),)),
}
"""What a certificate can show of itself; the icons of refusals belong to screens alone."""
