"""The commands about figures: how late, what waits, why, how many; and the records behind them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Connection

from issuer.figures.backlog import backlog
from issuer.figures.causes import causes
from issuer.figures.days import Stage
from issuer.figures.drill import RecordLine, record_lines
from issuer.figures.lateness import lateness
from issuer.figures.selection import By, Selection, Unit
from issuer.figures.sheet import Sheet
from issuer.figures.sheets import (
    backlog_sheet,
    causes_sheet,
    doses_sheet,
    lateness_sheet,
    persons_sheet,
)
from issuer.figures.vaccinated import Split, doses, person_lines, persons
from issuer.figures.words import column_words, figure_words
from issuer.options import json_option, opened, register_option, vaccine_table
from issuer.reasons import ReasonCode
from issuer.register.models import RecordState
from keys.authority import Authority
from keys.console import home_option
from keys.files import write_atomically
from keys.times import to_rfc3339

__all__ = ["statistics_commands"]

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group("statistics")
def statistics_commands() -> None:
    """Show how late records are, what waits and why, and how many doses and persons there are.

    Every row of every figure names the options that list the records behind it.
    """


def _options(*options: Callable[..., Any]) -> Callable[..., Any]:
    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_place = (
    click.option("--province", metavar="CODE", help="Only this province."),
    click.option("--district", metavar="CODE", help="Only this district."),
    click.option("--site", metavar="CODE", help="Only this site."),
    click.option("--historical", type=click.BOOL, help="Late back-loads alone, or all but them."),
    click.option("--since", type=_DAY, metavar="DAY", help="First day of injection."),
    click.option("--until", type=_DAY, metavar="DAY", help="Last day of injection."),
)
_store = (register_option, home_option)
_by = click.option(
    "--by",
    type=click.Choice([by.value for by in By]),
    default=By.NATION.value,
    show_default=True,
    help="A row for each of these.",
)
_forms = (
    click.option("--csv", "csv_file", type=_FILE, help="Write the table to FILE as CSV."),
    click.option("--picture", type=_FILE, help="Draw the table into FILE as PNG."),
    click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True),
    json_option,
)
_figure = _options(_by, *_place, *_forms, *_store)


@statistics_commands.command("lateness")
@_figure
def show_lateness(by: str, **options: Any) -> None:
    """From injection to receipt, to validation, to certificate: median days and shares.

    Late back-loads count, and are told apart in a column of their own; --historical no leaves them
    out.
    """
    with _asked(options) as (connection, selection):
        sheet = lateness_sheet(lateness(connection, selection, By(by)), selection)
    _tell(sheet, "lateness", options)


@statistics_commands.command("backlog")
@_figure
def show_backlog(by: str, **options: Any) -> None:
    """What waits for review or for a certificate, and since when the oldest does."""
    with _asked(options) as (connection, selection):
        sheet = backlog_sheet(backlog(connection, selection, By(by)), selection)
    _tell(sheet, "backlog", options)


@statistics_commands.command("reasons")
@_figure
def show_reasons(by: str, **options: Any) -> None:
    """Why records are refused, wait or are flagged: the most frequent reasons first."""
    with _asked(options) as (connection, selection):
        sheet = causes_sheet(causes(connection, selection, By(by)), selection)
    _tell(sheet, "reasons", options)


@statistics_commands.command("doses")
@click.option(
    "--split",
    type=click.Choice([split.value for split in Split]),
    default=Split.NOTHING.value,
    show_default=True,
    help="Also a row for each of these.",
)
@_figure
def show_doses(by: str, split: str, **options: Any) -> None:
    """Doses that count, by day or product."""
    table = vaccine_table()
    with _asked(options) as (connection, selection):
        rows = doses(connection, selection, By(by), Split(split))
    _tell(doses_sheet(rows, selection, Split(split), table), "doses", options)


@statistics_commands.command("persons")
@_figure
def show_persons(by: str, **options: Any) -> None:
    """Persons by colour, each where they had their last dose; with --until as of that day."""
    with _asked(options) as (connection, selection):
        rows = persons(connection, selection, By(by), vaccine_table())
    _tell(persons_sheet(rows, selection), "persons", options)


@statistics_commands.command("records")
@_options(*_place)
@click.option("--state", type=click.Choice([state.value for state in RecordState]))
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]))
@click.option("--at-most", type=click.IntRange(min=0), help="Days that the stage took, at most.")
@click.option("--reason", type=click.Choice([reason.value for reason in ReasonCode]))
@click.option("--vaccine", type=int, help="Code of the vaccine table.")
@click.option("--uncertified", is_flag=True, help="Accepted, and not on a certificate yet.")
@_options(json_option, *_store)
def list_records(
    state: str | None,
    stage: str | None,
    at_most: int | None,
    reason: str | None,
    vaccine: int | None,
    uncertified: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """List the records behind a figure: number, import and line, state, site, times, reasons.

    Nothing personal is shown; `dosepass-issuer record NUMBER` shows one to whoever may see it.
    """
    if at_most is not None and stage is None:
        raise click.UsageError("--at-most goes with --stage")
    with _asked(options) as (connection, selection):
        asked = selection.narrowed(
            state=None if state is None else RecordState(state),
            stage=None if stage is None else Stage(stage),
            at_most=at_most,
            reason=None if reason is None else ReasonCode(reason),
            vaccine=vaccine,
            uncertified=uncertified,
        )
        for line in record_lines(connection, asked):
            click.echo(_record_json(line) if as_json else _record_line(line))


@statistics_commands.command("people")
@click.option("--colour", type=click.Choice(["yellow", "green"]), help="Only these.")
@_options(*_place, json_option, *_store)
def list_people(colour: str | None, as_json: bool, **options: Any) -> None:
    """List the persons behind a figure by their numbers in the register, with their doses."""
    with _asked(options) as (connection, selection):
        for one in person_lines(connection, selection, By.SITE, vaccine_table()):
            if colour in (None, one.colour.word):
                said = {
                    "person": one.person_id,
                    "colour": one.colour.word,
                    "doses": f"{one.doses}/{one.doses_needed}",
                    "site": one.unit.code,
                }
                click.echo(json.dumps(said, ensure_ascii=False) if as_json else _columns(said))


@contextmanager
def _asked(options: dict[str, Any]) -> Iterator[tuple[Connection, Selection]]:
    """One consistent view of the register, and the records that the options speak of."""
    selection = Selection(
        units=tuple(Unit(by, options[by]) for by in By if options.get(by) is not None),
        historical=options["historical"],
        since=_day(options["since"]),
        until=_day(options["until"]),
    )
    authority = Authority.open(options["home"])
    with (
        opened(authority, options["register_url"]) as register,
        register.snapshot() as connection,
    ):
        yield connection, selection


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _tell(sheet: Sheet, figure: str, options: dict[str, Any]) -> None:
    language = options["language"]
    if (csv_file := options["csv_file"]) is not None:
        write_atomically(csv_file, sheet.to_csv())
    if (picture := options["picture"]) is not None:
        from issuer.figures.picture import draw, measure_of  # loading it takes half a second

        title, more = figure_words(figure, language), figure_words("more", language)
        words = column_words(measure_of(sheet), language)
        write_atomically(picture, draw(sheet, title, words, more))
    if options["as_json"]:
        click.echo(sheet.to_json())
    else:
        click.echo("\n".join(sheet.lines(language)))


def _record_line(line: RecordLine) -> str:
    return _columns(_described(line))


def _record_json(line: RecordLine) -> str:
    return json.dumps(_described(line), ensure_ascii=False)


def _described(line: RecordLine) -> dict[str, Any]:
    return {
        "record": line.record_id,
        "import": line.import_id,
        "line": line.line,
        "state": line.state,
        "site": line.site,
        "injected_on": None if line.injected_on is None else line.injected_on.isoformat(),
        "received_at": to_rfc3339(line.received_at),
        "validated_at": None if line.validated_at is None else to_rfc3339(line.validated_at),
        "certified_at": None if line.certified_at is None else to_rfc3339(line.certified_at),
        "findings": line.findings,
    }


def _columns(described: dict[str, Any]) -> str:
    return "  ".join("-" if value in (None, "") else f"{value}" for value in described.values())
