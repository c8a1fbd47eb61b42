"""The screens: state in, picture out. Pure, so that every screen can be looked at in a test."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from scanner_app.bar import Bar
from scanner_app.compare_view import compare_canvas
from scanner_app.comparison import Compare
from scanner_app.decoders import Picture
from scanner_app.drawing import Align, Box, Canvas, bgr
from scanner_app.icons import draw_icon
from scanner_app.key_list import draw_key_list
from scanner_app.result_view import result_canvas
from scanner_app.states import (
    Checking,
    Cleared,
    Comparing,
    Looking,
    Reading,
    Showing,
    State,
)
from scanner_app.strips import STATUS_BAR, draw_status_bar
from scanner_app.words import HINTS, NOTES, PHRASES, other_language
from spec.palette import NOT_A_CERTIFICATE, UNDETERMINED
from spec.verdicts import Words, verdict_words

__all__ = ["Screen", "compose", "render"]

_MARGIN: Final = 48
_TALLEST: Final = 0.8
"""Height of the drawn part in widths, at most: the layouts are made for lying windows."""
_BAND: Final = 136
"""Height of the band with the prompt."""
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
    bar: Bar
    elapsed: float
    """Seconds on the session's scale, for the time that a result has left."""
    compare: Compare = Compare.BESIDE
    key_list: bool = False
    """Whether the list of keys lies over the screen."""


def render(screen: Screen, width: int, height: int) -> Picture:
    """Draw a screen as blue-green-red pixels; a tall window is filled up around the middle."""
    used = min(height, round(width * _TALLEST))
    picture = compose(screen, width, used).pixels
    if used == height:
        return picture
    above = (height - used) // 2
    filled: Picture = np.empty((height, width, 3), np.uint8)
    filled[:] = picture[0, 0] if isinstance(screen.state, Showing) else bgr(_NIGHT)
    filled[above : above + used] = picture
    return filled


def compose(screen: Screen, width: int, height: int) -> Canvas:
    """Draw a screen and give the canvas, which knows where its texts stand."""
    canvas = _body(screen, width, height)
    draw_status_bar(canvas, screen.bar)
    if screen.key_list:
        draw_key_list(canvas, screen.language)
    return canvas


def _body(screen: Screen, width: int, height: int) -> Canvas:
    language = screen.language
    match screen.state:
        case Showing(since=since, until=until) as state:
            canvas = result_canvas(state, language, width, height, STATUS_BAR)
            _time_left(canvas, since, until, screen.elapsed)
        case Comparing(since=since, until=until) as state:
            card = screen.compare is Compare.CARD
            picture = screen.picture if card else None
            canvas = compare_canvas(state, language, width, height, picture, with_card=card)
            _time_left(canvas, since, until, screen.elapsed)
        case Checking(since=since) if screen.elapsed - since >= _NOTICEABLE:
            canvas = _camera(screen, width, height, dimmed=0.7)
            _centred(canvas, "checking", language)
        case Cleared():
            canvas = _camera(screen, width, height, dimmed=0.7)
            _centred(canvas, "cleared", language)
        case state:
            canvas = _looking(screen, state, width, height)
    return canvas


def _time_left(canvas: Canvas, since: float, until: float, now: float) -> None:
    """A thin line that shortens until the person's data are gone."""
    share = (until - now) / max(until - since, 0.001)
    height = canvas.px(8)
    bottom = canvas.box.bottom - canvas.px(STATUS_BAR)
    right = round(canvas.box.right * min(1.0, max(0.0, share)))
    if right > 0:
        canvas.fill(Box(0, bottom - height, right, bottom), _WHITE)


# Looking, reading and checking


def _camera(screen: Screen, width: int, height: int, *, dimmed: float) -> Canvas:
    canvas = Canvas(width, height, _NIGHT)
    if screen.picture is not None:
        canvas.cover(screen.picture, canvas.box)
        canvas.dim(canvas.box, dimmed)
    return canvas


def _looking(screen: Screen, state: State, width: int, height: int) -> Canvas:
    language = screen.language
    canvas = _camera(screen, width, height, dimmed=0.0)
    if screen.picture is None:
        _centred(canvas, "no_picture" if screen.has_camera else "use_reader", language)
    else:
        canvas.paste(_band(_prompt(state, language), width, height), 0, 0)
        _guide(canvas)
    match state:
        case Looking(note=note) if note is not None:
            _toast(canvas, f"{NOTES[language][note]}  /  {NOTES[other_language(language)][note]}")
        case _ if screen.bar.trouble is not None:
            words = verdict_words(screen.bar.trouble, language)
            _at_the_bottom(canvas, _notice_strip(words, width, height))
        case _ if screen.picture is None and screen.has_camera:
            other = PHRASES[other_language(language)]["plug_in"]
            _toast(canvas, f"{PHRASES[language]['plug_in']}  /  {other}")
    return canvas


