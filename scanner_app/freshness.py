"""Keeps the bundle on the device fresh in the background; the screen shows how old it is."""

from functools import partial
from pathlib import Path

import click

from keys import client
from keys.bundle import TrustBundle
from keys.clock import Clock
from keys.errors import HintedError
from keys.fetching.refresher import DEFAULT_INTERVAL, Refresher

__all__ = ["keep_fresh", "say_anywhere"]


def keep_fresh(directory: Path, url: str, clock: Clock) -> None:
    """Refresh every hour in a thread of its own, from now to the end of the process.

    Raises TrustBundleError when no root is pinned, or for an address that cannot be fetched.
    """
    client.check_source(directory, url)
    refresh = partial(client.refresh, directory, url, None, clock)
    Refresher(refresh, DEFAULT_INTERVAL, _Teller().hear).start()


class _Teller:
    """Says that fetching fails when it begins to, and that it works when it does again."""

    def __init__(self) -> None:
        self._failing = False

    def hear(self, result: TrustBundle | Exception) -> None:
        """Take the result of one refresh."""
        failed = isinstance(result, Exception)
        if failed and not self._failing:
            what = str(result) if isinstance(result, HintedError) else type(result).__name__
            say_anywhere(f"{what}; the data from before stay in use")
        elif self._failing and not failed:
            say_anywhere("the trust data are refreshed again")
        self._failing = failed


def say_anywhere(message: str) -> None:
    """Talk as the command does, whose context other threads do not know."""
    click.echo(f"dosepass-scanner: {message}", err=True)
