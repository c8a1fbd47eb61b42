"""Draws the icons of spec.icons on a canvas."""

from scanner_app.drawing import Canvas
from spec.icons import Area, Disc, Part, Role, Stroke, placed
from spec.palette import Icon

__all__ = ["draw_icon"]


def draw_icon(
    canvas: Canvas, icon: Icon, *, x: int, y: int, radius: int, ink: str, paper: str
) -> None:
    """Draw an icon around a centre, in the ink colour, with its inner marks in the paper colour."""
    for part in placed(icon, x=x, y=y, radius=radius):
        _draw_part(canvas, part, ink if part.role is Role.INK else paper)


def _draw_part(canvas: Canvas, part: Part, colour: str) -> None:
    match part:
        case Disc(centre=(x, y), radius=radius):
            canvas.disc(x, y, radius, colour)
        case Area(points=points):
            canvas.polygon(points, colour)
        case Stroke(points=points, thickness=thickness):
            canvas.line(points, colour, max(1, round(thickness)))
