"""The gates of the simulation: verifiers that refresh early, late, or hardly ever."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from keys import client
from keys.bundle import TrustBundle
from keys.clock import FixedClock
from keys.errors import TrustBundleError
from spec.certificate import Timestamp
from spec.verdicts import Outcome
from tests.keys.homes import DAY, at
from tests.simulation.country import STATUS_LIFE, Holder
from verifier.pipeline import check

__all__ = ["GATES", "Gate", "GateHabit"]


@dataclass(frozen=True, slots=True)
class GateHabit:
    """How a gate refreshes: every how many weeks, how long after the publication, and when not."""

    name: str
    every: int
    delay: int
    """Seconds after the week's publication."""
    away: range = range(0)
    """Weeks in which it is switched off and sees nobody."""


GATES = (
    GateHabit("an hour after every publication", 1, DAY // 24),
    GateHabit("five days after every publication", 1, 5 * DAY),
    GateHabit("every second week", 2, DAY),
    GateHabit("every fifth week, offline in between", 5, 2 * DAY),
    GateHabit("switched off for 30 weeks, over a new root", 1, DAY, range(30, 60)),
)


@dataclass(slots=True)
class Gate:
    """One verifier with its folder, and all that is wrong with what it has said."""

    habit: GateHabit
    folder: Path
    bundle: TrustBundle | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def refresh(self, url: str, root: bytes, now: Timestamp) -> None:
        """Fetch as a verifier does; a refusal leaves what was there."""
        try:
            with at(now):
                client.refresh(self.folder, url, root, FixedClock(now))
        except TrustBundleError as error:
            self.faults.append(f"{now}: the refresh failed: {error}")
            return
        self.bundle = client.load(self.folder)

    def meet_genuine(self, holder: Holder, now: Timestamp) -> None:
        """Judge an honest certificate: never refused without the issuer's word.

        A gate whose data are within their times must accept; any other may say that it cannot
        tell, never that the certificate is bad.
        """
        if self.bundle is None or not holder.issued_at <= now < holder.expires_at:
            return
        if holder.was_refused(self.bundle.status.issued_at):
            return  # this gate has not heard yet that the suspension is over
        verdict = check(holder.text, self.bundle, now)
        self.outcomes[f"genuine {verdict.outcome}"] += 1
        fresh = now < min(self.bundle.fresh_until, self.bundle.status.fresh_until)
        if verdict.outcome is Outcome.REJECTED or (
            fresh and verdict.outcome is not Outcome.ACCEPTED
        ):
            self.faults.append(f"{now}: genuine {holder.number}: {verdict.code} {verdict.reason}")

    def meet_refused(self, holder: Holder, now: Timestamp) -> None:
        """Judge a certificate that the issuer took back: refused once the gate has heard of it."""
        if self.bundle is None or holder.refused_from is None or now >= holder.expires_at:
            return
        verdict = check(holder.text, self.bundle, now)
        self.outcomes[f"taken back {verdict.outcome}"] += 1
        has_heard = self.bundle.status.issued_at >= holder.refused_from
        if verdict.outcome is Outcome.ACCEPTED and has_heard:
            self.faults.append(f"{now}: {holder.number} was taken back and passes")

    def meet_forged(self, text: str, what: str, now: Timestamp, known_at: Timestamp | None) -> None:
        """Judge a forgery; `known_at` is when the theft was published, None while nobody knows."""
        if self.bundle is None:
            return
        verdict = check(text, self.bundle, now)
        self.outcomes[f"forged ({what}) {verdict.outcome}"] += 1
        # Who has heard of the theft lets nothing pass, and who has not stops judging in time.
        has_heard = known_at is not None and (
            self.bundle.issued_at >= known_at or now >= known_at + STATUS_LIFE
        )
        if verdict.outcome is Outcome.ACCEPTED and (has_heard or what != "stolen key"):
            self.faults.append(f"{now}: a forgery by {what} passes: {verdict.code}")
