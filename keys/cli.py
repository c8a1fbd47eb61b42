"""The command line `dosepass-keys`: make an authority and its keys, publish and fetch trust."""

import json
from pathlib import Path
from typing import Final

import click

from keys import client
from keys.authority import Authority, Publication
from keys.clock import SystemClock
from keys.console import home_option, run, say, secrets_options
from keys.errors import TrustBundleError
from keys.schedule import ALGORITHM_NAMES, KeyRecord, state_of
from keys.secrets import SecretsHandler
from keys.times import to_rfc3339
from spec.certificate import Timestamp
from spec.trust_list import KeyState

__all__ = ["cli", "main"]

_ALGORITHMS: Final = {name: algorithm for algorithm, name in ALGORITHM_NAMES.items()}
_COLUMNS: Final = ("kid", "algorithm", "state", "signs_from", "signs_until", "verifies_until")
_ROOT_WARNING: Final = 60 * 86_400
"""Seconds before the root's end at which `publish` begins to warn: time for people to meet."""
_SUCCESSOR_WARNING: Final = 28 * 86_400
"""Seconds before the last signing key ends at which `publish` asks for the next one."""
_AT_ONCE: Final = (
    "this key signs at once. That is safe only before the first verifier has a trust list: "
    "to every other one the key is unknown, and honest holders are turned away until it refreshes"
)


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
@click.option("--sign-at-once", is_flag=True, help="Sign before verifiers can know the key.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
@secrets_options
def generate(
    algorithm: str, sign_at_once: bool, yes: bool, home: Path, secrets: SecretsHandler
) -> None:
    """Make a signing key; it signs only after its publication has reached the verifiers."""
    authority = Authority.open(home)
    if sign_at_once:
        say(_AT_ONCE)
        if authority.has_published() and not yes:
            click.confirm("A trust list is out already. Go on?", abort=True, err=True)
    now = SystemClock().now()
    record = authority.generate(_ALGORITHMS[algorithm], secrets, now, at_once=sign_at_once)
    if not sign_at_once:
        hours = record.propagation // 3600
        say(f"the key signs {hours} hours after: dosepass-keys publish")
    click.echo(record.kid.hex())


@cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@home_option
def list_keys(as_json: bool, home: Path) -> None:
    """Show the signing keys and where each is in its life."""
    now = SystemClock().now()
    rows = [_row(record, now) for record in Authority.open(home).records()]
    if as_json:
        click.echo(json.dumps({"at": to_rfc3339(now), "keys": rows}, indent=2))
    elif rows:
        click.echo(_table(rows))
    else:
        say("there is no signing key yet; run: dosepass-keys generate")


@cli.command()
@home_option
@secrets_options
def publish(home: Path, secrets: SecretsHandler) -> None:
    """Sign the trust bundle and write it below public/; to run it again is always safe."""
    authority = Authority.open(home)
    now = SystemClock().now()
    publication = authority.publish(now, secrets)
    _warn(publication, authority.records(), now)
    keys = "1 key" if publication.keys == 1 else f"{publication.keys} keys"
    say(f"published {keys}; serve {authority.public} with any web server")
    click.echo(f"fresh until {to_rfc3339(publication.fresh_until)}")


@cli.command()
@click.argument("url")
@click.option(
    "--root",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The root metadata that the issuer handed over; needed the first time.",
)
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the trust bundle is kept.",
)
def fetch(url: str, root: Path | None, into: Path) -> None:
    """Fetch the trust bundle published at URL (http://, https:// or file:///)."""
    pinned = _read_root(root) if root else None
    bundle = client.refresh(into, url, pinned, SystemClock())
    keys = "1 key" if len(bundle.keys) == 1 else f"{len(bundle.keys)} keys"
    say(f"fetched {keys}, issued at {to_rfc3339(bundle.issued_at)}, into {into}")
    click.echo(f"fresh until {to_rfc3339(bundle.fresh_until)}")


def _read_root(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrustBundleError(
            f"the root metadata {path} cannot be read: {error.strerror}",
            hint="the issuer's file is public/metadata/1.root.json",
        ) from None


def _row(record: KeyRecord, now: Timestamp) -> dict[str, str | None]:
    published = record.published_at
    return {
        "kid": record.kid.hex(),
        "algorithm": ALGORITHM_NAMES[record.public_key.algorithm],
        "state": state_of(record, now).name.lower(),
        "published_at": None if published is None else to_rfc3339(published),
        "signs_from": to_rfc3339(record.signs_from),
        "signs_until": to_rfc3339(record.signs_until),
        "verifies_until": to_rfc3339(record.verifies_until),
    }


def _table(rows: list[dict[str, str | None]]) -> str:
    """Columns padded to their widest cell; a key without publication is marked as such."""
    cells = [[name.replace("_", " ") for name in _COLUMNS]]
    for row in rows:
        mark = " (not published)" if row["published_at"] is None else ""
        cells.append([f"{row[name]}{mark if name == 'state' else ''}" for name in _COLUMNS])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)
    return "\n".join(lines)


def _warn(publication: Publication, records: tuple[KeyRecord, ...], now: Timestamp) -> None:
    """Say early what would stop the gates later."""
    if publication.root_expires - now < _ROOT_WARNING:
        say(f"warning: the root ends at {to_rfc3339(publication.root_expires)}; renew it before")
    living = (KeyState.PENDING, KeyState.ACTIVE)
    last = max(
        (record.signs_until for record in records if state_of(record, now) in living), default=now
    )
    if last - now < _SUCCESSOR_WARNING:
        say(f"warning: no key signs after {to_rfc3339(last)}; run: dosepass-keys generate")
