"""A register with certificates in it, in an authority's home; and one kept in memory."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from issuer.csv_file import open_csv
from issuer.intake import take_in
from issuer.issuing import Issuing
from issuer.records import Rules
from issuer.register.database import Register
from issuer.register.models import CertificateRow, CertificateState
from issuer.signing import AuthorityKeys
from issuer.status_changes import StatusChanges
from issuer.status_requests import Request
from issuer.status_rules import Action
from keys.authority import Authority
from keys.clock import FixedClock
from keys.ledger import REGISTER_FILE, ListStatuses
from spec.certificate import StatusPosition, Timestamp
from spec.cose import Kid
from tests.authority import vaccine_table
from tests.issuer.world import csv_text, stranger
from tests.keys.homes import DAY, NOW, SECRET

__all__ = ["HeldLedger", "certificates", "digest_of", "issue", "revoke"]


@dataclass
class HeldLedger:
    """What a register would say, as a test puts it."""

    held: list[ListStatuses] = field(default_factory=list)
    signed: Mapping[Kid, Sequence[tuple[int, bytes]]] = field(default_factory=dict)
    asked_at: list[Timestamp] = field(default_factory=list)

    def lists(self) -> int:
        return len(self.held)

    def statuses(self, number: int, now: Timestamp) -> ListStatuses:
        self.asked_at.append(now)
        return self.held[number]

    def genuine(self, kid: Kid) -> Iterator[tuple[int, bytes]]:
        return iter(self.signed.get(kid, ()))

    def close(self) -> None:
        pass


def issue(authority: Authority, people: int, moment: Timestamp = NOW, *, first: int = 0) -> None:
    """Issue a certificate to each of some new people at a moment."""
    rows = [stranger(number) for number in range(first, first + people)]
    path = authority.home.parent / "records.csv"
    path.write_text(csv_text(*rows), encoding="utf-8", newline="")
    clock = FixedClock(moment)
    with closing(Register.open(authority.home / REGISTER_FILE)) as register:
        rules = Rules.of(table=vaccine_table(), now=moment, sites=None)
        list(take_in(register, open_csv(path), rules, vaccine_table(), clock))
        Issuing(
            register=register,
            issuer=authority.issuer,
            keys=AuthorityKeys(authority, SECRET),
            table=vaccine_table(),
            clock=clock,
            life=365 * DAY,
        ).run()


def certificates(home: Path, *states: CertificateState) -> list[Any]:
    """The rows of certificates in some states, all of them without any."""
    query = select(CertificateRow.__table__).order_by(CertificateRow.id)
    if states:
        query = query.where(CertificateRow.state.in_(states))
    with (
        closing(Register.open(home / REGISTER_FILE)) as register,
        register.reading() as connection,
    ):
        return list(connection.execute(query))


def revoke(authority: Authority, positions: Sequence[int], moment: Timestamp) -> None:
    """Revoke the certificates at some positions."""
    requests = [
        Request(line=line, position=StatusPosition(position), reason="a good reason")
        for line, position in enumerate(positions, start=1)
    ]
    with closing(Register.open(authority.home / REGISTER_FILE)) as register:
        changes = StatusChanges(
            register=register,
            issuer=authority.issuer,
            action=Action.REVOKE,
            operator="minh",
            clock=FixedClock(moment),
        )
        list(changes.run(requests))


def digest_of(directory: Path) -> dict[str, str]:
    """What every file below a directory holds, to see that nothing changed."""
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
