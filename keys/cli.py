"""The command line `dosepass-keys`: make an authority and its keys, publish and fetch trust."""

from pathlib import Path
from typing import Final

import click

from keys.authority import Authority
from keys.clock import SystemClock
from keys.commands.drill import drill
from keys.commands.fetch import fetch
from keys.commands.options import at_once_option, register_option, yes_option
from keys.commands.rotation import compromise, confirm_at_once, retire, rotate, tick, warn
from keys.commands.status import status
from keys.console import home_option, run, say, secrets_options
from keys.root.cli import root
from keys.schedule import ALGORITHM_NAMES
from keys.secrets import SecretsHandler
from keys.times import to_rfc3339

__all__ = ["cli", "main"]

_ALGORITHMS: Final = {name: algorithm for algorithm, name in ALGORITHM_NAMES.items()}


def main() -> None:
    """Entry point of the console script."""
    run(cli, "dosepass-keys")


@click.group()
@click.version_option(package_name="dosepass", message="%(prog)s %(version)s")
def cli() -> None:
    """Keep an authority's signing keys, and bring trust in them to the verifiers."""


@cli.command()
@click.option("--issuer", default="VN", show_default=True, help="Who issues the certificates.")
@home_option
@secrets_options
def init(issuer: str, home: Path, secrets: SecretsHandler) -> None:
    """Make a new authority: its home directory, role keys and root of trust."""
    authority = Authority.create(home, issuer, secrets, SystemClock())
    root = authority.public / "metadata" / "1.root.json"
    say(f"made an authority for {issuer} in {home}")
    say("the next line names the root that verifiers pin; hand it over on a way you trust")
    click.echo(root)


@cli.command()
@click.option(
    "--algorithm", type=click.Choice(list(_ALGORITHMS)), default="ES256", show_default=True
)
@click.option("--token", metavar="URI", help="Make it in a token: a pkcs11: URI with a new object.")
@at_once_option
@yes_option
@home_option
@secrets_options
def generate(
    algorithm: str,
    token: str | None,
    sign_at_once: bool,
    yes: bool,
    home: Path,
    secrets: SecretsHandler,
) -> None:
    """Make a signing key; it signs only after its publication has reached the verifiers."""
    authority = Authority.open(home)
    if sign_at_once:
        confirm_at_once(authority, yes=yes)
    now = SystemClock().now()
    record = authority.generate(
        _ALGORITHMS[algorithm], secrets, now, at_once=sign_at_once, token=token
    )
    if not sign_at_once:
        hours = record.propagation // 3600
        say(f"the key signs {hours} hours after: dosepass-keys publish")
    click.echo(record.kid.hex())


@cli.command()
@click.option(
    "--policy",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Publish this entry policy too, now and from now on.",
)
@click.option("--without-policy", is_flag=True, help="Publish no entry policy from now on.")
@register_option
@home_option
@secrets_options
def publish(
    policy: Path | None,
    without_policy: bool,
    register_url: str | None,
    home: Path,
    secrets: SecretsHandler,
) -> None:
    """Sign the trust bundle and write it below public/; to run it again is always safe."""
    if policy is not None and without_policy:
        raise click.UsageError("give --policy or --without-policy, not both")
    authority = Authority.open(home)
    if policy is not None:
        authority.set_policy(policy.read_bytes())
    elif without_policy:
        authority.set_policy(None)
    publication = authority.publish(SystemClock().now(), secrets, register_url)
    warn(authority.outlook(SystemClock().now()).warnings)
    keys = "1 key" if publication.keys == 1 else f"{publication.keys} keys"
    lists = "1 status list" if publication.lists == 1 else f"{publication.lists} status lists"
    say(f"published {keys} and {lists}; serve {authority.public} with any web server")
    until = min(publication.fresh_until, publication.status_until)
    click.echo(f"fresh until {to_rfc3339(until)}")


for command in (status, rotate, tick, retire, compromise, drill, fetch, root):
    cli.add_command(command)
