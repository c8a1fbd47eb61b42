"""The commands that change what verifiers are told of certificates, and the one that lists it."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from issuer.commands.options import (
    EXIT_REFUSED,
    json_option,
    opened,
    operator_option,
    register_option,
)
from issuer.commands.progress import progress_bar
from issuer.register.database import Register
from issuer.register.trail import TrailLine, trail_after
from issuer.status_changes import Result, StatusChanges
from issuer.status_report import StatusReport
from issuer.status_requests import Fault, Request, is_reason, read_file, read_numbers
from issuer.status_rules import Action
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option, say
from keys.times import from_rfc3339, to_rfc3339
from spec.certificate import Timestamp

__all__ = ["reinstate", "revoke", "supersede", "suspend", "trail"]

_PAGE: Final = 500
_START: Final = Timestamp(0)
_HELP: Final = {
    Action.REVOKE: "Take certificates back for ever: verifiers refuse them.",
    Action.SUSPEND: "Hold certificates back for now: verifiers refuse them until `reinstate`.",
    Action.REINSTATE: "End the suspension of certificates.",
    Action.SUPERSEDE: "Mark certificates as overtaken: verifiers accept them and say so.",
}
_MANNERS: Final = """

Each NUMBER stands on its certificate. Ends with 0 when all are done, also those that were done
before, and 1 when some were refused. To run it again is always safe."""


def _reason(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not is_reason(value := value.strip()):
        raise click.BadParameter("a reason has from 3 to 200 printable characters")
    return value


def _time(_: click.Context, __: click.Parameter, value: str | None) -> Timestamp:
    try:
        return _START if value is None else from_rfc3339(value)
    except (ValueError, OverflowError):
        raise click.BadParameter("not a time such as 2021-12-15T02:00:00Z") from None


_OPTIONS: Final = (
    click.argument("numbers", metavar="[NUMBER]...", nargs=-1),
    click.option("--reason", callback=_reason, help="Why: for auditors, so no personal data."),
    operator_option,
    click.option(
        "--file",
        metavar="FILE",
        help="A number a line, perhaps with a reason of its own behind a comma; - is stdin.",
    ),
    click.option("--dry-run", is_flag=True, help="Tell what would happen and change nothing."),
    click.option("--yes", is_flag=True, help="Do not ask."),
    json_option,
    register_option,
    home_option,
)


def _command(action: Action) -> click.Command:
    command: Any = partial(_change, action)
    for option in reversed(_OPTIONS):
        command = option(command)
    return click.command(action.value, help=_HELP[action] + _MANNERS)(command)


def _change(
    action: Action,
    *,
    numbers: tuple[str, ...],
    reason: str | None,
    operator: str,
    file: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    register_url: str | None,
    home: Path,
) -> int:
    authority = Authority.open(home)
    requests = _requests(numbers, file, authority.issuer, reason)
    report = StatusReport(action, file, as_json=as_json)
    with opened(authority, register_url) as register:
        if action is Action.REVOKE and not (dry_run or yes):
            _ask(requests, file)
        changes = StatusChanges(
            register=register,
            issuer=authority.issuer,
            action=action,
            operator=operator,
            clock=SystemClock(),
            dry_run=dry_run,
        )
        with progress_bar(action.value, len(requests)) as advance:
            for outcomes in changes.run(requests):
                report.add(outcomes)
                advance(len(outcomes))
    for line in report.lines():
        click.echo(line)
    if dry_run:
        say("this was a dry run: nothing was changed")
    elif report.counts[Result.DONE]:
        say("verifiers see it after: dosepass-keys publish, and their next fetch")
    return EXIT_REFUSED if report.counts[Result.REFUSED] else 0


def _requests(
    numbers: tuple[str, ...], file: str | None, issuer: str, reason: str | None
) -> list[Request | Fault]:
    if bool(numbers) == (file is not None):
        raise click.UsageError("give either certificate numbers or --file")
    if file is not None:
        with click.open_file(file, "rb") as lines:
            return list(read_file(lines, issuer, reason))
    if reason is None:
        raise click.UsageError("--reason is missing: it stands in the audit trail")
    return list(read_numbers(numbers, issuer, reason))


def _ask(requests: list[Request | Fault], file: str | None) -> None:
    """Ask before more than one is revoked, and a person always; there is no way back."""
    count = sum(isinstance(one, Request) for one in requests)
    if file == "-":
        raise click.UsageError("--file - leaves nobody to ask: add --yes")
    if count > 1 or (count and sys.stdin.isatty()):
        what = "1 certificate" if count == 1 else f"{count} certificates"
        click.confirm(f"Revoke {what} for ever?", abort=True, err=True)


@click.command()
@click.option("--since", callback=_time, metavar="TIME", help="Only changes from then on.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line.")
@register_option
@home_option
def trail(since: Timestamp, as_json: bool, register_url: str | None, home: Path) -> None:
    """List the changes of status: when, which certificate, who, what, why.

    The trail only ever grows and holds no personal data of holders.
    """
    with opened(Authority.open(home), register_url) as register:
        for line in _pages(register, since):
            values = _described(line)
            text = json.dumps(values, ensure_ascii=False) if as_json else "  ".join(values.values())
            click.echo(text)


def _pages(register: Register, since: Timestamp) -> Iterator[TrailLine]:
    after = 0
    while True:
        with register.reading() as connection:
            page = trail_after(connection, after, _PAGE, since)
        if not page:
            return
        yield from page
        after = page[-1].id


def _described(line: TrailLine) -> dict[str, str]:
    return {
        "at": to_rfc3339(line.at),
        "number": line.number,
        "operator": line.operator,
        "former_state": line.former_state,
        "state": line.state,
        "reason": line.reason,
    }


revoke = _command(Action.REVOKE)
suspend = _command(Action.SUSPEND)
reinstate = _command(Action.REINSTATE)
supersede = _command(Action.SUPERSEDE)
