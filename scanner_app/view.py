"""The screens: state in, picture out. Pure, so that every screen can be looked at in a test."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scanner_app.answer import Trust
from scanner_app.decoders import Picture
from scanner_app.drawing import Align, Box, Canvas, bgr
from scanner_app.icons import draw_icon
from scanner_app.result_view import result_canvas
from scanner_app.session import Checking, Looking, Note, Showing, State
from scanner_app.words import NOTES, PHRASES, age_words, other_language
from spec.certificate import Timestamp
from spec.palette import NOT_A_CERTIFICATE, UNDETERMINED

__all__ = ["Screen", "compose", "render"]

_MARGIN: Final = 48
_TALLEST: Final = 0.8
"""Height of the drawn part in widths, at most: the layouts are made for lying windows."""
_BAR: Final = 44
"""Height of the status bar."""
_NOTICEABLE: Final = 0.25
"""Seconds of checking before the screen says so: most answers come sooner and need no flicker."""
_WHITE: Final = "#FFFFFF"
_BLACK: Final = "#000000"
_NIGHT: Final = "#12181C"
"""Behind everything that is no result."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Screen:
    """All that one screen depends on."""

    state: State
    language: str
    """The large words; the other language stands below, smaller."""
    picture: Picture | None
    """The newest camera picture, None while there is none."""
    has_camera: bool
    trust: Trust | None
    now: Timestamp
    """By the device's clock, for the age of the trust data."""
    elapsed: float
    """Seconds on the session's scale, for the time that a result has left."""
    checker: str
    """Who judges."""


def render(screen: Screen, width: int, height: int) -> Picture:
    """Draw a screen as blue-green-red pixels; a tall window is filled up around the middle."""
    used = min(height, round(width * _TALLEST))
    picture = compose(screen, width, used).pixels
    above = (height - used) // 2
    filled: Picture = np.empty((height, width, 3), np.uint8)
    filled[:] = picture[0, 0] if isinstance(screen.state, Showing) else bgr(_NIGHT)
    filled[above : above + used] = picture
    return filled


def compose(screen: Screen, width: int, height: int) -> Canvas:
    """Draw a screen and give the canvas, which knows where its texts stand."""
    match screen.state:
        case Showing(answer=answer, since=since, until=until):
            canvas = result_canvas(answer, screen.language, width, height, _BAR)
            left = (until - screen.elapsed) / max(until - since, 0.001)
            _time_left(canvas, left)
        case Checking(since=since) if screen.elapsed - since >= _NOTICEABLE:
            canvas = _camera(screen, width, height, dimmed=0.7)
            _centred(canvas, "checking", screen.language)
        case state:
            canvas = _camera(screen, width, height, dimmed=0.0)
            _prompt(canvas, screen)
            if isinstance(state, Looking) and state.note is not None:
                _toast(canvas, state.note, screen.language)
    _status_bar(canvas, screen)
    return canvas


# Results


def _time_left(canvas: Canvas, share: float) -> None:
    """A thin line that shortens until the result is gone."""
    height = canvas.px(8)
    bottom = canvas.box.bottom - canvas.px(_BAR)
    right = round(canvas.box.right * min(1.0, max(0.0, share)))
    if right > 0:
        canvas.fill(Box(0, bottom - height, right, bottom), _WHITE)


# Looking and checking


def _camera(screen: Screen, width: int, height: int, *, dimmed: float) -> Canvas:
    canvas = Canvas(width, height, _NIGHT)
    if screen.picture is not None:
        canvas.cover(screen.picture, canvas.box)
        canvas.dim(canvas.box, dimmed)
    return canvas


def _prompt(canvas: Canvas, screen: Screen) -> None:
    if screen.picture is None:
        _centred(canvas, "no_picture" if screen.has_camera else "use_reader", screen.language)
        return
    band = Box(0, 0, canvas.box.right, canvas.px(136))
    canvas.dim(band, 0.72)
    _two_lines(canvas, "show_code", screen.language, top=canvas.px(14), size=50)
    _guide(canvas)


