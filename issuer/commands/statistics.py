"""The commands about figures: how late, what waits, why, how many."""

from typing import Any

import click

from issuer.commands.statistics_lists import list_people, list_records, list_requests
from issuer.commands.statistics_options import (
    asked_of,
    by_option,
    form_options,
    options,
    place_options,
    reading_of,
    requests_asked,
    store_options,
    unit_options,
)
from issuer.figures.backlog import backlog
from issuer.figures.causes import causes
from issuer.figures.lateness import lateness
from issuer.figures.requests import Which, requests
from issuer.figures.selection import By
from issuer.figures.sheet import Sheet
from issuer.figures.sheets import (
    backlog_sheet,
    causes_sheet,
    doses_sheet,
    lateness_sheet,
    persons_sheet,
    requests_sheet,
)
from issuer.figures.vaccinated import Split, doses, persons
from issuer.vaccines import vaccine_table
from keys.files import write_atomically

__all__ = ["statistics_commands"]


@click.group("statistics")
def statistics_commands() -> None:
    """Show how late records are, what waits and why, and how many doses and persons there are.

    Every row of every figure names the options that list the records behind it.
    """


_figure = options(by_option, *place_options, *form_options, *store_options)


@statistics_commands.command("lateness")
@_figure
def show_lateness(by: str, **chosen: Any) -> None:
    """From injection to receipt, to validation, to certificate: median days and shares.

    Late back-loads count, and are told apart in a column of their own; --historical no leaves them
    out.
    """
    with asked_of(chosen) as (connection, selection):
        sheet = lateness_sheet(lateness(connection, selection, By(by)), selection)
    _tell(sheet, "lateness", chosen)


@statistics_commands.command("backlog")
@_figure
def show_backlog(by: str, **chosen: Any) -> None:
    """What waits for review or for a certificate, and since when the oldest does."""
    with asked_of(chosen) as (connection, selection):
        sheet = backlog_sheet(backlog(connection, selection, By(by)), selection)
    _tell(sheet, "backlog", chosen)


@statistics_commands.command("reasons")
@_figure
def show_reasons(by: str, **chosen: Any) -> None:
    """Why records are refused, wait or are flagged: the most frequent reasons first."""
    with asked_of(chosen) as (connection, selection):
        sheet = causes_sheet(causes(connection, selection, By(by)), selection)
    _tell(sheet, "reasons", chosen)


@statistics_commands.command("doses")
@click.option(
    "--split",
    type=click.Choice([split.value for split in Split]),
    default=Split.NOTHING.value,
    show_default=True,
    help="Also a row for each of these.",
)
@_figure
def show_doses(by: str, split: str, **chosen: Any) -> None:
    """Doses that count, by day or product."""
    table = vaccine_table()
    with asked_of(chosen) as (connection, selection):
        rows = doses(connection, selection, By(by), Split(split))
    _tell(doses_sheet(rows, selection, Split(split), table), "doses", chosen)


@statistics_commands.command("persons")
@_figure
def show_persons(by: str, **chosen: Any) -> None:
    """Persons by colour, each where they had their last dose; with --until as of that day."""
    with asked_of(chosen) as (connection, selection):
        rows = persons(connection, selection, By(by), vaccine_table())
    _tell(persons_sheet(rows, selection), "persons", chosen)


@statistics_commands.command("corrections")
@options(by_option, *unit_options, *form_options, *store_options)
def show_corrections(by: str, **chosen: Any) -> None:
    """Correction requests against the 48 hours in which they are to be answered."""
    asked = requests_asked(chosen, Which.ALL)
    with reading_of(chosen) as connection:
        sheet = requests_sheet(requests(connection, asked, By(by)), asked)
    _tell(sheet, "corrections", chosen)


def _tell(sheet: Sheet, figure: str, chosen: dict[str, Any]) -> None:
    language = chosen["language"]
    if (csv_file := chosen["csv_file"]) is not None:
        write_atomically(csv_file, sheet.to_csv())
    if (picture := chosen["picture"]) is not None:
        from issuer.figures.picture import draw  # loading it takes half a second

        write_atomically(picture, draw(sheet, figure, language))
    if chosen["as_json"]:
        click.echo(sheet.to_json())
    else:
        click.echo("\n".join(sheet.lines(language)))


for _list in (list_records, list_people, list_requests):
    statistics_commands.add_command(_list)
