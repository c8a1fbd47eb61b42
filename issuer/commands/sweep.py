"""The command `corrections sweep`: papers that no request names are found, and removed."""

from pathlib import Path
from typing import Final

import click

from issuer.commands.desk_options import write_json
from issuer.commands.options import json_option, opened, operator_option, register_option
from issuer.desk.attachment_store import ATTACHMENTS, AttachmentStore
from issuer.desk.orphans import check_ours, orphans, tell_removal
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option, say
from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = ["sweep"]

_HOUR: Final = 3600
_SAFE_HOURS: Final = 24
"""No upload takes as long from its file to its row; a backup that is being restored may."""


@click.command()
@click.option(
    "--older-than",
    "hours",
    type=click.IntRange(min=1),
    default=_SAFE_HOURS,
    show_default=True,
    metavar="HOURS",
    help="Only files written so long ago.",
)
@click.option("--remove", is_flag=True, help="Remove them; without it they are only listed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@operator_option
@register_option
@home_option
def sweep(
    hours: int,
    remove: bool,
    yes: bool,
    as_json: bool,
    operator: str,
    register_url: str | None,
    home: Path,
) -> None:
    """List the papers in the folder that no row of the register names, and remove them if asked.

    A crash while a paper was attached, or its person erased, leaves one. A paper that a request has
    is never touched. That some were removed is told in the audit trail.
    """
    authority, now = Authority.open(home), SystemClock().now()
    store = AttachmentStore(authority.home / ATTACHMENTS)
    with opened(authority, register_url) as register:
        with register.reading() as connection:
            found = orphans(connection, store, Timestamp(now - hours * _HOUR))
            if found and remove:
                check_ours(connection, store, now)
        if as_json:
            write_json({"files": [
                {"name": one.name, "size": one.size, "written_at": to_rfc3339(one.written_at)}
                for one in found
            ]})  # fmt: skip
        else:
            for one in found:
                click.echo(f"{one.name}  {one.size}  {to_rfc3339(one.written_at)}")
        if not found or not remove:
            say(f"{len(found)} files that no request names")
            return
        if not yes:
            click.confirm(f"Remove these {len(found)} files for good?", abort=True, err=True)
        with register.writing() as connection:
            tell_removal(connection, f"console:{operator}", len(found), now)
    for one in found:
        store.remove(one.name)
    say(f"{len(found)} files removed")