def _prompt(state: State, language: str) -> tuple[str, str]:
    """What the holder is to do, in both languages: what would help, if the frame tells."""
    other = other_language(language)
    match state:
        case Looking(hint=hint) | Reading(hint=hint) if hint is not None:
            return HINTS[language][hint], HINTS[other][hint]
    phrase = "reading" if isinstance(state, Reading) else "show_code"
    return PHRASES[language][phrase], PHRASES[other][phrase]


@lru_cache(maxsize=8)
def _band(prompt: tuple[str, str], width: int, height: int) -> Canvas:
    """Draw the prompt. It is kept, since words cost more to draw than the camera's picture."""
    window = Canvas(width, height, _NIGHT)
    window.box = Box(0, 0, width, window.px(_BAND))
    window.pixels = window.pixels[: window.box.bottom]
    _two_lines(window, prompt, top=window.px(14), size=50)
    return window


def _guide(canvas: Canvas) -> None:
    """Four corners where the code belongs; white on black, seen on any picture."""
    bar, band = canvas.px(STATUS_BAR), canvas.px(_BAND)
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
    top = canvas.box.height // 2 - canvas.px(110)
    words = PHRASES[language][phrase], PHRASES[other_language(language)][phrase]
    _two_lines(canvas, words, top=top, size=72)


def _two_lines(canvas: Canvas, words: tuple[str, str], *, top: int, size: float) -> None:
    margin = canvas.px(_MARGIN)
    width = canvas.box.width - 2 * margin
    for text, share, weight in zip(words, (1.0, 0.56), (800, 600), strict=True):
        line = canvas.typeset(
            text,
            width=width,
            height=canvas.px(size * 1.4),
            size=size * share,
            weight=weight,
        )
        top = canvas.put(line, margin, top, _WHITE, width=width, align=Align.CENTRE)


def _toast(canvas: Canvas, text: str) -> None:
    """A small grey notice: nobody is accused by it."""
    _at_the_bottom(canvas, _toast_strip(text, canvas.box.width, canvas.box.height))


def _at_the_bottom(canvas: Canvas, strip: Canvas) -> None:
    bottom = canvas.box.bottom - canvas.px(STATUS_BAR) - canvas.px(24)
    canvas.paste(strip, canvas.px(_MARGIN), bottom - strip.box.height)


@lru_cache(maxsize=8)
def _toast_strip(text: str, width: int, height: int) -> Canvas:
    style = NOT_A_CERTIFICATE
    canvas = _strip(width, height, 76, style.background)
    pad, radius = canvas.px(26), canvas.px(22)
    inner = canvas.box.width - 3 * pad - 2 * radius
    line = canvas.typeset(text, width=inner, height=canvas.px(64), size=34, weight=600)
    middle, x = canvas.box.height // 2, pad + radius
    ink, paper = style.foreground, style.background
    draw_icon(canvas, style.icon, x=x, y=middle, radius=radius, ink=ink, paper=paper)
    canvas.put(line, x + radius + pad, middle - line.height // 2, style.foreground)
    return canvas


@lru_cache(maxsize=4)
def _notice_strip(words: Words, width: int, height: int) -> Canvas:
    """Why nobody can be checked now, and what to do, said before anybody has come."""
    style = UNDETERMINED
    canvas = _strip(width, height, 140, style.background)
    pad, radius = canvas.px(26), canvas.px(44)
    left = 2 * pad + 2 * radius
    ink, paper = style.foreground, style.background
    middle = canvas.box.height // 2
    draw_icon(canvas, style.icon, x=pad + radius, y=middle, radius=radius, ink=ink, paper=paper)
    top = canvas.px(12)
    for text, size, weight in ((words.title, 42, 800), (words.advice, 36, 600)):
        tall = canvas.px(58)
        line = canvas.typeset(
            text, width=canvas.box.width - left - pad, height=tall, size=size, weight=weight
        )
        top = canvas.put(line, left, top, style.foreground)
    return canvas


def _strip(width: int, height: int, tall: float, colour: str) -> Canvas:
    """A piece of a window of a size, with margins left and right of it."""
    window = Canvas(width, height, colour)
    window.box = Box(0, 0, width - 2 * window.px(_MARGIN), window.px(tall))
    window.pixels = window.pixels[: window.box.bottom, : window.box.right]
    return window
