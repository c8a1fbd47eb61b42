"""The result on the screen: who is accepted, or why nobody is. Pure, as the whole view is."""

from collections.abc import Sequence
from typing import Final

from scanner_app.answer import Accepted, Answer
from scanner_app.drawing import Align, Box, Canvas, Typeset
from scanner_app.icons import draw_icon
from scanner_app.states import Showing
from scanner_app.words import (
    PHRASES,
    answer_words,
    birth_words,
    headline,
    masked_id,
    other_language,
    result_words,
)
from spec.palette import REJECTED, UNDETERMINED, Style, style_for
from spec.verdicts import VerdictCode

__all__ = ["draw_facts", "result_canvas", "style_of"]

_MARGIN: Final = 48
_WHITE: Final = "#FFFFFF"
_BLACK: Final = "#000000"
_QUIET: Final = "#4A4A4A"
"""Labels on white: contrast 8.9."""
_HAIRLINE: Final = "#C8C8C8"


def result_canvas(state: Showing, language: str, width: int, height: int, bar: float) -> Canvas:
    """Draw a result on its colour; `bar` is the length at the bottom that is left free."""
    style = style_of(state)
    canvas = Canvas(width, height, style.background)
    bottom = canvas.box.bottom - canvas.px(bar)
    accepted = state.answer.accepted
    if accepted is None or state.differs:
        _refusal(canvas, state, style, language, bottom)
    else:
        _acceptance(canvas, state, accepted, style, language, bottom)
    return canvas


def style_of(state: Showing) -> Style:
    """The look of a result; a genuine certificate of somebody else looks like any refusal."""
    if state.differs:
        return REJECTED
    accepted = state.answer.accepted
    colour = None if accepted is None else accepted.colour
    return style_for(state.answer.outcome, state.answer.code or "", colour)


def _acceptance(
    canvas: Canvas,
    state: Showing,
    accepted: Accepted,
    style: Style,
    language: str,
    bottom: int,
) -> None:
    answer = state.answer
    top = _headline(canvas, answer, accepted, style, language)
    band = Box(0, bottom - canvas.px(92), canvas.box.right, bottom)
    margin = canvas.px(_MARGIN)
    card = Box(margin, top, canvas.box.right - margin, band.top - canvas.px(28))
    canvas.fill(card, _WHITE, radius=canvas.px(18))
    _person(canvas, card.inset(canvas.px(40), canvas.px(22)), answer, accepted, language)
    _compare_band(canvas, band, "compare" if state.comparison is None else "compared", language)


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
    draw_facts(canvas, box, columns)


def draw_facts(canvas: Canvas, box: Box, columns: Sequence[tuple[str, str, float]]) -> None:
    """Draw labels over values under a thin line; each column has its share of the width."""
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


def _compare_band(canvas: Canvas, band: Box, phrase: str, language: str) -> None:
    """The officer's next act, on black in every colour."""
    canvas.fill(band, _BLACK)
    text = f"{PHRASES[language][phrase]}  /  {PHRASES[other_language(language)][phrase]}"
    width = band.width - 2 * canvas.px(_MARGIN)
    line = canvas.typeset(text, width=width, height=band.height, size=48, weight=700)
    top = band.top + (band.height - line.height) // 2
    canvas.put(line, canvas.px(_MARGIN), top, _WHITE, width=width, align=Align.CENTRE)


def _refusal(canvas: Canvas, state: Showing, style: Style, language: str, bottom: int) -> None:
    margin, radius = canvas.px(_MARGIN), canvas.px(118)
    ink, paper = style.foreground, style.background
    x, y = margin + radius, canvas.px(56) + radius
    draw_icon(canvas, style.icon, x=x, y=y, radius=radius, ink=ink, paper=paper)
    left = x + radius + canvas.px(52)
    width = canvas.box.right - margin - left
    lines = _title_lines(canvas, state, language, width)
    top = y - sum(line.height for line in lines) // 2
    for line in lines:
        top = canvas.put(line, left, top, ink)
    right, lower = canvas.box.right - margin, bottom - canvas.px(44)
    card = Box(margin, y + radius + canvas.px(50), right, lower)
    _advice(canvas, card, state, language)


def _title_lines(canvas: Canvas, state: Showing, language: str, width: int) -> list[Typeset]:
    """The verdict, below it the reason, below both the other language in one line."""
    verdict, _, reason = result_words(state, language).title.partition(" – ")
    below = result_words(state, other_language(language)).title
    sizes = ((verdict, 88, 800), (reason, 54, 800), (below, 38, 600))
    return [
        canvas.typeset(text, width=width, height=canvas.px(1.4 * size), size=size, weight=weight)
        for text, size, weight in sizes
        if text
    ]


def _advice(canvas: Canvas, card: Box, state: Showing, language: str) -> None:
    """What to do, for the officer; a refusal never shows who the holder is."""
    canvas.fill(card, _WHITE, radius=canvas.px(18))
    box = card.inset(canvas.px(40), canvas.px(20))
    title, phrase = PHRASES[language]["what_to_do"], PHRASES[other_language(language)]["what_to_do"]
    label = canvas.typeset(
        f"{title} / {phrase}", width=box.width, height=canvas.px(40), size=24, weight=600
    )
    first = canvas.typeset(
        result_words(state, language).advice,
        width=box.width,
        height=canvas.px(124),
        size=46,
        weight=700,
    )
    second = canvas.typeset(
        result_words(state, other_language(language)).advice,
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
