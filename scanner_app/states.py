"""The states of a session and what it takes in: plain values, from which every screen is drawn."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from scanner_app.answer import Answer
from scanner_app.comparison import Card, Compared
from spec import screen
from spec.match import Match
from spec.qr_text import PREFIX
from spec.screen import Note

if TYPE_CHECKING:
    from scanner_app.sight import Hint  # loads OpenCV, which the command line looks for first

__all__ = [
    "Checking",
    "Cleared",
    "Comparing",
    "Looking",
    "Reading",
    "Seen",
    "Showing",
    "State",
    "Times",
    "is_certificate",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What one frame or line shows."""

    certificates: frozenset[str] = frozenset()
    """The texts of all certificates, each once."""
    cards: tuple[Card, ...] = ()
    strange: bool = False
    """Whether there is a code of any other kind."""
    code_like: bool = False
    """Whether something looks like a code that nobody could read."""
    hint: "Hint | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Times(screen.Times):
    """How long things last, in seconds: those of every screen, and what only an officer needs."""

    compare: float = 30.0
    """A comparison waits this long for the officer or the card: a wallet has to be found."""
    blank: float = 0.6
    """The screen says this long that it was cleared: one green is told from the next."""
    reading: float = 10.0
    """A person's time counts from the first sight of a code, at most this long before it is read:
    a pattern on a wall may look like a code for hours."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Nothing to judge is in view."""

    note: Note | None = None
    hint: "Hint | None" = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Something like a code is in view and not read yet."""

    since: float
    hint: "Hint | None" = None


@dataclass(frozen=True, slots=True)
class Checking:
    """A text waits for its answer; its holder came at `began`."""

    text: str
    since: float
    began: float


@dataclass(frozen=True, slots=True)
class Comparing:
    """An accepted certificate waits for the officer, or the card, before its colour shows."""

    answer: Answer
    since: float
    until: float
    began: float
    comparison: Compared | None = None
    """What a card left open, for the officer to decide."""


@dataclass(frozen=True, slots=True)
class Showing:
    """A result is on the screen."""

    answer: Answer
    since: float
    until: float
    began: float
    comparison: Compared | None = None
    """How the holder was compared; None where that is left to the officer's eye."""

    @property
    def differs(self) -> bool:
        """Whether the certificate was found to be another person's."""
        return self.comparison is not None and self.comparison.match is Match.NO_MATCH


@dataclass(frozen=True, slots=True)
class Cleared:
    """A result has just left the screen."""

    since: float


State: TypeAlias = Looking | Reading | Checking | Comparing | Showing | Cleared


def is_certificate(text: str) -> bool:
    """Tell whether a text claims to be a certificate (specification, section 3)."""
    return text.startswith(PREFIX)
