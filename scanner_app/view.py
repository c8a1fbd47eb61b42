"""The screens: state in, picture out. Pure, so that every screen can be looked at in a test."""

from dataclasses import dataclass
from typing import Final

from scanner_app.answer import Accepted, Answer, Trust
from scanner_app.decoders import Picture
from scanner_app.drawing import Align, Box, Canvas, Typeset
from scanner_app.icons import draw_icon
from scanner_app.session import Checking, Looking, Note, Showing, State
from scanner_app.words import (
    NOTES,
    PHRASES,
    age_words,
    answer_words,
    birth_words,
    headline,
    masked_id,
    other_language,
)
from spec.certificate import Timestamp
from spec.palette import NOT_A_CERTIFICATE, UNDETERMINED, Style, style_for
from spec.verdicts import VerdictCode

__all__ = ["Screen", "compose", "render"]

_MARGIN: Final = 48
_BAR: Final = 44
"""Height of the status bar."""
_WHITE: Final = "#FFFFFF"
_BLACK: Final = "#000000"
_NIGHT: Final = "#12181C"
"""Behind everything that is no result."""
_QUIET: Final = "#4A4A4A"
"""Labels on white: contrast 8.9."""
_HAIRLINE: Final = "#C8C8C8"


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
    """Draw a screen as blue-green-red pixels."""
    return compose(screen, width, height).pixels


def compose(screen: Screen, width: int, height: int) -> Canvas:
    """Draw a screen and give the canvas, which knows where its texts stand."""
    match screen.state:
        case Showing(answer=answer, since=since, until=until):
            canvas = _result(answer, screen, width, height)
            left = (until - screen.elapsed) / max(until - since, 0.001)
            _time_left(canvas, left)
        case Checking():
            canvas = _camera(screen, width, height, dimmed=0.7)
            _centred(canvas, "checking", screen.language)
        case Looking(note=note):
            canvas = _camera(screen, width, height, dimmed=0.0)
            _prompt(canvas, screen)
            if note is not None:
                _toast(canvas, note, screen.language)
    _status_bar(canvas, screen)
    return canvas


# Results


def _result(answer: Answer, screen: Screen, width: int, height: int) -> Canvas:
    accepted = answer.accepted
    colour = None if accepted is None else accepted.colour
    style = style_for(answer.outcome, answer.code or "", colour)
    canvas = Canvas(width, height, style.background)
    if accepted is None:
        _refusal(canvas, answer, style, screen.language)
    else:
        _acceptance(canvas, answer, accepted, style, screen.language)
    return canvas


def _acceptance(
    canvas: Canvas, answer: Answer, accepted: Accepted, style: Style, language: str
) -> None:
    top = _headline(canvas, answer, accepted, style, language)
    bottom = canvas.box.bottom - canvas.px(_BAR)
    band = Box(0, bottom - canvas.px(92), canvas.box.right, bottom)
    margin = canvas.px(_MARGIN)
    card = Box(margin, top, canvas.box.right - margin, band.top - canvas.px(28))
    canvas.fill(card, _WHITE, radius=canvas.px(18))
    _person(canvas, card.inset(canvas.px(40), canvas.px(22)), answer, accepted, language)
    _compare_band(canvas, band, language)


def _headline(
    canvas: Canvas, answer: Answer, accepted: Accepted, style: Style, language: str
) -> int:
    """Draw icon, words in both languages, and the count of doses; gives where the card begins."""
    margin, radius = canvas.px(_MARGIN), canvas.px(80)
    middle = margin + radius - canvas.px(6)
    ink, paper = style.foreground, style.background
    x = margin + radius
    draw_icon(canvas, style.icon, x=x, y=middle, radius=radius, ink=ink, paper=paper)
    right = canvas.box.right - margin - canvas.px(250)
    _count(canvas, accepted, Box(right, 0, canvas.box.right - margin, 2 * middle), ink, language)
    left = x + radius + canvas.px(40)
    width = right - left - canvas.px(12)
    first = canvas.typeset(
        headline(answer, language), width=width, height=canvas.px(112), size=80, weight=800
    )
    second = canvas.typeset(
        headline(answer, other_language(language)),
        width=width,
        height=canvas.px(58),
        size=42,
        weight=600,
    )
    top = middle - (first.height + second.height) // 2
    canvas.put(second, left, canvas.put(first, left, top, ink), ink)
    return middle + radius + canvas.px(36)


def _count(canvas: Canvas, accepted: Accepted, box: Box, ink: str, language: str) -> None:
    """Doses given of doses needed, as large as the colour itself."""
    text = f"{accepted.given}/{accepted.needed}"
    large = canvas.typeset(text, width=box.width, height=canvas.px(150), size=110, weight=800)
    label = PHRASES[language]["doses"]
    small = canvas.typeset(label, width=box.width, height=canvas.px(40), size=26, weight=700)
    top = box.top + (box.height - large.height - small.height) // 2 + canvas.px(4)
    below = canvas.put(large, box.left, top, ink, width=box.width, align=Align.RIGHT)
    below -= canvas.px(14)
    canvas.put(small, box.left, below, ink, width=box.width, align=Align.RIGHT)


