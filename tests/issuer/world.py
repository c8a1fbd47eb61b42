"""An issuer for tests: a register on disk, the authority in memory, and files of dose records."""

import csv
import io
import json
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event, select

from issuer.csv_file import open_csv
from issuer.intake import RowOutcome, take_in
from issuer.issuing import Issuing, IssuingSummary
from issuer.records import Rules
from issuer.register.database import Register
from issuer.register.models import CertificateRow, CertificateState, DoseRow, RecordState
from issuer.register.people_models import ReviewDecision, ReviewItemRow
from issuer.register.waiting import decide
from issuer.signing import SigningKey
from issuer.source import COLUMNS
from issuer.status_changes import Outcome, StatusChanges
from issuer.status_requests import Request
from issuer.status_rules import Action
from spec.certificate import Certificate, StatusPosition, Timestamp
from tests.authority import DAY, Authority, vaccine_table
from tests.authority import SigningKey as HeldKey
from tests.postgresql import DATABASE_FILE
from verifier.pipeline import verify

__all__ = ["HOA", "Keys", "WaitingItem", "World", "csv_text", "database_of", "row", "stranger"]

HOA: Final = {
    "full_name": "Nguyễn Thị Hoà",
    "birth_date": "31/12/1990",
    "sex": "Nữ",
    "id_number": "079190000123",
    "phone": "0912345678",
    "vaccine": "AstraZeneca",
    "injected_on": "16/06/2021",
    "lot": "AZ-1",
    "site": "TYT Phường Vĩnh Ninh",
}


_LETTERS: Final = str.maketrans("0123456789", "abcdeghikl")
"""A name with digits would be refused."""


def row(**changes: str) -> dict[str, str]:
    """A sound row: the first dose of the person in Huế, with changes."""
    return HOA | changes


