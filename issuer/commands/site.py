"""The commands about sites: take a list over, and show those that no list has."""

import json
from datetime import date
from pathlib import Path
from typing import Final

import click

from issuer.access import audit
from issuer.commands.options import (
    json_option,
    opened,
    operator_option,
    register_option,
)
from issuer.listed_sites import read_listed_sites
from issuer.records import local_day
from issuer.register.sites import KnownSite, known_sites, list_sites
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option
from spec.provinces import province_name

__all__ = ["site_commands"]

_PAGE: Final = 1000


@click.group("sites")
def site_commands() -> None:
    """Take a list of sites over, and look at those that are on none."""


@site_commands.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--codes-of",
    "year",
    type=click.IntRange(min=2008, max=2100),
    required=True,
    help="The year whose province and district codes these are.",
)
@operator_option
@register_option
@home_option
def import_sites(
    file: Path, year: int, operator: str, register_url: str | None, home: Path
) -> None:
    """Take over FILE (CSV: code,name,province,district, and perhaps mobile) as listed sites.

    A site that was known from records only is no longer flagged; its records stay with it. To take
    the same list again changes nothing.
    """
    sites = read_listed_sites(file, year)
    now = SystemClock().now()
    with (
        opened(Authority.open(home), register_url) as register,
        register.writing() as connection,
    ):
        new = list_sites(connection, sites, now)
        audit.append(
            connection,
            at=now,
            actor=f"console:{operator}",
            action="sites.import",
            subject=f"sites of {year}",
            sites=len(sites),
            new=new,
        )
    click.echo(f"{len(sites)} sites listed, {new} of them new")


@site_commands.command("list")
@click.option("--unlisted", is_flag=True, help="Only those that were first seen in a record.")
@json_option
@register_option
@home_option
def list_known(unlisted: bool, as_json: bool, register_url: str | None, home: Path) -> None:
    """Print the sites that the register knows; with --json one object a line."""
    with opened(Authority.open(home), register_url) as register, register.snapshot() as connection:
        after = 0
        while page := known_sites(connection, after, _PAGE, only_unlisted=unlisted):
            for site in page:
                click.echo(_json(site) if as_json else _line(site))
            after = page[-1].id


def _line(site: KnownSite) -> str:
    state = "listed" if site.listed else "unlisted"
    where = f"{site.province or '-'} {_province(site) or ''}".strip()
    kind = "  mobile" if site.mobile else ""
    return f"{site.code or '-':<6}  {state:<8}  {where:<22}  {site.name}{kind}"


def _json(site: KnownSite) -> str:
    document = {
        "code": site.code,
        "name": site.name,
        "province": site.province,
        "province_name": _province(site),
        "district": site.district,
        "codes_of": site.codes_of,
        "mobile": site.mobile,
        "listed": site.listed,
    }
    return json.dumps(document, ensure_ascii=False)


def _province(site: KnownSite) -> str | None:
    """The name that the code had in the year of its table: some codes changed their meaning."""
    if site.province is None:
        return None
    day = date(site.codes_of, 12, 31) if site.codes_of else local_day(SystemClock().now())
    return province_name(site.province, day)
