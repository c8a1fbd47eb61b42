"""The icons of spec.icons as pixels, by plain geometry: what every medium must come close to."""

from functools import cache
from itertools import pairwise

import numpy as np

from spec.icons import ICONS, Area, Disc, Part, Point, Role, Stroke
from spec.palette import Icon

_FINE = 4
"""Points on each side of a pixel that are looked at for a grey one."""


def raster(parts: tuple[Part, ...], size: int) -> np.ndarray:
    """True where there is ink: the middles of `size` times `size` pixels over the whole square."""
    x, y = _grid(size)
    ink = np.zeros(x.shape, bool)
    for part in parts:
        ink[covered(part, x, y)] = part.role is Role.INK
    return ink


@cache
def shades(icon: Icon, size: int) -> np.ndarray:
    """The share of ink in each of `size` times `size` pixels, from 0 to 1."""
    fine = raster(ICONS[icon], _FINE * size)
    return fine.reshape(size, _FINE, size, _FINE).mean(axis=(1, 3))


def covered(part: Part, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which of some points lie in a part."""
    match part:
        case Disc(centre=centre, radius=radius):
            return _distance(x, y, centre, centre) <= radius
        case Stroke(points=points, thickness=thickness):
            return np.any(
                [_distance(x, y, *leg) <= thickness / 2 for leg in pairwise(points)], axis=0
            )
        case Area(points=points):
            return _inside(x, y, points)


def _grid(size: int) -> tuple[np.ndarray, np.ndarray]:
    middles = (np.arange(size) + 0.5) * 2 / size - 1
    return tuple(np.meshgrid(middles, middles))


def _distance(x: np.ndarray, y: np.ndarray, start: Point, end: Point) -> np.ndarray:
    """From each point to the nearest one of a line between two others."""
    (left, top), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    along = ((x - left) * dx + (y - top) * dy) / (dx * dx + dy * dy or 1)
    along = np.clip(along, 0, 1)
    return np.hypot(x - left - along * dx, y - top - along * dy)


def _inside(x: np.ndarray, y: np.ndarray, points: tuple[Point, ...]) -> np.ndarray:
    """A line from a point to the right leaves a polygon that holds the point an odd time."""
    inside = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(points, (*points[1:], points[0]), strict=True):
        if ay != by:
            crosses = (ay > y) != (by > y)
            inside ^= crosses & (x < ax + (y - ay) * (bx - ax) / (by - ay))
    return inside
