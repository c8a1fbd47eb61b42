"""From an item of a source to texts, and from texts to answers; the count of how a run ended."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from keys.clock import Clock
from scanner_app.answer import Answer, Trouble
from scanner_app.cascade import Cascade
from scanner_app.checks import Checker
from scanner_app.comparison import card_in
from scanner_app.decoders import Found, PyzbarDecoder
from scanner_app.sight import NOTHING, Sight
from scanner_app.sources import Frame, Item, Line
from scanner_app.states import Seen, is_certificate
from spec.typed_text import repaired
from spec.verdicts import Outcome

__all__ = ["Tally", "answers_for", "outcome_unjudged", "seen_of", "sight_of"]


_KEYBOARD: Final = "keyboard"
"""In place of an engine's name: the text was typed by a reader."""
_GUESSING: Final = frozenset({_KEYBOARD, PyzbarDecoder.name})
"""What may have spoiled letters with marks: keyboards, and an engine that guesses the alphabet."""


class Tally:
    """Counts answers by outcome, for the exit code."""

    def __init__(self) -> None:
        self._counts: Counter[Outcome] = Counter()

    def add(self, outcome: Outcome) -> None:
        """Count one answer, or one item that nobody judged."""
        self._counts[outcome] += 1

    @property
    def total(self) -> int:
        """How many were counted."""
        return self._counts.total()

    @property
    def exit_code(self) -> int:
        """0 if all were accepted, 1 if any was rejected, 2 if any was not judged or none came."""
        if self._counts[Outcome.REJECTED]:
            return 1
        return 0 if self._counts[Outcome.ACCEPTED] and len(+self._counts) == 1 else 2


def sight_of(item: Item, cascade: Cascade) -> Sight:
    """What an item shows: the codes of a picture, or the one line that was typed, repaired."""
    if isinstance(item, Line):
        text = repaired(item.text)
        data = text.encode("utf-8", "surrogatepass")
        return Sight(codes=(Found(data=data, corners=(), engine=_KEYBOARD, guess=text),))
    return NOTHING if item.picture is None else cascade.look(item.picture)


def seen_of(sight: Sight) -> Seen:
    """What a session takes in of a view; the texts of cards go no further than this."""
    certificates = frozenset(text for text in sight.texts if is_certificate(text))
    others = [code for code in sight.codes if not is_certificate(code.text)]
    cards = [card_in(code.data, spelling_holds=code.engine not in _GUESSING) for code in others]
    return Seen(
        certificates=certificates,
        cards=tuple(card for card in cards if card is not None),
        strange=None in cards,
        code_like=sight.code_like,
        hint=sight.hint,
    )


def answers_for(item: Item, texts: Sequence[str], checker: Checker, clock: Clock) -> list[Answer]:
    """Judge an item that stands for itself: every certificate in it, else what is there instead.

    Codes beside a certificate are ignored; without one, the first strange code is refused.
    """
    certificates = [text for text in texts if is_certificate(text)]
    if certificates:
        return [checker.check(text) for text in certificates]
    if texts:
        return [Answer.of_strange_code(clock.now())]
    if isinstance(item, Frame) and item.picture is None:
        reason = "the file is not a picture that can be read"
        return [Answer.of_trouble(Trouble.UNREADABLE, reason, clock.now())]
    return [Answer.of_trouble(Trouble.NO_CODE, "no QR code was found", clock.now())]


def outcome_unjudged(seen: Seen) -> Outcome:
    """Give how an item counts of which nothing was judged.

    Strange codes are refused; of two certificates nobody knows which is meant.
    """
    strange = (seen.strange or seen.cards) and not seen.certificates
    return Outcome.REJECTED if strange else Outcome.UNDETERMINED
