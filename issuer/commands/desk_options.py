"""What the commands of the desk share: an account that signs in, a reason, times and tables."""

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from issuer.access.rights import Actor
from issuer.commands.options import opened, register_option
from issuer.commands.passwords_asked import account_option, password_option, signed_in
from issuer.records import Rules
from issuer.register.database import Register
from issuer.status_requests import is_reason
from issuer.vaccines import vaccine_table
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option
from spec.certificate import Timestamp
from spec.vaccines import VaccineTable

__all__ = ["Desk", "desk_command", "reason_option", "settings", "table_lines", "write_json"]


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody who has signed in, before an open register."""

    actor: Actor
    register: Register
    home: Path
    now: Timestamp
    """One time for all that a command does."""

    @contextmanager
    def acting(self) -> Iterator[Connection]:
        """One transaction: what is looked at is told in the audit trail as well."""
        with self.register.writing() as connection:
            yield connection

    @property
    def table(self) -> VaccineTable:
        """The vaccine table."""
        return vaccine_table()

    @property
    def rules(self) -> Rules:
        """What corrected values are judged by."""
        return Rules.of(table=self.table, now=self.now)


def desk_command(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let an account sign in; the command gets `desk: Desk` in place of the options for that."""

    @home_option
    @register_option
    @password_option
    @account_option
    @functools.wraps(command)
    def with_desk(
        *args: Any,
        home: Path,
        register_url: str | None,
        password_file: Path | None,
        account: str,
        **options: Any,
    ) -> Any:
        authority, clock = Authority.open(home), SystemClock()
        with opened(authority, register_url) as register:
            actor = signed_in(register, account, password_file, clock)
            desk = Desk(actor, register, authority.home, clock.now())
            return command(*args, desk=desk, **options)

    return with_desk


def _reason(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_reason(value := value.strip()):
        raise click.BadParameter("a reason has from 3 to 200 printable characters")
    return value


def reason_option(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--reason`: it stays for ever and is read by others."""
    return click.option(
        "--reason",
        required=required,
        callback=_reason,
        help="Why: for others, so no person's name.",
    )


def settings(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read `FIELD=VALUE` options into a mapping."""
    pairs = [value.partition("=") for value in values]
    if any(not equals or not name.strip() or not text.strip() for name, equals, text in pairs):
        raise click.BadParameter("write it as FIELD=VALUE")
    found = {name.strip(): text.strip() for name, _, text in pairs}
    if len(found) < len(pairs):
        raise click.BadParameter("a field is named twice")
    return found


def table_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table for the terminal: columns as wide as they need, the last one free."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def write_json(document: object) -> None:
    """Print a document as JSON, with letters as they are."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
