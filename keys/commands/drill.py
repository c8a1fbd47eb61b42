"""The command `dosepass-keys drill`: see beforehand what the worst day would be like."""

import shutil
import signal
import tempfile
from pathlib import Path

import click

from keys.authority import Authority
from keys.clock import SystemClock
from keys.commands.options import register_option
from keys.console import home_option, say, secrets_options
from keys.drill import drill as live_through
from keys.errors import AuthorityError
from keys.plans import find_key
from keys.secrets import SecretsHandler

__all__ = ["drill"]


@click.command()
@click.argument("kid")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the copy in DIR. It holds keys and personal data.",
)
@register_option
@home_option
@secrets_options
def drill(
    kid: str, into: Path | None, register_url: str | None, home: Path, secrets: SecretsHandler
) -> None:
    """Rehearse the theft of the key KID on a copy, and say how long everything took.

    The real home stays as it is. Without --into the copy lies beside it, and is removed.
    """
    authority = Authority.open(home)
    record = find_key(authority.records(), kid)
    folder = _folder(authority, into)
    # A copy of personal data must not stay behind when the drill is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        total = 0.0
        for step in live_through(
            authority, record.kid, secrets, SystemClock(), register_url, folder
        ):
            total += step.seconds
            click.echo(f"{step.seconds:6.1f} s  {step.words}")
        click.echo(f"{total:6.1f} s  in all; the real authority is as it was")
    finally:
        if into is None:
            shutil.rmtree(folder)
        else:
            say(f"{folder} holds keys and personal data; remove it when you have seen it")


def _folder(authority: Authority, into: Path | None) -> Path:
    """An empty folder that nobody else can look into."""
    try:
        if into is None:
            name = authority.home.name
            return Path(tempfile.mkdtemp(dir=authority.home.parent, prefix=f".{name}.drill-"))
        if into.exists() and any(into.iterdir()):
            raise AuthorityError(
                f"{into} is not empty", hint="name a directory that does not exist"
            )
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        into.chmod(0o700)
    except OSError as error:
        raise AuthorityError(
            f"no copy can be made: {error.filename}: {error.strerror}",
            hint="name another place with --into DIR",
        ) from None
    return into.absolute()
