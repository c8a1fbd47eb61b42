"""What the page's scripts take over from spec, as one document: words, looks, tones and times."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from spec import palette, screen, tones
from spec.colour import Colour
from spec.limits import MAX_DOSES
from spec.qr_text import PREFIX
from spec.tones import Tone
from spec.verdicts import LANGUAGES, Outcome, VerdictCode, Words, colour_words, verdict_words
from verifier.page.words import WORDS
from verifier.report import DISCLOSABLE, Json

__all__ = ["ANY_CODE", "vocabulary"]

_GIVEN: Final = range(1, MAX_DOSES + 1)

ANY_CODE: Final = "any"
"""Beside the codes with a look of their own: every other code of the outcome, newer ones too."""


def vocabulary() -> Json:
    """All of it; languages come first, as in spec."""
    return {
        "prefix": PREFIX,
        "languages": LANGUAGES,
        "disclose": DISCLOSABLE,
        "accepted": [code for code in VerdictCode if code.outcome is Outcome.ACCEPTED],
        "times": asdict(screen.Times()),
        "mask": screen.MASK,
        "ages": screen.AGES,
        "phrases": {
            language: {**screen.PHRASES[language], **WORDS[language]} for language in LANGUAGES
        },
        "notes": screen.NOTES,
        "rules": screen.RULES,
        "rule_helps": screen.RULE_HELPS,
        "verdicts": {language: _verdicts(language) for language in LANGUAGES},
        "troubles": {language: _words(screen.TROUBLES[language]) for language in LANGUAGES},
        "newer_codes": {language: _words(screen.NEWER_CODES[language]) for language in LANGUAGES},
        "colours": {language: _colours(language) for language in LANGUAGES},
        "looks": _looks(),
        "tones": _tones(),
    }


def _verdicts(language: str) -> Json:
    return _words({code: verdict_words(code, language) for code in VerdictCode})


def _words(table: Mapping[Any, Words]) -> Json:
    return {str(code): asdict(words) for code, words in table.items()}


def _colours(language: str) -> Json:
    """The headline of each colour by the number of doses."""
    return {
        colour.word: {str(given): colour_words(colour, given, language) for given in _GIVEN}
        for colour in Colour
    }


def _looks() -> Json:
    """The name of the look of every verdict: that of its icon, since no two looks share one."""
    accepted = {colour.word: palette.style_of_colour(colour).icon for colour in Colour}
    return {
        Outcome.ACCEPTED: accepted,
        Outcome.REJECTED: _looks_of(Outcome.REJECTED),
        Outcome.UNDETERMINED: _looks_of(Outcome.UNDETERMINED),
    }


def _looks_of(outcome: Outcome) -> dict[str, str]:
    codes = [ANY_CODE, *(code for code in VerdictCode if code.outcome is outcome)]
    return {code: palette.style_for(outcome, code, None).icon for code in codes}


def _tones() -> Json:
    return {
        Outcome.ACCEPTED: {c.word: _tone(tones.tone_for(Outcome.ACCEPTED, c)) for c in Colour},
        Outcome.REJECTED: _tone(tones.REJECTED),
        Outcome.UNDETERMINED: _tone(tones.UNDETERMINED),
    }


def _tone(tone: Tone) -> list[tuple[int, float]]:
    return [(beep.hertz, beep.seconds) for beep in tone]
