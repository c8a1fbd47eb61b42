"""What the commands about figures share: options, and the view of the register they speak of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Connection

from issuer.commands.options import json_option, opened, register_option
from issuer.figures.requests import Asked, Which
from issuer.figures.selection import By, Selection, Unit
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option

__all__ = [
    "asked_of", "by_option", "form_options", "options", "place_options", "reading_of",
    "requests_asked", "store_options", "unit_options",
]  # fmt: skip

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_DAY: Final = click.DateTime(["%Y-%m-%d"])


def options(*some: Callable[..., Any]) -> Callable[..., Any]:
    """Several options as one decorator, in the order in which help shows them."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(some):
            command = option(command)
        return command

    return decorate


unit_options = (
    click.option("--province", metavar="CODE", help="Only this province."),
    click.option("--district", metavar="CODE", help="Only this district."),
    click.option("--site", metavar="CODE", help="Only this site."),
)
place_options = (
    *unit_options,
    click.option("--historical", type=click.BOOL, help="Late back-loads alone, or all but them."),
    click.option("--since", type=_DAY, metavar="DAY", help="First day of injection."),
    click.option("--until", type=_DAY, metavar="DAY", help="Last day of injection."),
)
store_options = (register_option, home_option)
by_option = click.option(
    "--by",
    type=click.Choice([by.value for by in By]),
    default=By.NATION.value,
    show_default=True,
    help="A row for each of these.",
)
form_options = (
    click.option("--csv", "csv_file", type=_FILE, help="Write the table to FILE as CSV."),
    click.option("--picture", type=_FILE, help="Draw the table into FILE as PNG."),
    click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True),
    json_option,
)


@contextmanager
def asked_of(chosen: dict[str, Any]) -> Iterator[tuple[Connection, Selection]]:
    """One consistent view of the register, and the records that the options speak of."""
    selection = Selection(
        units=_units_of(chosen),
        historical=chosen["historical"],
        since=_day(chosen["since"]),
        until=_day(chosen["until"]),
    )
    with reading_of(chosen) as connection:
        yield connection, selection


@contextmanager
def reading_of(chosen: dict[str, Any]) -> Iterator[Connection]:
    """One consistent view of the register that the options name."""
    authority = Authority.open(chosen["home"])
    with (
        opened(authority, chosen["register_url"]) as register,
        register.snapshot() as connection,
    ):
        yield connection


def requests_asked(chosen: dict[str, Any], which: Which) -> Asked:
    """The correction requests that the options speak of, as they stand now."""
    return Asked(now=SystemClock().now(), units=_units_of(chosen), which=which)


def _units_of(chosen: dict[str, Any]) -> tuple[Unit, ...]:
    return tuple(Unit(by, chosen[by]) for by in By if chosen.get(by) is not None)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