def stranger(number: int, **changes: str) -> dict[str, str]:
    """A sound row of somebody who is nobody else's near double, whatever the numbers."""
    given = f"{number:03}".translate(_LETTERS).title()
    born = date(1990, 1 + number // 28 % 12, 1 + number % 28)
    person = {
        "full_name": f"Nguyễn Thị {given}",
        "birth_date": f"{born:%d/%m/%Y}",
        "id_number": f"079190{number:06}",
        "phone": "",
    }
    return row(**(person | changes))


def csv_text(*rows: dict[str, str]) -> str:
    """A file of rows with its header."""
    output = io.StringIO()
    writer = csv.DictWriter(output, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return output.getvalue()


class Keys:
    """One key of the authority in memory, as the issuing cycle asks for it."""

    def __init__(self, key: Any) -> None:
        self.key = key

    def at(self, now: Timestamp) -> SigningKey:
        """The same key at any time."""
        trusted: HeldKey = self.key
        return SigningKey(self.key, trusted.trusted.verifies_until)


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """A record that waits."""

    id: int
    record_id: int
    person_id: int | None
    differences: list[dict[str, Any]]


def database_of(folder: Path) -> Path | str:
    """The SQLite file of a folder, or the database that the folder names (`either_database`)."""
    named = folder / DATABASE_FILE
    return named.read_text() if named.exists() else folder / "register.sqlite3"


class World:
    """A register with all that works on it, in SQLite or PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority()
        self.clock = self.authority.clock
        self.keys = Keys(self.authority.keys["active"])
        self.register = Register.open(database_of(folder))
        weakref.finalize(self, self.register.close)

    def take_in(
        self, *rows: dict[str, str], sites: frozenset[str] | None = None, size: int = 500
    ) -> list[RowOutcome]:
        """Take rows in and give their outcomes."""
        path = self.folder / "records.csv"
        path.write_text(csv_text(*rows), encoding="utf-8", newline="")
        rules = Rules.of(table=vaccine_table(), now=self.clock.now(), sites=sites)
        batches = take_in(
            self.register, open_csv(path), rules, vaccine_table(), self.clock, size=size
        )
        return [outcome for batch in batches for outcome in batch]

    def issuing(self, batch: int = 500) -> Issuing:
        """The issuing cycle over this register."""
        return Issuing(
            register=self.register,
            issuer=self.authority.issuer,
            keys=self.keys,
            table=vaccine_table(),
            clock=self.clock,
            life=365 * DAY,
            batch=batch,
        )

    def issue(self, *rows: dict[str, str]) -> IssuingSummary:
        """Take rows in and issue what follows."""
        self.take_in(*rows)
        return self.issuing().run()

    def waiting(self) -> list["WaitingItem"]:
        """The open review items, in the order of their opening."""
        query = (
            select(ReviewItemRow.id, ReviewItemRow.record_id, ReviewItemRow.person_id,
                   ReviewItemRow.differences)
            .where(ReviewItemRow.decided_at.is_(None))
            .order_by(ReviewItemRow.id)
        )  # fmt: skip
        with self.register.reading() as connection:
            return [
                WaitingItem(key, record_id, person_id, json.loads(differences))
                for key, record_id, person_id, differences in connection.execute(query)
            ]

    def decide(self, item: "WaitingItem", decision: ReviewDecision, **more: Any) -> int | None:
        """Decide an item as the operator `lan`."""
        with self.register.writing() as connection:
            return decide(connection, item.id, decision, "lan", self.clock.now(), **more)

    def records(self, *states: RecordState) -> list[Any]:
        """The rows of dose records in some states (all without any), in their order."""
        query = select(DoseRow.__table__).order_by(DoseRow.id)
        if states:
            query = query.where(DoseRow.state.in_(states))
        with self.register.reading() as connection:
            return list(connection.execute(query))

    def certificates(self, *states: CertificateState) -> list[CertificateRow]:
        """The rows of certificates in some states (all without any), in their order."""
        query = select(CertificateRow.__table__).order_by(CertificateRow.id)
        if states:
            query = query.where(CertificateRow.state.in_(states))
        with self.register.reading() as connection:
            return list(connection.execute(query))  # type: ignore[arg-type]  # rows alike in use

    def change(
        self, action: Action, certificates: Sequence[CertificateRow], reason: str = "a good reason"
    ) -> list[Outcome]:
        """Change the status of certificates as the operator `minh`."""
        requests = [
            Request(line=line, position=StatusPosition(one.position), reason=reason)
            for line, one in enumerate(certificates, start=1)
        ]
        batches = StatusChanges(
            register=self.register,
            issuer=self.authority.issuer,
            action=action,
            operator="minh",
            clock=self.clock,
        ).run(requests)
        return [outcome for batch in batches for outcome in batch]

    def states(self) -> list[str]:
        """The states of all certificates, in their order."""
        return [one.state for one in self.certificates()]

    def trail(self) -> list[tuple[int, str, str, str, str]]:
        """Certificate id, operator, reason, former and new state of each line of the trail."""
        columns = "certificate_id, operator, reason, former_state, state"
        query = f"SELECT {columns} FROM status_changes ORDER BY id"  # noqa: S608 - names of ours
        with self.register.reading() as connection:
            return [tuple(line) for line in connection.exec_driver_sql(query)]

    def issued(self) -> list[Certificate]:
        """What verifiers read in the issued certificates; raises when one would be refused."""
        bundle = self.authority.bundle()
        return [
            verify(one.text or "", bundle, self.clock.now())
            for one in self.certificates(CertificateState.ISSUED)
        ]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.register.reading() as connection:
            return int(connection.exec_driver_sql(f"select count(*) from {table}").scalar_one())  # noqa: S608 - a table name of ours

    @contextmanager
    def failing_at_commit(self, number: int) -> Iterator[None]:
        """Let the commit with this number, counted from 1, fail before it is made."""
        seen = 0

        def on_commit(_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == number:
                raise PowerCutError

        event.listen(self.register.engine, "commit", on_commit)
        try:
            yield
        finally:
            event.remove(self.register.engine, "commit", on_commit)


class PowerCutError(Exception):
    """The program stops here."""
