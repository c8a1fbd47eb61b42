"""What the scanner shows when: a pure state machine over texts seen, answers and time.

Times are seconds on any steady scale that the caller keeps to; a video uses its own time. No state
keeps the text of a certificate that was judged: for the cooldown its digest is enough.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NewType, TypeAlias

from scanner_app.answer import Answer, Trouble
from spec.certificate import Timestamp
from spec.qr_text import PREFIX
from spec.screen import Note, Times
from spec.verdicts import Outcome

__all__ = [
    "Checking",
    "Digest",
    "Looking",
    "Note",
    "Session",
    "Showing",
    "State",
    "Times",
    "is_certificate",
]

Digest = NewType("Digest", bytes)
"""SHA-256 of a text: tells codes apart and says nothing about the person."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Nothing to judge is in view."""

    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Checking:
    """A text waits for its answer."""

    text: str
    since: float


@dataclass(frozen=True, slots=True)
class Showing:
    """A result is on the screen."""

    answer: Answer
    since: float
    until: float


State: TypeAlias = Looking | Checking | Showing


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """The state to show, and what must be remembered to reach the next one.

    Every event gives a new session; a caller that finds it in a new `Checking` state has that text
    judged and hands the answer back.
    """

    state: State = Looking()
    times: Times = field(default_factory=Times)
    _shown: Digest | None = None
    """The code whose result is on the screen."""
    _note_until: float = float("-inf")
    _resting: Mapping[Digest, float] = field(default_factory=dict)
    """Judged codes, and the time from which each counts as new."""

    def saw(self, texts: Iterable[str], at: float) -> "Session":
        """Take in all texts read in one frame or line, none included."""
        session = self.ticked(at)
        distinct = set(texts)
        certificates = {text for text in distinct if is_certificate(text)}
        session = session._rest(certificates, at)
        if isinstance(session.state, Checking) or not distinct:
            return session
        if not certificates:
            return session._noted(Note.NOT_A_CERTIFICATE, at)
        if len(certificates) > 1:
            return session._noted(Note.TWO_CERTIFICATES, at)
        return session._saw_one(certificates.pop(), at)

    def answered(self, text: str, answer: Answer, at: float) -> "Session":
        """Take in an answer; one to a text that is no longer being checked is dropped."""
        session = self.ticked(at)
        if not isinstance(session.state, Checking) or session.state.text != text:
            return session
        return session._show(answer, at)

    def ticked(self, at: float) -> "Session":
        """Let time pass: results and remarks end, and so does waiting without an answer."""
        resting = {digest: end for digest, end in self._resting.items() if end > at}
        session = replace(self, _resting=resting)
        match session.state:
            case Showing(until=until) if at >= until:
                return replace(session, state=Looking(), _shown=None)
            case Looking(note=Note()) if at >= session._note_until:
                return replace(session, state=Looking())
            case Checking(since=since) if at >= since + session.times.give_up:
                reason = f"no answer within {session.times.give_up:g} seconds"
                return session._show(Answer.of_trouble(Trouble.NO_ANSWER, reason, Timestamp(0)), at)
        return session

    def cleared(self) -> "Session":
        """End a result at once, at the officer's key."""
        if not isinstance(self.state, Showing):
            return self
        return replace(self, state=Looking(), _shown=None)

    def _saw_one(self, text: str, at: float) -> "Session":
        digest = _digest(text)
        if digest == self._shown:
            return self
        if isinstance(self.state, Showing) and at < self.state.since + self.times.keep:
            return self
        if digest in self._resting:
            return self._noted(Note.ALREADY_READ, at)
        return replace(self, state=Checking(text, at), _shown=None)

    def _show(self, answer: Answer, at: float) -> "Session":
        """Show an answer. Only a decided code rests: an undetermined one may be tried again."""
        assert isinstance(self.state, Checking)  # noqa: S101 - both callers have just looked
        digest = _digest(self.state.text)
        resting = dict(self._resting)
        if answer.outcome is not Outcome.UNDETERMINED:
            resting[digest] = at + self.times.cooldown
        state = Showing(answer, at, at + self.times.show)
        return replace(self, state=state, _shown=digest, _resting=resting)

    def _rest(self, certificates: Iterable[str], at: float) -> "Session":
        """Let judged codes that are still in view rest on: a phone held still is read once."""
        again = {_digest(text) for text in certificates} & self._judged()
        if not again:
            return self
        until = dict.fromkeys(again, at + self.times.cooldown)
        return replace(self, _resting={**self._resting, **until})

    def _judged(self) -> set[Digest]:
        """The codes that need no new judgement while they are in view."""
        match self.state:
            case Showing(answer=answer) if answer.outcome is not Outcome.UNDETERMINED:
                shown = set() if self._shown is None else {self._shown}
            case _:
                shown = set()
        return shown | self._resting.keys()

    def _noted(self, note: Note, at: float) -> "Session":
        """Remark on something, unless a result is on the screen."""
        if isinstance(self.state, Showing):
            return self
        return replace(self, state=Looking(note), _note_until=at + self.times.note)


def is_certificate(text: str) -> bool:
    """Tell whether a text claims to be a certificate (specification, section 3)."""
    return text.startswith(PREFIX)


def _digest(text: str) -> Digest:
    return Digest(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
