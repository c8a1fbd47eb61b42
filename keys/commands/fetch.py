"""The command `dosepass-keys fetch`: bring the trust bundle to a verifier, once or for ever."""

import signal
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

from keys import client
from keys.bundle import TrustBundle
from keys.clock import SystemClock
from keys.console import say
from keys.errors import HintedError, TrustBundleError
from keys.fetching.refresher import Refresher, seconds_of
from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = ["fetch", "interval"]


def interval(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """Read an option that is an interval (a callback of click)."""
    try:
        return None if value is None else seconds_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
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
@click.option(
    "--every",
    callback=interval,
    metavar="INTERVAL",
    help="Go on until SIGTERM or Ctrl-C, at intervals such as 30m or 1h.",
)
def fetch(url: str, root: Path | None, into: Path, every: int | None) -> None:
    """Fetch the trust bundle published at URL (http://, https:// or file:///)."""
    pinned = _read_root(root) if root else None
    refresh = partial(client.refresh, into, url, pinned, SystemClock())
    if every is None:
        bundle = refresh()
        say(f"fetched {_keys(bundle)} and {_lists(bundle)} into {into}")
        say(f"trust list of {to_rfc3339(bundle.issued_at)}, {_status_of(bundle)}")
        click.echo(f"fresh until {to_rfc3339(_end(bundle))}")
        return
    if root is None:
        client.check_source(into, url)
    # Every file is written atomically, so a refresh may be cut off anywhere.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        Refresher(refresh, every, _tell).run()


def _tell(result: TrustBundle | Exception) -> None:
    """One line for each refresh: what came on stdout, what went wrong on stderr."""
    now = to_rfc3339(SystemClock().now())
    if not isinstance(result, Exception):
        counts = f"{_keys(result)}, {_lists(result)}, {_status_of(result)}"
        click.echo(f"{now} fresh until {to_rfc3339(_end(result))}: {counts}")
        return
    hint = getattr(result, "hint", None) if isinstance(result, HintedError) else None
    what = str(result) if isinstance(result, HintedError) else type(result).__name__
    say(f"{now} {what}" + (f" ({hint})" if hint else ""))


def _end(bundle: TrustBundle) -> Timestamp:
    """When verifiers stop judging: the trust list and the status lists end by themselves."""
    return min(bundle.fresh_until, bundle.status.fresh_until)


def _keys(bundle: TrustBundle) -> str:
    return "1 key" if len(bundle.keys) == 1 else f"{len(bundle.keys)} keys"


def _lists(bundle: TrustBundle) -> str:
    count = len(bundle.status.lists)
    return "1 status list" if count == 1 else f"{count} status lists"


def _status_of(bundle: TrustBundle) -> str:
    return f"status of {to_rfc3339(bundle.status.issued_at)}"


def _read_root(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrustBundleError(
            f"the root metadata {path} cannot be read: {error.strerror}",
            hint="the issuer's file is public/metadata/1.root.json",
        ) from None
