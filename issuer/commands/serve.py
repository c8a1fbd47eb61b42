"""The command that serves the register over HTTP: `serve`."""

import ipaddress
from pathlib import Path
from typing import Final

import click

from issuer.commands.options import register_option
from issuer.desk.attachment_store import ATTACHMENTS
from issuer.site_list import SITES_FILE, read_sites
from keys.authority import Authority
from keys.console import home_option
from keys.ledger import REGISTER_FILE

__all__ = ["serve_command"]

_MEBIBYTE: Final = 1_048_576


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8090, show_default=True,
    help="The port to listen on.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True,
    help="Worker processes.",
)  # fmt: skip
@click.option(
    "--reachable", is_flag=True,
    help="Listen on an address that other machines reach. A proxy in front has to speak TLS.",
)  # fmt: skip
@click.option(
    "--behind-proxy", is_flag=True,
    help="Take a client's address from the last value of X-Forwarded-For.",
)  # fmt: skip
@click.option(
    "--max-file", type=click.IntRange(1, 1024), default=32, show_default=True, metavar="MIB",
    help="The largest file of dose records.",
)  # fmt: skip
@click.option(
    "--client-timeout", type=click.IntRange(1, 300), default=10, show_default=True,
    metavar="SECONDS", help="How long a client may take over a head or a body.",
)  # fmt: skip
@click.option(
    "--sites", "sites_file", type=click.Path(path_type=Path, dir_okay=False),
    help="Known sites, one name or code a line.",
)  # fmt: skip
@register_option
@home_option
def serve_command(
    host: str,
    port: int,
    workers: int,
    reachable: bool,
    behind_proxy: bool,
    max_file: int,
    client_timeout: int,
    sites_file: Path | None,
    register_url: str | None,
    home: Path,
) -> None:
    """Serve the register to site software and staff, over HTTP on this machine.

    Certificates are signed by `issue`, never here: this process has no key. Ends with SIGTERM.
    """
    from issuer.api.serve import Serving, serve

    if not (reachable or _is_loopback(host)):
        raise click.UsageError(
            "the register listens on this machine alone unless told otherwise: --reachable"
        )
    authority = Authority.open(home)
    serve(
        Serving(
            register=authority.home / REGISTER_FILE if register_url is None else register_url,
            issuer=authority.issuer,
            sites=read_sites(sites_file, authority.home / SITES_FILE),
            papers=authority.home / ATTACHMENTS,
            host=host,
            port=port,
            workers=workers,
            max_file=max_file * _MEBIBYTE,
            client_timeout=client_timeout,
            behind_proxy=behind_proxy,
        )
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
