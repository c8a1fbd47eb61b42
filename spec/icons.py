"""The icons of spec.palette as shapes, from which every medium draws: card, paper, screen, page.

Coordinates lie in a square of two by two units around the centre (0, 0); x grows to the right, y
downward; radius and thickness are in the same units. The parts are laid over each other in their
order. What they leave free is the ground of the medium, which has the colour of paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import cos, pi, sin
from types import MappingProxyType
from typing import Final, TypeAlias

from spec.palette import Icon

__all__ = ["ICONS", "Area", "Disc", "Part", "Point", "Role", "Stroke", "placed"]

Point: TypeAlias = tuple[float, float]


class Role(StrEnum):
    """Which of the two colours of a spec.palette.Style a part has."""

    INK = "ink"
    """The foreground."""
    PAPER = "paper"
    """The background."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Disc:
    """A filled circle."""

    role: Role
    radius: float
    centre: Point = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A filled polygon with sharp corners; the last point is joined to the first."""

    role: Role
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stroke:
    """A line through points, its ends and corners round with half the thickness as radius."""

    role: Role
    points: tuple[Point, ...]
    thickness: float


Part: TypeAlias = Disc | Area | Stroke


def placed(icon: Icon, *, x: float, y: float, radius: float) -> tuple[Part, ...]:
    """The parts of an icon around a centre (x, y), in the lengths of a medium.

    `radius` is half the side of the square; y must grow downward in the medium.
    """
    return tuple(_placed(part, x, y, radius) for part in ICONS[icon])


def _placed(part: Part, x: float, y: float, radius: float) -> Part:
    def at(point: Point) -> Point:
        return x + point[0] * radius, y + point[1] * radius

    match part:
        case Disc():
            return replace(part, centre=at(part.centre), radius=part.radius * radius)
        case Area():
            return replace(part, points=tuple(map(at, part.points)))
        case Stroke():
            points = tuple(map(at, part.points))
            return replace(part, points=points, thickness=part.thickness * radius)


def _ink(thickness: float, *points: Point) -> Stroke:
    return Stroke(role=Role.INK, points=points, thickness=thickness)


def _paper(thickness: float, *points: Point) -> Stroke:
    return Stroke(role=Role.PAPER, points=points, thickness=thickness)


def _arc(radius: float, angles: Sequence[float], centre: Point = (0.0, 0.0)) -> tuple[Point, ...]:
    """Points on a circle; rounded, so that the last bit is the same on every machine."""
    x, y = centre
    return tuple(
        (round(x + radius * cos(angle), 4), round(y + radius * sin(angle), 4)) for angle in angles
    )


def _clock_mark(hour: int) -> Stroke:
    """Quarters have longer marks than the hours between."""
    angle = hour * pi / 6
    (inner,) = _arc(0.66 if hour % 3 else 0.6, [angle])
    (outer,) = _arc(0.72, [angle])
    return _ink(0.06, inner, outer)


_DISC: Final = Disc(role=Role.INK, radius=1.0)
_SQUARE: Final = ((-0.82, -0.82), (0.82, -0.82), (0.82, 0.82), (-0.82, 0.82))
_OCTAGON: Final = _arc(1.06, [(2 * step + 1) * pi / 8 for step in range(8)])
_PAGE: Final = ((-0.7, -0.95), (0.3, -0.95), (0.7, -0.55), (0.7, 0.95), (-0.7, 0.95))
_HOOK: Final = _arc(0.3, [pi + step * pi / 16 for step in range(25)], (0.0, -0.24))
"""Of the question mark: three quarters of a circle."""

ICONS: Final[Mapping[Icon, tuple[Part, ...]]] = MappingProxyType(
    {
        Icon.DOUBLE_TICK_CIRCLE: (
            _DISC,
            _paper(0.15, (-0.72, 0.04), (-0.42, 0.36), (0.14, -0.34)),
            _paper(0.15, (-0.03, 0.2), (0.11, 0.36), (0.67, -0.34)),
        ),
        Icon.TICK_SQUARE: (
            Area(role=Role.INK, points=_SQUARE),
            _ink(0.3, *_SQUARE, _SQUARE[0]),  # rounds its corners
            _paper(0.2, (-0.5, 0.04), (-0.14, 0.4), (0.52, -0.4)),
        ),
        Icon.CROSS_OCTAGON: (
            Area(role=Role.INK, points=_OCTAGON),
            _paper(0.22, (-0.4, -0.4), (0.4, 0.4)),
            _paper(0.22, (-0.4, 0.4), (0.4, -0.4)),
        ),
        Icon.CLOCK: (
            _DISC,
            Disc(role=Role.PAPER, radius=0.82),
            _ink(0.15, (0.0, -0.46), (0.0, 0.04), (0.34, 0.26)),
            *(_clock_mark(hour) for hour in range(12)),
        ),
        Icon.CROSSED_PAGE: (
            Area(role=Role.INK, points=_PAGE),
            _paper(0.06, (0.28, -0.95), (0.28, -0.52), (0.7, -0.52)),
            _paper(0.2, (-0.36, -0.22), (0.36, 0.56)),
            _paper(0.2, (-0.36, 0.56), (0.36, -0.22)),
        ),
        Icon.QUESTION: (
            _DISC,
            Disc(role=Role.PAPER, radius=0.86),
            _ink(0.17, *_HOOK, (0.0, 0.28)),
            Disc(role=Role.INK, radius=0.115, centre=(0.0, 0.54)),
        ),
        Icon.DASH: (
            _DISC,
            _paper(0.22, (-0.45, 0.0), (0.45, 0.0)),
        ),
    }
)
"""The parts of every icon, from the lowest to the topmost."""
