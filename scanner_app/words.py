"""The scanner's words in both languages: those of every screen at a door, and a few of its own."""

from typing import Final

from scanner_app.answer import Answer
from spec import screen
from spec.dates import BirthDate
from spec.screen import AGES, MASK, NEWER_CODES, NOTES, TROUBLES
from spec.verdicts import VerdictCode, Words, colour_words, verdict_words

__all__ = [
    "NOTES",
    "PHRASES",
    "age_words",
    "answer_words",
    "birth_words",
    "headline",
    "masked_id",
    "other_language",
]

PHRASES: Final = {
    "vi": {
        **screen.PHRASES["vi"],
        "use_reader": "QUÉT MÃ BẰNG MÁY ĐỌC",
        "keys": "Q thoát  ·  L English  ·  F toàn màn hình",
    },
    "en": {
        **screen.PHRASES["en"],
        "use_reader": "SCAN THE CODE WITH THE READER",
        "keys": "Q quit  ·  L Tiếng Việt  ·  F full screen",
    },
}

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400


def other_language(language: str) -> str:
    """The language of the second, smaller line."""
    return "en" if language == "vi" else "vi"


def answer_words(answer: Answer, language: str) -> Words:
    """Title and advice for an answer, also for trouble and for codes from newer services."""
    if answer.trouble is not None:
        return TROUBLES[language][answer.trouble]
    try:
        return verdict_words(VerdictCode(answer.code or ""), language)
    except ValueError:
        return NEWER_CODES[language][answer.outcome]


def headline(answer: Answer, language: str) -> str:
    """The largest words on the screen: the colour and its meaning, else what stands against it."""
    accepted = answer.accepted
    if accepted is None:
        return answer_words(answer, language).title
    return colour_words(accepted.colour, accepted.given, language)


def age_words(seconds: int, language: str) -> str:
    """An age in the largest sensible unit; below zero the clock must be wrong."""
    minutes, hours, days, wrong = AGES[language]
    if seconds < -_MINUTE:
        return wrong
    if seconds < _HOUR:
        return minutes.format(max(0, seconds) // _MINUTE)
    if seconds < 2 * _DAY:
        return hours.format(seconds // _HOUR)
    return days.format(seconds // _DAY)


def birth_words(birth: BirthDate) -> str:
    """As Vietnamese cards print it: `dd/mm/yyyy`, or as much of it as is known."""
    return "/".join(reversed(str(birth).split("-")))


def masked_id(suffix: str | None, language: str) -> str:
    """The end of the identity number behind a mask, or that there is none."""
    return PHRASES[language]["no_id"] if suffix is None else f"{MASK} {suffix}"
