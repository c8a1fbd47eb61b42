"""The commands about the audit trail: read it, and check that it is what was written."""

import json
from pathlib import Path
from typing import Any, Final

import click

from issuer.access import audit
from issuer.access.audit import Anchor, AuditBrokenError, AuditEntry
from issuer.commands.options import (
    EXIT_REFUSED,
    json_option,
    opened,
    register_option,
)
from keys.authority import Authority
from keys.console import home_option, say
from keys.times import to_rfc3339

__all__ = ["audit_commands"]

_PAGE: Final = 500


@click.group("audit")
def audit_commands() -> None:
    """Read and check the trail of who did what."""


@audit_commands.command("list")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Begin behind this entry.")
@json_option
@register_option
@home_option
def list_entries(after: int, as_json: bool, register_url: str | None, home: Path) -> None:
    """Print the entries in their order; with --json one object a line."""
    with opened(Authority.open(home), register_url) as register, register.snapshot() as connection:
        while page := audit.entries(connection, after, _PAGE):
            for entry in page:
                click.echo(_json(entry) if as_json else _line(entry))
            after = page[-1].number


@audit_commands.command()
@click.option(
    "--anchor",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A file whose last line an earlier run has printed.",
)
@register_option
@home_option
def verify(anchor: Path | None, register_url: str | None, home: Path) -> int:
    """Check every entry, and print the newest as NUMBER:DIGEST: the anchor to keep elsewhere.

    Ends with 1 and the first entry that does not hold. Entries that were cut off at the end show
    only against an anchor, so keep one where nobody can change it who can change the database.
    """
    known = None if anchor is None else _read(anchor)
    with opened(Authority.open(home), register_url) as register, register.snapshot() as connection:
        try:
            newest = audit.verify(connection, known)
        except AuditBrokenError as broken:
            say(str(broken))
            return EXIT_REFUSED
    click.echo(str(newest))
    if known is None:
        say("no anchor was given: whether entries are missing at the end is not known")
    return 0


def _read(file: Path) -> Anchor:
    """The last line: runs may add theirs to the file, day by day."""
    try:
        return Anchor.parse(file.read_text(encoding="ascii").rstrip().rpartition("\n")[2])
    except ValueError:
        raise click.UsageError(
            "--anchor: the last line is not NUMBER:DIGEST, as audit verify prints it"
        ) from None


def _line(entry: AuditEntry) -> str:
    return (
        f"{entry.number:>7}  {to_rfc3339(entry.at)}  {entry.actor:<20}{entry.action:<20}"
        f"{entry.subject}  {entry.details}"
    )


def _json(entry: AuditEntry) -> str:
    document: dict[str, Any] = {
        "number": entry.number,
        "at": to_rfc3339(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": json.loads(entry.details),
        "digest": entry.digest.hex(),
    }
    return json.dumps(document, ensure_ascii=False)