def _person(canvas: Canvas, box: Box, answer: Answer, accepted: Accepted, language: str) -> None:
    facts_height = canvas.px(118)
    newer = _newer_one(canvas, box, answer, language)
    bottom = box.bottom if newer is None else box.bottom - newer.height
    name = canvas.typeset(
        accepted.name,
        width=box.width,
        height=bottom - facts_height - canvas.px(14) - box.top,
        size=88,
        weight=700,
    )
    room = bottom - facts_height - box.top
    canvas.put(name, box.left, box.top + (room - name.height) // 2 - canvas.px(6), _BLACK)
    facts = Box(box.left, bottom - facts_height, box.right, bottom)
    _facts(canvas, facts, accepted, language)
    if newer is not None:
        canvas.put(newer, box.left, bottom, UNDETERMINED.background)


def _newer_one(canvas: Canvas, box: Box, answer: Answer, language: str) -> Typeset | None:
    """The remark on a certificate that is true and overtaken."""
    if answer.code != VerdictCode.SUPERSEDED:
        return None
    words = answer_words(answer, language)
    text = f"{words.title}. {words.advice}"
    return canvas.typeset(text, width=box.width, height=canvas.px(44), size=30, weight=700)


def _facts(canvas: Canvas, box: Box, accepted: Accepted, language: str) -> None:
    phrases, last = PHRASES[language], accepted.doses[-1]
    columns = (
        (phrases["born"], birth_words(accepted.birth_date), 0.28),
        (phrases["id"], masked_id(accepted.id_suffix, language), 0.28),
        (f"{phrases['last_dose']}: {last.vaccine}", f"{last.day:%d/%m/%Y}", 0.44),
    )
    canvas.fill(Box(box.left, box.top, box.right, box.top + canvas.px(2)), _HAIRLINE)
    left = box.left
    for label, value, share in columns:
        width = round(box.width * share)
        inner = width - canvas.px(24)
        small = canvas.typeset(label, width=inner, height=canvas.px(40), size=26, weight=500)
        large = canvas.typeset(value, width=inner, height=canvas.px(66), size=46, weight=700)
        below = canvas.put(small, left, box.top + canvas.px(16), _QUIET)
        canvas.put(large, left, below, _BLACK)
        left += width


def _compare_band(canvas: Canvas, band: Box, language: str) -> None:
    """The officer's next act, on black in every colour."""
    canvas.fill(band, _BLACK)
    text = f"{PHRASES[language]['compare']}  /  {PHRASES[other_language(language)]['compare']}"
    width = band.width - 2 * canvas.px(_MARGIN)
    line = canvas.typeset(text, width=width, height=band.height, size=48, weight=700)
    top = band.top + (band.height - line.height) // 2
    canvas.put(line, canvas.px(_MARGIN), top, _WHITE, width=width, align=Align.CENTRE)


def _refusal(canvas: Canvas, answer: Answer, style: Style, language: str) -> None:
    margin, radius = canvas.px(_MARGIN), canvas.px(118)
    ink, paper = style.foreground, style.background
    x, y = margin + radius, canvas.px(56) + radius
    draw_icon(canvas, style.icon, x=x, y=y, radius=radius, ink=ink, paper=paper)
    left = x + radius + canvas.px(52)
    width = canvas.box.right - margin - left
    lines = _title_lines(canvas, answer, language, width)
    top = y - sum(line.height for line in lines) // 2
    for line in lines:
        top = canvas.put(line, left, top, ink)
    bottom = canvas.box.bottom - canvas.px(_BAR) - canvas.px(44)
    card = Box(margin, y + radius + canvas.px(50), canvas.box.right - margin, bottom)
    _advice(canvas, card, answer, language)


def _title_lines(canvas: Canvas, answer: Answer, language: str, width: int) -> list[Typeset]:
    """The verdict, below it the reason, below both the other language in one line."""
    verdict, _, reason = headline(answer, language).partition(" – ")
    below = headline(answer, other_language(language))
    sizes = ((verdict, 88, 800), (reason, 54, 800), (below, 38, 600))
    return [
        canvas.typeset(text, width=width, height=canvas.px(1.4 * size), size=size, weight=weight)
        for text, size, weight in sizes
        if text
    ]


def _advice(canvas: Canvas, card: Box, answer: Answer, language: str) -> None:
    """What to do, for the officer; a refusal never shows who the holder is."""
    canvas.fill(card, _WHITE, radius=canvas.px(18))
    box = card.inset(canvas.px(40), canvas.px(20))
    title, phrase = PHRASES[language]["what_to_do"], PHRASES[other_language(language)]["what_to_do"]
    label = canvas.typeset(
        f"{title} / {phrase}", width=box.width, height=canvas.px(40), size=24, weight=600
    )
    first = canvas.typeset(
        answer_words(answer, language).advice,
        width=box.width,
        height=canvas.px(142),
        size=52,
        weight=700,
    )
    second = canvas.typeset(
        answer_words(answer, other_language(language)).advice,
        width=box.width,
        height=box.height - label.height - first.height - canvas.px(16),
        size=34,
        weight=500,
    )
    spare = box.height - label.height - first.height - second.height
    gap = min(canvas.px(16), max(0, spare // 3))
    below = canvas.put(label, box.left, box.top, _QUIET) + gap
    below = canvas.put(first, box.left, below, _BLACK) + gap
    canvas.put(second, box.left, below, _QUIET)


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
    stale = screen.trust is not None and screen.now >= screen.trust.fresh_until
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
    return f"{age}, {phrases['stale']}" if screen.now >= trust.fresh_until else age
