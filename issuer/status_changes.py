"""Carrying requests out: batch by batch, each with its lines of the audit trail in one commit.

To stop anywhere and to run the same requests again is safe: what was done is found done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from issuer.register import trail
from issuer.register.database import Register
from issuer.register.models import CertificateState
from issuer.register.trail import HeldCertificate, StateChange
from issuer.status_requests import Fault, Request
from issuer.status_rules import Action, Refusal, next_state
from keys.clock import Clock

__all__ = ["BATCH", "Outcome", "Result", "StatusChanges"]

BATCH: Final = 500
"""Requests of one transaction: the cost of a commit is shared, and others write in between."""


class Result(StrEnum):
    """What became of a request."""

    DONE = "done"
    ALREADY = "already"
    """It was so before: nothing was written."""
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What to tell about one request."""

    line: int
    certificate: HeldCertificate | None = None
    """As it was before; None where the register has no such certificate."""
    change: StateChange | None = None
    refusal: Refusal | None = None

    @property
    def result(self) -> Result:
        """Done, done before, or refused."""
        if self.refusal is not None:
            return Result.REFUSED
        return Result.ALREADY if self.change is None else Result.DONE

    @property
    def number(self) -> str | None:
        """As the register writes it."""
        return None if self.certificate is None else self.certificate.number

    @property
    def former_state(self) -> CertificateState | None:
        """The state in which the request found the certificate."""
        return None if self.certificate is None else self.certificate.state

    @property
    def state(self) -> CertificateState | None:
        """The state in which the request left the certificate."""
        return self.former_state if self.change is None else self.change.state


class StatusChanges:
    """One action of one operator on certificates of a register."""

    def __init__(
        self,
        *,
        register: Register,
        issuer: str,
        action: Action,
        operator: str,
        clock: Clock,
        dry_run: bool = False,
        batch: int = BATCH,
    ) -> None:
        """Take the parts; with `dry_run` the outcomes are the same and nothing is written."""
        self._register = register
        self._issuer = issuer
        self._action = action
        self._operator = operator
        self._clock = clock
        self._dry_run = dry_run
        self._batch = batch
        self._imagined: dict[int, HeldCertificate] = {}
        """What a dry run would have changed, by position: a number may come twice."""

    def run(self, requests: Sequence[Request | Fault]) -> Iterator[list[Outcome]]:
        """Do what is asked, in its order; the outcomes of a batch come after its commit.

        Raises RegisterError; what was committed until then stands.
        """
        for start in range(0, len(requests), self._batch):
            page = requests[start : start + self._batch]
            yield self._imagine(page) if self._dry_run else self._carry_out(page)

    def _carry_out(self, page: Sequence[Request | Fault]) -> list[Outcome]:
        with self._register.writing() as connection:
            outcomes = self._decide(connection, page, self._held(connection, page))
            changes = [outcome.change for outcome in outcomes if outcome.change is not None]
            trail.change_states(connection, changes, self._operator, self._clock.now())
        return outcomes

    def _imagine(self, page: Sequence[Request | Fault]) -> list[Outcome]:
        with self._register.reading() as connection:
            held = self._held(connection, page)
            held |= {place: self._imagined[place] for place in held.keys() & self._imagined.keys()}
            outcomes = self._decide(connection, page, held)
        self._imagined |= held
        return outcomes

    def _held(
        self, connection: Connection, page: Sequence[Request | Fault]
    ) -> dict[int, HeldCertificate]:
        positions = [one.position for one in page if isinstance(one, Request)]
        return trail.certificates_at(connection, self._issuer, positions)

    def _decide(
        self,
        connection: Connection,
        page: Sequence[Request | Fault],
        held: dict[int, HeldCertificate],
    ) -> list[Outcome]:
        """Judge one request after the other; `held` follows, so that a second one finds it done."""
        former: dict[int, CertificateState] = {}
        if self._action is Action.REINSTATE:
            suspended = [one.id for one in held.values() if one.state is CertificateState.SUSPENDED]
            former = trail.former_states(connection, suspended)
        outcomes = []
        for request in page:
            outcomes.append(self._judge(request, held, former))
            if (changed := _changed(outcomes[-1])) is not None:
                held[changed.position] = changed
        return outcomes

    def _judge(
        self,
        request: Request | Fault,
        held: dict[int, HeldCertificate],
        former: dict[int, CertificateState],
    ) -> Outcome:
        if isinstance(request, Fault):
            return Outcome(line=request.line, refusal=request.refusal)
        certificate = held.get(request.position.number)
        if certificate is None:
            return Outcome(line=request.line, refusal=Refusal.NO_SUCH_CERTIFICATE)
        state = next_state(self._action, certificate.state, former.get(certificate.id))
        if isinstance(state, Refusal):
            return Outcome(line=request.line, certificate=certificate, refusal=state)
        if state is certificate.state:
            return Outcome(line=request.line, certificate=certificate)
        change = StateChange(
            certificate_id=certificate.id,
            former_state=certificate.state,
            state=state,
            reason=request.reason,
        )
        return Outcome(line=request.line, certificate=certificate, change=change)


def _changed(outcome: Outcome) -> HeldCertificate | None:
    if outcome.certificate is None or outcome.change is None:
        return None
    return replace(outcome.certificate, state=outcome.change.state)
