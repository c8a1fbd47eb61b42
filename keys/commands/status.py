"""The command `dosepass-keys status`: where every key is in its life, and what comes next."""

import json
from pathlib import Path
from typing import Final

import click

from keys.authority import Authority
from keys.clock import SystemClock
from keys.commands.status_view import as_json, as_metrics, as_text
from keys.console import home_option
from keys.outlook import look_ahead

__all__ = ["status"]

_EXIT_WARNED: Final = 1


@click.command()
@click.option("--json", "json_format", is_flag=True, help="Write JSON.")
@click.option("--metrics", is_flag=True, help="Write metrics in the text format of Prometheus.")
@home_option
def status(json_format: bool, metrics: bool, home: Path) -> int:
    """Show the keys, their timeline, what happens next, and what needs attention.

    Ends with 0 when all is well, 1 when a warning stands. No passphrase is needed.
    """
    if json_format and metrics:
        raise click.UsageError("give --json or --metrics, not both")
    authority = Authority.open(home)
    records, published = authority.records(), authority.published()
    outlook = look_ahead(records, published, authority.settings, SystemClock().now())
    if json_format:
        document = as_json(authority.issuer, records, published, outlook)
        click.echo(json.dumps(document, indent=2))
    elif metrics:
        click.echo(as_metrics(records, published, outlook))
    else:
        click.echo(as_text(records, published, outlook))
    return _EXIT_WARNED if outlook.warnings else 0