def _guide(canvas: Canvas) -> None:
    """Four corners where the code belongs; white on black, seen on any picture."""
    bar, band = canvas.px(_BAR), canvas.px(136)
    half = min((canvas.box.bottom - bar - band) // 2 - canvas.px(28), canvas.box.width // 2 - 4)
    x, y = canvas.box.width // 2, (band + canvas.box.bottom - bar) // 2
    arm = half // 3
    for colour, thickness in ((_BLACK, canvas.px(14)), (_WHITE, canvas.px(8))):
        for side in (-1, 1):
            for end in (-1, 1):
                corner_x, corner_y = x + side * half, y + end * half
                corner = (corner_x, corner_y)
                along = (corner_x - side * arm, corner_y)
                across = (corner_x, corner_y - end * arm)
                canvas.line([along, corner, across], colour, thickness)


def _centred(canvas: Canvas, phrase: str, language: str) -> None:
    top = canvas.box.height // 2 - canvas.px(90)
    _two_lines(canvas, phrase, language, top=top, size=72)


def _two_lines(canvas: Canvas, phrase: str, language: str, *, top: int, size: float) -> None:
    margin = canvas.px(_MARGIN)
    width = canvas.box.width - 2 * margin
    for chosen, share, weight in ((language, 1.0, 800), (other_language(language), 0.56, 600)):
        line = canvas.typeset(
            PHRASES[chosen][phrase],
            width=width,
            height=canvas.px(size * 1.4),
            size=size * share,
            weight=weight,
        )
        top = canvas.put(line, margin, top, _WHITE, width=width, align=Align.CENTRE)


def _toast(canvas: Canvas, note: Note, language: str) -> None:
    style = NOT_A_CERTIFICATE
    text = f"{NOTES[language][note]}  /  {NOTES[other_language(language)][note]}"
    margin, pad = canvas.px(_MARGIN), canvas.px(26)
    radius = canvas.px(22)
    width = canvas.box.width - 2 * margin - 3 * pad - 2 * radius
    line = canvas.typeset(text, width=width, height=canvas.px(64), size=34, weight=600)
    bottom = canvas.box.bottom - canvas.px(_BAR) - canvas.px(24)
    box = Box(margin, bottom - canvas.px(76), canvas.box.right - margin, bottom)
    canvas.fill(box, style.background, radius=canvas.px(16))
    middle = (box.top + box.bottom) // 2
    x = box.left + pad + radius
    ink, paper = style.foreground, style.background
    draw_icon(canvas, style.icon, x=x, y=middle, radius=radius, ink=ink, paper=paper)
    canvas.put(line, x + radius + pad, middle - line.height // 2, style.foreground)


# The status bar


def _status_bar(canvas: Canvas, screen: Screen) -> None:
    phrases = PHRASES[screen.language]
    bar = Box(0, canvas.box.bottom - canvas.px(_BAR), canvas.box.right, canvas.box.bottom)
    stale = screen.trust is not None and screen.now >= screen.trust.end
    canvas.fill(bar, UNDETERMINED.background if stale else _NIGHT)
    margin = canvas.px(24)
    half = bar.width // 2 - 2 * margin
    trust = f"{phrases['trust']}: {_trust_words(screen)}   ·   {screen.checker}"
    for text, align in ((trust, Align.LEFT), (phrases["keys"], Align.RIGHT)):
        line = canvas.typeset(text, width=half, height=bar.height, size=22, weight=600)
        top = bar.top + (bar.height - line.height) // 2
        left = margin if align is Align.LEFT else bar.right - margin - half
        canvas.put(line, left, top, _WHITE, width=half, align=align)


def _trust_words(screen: Screen) -> str:
    phrases, trust = PHRASES[screen.language], screen.trust
    if trust is None:
        return phrases["unknown"]
    age = age_words(trust.age(screen.now), screen.language)
    return f"{age}, {phrases['stale']}" if screen.now >= trust.end else age
