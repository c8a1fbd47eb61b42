"""The commands that change keys: rotate, tick, retire, compromise."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from keys.authority import Authority, Done
from keys.clock import SystemClock
from keys.commands.options import at_once_option, dry_run_option, register_option, yes_option
from keys.console import home_option, say, secrets_options
from keys.errors import HintedError
from keys.outlook import Warned
from keys.plans import Plan, find_key, plan_compromise, plan_retirement, plan_rotation, plan_tick
from keys.schedule import ALGORITHM_NAMES, KeyRecord
from keys.secrets import SecretsHandler
from keys.times import to_rfc3339
from spec.cose import Kid

__all__ = ["AT_ONCE", "compromise", "confirm_at_once", "retire", "rotate", "tick", "warn"]

AT_ONCE: Final = (
    "this key signs at once. That is safe only before the first verifier has a trust list: "
    "to every other one the key is unknown, and honest holders are turned away until it refreshes"
)

_ALGORITHMS: Final = {name: algorithm for algorithm, name in ALGORITHM_NAMES.items()}
_EXIT_WARNED: Final = 1


@click.command()
@at_once_option
@click.option("--algorithm", type=click.Choice(list(_ALGORITHMS)), help="Another kind of key.")
@click.option("--token", metavar="URI", help="Make it in a token: the pkcs11: URI of that.")
@dry_run_option
@yes_option
@register_option
@home_option
@secrets_options
def rotate(
    sign_at_once: bool,
    algorithm: str | None,
    token: str | None,
    dry_run: bool,
    yes: bool,
    register_url: str | None,
    home: Path,
    secrets: SecretsHandler,
) -> None:
    """Make the next signing key now, and publish it; the present one goes on until it signs."""
    authority = Authority.open(home)
    chosen = _ALGORITHMS[algorithm] if algorithm else None
    if dry_run:
        plan = plan_rotation(
            authority.records(),
            authority.settings,
            SystemClock().now(),
            at_once=sign_at_once,
            algorithm=chosen,
            token=token,
        )
        return _tell(plan)
    if sign_at_once:
        confirm_at_once(authority, yes=yes)
    done = authority.rotate(
        SystemClock().now(),
        secrets,
        register_url,
        at_once=sign_at_once,
        algorithm=chosen,
        token=token,
    )
    for line in _results(done) or done.plan.steps:
        click.echo(line)
    return None


@click.command()
@dry_run_option
@click.option("--no-wait", is_flag=True, help="Give up when another command is at work.")
@register_option
@home_option
@secrets_options
def tick(
    dry_run: bool, no_wait: bool, register_url: str | None, home: Path, secrets: SecretsHandler
) -> int:
    """Do what is due: make the next key, publish. For a daily job; run it as often as you like.

    Ends with 0 when all is well, 1 when it is done and a warning stands.
    """
    authority = Authority.open(home)
    now = SystemClock().now()
    if dry_run:
        _tell(plan_tick(authority.records(), authority.settings, now))
        return 0
    done = authority.tick(now, secrets, register_url, wait=not no_wait)
    click.echo("; ".join(_results(done)))
    warnings = authority.outlook(SystemClock().now()).warnings
    warn(warnings)
    return _EXIT_WARNED if warnings else 0


@click.command()
@click.argument("kid")
@dry_run_option
@yes_option
@home_option
def retire(kid: str, dry_run: bool, yes: bool, home: Path) -> None:
    """Let the key KID stop signing; what it signed stays valid."""
    authority = Authority.open(home)
    now, records = SystemClock().now(), authority.records()
    record = find_key(records, kid)
    plan = plan_retirement(records, record.kid, now, alone=yes)
    if dry_run:
        return _tell(plan)
    if plan.publish and not yes:
        _tell(plan)
        click.confirm("A key never signs again after this. Go on?", abort=True, err=True)
    done = authority.retire(record.kid, SystemClock().now(), alone=yes)
    for line in done.plan.steps:
        click.echo(line)
    return None


@click.command()
@click.argument("kids", metavar="KID...", nargs=-1, required=True)
@at_once_option
@dry_run_option
@yes_option
@register_option
@home_option
@secrets_options
def compromise(
    kids: tuple[str, ...],
    sign_at_once: bool,
    dry_run: bool,
    yes: bool,
    register_url: str | None,
    home: Path,
    secrets: SecretsHandler,
) -> int:
    """Shut out whoever has stolen the keys KID...; what was really signed stays valid.

    To run it again completes what was cut off, and makes no second key.
    """
    authority = Authority.open(home)
    records, settings = authority.records(), authority.settings
    chosen = [find_key(records, kid).kid for kid in kids]
    now = SystemClock().now()
    plan = plan_compromise(records, chosen, settings, now, at_once=sign_at_once)
    if dry_run or not yes:
        _tell(plan)
    if dry_run:
        return 0
    if sign_at_once:
        say(AT_ONCE)
    if not yes:
        click.confirm("This cannot be taken back. Go on?", abort=True, err=True)
    began = time.monotonic()
    done = authority.compromise(
        chosen, SystemClock().now(), secrets, register_url, at_once=sign_at_once
    )
    return _tell_compromise(authority, chosen, done, time.monotonic() - began)


def confirm_at_once(authority: Authority, *, yes: bool) -> None:
    """Say what signing at once means, and ask where verifiers may exist."""
    say(AT_ONCE)
    if authority.has_published() and not yes:
        click.confirm("A trust list is out already. Go on?", abort=True, err=True)


def warn(warnings: Sequence[Warned]) -> None:
    """Tell the warnings, each with what to do."""
    for warned in warnings:
        say(f"warning: {warned.words} ({warned.code}); {warned.action}")


def _tell(plan: Plan) -> None:
    for step in plan.steps:
        say(step)


def _results(done: Done) -> list[str]:
    """What was made and published, for stdout; nothing when nothing was to be done."""
    lines = []
    if done.made is not None:
        signs = to_rfc3339(done.made.signs_from)
        lines.append(f"made key {done.made.kid.hex()}, which signs from {signs}")
    if done.publication is not None:
        published = done.publication
        lines.append(
            f"published {_counted(published.keys, 'key')} and "
            f"{_counted(published.lists, 'status list')}, "
            f"fresh until {to_rfc3339(min(published.fresh_until, published.status_until))}"
        )
    return lines


def _tell_compromise(authority: Authority, kids: Sequence[Kid], done: Done, seconds: float) -> int:
    publication = done.publication
    genuine = publication.genuine if publication else {}
    for kid in kids:
        number = genuine.get(kid, 0)
        count = f"{_counted(number, 'certificate')} {'is' if number == 1 else 'are'} genuine"
        click.echo(f"compromised {kid.hex()}: {count}, nothing else under it passes")
    for line in _results(done):
        click.echo(line)
    click.echo(f"built and published in {seconds:.1f} seconds")
    say("verifiers follow at their next refresh; a thief is shut out from then on")
    if done.made is None and done.not_made is None:
        _tell_next(authority.records())
    if done.not_made is not None:
        raise _not_made(done.not_made)
    return 0


def _tell_next(records: Sequence[KeyRecord]) -> None:
    waiting = [record for record in records if record.compromised_at is None]
    newest = max(waiting, key=lambda record: record.signs_from)
    say(f"the key {newest.kid.hex()[:8]} signs from {to_rfc3339(newest.signs_from)}")


def _not_made(error: HintedError) -> HintedError:
    return HintedError(
        f"the thief is shut out, but no new key could be made: {error}",
        hint="make one elsewhere: dosepass-keys generate, then: dosepass-keys publish",
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
