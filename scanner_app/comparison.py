"""How a holder compares with an accepted certificate: the result alone, never the card."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from scanner_app.answer import Accepted
from spec.differences import Name, Numbers
from spec.match import Comparison, Match, StatedIdentity, compare
from spec.papers.paper import IdentityPaper, PaperError, PaperKind, UnrecognisedPaperError
from spec.papers.reading import read_paper

__all__ = ["BY_OFFICER", "REFUSED_BY_OFFICER", "Card", "Compare", "Compared", "card_in"]


class Compare(StrEnum):
    """When the officer compares the holder with the certificate."""

    BESIDE = "beside"
    """The verdict shows at once, and the facts to compare stand beside it."""
    FIRST = "first"
    """The facts show first; the colour appears when the officer says that they agree."""
    CARD = "card"
    """As FIRST, and the card's own QR code is compared by rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What comparing came to; it holds kinds of difference, and never what differs."""

    match: Match
    found: Comparison | None = None
    """How a card compared; None where the officer decided, or the card could not be read."""

    @property
    def settled(self) -> bool:
        """Whether nobody needs to look any more."""
        return self.match in (Match.MATCH, Match.NO_MATCH)


BY_OFFICER: Final = Compared(match=Match.MATCH)
REFUSED_BY_OFFICER: Final = Compared(match=Match.NO_MATCH)

Card: TypeAlias = Callable[[Accepted], Compared]
"""A card in view, as the one question that it answers. What stands on it stays inside."""

_CARDS: Final = (PaperKind.CCCD, PaperKind.BHYT)
"""Anybody can make the codes of the apps of 2021."""
_FEWEST_BARS: Final = 6
"""Between the fields of a card; a code with fewer was none, whatever its bytes are."""


def card_in(source: bytes | str, *, spelling_holds: bool) -> Card | None:
    """Read the code of a card; None for any other code.

    `spelling_holds` is false where a device typed the text or an engine guessed its alphabet: a
    name with marks is not trusted then. Insurance cards have theirs in hexadecimal, which nothing
    spoils. A card that cannot be read leaves all to the officer.
    """
    try:
        paper = read_paper(source)
    except UnrecognisedPaperError:
        return None
    except PaperError:
        bars = source.count(b"|") if isinstance(source, bytes) else source.count("|")
        return _cannot_tell if bars >= _FEWEST_BARS else None
    if paper.kind not in _CARDS:
        return None
    return _card(paper, name_holds=spelling_holds or paper.kind is PaperKind.BHYT)


def _card(paper: IdentityPaper, *, name_holds: bool) -> Card:
    stated = paper.stated if name_holds else replace(paper.stated, name=Name(""))

    def compare_with(accepted: Accepted) -> Compared:
        found = compare(_stated(accepted), stated)
        return Compared(match=found.verdict, found=found)

    return compare_with


def _cannot_tell(_: Accepted) -> Compared:
    return Compared(match=Match.CANNOT_TELL)


def _stated(accepted: Accepted) -> StatedIdentity:
    return StatedIdentity(
        name=Name(accepted.name),
        birth_date=accepted.birth_date,
        numbers=Numbers(suffix=accepted.id_suffix),
    )
