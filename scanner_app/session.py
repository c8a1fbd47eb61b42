"""What the scanner shows when: a pure state machine over what is seen, answers, keys and time.

Times are seconds on any steady scale that the caller keeps to; a video uses its own time. No state
keeps the text of a certificate that was judged: for the cooldown its digest is enough.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NewType

from scanner_app.answer import Answer, Trouble
from scanner_app.comparison import (
    BY_OFFICER,
    REFUSED_BY_OFFICER,
    Card,
    Compare,
    Compared,
)
from scanner_app.states import (
    Checking,
    Cleared,
    Comparing,
    Looking,
    Reading,
    Seen,
    Showing,
    State,
    Times,
)
from spec.certificate import Timestamp
from spec.screen import Note
from spec.verdicts import Outcome

__all__ = ["Digest", "Session"]

Digest = NewType("Digest", bytes)
"""SHA-256 of a text: tells codes apart and says nothing about the person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """The state to show, and what must be remembered to reach the next one.

    Every event gives a new session; a caller that finds it in a new `Checking` state has that text
    judged and hands the answer back.
    """

    state: State = field(default_factory=Looking)
    times: Times = field(default_factory=Times)
    compare: Compare = Compare.BESIDE
    _shown: Digest | None = None
    """The code whose result is on the screen."""
    _remark_until: float = float("-inf")
    """When the note or hint ends."""
    _resting: Mapping[Digest, float] = field(default_factory=dict)
    """Judged codes, and the time from which each counts as new."""

    def saw(self, seen: Seen, at: float) -> "Session":
        """Take in what one frame or line shows."""
        session = self.ticked(at)._rest(seen.certificates, at)
        match session.state:
            case Checking():
                return session
            case Comparing():
                return session._saw_cards(seen.cards, at)
        if len(seen.certificates) > 1:
            return session._noted(Note.TWO_CERTIFICATES, at)
        if seen.certificates:
            (text,) = seen.certificates
            return session._saw_one(text, at)
        if seen.cards and self.compare is Compare.CARD:
            return session._noted(Note.CERTIFICATE_FIRST, at)
        if seen.cards or seen.strange:
            return session._noted(Note.NOT_A_CERTIFICATE, at)
        return session._saw_no_text(seen, at)

    def answered(self, text: str, answer: Answer, at: float) -> "Session":
        """Take in an answer; one to a text that is no longer being checked is dropped."""
        session = self.ticked(at)
        if not isinstance(session.state, Checking) or session.state.text != text:
            return session
        return session._take(answer, at)

    def ticked(self, at: float) -> "Session":
        """Let time pass: results and remarks end, and so does waiting without an answer."""
        resting = {digest: end for digest, end in self._resting.items() if end > at}
        session = replace(self, _resting=resting) if len(resting) < len(self._resting) else self
        match session.state:
            case Showing(until=until) | Comparing(until=until) if at >= until:
                return session.cleared(at)
            case Cleared(since=since) if at >= since + session.times.blank:
                return replace(session, state=Looking())
            case Looking(note=note, hint=hint) if note or hint:
                return session if at < session._remark_until else replace(session, state=Looking())
            case Reading() if at >= session._remark_until:
                return replace(session, state=Looking())
            case Checking(since=since) if at >= since + session.times.give_up:
                reason = f"no answer within {session.times.give_up:g} seconds"
                return session._take(Answer.of_trouble(Trouble.NO_ANSWER, reason, Timestamp(0)), at)
        return session

    def confirmed(self, at: float) -> "Session":
        """The officer says that the holder and the certificate agree: the colour may show."""
        if not isinstance(self.state, Comparing):
            return self
        return self._show(self.state.answer, BY_OFFICER, self.state.began, at)

    def denied(self, at: float) -> "Session":
        """The officer says that the certificate is not the holder's."""
        if not isinstance(self.state, Comparing):
            return self
        return self._show(self.state.answer, REFUSED_BY_OFFICER, self.state.began, at)

    def cleared(self, at: float) -> "Session":
        """End a result or a comparison; nothing of the person stays."""
        if not isinstance(self.state, Showing | Comparing):
            return self
        return replace(self, state=Cleared(at), _shown=None)

    # What is seen

    def _saw_one(self, text: str, at: float) -> "Session":
        digest = _digest(text)
        if digest == self._shown:
            return self
        if isinstance(self.state, Showing) and at < self.state.since + self.times.keep:
            return self
        if digest in self._resting:
            return self._noted(Note.ALREADY_READ, at)
        began = self.state.since if isinstance(self.state, Reading) else at
        return replace(self, state=Checking(text, at, began), _shown=None)

    def _saw_cards(self, cards: Iterable[Card], at: float) -> "Session":
        """Compare the one card in view; of two nobody knows which is the holder's."""
        assert isinstance(self.state, Comparing)  # noqa: S101 - the caller has just looked
        shown = list(cards)
        if self.compare is not Compare.CARD or len(shown) != 1:
            return self
        answer = self.state.answer
        assert answer.accepted is not None  # noqa: S101 - no other answer is compared
        comparison = shown[0](answer.accepted)
        if comparison.settled:
            return self._show(answer, comparison, self.state.began, at)
        return replace(self, state=replace(self.state, comparison=comparison))

    def _saw_no_text(self, seen: Seen, at: float) -> "Session":
        """Tell what keeps a code from being read. A hint stays a moment, so that it can be read."""
        if isinstance(self.state, Showing):
            return self
        if not seen.code_like and seen.hint is None:
            return self
        if isinstance(self.state, Looking) and self.state.note is not None:
            return self
        until = at + self.times.note
        present = self.state.hint if isinstance(self.state, Looking | Reading) else None
        if present is not None and at < self._remark_until - self.times.note / 2:
            until = self._remark_until
        else:
            present = seen.hint
        if not seen.code_like:
            return replace(self, state=Looking(hint=present), _remark_until=until)
        since = self.state.since if isinstance(self.state, Reading) else at
        since = max(since, at - self.times.reading)
        return replace(self, state=Reading(since, present), _remark_until=until)

    # What is shown

    def _take(self, answer: Answer, at: float) -> "Session":
        """Show an answer, or have the holder compared first.

        Only a decided code rests: an undetermined one may be tried again.
        """
        assert isinstance(self.state, Checking)  # noqa: S101 - both callers have just looked
        digest = _digest(self.state.text)
        resting = dict(self._resting)
        if answer.outcome is not Outcome.UNDETERMINED:
            resting[digest] = at + self.times.cooldown
        session = replace(self, _shown=digest, _resting=resting)
        began = self.state.began
        if answer.accepted is None or self.compare is Compare.BESIDE:
            return session._show(answer, None, began, at)
        return replace(session, state=Comparing(answer, at, at + self.times.compare, began))

    def _show(
        self, answer: Answer, comparison: Compared | None, began: float, at: float
    ) -> "Session":
        until = at + self.times.show
        return replace(self, state=Showing(answer, at, until, began, comparison))

    # What rests

    def _rest(self, certificates: Iterable[str], at: float) -> "Session":
        """Let judged codes that are still in view rest on: a phone held still is read once."""
        again = {_digest(text) for text in certificates} & self._judged()
        if not again:
            return self
        until = dict.fromkeys(again, at + self.times.cooldown)
        return replace(self, _resting={**self._resting, **until})

    def _judged(self) -> set[Digest]:
        """The codes that need no new judgement while they are in view."""
        shown: set[Digest] = set() if self._shown is None else {self._shown}
        match self.state:
            case Showing(answer=answer) if answer.outcome is Outcome.UNDETERMINED:
                shown = set()
        return shown | self._resting.keys()

    def _noted(self, note: Note, at: float) -> "Session":
        """Remark on something, unless a result is on the screen."""
        if isinstance(self.state, Showing):
            return self
        return replace(self, state=Looking(note), _remark_until=at + self.times.note)


def _digest(text: str) -> Digest:
    return Digest(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
