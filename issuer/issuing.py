"""The issuing cycle: decide, reserve, lint, sign, verify, store. `docs/issuance.md` tells why.

Each batch makes two commits: one before the first signature, one after the last. Whatever stops
the program, the next run signs what was reserved, with the same payloads, before anything else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from issuer.collector import no_search_for_cycles
from issuer.deciding import Deciding
from issuer.drafts import dated
from issuer.lint import Linter, LintError
from issuer.register import certificates as store
from issuer.register.certificates import Reserved
from issuer.register.database import Register
from issuer.register.due import DuePerson, clear_due, count_due, due_people
from issuer.register.models import CertificateState
from issuer.register.positions import draw_positions
from issuer.register.statistics import refresh_statistics
from issuer.signing import SigningKey, SigningKeys
from keys.clock import Clock
from spec.certificate import Timestamp
from spec.vaccines import VaccineTable

__all__ = ["BATCH", "Issuing", "IssuingSummary"]

BATCH: Final = 1000
"""Certificates between two commits: the cost of a commit is shared by many, and a crash leaves
few to be signed again."""

_OTHER_KEY: Final = "reserved for a key that signs no more"


@dataclass(slots=True)
class IssuingSummary:
    """What a run did."""

    issued_to: set[int] = field(default_factory=set)
    """Ids of the persons who got a certificate."""
    abandoned: list[tuple[str, str]] = field(default_factory=list)
    """Number and reason of those that the lint stopped."""

    @property
    def issued(self) -> int:
        """How many certificates were issued: nobody gets two in one run."""
        return len(self.issued_to)

    def add(self, issued_to: set[int], abandoned: list[tuple[str, str]]) -> None:
        """Count what was done elsewhere in the same run."""
        self.issued_to |= issued_to
        self.abandoned += abandoned


class Issuing:
    """Issues what is due in a register."""

    def __init__(
        self,
        *,
        register: Register,
        issuer: str,
        keys: SigningKeys,
        table: VaccineTable,
        clock: Clock,
        life: int,
        batch: int = BATCH,
    ) -> None:
        """Take the parts; `life` is how long a certificate is valid, in seconds."""
        self._register = register
        self._issuer = issuer
        self._keys = keys
        self._table = table
        self._clock = clock
        self._life = life
        self.batch = batch
        self._linter = Linter(issuer=issuer, table=table)
        self.summary = IssuingSummary()

    def waiting(self) -> int:
        """How many persons and reservations this run has to look at."""
        with self._register.reading() as connection:
            reserved = store.count_certificates(connection, CertificateState.RESERVED)
            return count_due(connection) + reserved

    def run(self, progress: Callable[[int], None] = lambda _: None) -> IssuingSummary:
        """Issue everything that is due; `progress` hears how many of `waiting` were done.

        Raises KeyScheduleError, SignerError, SigningError; what was committed until then stands.
        """
        self.complete_former(progress)
        self.work(progress)
        # What others reserved may stand before ours, or be left by one that died since.
        self.complete_former(lambda _: None)
        return self.summary

    @property
    def can_share(self) -> bool:
        """Whether the database lets several processes write at a time."""
        return self._register.engine.dialect.name == "postgresql"

    def close_connections(self) -> None:
        """Give all connections back; the next use opens new ones."""
        self._register.close()

    def work(
        self, progress: Callable[[int], None], stopping: Callable[[], bool] = lambda: False
    ) -> None:
        """Issue to whoever is due and not in another worker's hands, until nobody is left."""
        after = 0
        while not stopping():
            with no_search_for_cycles():
                people = self._issue_to_next(after)
            if not people:
                return
            after = people[-1].id
            progress(len(people))

    def _issue_to_next(self, after: int) -> list[DuePerson]:
        """Issue one batch to the due persons behind an id, and give those it looked at."""
        now = self._clock.now()
        key = self._keys.at(now)
        with self._register.writing() as connection:
            refresh_statistics(connection)
            people, reserved = self._reserve(connection, after, key, now)
        self._complete(reserved, key, now)
        return people

    def complete_former(self, progress: Callable[[int], None]) -> None:
        """Sign what a run before this one reserved and left."""
        after = 0
        while reserved := self._reserved(after):
            after = reserved[-1].id
            now = self._clock.now()
            self._complete(reserved, self._keys.at(now), now)
            progress(len(reserved))

    def _reserved(self, after: int) -> list[Reserved]:
        with self._register.reading() as connection:
            return store.reserved_after(connection, after, self.batch)

    def _reserve(
        self, connection: Connection, after: int, key: SigningKey, now: Timestamp
    ) -> tuple[list[DuePerson], list[Reserved]]:
        """Decide for the next due persons, and fix position and payload where something is new."""
        people = due_people(connection, after, self.batch)
        deciding = Deciding(connection, self._issuer, self._table, now)
        changed = deciding.changed(people)
        positions = draw_positions(connection, self._issuer, len(changed))
        expires_at = Timestamp(min(now + self._life, key.verifies_until))
        rows = []
        for (person, facts, digest), position in zip(changed, positions, strict=True):
            certificate = dated(facts, status=position, issued_at=now, expires_at=expires_at)
            rows.append((person, position, digest, certificate.to_cbor()))
        reserved = store.reserve(connection, self._issuer, rows, key.kid, now)
        clear_due(connection, [person.id for person in people])
        return people, reserved

    def _complete(self, reserved: Sequence[Reserved], key: SigningKey, now: Timestamp) -> None:
        """Lint, sign, verify and store; nothing of this is kept unless all of it could be."""
        ours = [certificate for certificate in reserved if certificate.kid == key.kid]
        others = [certificate for certificate in reserved if certificate.kid != key.kid]
        stopped = dict(self._lint(ours, key, now))
        signed = [
            (certificate, key.sign(certificate.payload))
            for certificate in ours
            if certificate.id not in stopped
        ]
        for certificate, text in signed:
            key.check(text, certificate.payload)
        with self._register.writing() as connection:
            issued_to = store.store_issued(connection, signed, self._clock.now())
            if others:
                store.abandon(connection, others, _OTHER_KEY)
            for certificate in ours:
                if certificate.id in stopped:
                    store.abandon(connection, [certificate], stopped[certificate.id])
        self.summary.issued_to |= issued_to
        self.summary.abandoned += [
            (certificate.number, stopped[certificate.id])
            for certificate in ours
            if certificate.id in stopped
        ]

    def _lint(
        self, reserved: Sequence[Reserved], key: SigningKey, now: Timestamp
    ) -> Iterator[tuple[int, str]]:
        """Give the id and the reason of every certificate that must not be signed."""
        for certificate in reserved:
            try:
                self._linter.check(certificate.payload, now=now, verifies_until=key.verifies_until)
            except LintError as error:
                yield certificate.id, str(error)
