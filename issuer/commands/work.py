"""The command `work`, which lets certificates follow what was decided, and what `issue` shares."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import click

from issuer.commands.options import register_option, register_place
from issuer.commands.progress import progress_bar
from issuer.issuing import Issuing, IssuingSummary
from issuer.register.database import Register
from issuer.signing import AuthorityKeys
from issuer.vaccines import vaccine_table
from issuer.workers import Opener, issue_together
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import EXIT_TROUBLE, home_option, say, secrets_options
from keys.secrets import SecretsHandler

__all__ = [
    "certificate_life",
    "issue_due",
    "issuing_over",
    "valid_days_option",
    "work",
    "workers_option",
]

_SECONDS_A_DAY: Final = 86_400
_PAUSE: Final = 0.2
"""Seconds after which a wish to stop is noticed at the latest."""

workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1, max=64),
    help="Processes that issue side by side, in PostgreSQL.  [default: one for each core]",
)
valid_days_option = click.option(
    "--valid-days", type=click.IntRange(min=1), help="Days until a certificate ends."
)


@click.command()
@click.option(
    "--every",
    type=click.IntRange(min=1),
    metavar="SECONDS",
    help="Look again after so long, until stopped.  [default: once]",
)
@valid_days_option
@workers_option
@register_option
@home_option
@secrets_options
def work(
    every: int | None,
    valid_days: int | None,
    workers: int | None,
    register_url: str | None,
    home: Path,
    secrets: SecretsHandler,
) -> int:
    """Issue to everybody whose records changed: corrected, decided, merged, sent by others.

    Several may run at once, on several machines too. Stopped by SIGTERM or Ctrl-C, it ends after
    the batch it is at; killed, it loses nothing.
    """
    authority = Authority.open(home)
    keys = AuthorityKeys(authority, secrets)
    keys.at(SystemClock().now())  # Whoever has no key should hear it before the work begins.
    opener = issuing_over(
        register_place(authority, register_url), authority, keys,
        certificate_life(authority, valid_days),
    )  # fmt: skip
    failed = False
    for _ in _turns(every):
        summary = issue_due(opener, workers)
        failed = bool(summary.abandoned)
        if summary.issued or every is None:
            say(f"certificates issued: {summary.issued}")
    return EXIT_TROUBLE if failed else 0


def issuing_over(where: Path | str, authority: Authority, keys: AuthorityKeys, life: int) -> Opener:
    """Opens the issuing cycle over a register, in whichever process it is called."""

    @contextmanager
    def opened() -> Iterator[Issuing]:
        register = Register.open(where)
        try:
            yield Issuing(
                register=register, issuer=authority.issuer, keys=keys, table=vaccine_table(),
                clock=SystemClock(), life=life,
            )  # fmt: skip
        finally:
            register.close()

    return opened


def issue_due(opener: Opener, workers: int | None) -> IssuingSummary:
    """Issue all that is due, with a bar, and say what the lint stopped."""
    with opener() as issuing:
        waiting = issuing.waiting()
    with progress_bar("issuing", waiting) as advance:
        summary = issue_together(opener, workers, advance)
    for number, reason in summary.abandoned:
        say(f"{number}: the lint stopped it before it was signed: {reason}")
    return summary


def certificate_life(authority: Authority, valid_days: int | None) -> int:
    """How long certificates are valid, in seconds: never longer than their key verifies."""
    longest = authority.settings.certificate_life
    if valid_days is None:
        return longest
    if valid_days * _SECONDS_A_DAY > longest:
        raise click.UsageError(
            f"--valid-days: the authority's certificates live at most "
            f"{longest // _SECONDS_A_DAY} days (certificate_days in authority.toml)"
        )
    return valid_days * _SECONDS_A_DAY


def _turns(every: int | None) -> Iterator[None]:
    """One turn, or one after another until a signal asks to stop."""
    if every is None:
        yield
        return
    stopping = False

    def stop(_: int, __: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    former = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not stopping:
            yield
            until = time.monotonic() + every
            while not stopping and time.monotonic() < until:
                time.sleep(_PAUSE)
    finally:
        for one, handler in former.items():
            signal.signal(one, handler)
