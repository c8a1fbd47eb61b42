"""Draws the icons of spec.palette: each result has a shape of its own, told without its colour."""

from collections.abc import Callable, Sequence
from math import cos, pi, sin
from typing import Final

from scanner_app.drawing import Canvas
from spec.palette import Icon

__all__ = ["draw_icon"]


class _Pen:
    """Draws into a square of two by two units around a centre."""

    def __init__(self, canvas: Canvas, x: int, y: int, radius: int, ink: str, paper: str) -> None:
        self._canvas = canvas
        self._x, self._y, self._radius = x, y, radius
        self.ink, self.paper = ink, paper

    def line(self, points: Sequence[tuple[float, float]], colour: str, thickness: float) -> None:
        self._canvas.line(self._at(points), colour, max(1, round(thickness * self._radius)))

    def polygon(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        self._canvas.polygon(self._at(points), colour)

    def disc(self, radius: float, colour: str, x: float = 0, y: float = 0) -> None:
        ((at_x, at_y),) = self._at([(x, y)])
        self._canvas.disc(at_x, at_y, radius * self._radius, colour)

    def _at(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(self._x + x * self._radius, self._y + y * self._radius) for x, y in points]


def draw_icon(
    canvas: Canvas, icon: Icon, *, x: int, y: int, radius: int, ink: str, paper: str
) -> None:
    """Draw an icon around a centre, in the ink colour, with its inner marks in the paper colour."""
    _DRAW[icon](_Pen(canvas, x, y, radius, ink, paper))


def _double_tick_circle(pen: _Pen) -> None:
    pen.disc(1, pen.ink)
    pen.line([(-0.72, 0.04), (-0.42, 0.36), (0.14, -0.34)], pen.paper, 0.15)
    pen.line([(-0.03, 0.2), (0.11, 0.36), (0.67, -0.34)], pen.paper, 0.15)


def _tick_square(pen: _Pen) -> None:
    pen.polygon(_square(0.82), pen.ink)
    pen.line([*_square(0.82), (-0.82, -0.82)], pen.ink, 0.3)
    pen.line([(-0.5, 0.04), (-0.14, 0.4), (0.52, -0.4)], pen.paper, 0.2)


def _cross_octagon(pen: _Pen) -> None:
    turn = pi / 8
    corners = [(cos(turn + step * pi / 4), sin(turn + step * pi / 4)) for step in range(8)]
    pen.polygon([(1.06 * x, 1.06 * y) for x, y in corners], pen.ink)
    pen.line([(-0.4, -0.4), (0.4, 0.4)], pen.paper, 0.22)
    pen.line([(-0.4, 0.4), (0.4, -0.4)], pen.paper, 0.22)


def _clock(pen: _Pen) -> None:
    pen.disc(1, pen.ink)
    pen.disc(0.82, pen.paper)
    pen.line([(0, -0.46), (0, 0.04), (0.34, 0.26)], pen.ink, 0.15)
    for step in range(12):
        angle = step * pi / 6
        inner, outer = (0.66 if step % 3 else 0.6), 0.72
        ends = [(share * cos(angle), share * sin(angle)) for share in (inner, outer)]
        pen.line(ends, pen.ink, 0.06)


def _crossed_page(pen: _Pen) -> None:
    pen.polygon([(-0.7, -0.95), (0.3, -0.95), (0.7, -0.55), (0.7, 0.95), (-0.7, 0.95)], pen.ink)
    pen.line([(0.28, -0.95), (0.28, -0.52), (0.7, -0.52)], pen.paper, 0.06)
    pen.line([(-0.36, -0.22), (0.36, 0.56)], pen.paper, 0.2)
    pen.line([(-0.36, 0.56), (0.36, -0.22)], pen.paper, 0.2)


def _question(pen: _Pen) -> None:
    pen.disc(1, pen.ink)
    pen.disc(0.86, pen.paper)
    # The hook of the question mark: three quarters of a circle, then down to the dot.
    arc = [pi + step * 1.5 * pi / 24 for step in range(25)]
    hook = [(0.3 * cos(angle), -0.24 + 0.3 * sin(angle)) for angle in arc]
    pen.line([*hook, (0, 0.28)], pen.ink, 0.17)
    pen.disc(0.115, pen.ink, y=0.54)


def _dash(pen: _Pen) -> None:
    pen.disc(1, pen.ink)
    pen.line([(-0.45, 0), (0.45, 0)], pen.paper, 0.22)


def _square(half: float) -> list[tuple[float, float]]:
    return [(-half, -half), (half, -half), (half, half), (-half, half)]


_DRAW: Final[dict[Icon, Callable[[_Pen], None]]] = {
    Icon.DOUBLE_TICK_CIRCLE: _double_tick_circle,
    Icon.TICK_SQUARE: _tick_square,
    Icon.CROSS_OCTAGON: _cross_octagon,
    Icon.CLOCK: _clock,
    Icon.CROSSED_PAGE: _crossed_page,
    Icon.QUESTION: _question,
    Icon.DASH: _dash,
}
