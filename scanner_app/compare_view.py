"""The screen on which the officer compares before any colour shows. Pure, as the whole view is."""

from typing import Final

from scanner_app.decoders import Picture
from scanner_app.drawing import Align, Box, Canvas
from scanner_app.result_view import draw_facts
from scanner_app.states import Comparing
from scanner_app.strips import STATUS_BAR
from scanner_app.words import PHRASES, birth_words, comparison_words, masked_id, other_language
from spec.palette import UNDETERMINED

__all__ = ["compare_canvas"]

_MARGIN: Final = 48
_NIGHT: Final = "#12181C"
_WHITE: Final = "#FFFFFF"
_BLACK: Final = "#000000"
_BUTTON: Final = 116
_EYE: Final = 300
"""Width of the camera's picture in a corner, where a card has to be held before it."""


def compare_canvas(
    state: Comparing,
    language: str,
    width: int,
    height: int,
    picture: Picture | None,
    *,
    with_card: bool,
) -> Canvas:
    """Draw whom the certificate names, without what it says of them."""
    canvas = Canvas(width, height, _NIGHT)
    margin = canvas.px(_MARGIN)
    bottom = canvas.box.bottom - canvas.px(STATUS_BAR)
    right = canvas.box.right - margin - (canvas.px(_EYE + 24) if with_card else 0)
    phrase = "show_card" if with_card else "compare_first"
    top = _prompt(canvas, phrase, language, Box(margin, canvas.px(20), right, bottom))
    if with_card and picture is not None:
        eye = Box(right + canvas.px(24), canvas.px(24), canvas.box.right - margin, top)
        canvas.cover(picture, eye)
    buttons = Box(margin, bottom - canvas.px(_BUTTON + 28), canvas.box.right - margin, bottom)
    card = Box(margin, top + canvas.px(20), buttons.right, buttons.top - canvas.px(20))
    _person(canvas, card, state, language)
    _buttons(canvas, buttons, language)
    return canvas


def _prompt(canvas: Canvas, phrase: str, language: str, box: Box) -> int:
    top = box.top
    for chosen, size, weight in ((language, 62, 800), (other_language(language), 34, 600)):
        words = PHRASES[chosen][phrase]
        line = canvas.typeset(
            words, width=box.width, height=canvas.px(size * 1.4), size=size, weight=weight
        )
        top = canvas.put(line, box.left, top, _WHITE)
    return top


def _person(canvas: Canvas, card: Box, state: Comparing, language: str) -> None:
    accepted = state.answer.accepted
    assert accepted is not None  # noqa: S101 - nobody else is compared
    canvas.fill(card, _WHITE, radius=canvas.px(18))
    box = card.inset(canvas.px(40), canvas.px(20))
    facts_height = canvas.px(118)
    bottom = box.bottom
    if state.comparison is not None:
        words = comparison_words(state.comparison, language)
        line = canvas.typeset(words, width=box.width, height=canvas.px(54), size=36, weight=800)
        bottom -= line.height
        canvas.put(line, box.left, bottom, UNDETERMINED.background)
    room = bottom - facts_height - box.top
    name = canvas.typeset(accepted.name, width=box.width, height=room, size=88, weight=700)
    canvas.put(name, box.left, box.top + (room - name.height) // 2, _BLACK)
    phrases = PHRASES[language]
    columns = (
        (phrases["born"], birth_words(accepted.birth_date), 0.5),
        (phrases["id"], masked_id(accepted.id_suffix, language), 0.5),
    )
    draw_facts(canvas, Box(box.left, bottom - facts_height, box.right, bottom), columns)


def _buttons(canvas: Canvas, box: Box, language: str) -> None:
    """Two fields to touch, each with its key; left and right of the window's middle."""
    gap = canvas.px(24)
    middle = (box.left + box.right) // 2
    height = canvas.px(_BUTTON)
    for phrase, left, right in (
        ("same", box.left, middle - gap // 2),
        ("another", middle + gap // 2, box.right),
    ):
        field = Box(left, box.top, right, box.top + height)
        canvas.fill(field, _WHITE, radius=canvas.px(14))
        canvas.fill(field.inset(canvas.px(5), canvas.px(5)), _NIGHT, radius=canvas.px(10))
        first = canvas.typeset(
            PHRASES[language][phrase],
            width=field.width - gap,
            height=canvas.px(62),
            size=42,
            weight=800,
        )
        second = canvas.typeset(
            PHRASES[other_language(language)][phrase],
            width=field.width - gap,
            height=canvas.px(36),
            size=24,
            weight=600,
        )
        top = field.top + (height - first.height - second.height) // 2
        top = canvas.put(first, field.left, top, _WHITE, width=field.width, align=Align.CENTRE)
        canvas.put(second, field.left, top, _WHITE, width=field.width, align=Align.CENTRE)
