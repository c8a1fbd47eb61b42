"""The palette and the icons of spec as the web has them: style rules and SVG symbols."""

from typing import Final

from spec import palette
from spec.icons import ICONS, Area, Disc, Part, Point, Role, Stroke
from spec.palette import Icon, Style

__all__ = ["look_rules", "symbols", "tab_icon"]

_STYLES: Final = (
    palette.GREEN,
    palette.YELLOW,
    palette.REJECTED,
    palette.EXPIRED,
    palette.REVOKED,
    palette.UNDETERMINED,
    palette.NOT_A_CERTIFICATE,
)
_FILLS: Final = {Role.INK: "currentColor", Role.PAPER: "var(--paper)"}
_BOX: Final = "-1.1 -1.1 2.2 2.2"
"""The square of spec.icons, with room for what reaches a little over its edge."""


def look_rules() -> str:
    """A rule of style for each look, named by its icon, with its two colours as variables."""
    return "".join(_rule(style) for style in _STYLES)


def symbols() -> str:
    """An SVG symbol `icon-NAME` for each icon, in the colour of the text on `--paper`."""
    drawn = (
        f'<symbol id="icon-{icon}" viewBox="{_BOX}">{_drawing(icon, _FILLS)}</symbol>'
        for icon in ICONS
    )
    return "\n".join(drawn)


def tab_icon() -> str:
    """The picture for the browser's tab: two ticks on green, as a file of its own."""
    style = palette.GREEN
    fills = {Role.INK: style.background, Role.PAPER: style.foreground}
    namespace = "http://www.w3.org/2000/svg"
    return f'<svg xmlns="{namespace}" viewBox="{_BOX}">{_drawing(style.icon, fills)}</svg>\n'


def _rule(style: Style) -> str:
    return (
        f'[data-look="{style.icon}"] '
        f"{{ --paper: {style.background}; --ink: {style.foreground}; }}\n"
    )


def _drawing(icon: Icon, fills: dict[Role, str]) -> str:
    return "".join(_shape(part, fills[part.role]) for part in ICONS[icon])


def _shape(part: Part, colour: str) -> str:
    match part:
        case Disc(centre=(x, y), radius=radius):
            return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{colour}"/>'
        case Area(points=points):
            return f'<polygon points="{_points(points)}" fill="{colour}"/>'
        case Stroke(points=points, thickness=thickness):
            return (
                f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" '
                f'stroke-width="{thickness:g}" stroke-linecap="round" stroke-linejoin="round"/>'
            )


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
