"""The issuing side of the simulation: an authority and its register, run by the real commands."""

import contextlib
import io
import random
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click
from sqlalchemy import Connection

from issuer.cli import cli as issuer_cli
from issuer.register import certificates as store
from issuer.register.database import Register
from issuer.register.models import CertificateState
from keys.authority import Authority
from keys.cli import cli as keys_cli
from keys.errors import KeyScheduleError
from spec.certificate import Certificate, Timestamp
from tests.keys.homes import DAY, at

__all__ = ["STATUS_LIFE", "WEEK", "Country", "Holder"]

WEEK: Final = 7 * DAY
STATUS_LIFE: Final = 9 * DAY
"""Seconds for which a gate judges by the status lists that it has."""
_LETTERS: Final = str.maketrans("0123456789", "abcdeghikl")
_COLUMNS: Final = "full_name,birth_date,sex,id_number,phone,vaccine,injected_on,lot,site"
_CALENDAR: Final = {
    # As long as a publication lasts: whoever still trusts an old list knows the key that comes.
    "propagation_hours": 240,
    "signing_days": 119,
    "rotation_lead_days": 28,
    "timestamp_days": 10,
    "status_days": STATUS_LIFE // DAY,
}
"""Signing keys change every quarter: made 28 days before the former one ends after 119."""


@dataclass(slots=True)
class Holder:
    """One certificate in somebody's pocket, and what its issuer has said of it since."""

    number: str
    text: str
    kid: str
    issued_at: Timestamp
    expires_at: Timestamp
    refused_from: Timestamp | None = None
    """From when the published lists refuse it: revoked or suspended; None while they do not."""
    refused: list[tuple[Timestamp, Timestamp]] = field(default_factory=list)
    """Times that are over in which it was suspended."""

    def was_refused(self, at: Timestamp) -> bool:
        """Whether lists made at a time held it back, though it stands again now."""
        return any(start <= at < end for start, end in self.refused)


class Country:
    """One issuing country; `now` moves only forward, and every command runs at it."""

    def __init__(self, folder: Path, seed: int, start: Timestamp) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a plot, no secret
        self.folder = folder
        self.now = start
        self.home = folder / "authority"
        self.passphrase = folder / "passphrase.txt"
        self.passphrase.write_text("two years of a country\n")
        self.holders: dict[str, Holder] = {}
        self.people = 0
        self.waiting: list[str] = []
        self.paused_weeks = 0
        self.run("keys", "init", "--issuer", "VN")
        self._set_the_calendar()

    @property
    def authority(self) -> Authority:
        """The home as it is now."""
        return Authority.open(self.home)

    @property
    def url(self) -> str:
        """Where its publications are."""
        return self.authority.public.as_uri()

    def first_root(self) -> bytes:
        """The root that every verifier pins."""
        return (self.authority.public / "metadata" / "1.root.json").read_bytes()

    def run(self, which: str, *arguments: str, secret: bool = True) -> str:
        """Run a command of the country at its present time; gives what it printed."""
        command: click.Command = {"keys": keys_cli, "issuer": issuer_cli}[which]
        secrets = ["--passphrase-file", str(self.passphrase)] if secret else []
        output = io.StringIO()
        with at(self.now), redirect_stdout(output), redirect_stderr(io.StringIO()):
            command.main(
                [*arguments, *secrets, "--home", str(self.home)],
                prog_name=f"dosepass-{which}",
                standalone_mode=False,
            )
        return output.getvalue()

    def vaccinate(self, first: int) -> None:
        """Give first doses to new people, and second doses to those of six weeks ago."""
        today = _day(self.now - DAY)
        self.waiting += [
            f"{_person(self.people + number)},Pfizer,{today},A{number},79001"
            for number in range(first)
        ]
        due = range(self.people - 6 * first, self.people - 5 * first)
        self.waiting += [
            f"{_person(number)},Pfizer,{today},B{number},79001" for number in due if number >= 0
        ]
        self.people += first

    def issue(self) -> None:
        """Issue what the waiting records call for; without a key they wait for another week."""
        records = self.folder / "records.csv"
        records.write_text("\n".join([_COLUMNS, *self.waiting]) + "\n", encoding="utf-8")
        try:
            self.run("issuer", "issue", str(records), "--valid-days", "365")
        except KeyScheduleError:
            self.paused_weeks += 1
            return
        self.waiting.clear()
        self._meet_new_holders()

    def change(self, command: str, holder: Holder) -> None:
        """Revoke, suspend or reinstate a certificate; verifiers hear of it with a publication."""
        self.run(
            "issuer", command, holder.number, "--reason", "the simulation says so", "--yes",
            secret=False,
        )  # fmt: skip
        if command == "reinstate" and holder.refused_from is not None:
            holder.refused.append((holder.refused_from, self.now))
            holder.refused_from = None
        elif command != "reinstate":
            holder.refused_from = self.now

    def standing(self) -> Sequence[Holder]:
        """The holders whose certificates nothing was said against, in the order of issuance."""
        return [holder for holder in self.holders.values() if holder.refused_from is None]

    def certificates(self) -> int:
        """How many people hold a certificate that says all that is known of them."""
        with self._reading() as connection:
            return store.count_certificates(connection, CertificateState.ISSUED)

    def _meet_new_holders(self) -> None:
        states = [CertificateState.ISSUED, CertificateState.SUPERSEDED]
        with self._reading() as connection:
            rows = store.certificates_after(connection, 0, 1_000_000, states)
        for row in rows:
            if row.number not in self.holders and row.text is not None:
                facts = Certificate.from_cbor(row.payload)
                self.holders[row.number] = Holder(
                    row.number, row.text, row.kid, facts.issued_at, facts.expires_at
                )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with (
            contextlib.closing(Register.open(self.home / "register.sqlite3")) as register,
            register.reading() as connection,
        ):
            yield connection

    def _set_the_calendar(self) -> None:
        path = self.home / "authority.toml"
        lines = [
            f"{key} = {_CALENDAR[key]}" if (key := line.partition(" =")[0]) in _CALENDAR else line
            for line in path.read_text().splitlines()
        ]
        path.write_text("\n".join(lines) + "\n")


def _person(number: int) -> str:
    given = f"{number}".translate(_LETTERS)  # a name with digits would be refused
    return f"Nguyễn Thị {given},31/12/1990,Nữ,079190{number:06},"


def _day(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC) + timedelta(hours=7):%d/%m/%Y}"
