"""How a verdict looks: colour, text colour and icon, the same on cards, paper and screens.

Yellow is a valid result, therefore amber never stands for trouble: refusals are red, "cannot
check" is blue. The dark green and the dark red look alike to one man in twelve, so no two results
share an icon and a colour, and every user of this palette shows the words as well.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from spec.colour import Colour
from spec.verdicts import Outcome, VerdictCode

__all__ = [
    "EXPIRED",
    "GREEN",
    "NOT_A_CERTIFICATE",
    "REJECTED",
    "REVOKED",
    "UNDETERMINED",
    "YELLOW",
    "Icon",
    "Style",
    "style_for",
    "style_of_colour",
]


class Icon(StrEnum):
    """A shape that tells the result without its colour; spec.icons says how it is drawn."""

    DOUBLE_TICK_CIRCLE = "double_tick_circle"
    TICK_SQUARE = "tick_square"
    CROSS_OCTAGON = "cross_octagon"
    CLOCK = "clock"
    CROSSED_PAGE = "crossed_page"
    QUESTION = "question"
    DASH = "dash"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """One look; colours are sRGB as `#RRGGBB`, with a contrast of at least 6.5 (WCAG 2, 1.4.3)."""

    background: str
    foreground: str
    icon: Icon


_WHITE: Final = "#FFFFFF"
_BLACK: Final = "#000000"
_RED: Final = "#B71C1C"

GREEN: Final = Style(background="#1B5E20", foreground=_WHITE, icon=Icon.DOUBLE_TICK_CIRCLE)
YELLOW: Final = Style(background="#FFD600", foreground=_BLACK, icon=Icon.TICK_SQUARE)
REJECTED: Final = Style(background=_RED, foreground=_WHITE, icon=Icon.CROSS_OCTAGON)
EXPIRED: Final = Style(background=_RED, foreground=_WHITE, icon=Icon.CLOCK)
REVOKED: Final = Style(background=_RED, foreground=_WHITE, icon=Icon.CROSSED_PAGE)
UNDETERMINED: Final = Style(background="#0D47A1", foreground=_WHITE, icon=Icon.QUESTION)
NOT_A_CERTIFICATE: Final = Style(background="#424242", foreground=_WHITE, icon=Icon.DASH)
"""For a short notice at most: nobody is accused because of a strange code."""

_BY_COLOUR: Final = {Colour.GREEN: GREEN, Colour.YELLOW: YELLOW}
_BY_CODE: Final[dict[str, Style]] = {
    VerdictCode.NOT_A_CERTIFICATE: NOT_A_CERTIFICATE,
    VerdictCode.EXPIRED: EXPIRED,
    VerdictCode.NOT_YET_VALID: EXPIRED,
    VerdictCode.REVOKED: REVOKED,
    VerdictCode.SUSPENDED: REVOKED,
}


def style_of_colour(colour: Colour) -> Style:
    """The look of an accepted certificate, and of the certificate itself."""
    return _BY_COLOUR[colour]


def style_for(outcome: Outcome, code: str, colour: Colour | None) -> Style:
    """The look of a verdict; `colour` is that of the certificate, None unless it is accepted.

    The code only refines what the outcome decides: a code from a newer service that is unknown
    here still shows as refused or undetermined, and no code can turn a refusal green. Raises
    ValueError for an accepted verdict without a colour.
    """
    if outcome is Outcome.ACCEPTED:
        if colour is None:
            raise ValueError("an accepted verdict has a colour")
        return style_of_colour(colour)
    if outcome is Outcome.UNDETERMINED:
        return UNDETERMINED
    return _BY_CODE.get(code, REJECTED)
