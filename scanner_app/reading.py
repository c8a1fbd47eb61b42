"""From an item of a source to texts, and from texts to answers; the count of how a run ended."""

from collections import Counter
from collections.abc import Sequence

from keys.clock import Clock
from scanner_app.answer import Answer, Trouble
from scanner_app.cascade import Cascade
from scanner_app.checks import Checker
from scanner_app.decoders import Decoder, Found
from scanner_app.session import is_certificate
from scanner_app.sight import NOTHING, Sight
from scanner_app.sources import Frame, Item, Line
from spec.verdicts import Outcome

__all__ = ["Tally", "answers_for", "outcome_unjudged", "sight_of", "texts_in"]


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
    """What an item shows: the codes of a picture, or the one line that was typed."""
    if isinstance(item, Line):
        data = item.text.encode("utf-8", "surrogatepass")
        return Sight(codes=(Found(data=data, corners=(), engine="keyboard", guess=item.text),))
    return NOTHING if item.picture is None else cascade.look(item.picture)


def texts_in(item: Item, decoder: Decoder) -> list[str]:
    """The texts of the codes in an item, each once, in the order found."""
    if isinstance(item, Line):
        return [item.text]
    if item.picture is None:
        return []
    return list(dict.fromkeys(found.text for found in decoder.decode(item.picture)))


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


def outcome_unjudged(texts: Sequence[str]) -> Outcome:
    """Give how an item counts of which nothing was judged.

    Strange codes are refused; of two certificates nobody knows which is meant.
    """
    strange = bool(texts) and not any(is_certificate(text) for text in texts)
    return Outcome.REJECTED if strange else Outcome.UNDETERMINED
