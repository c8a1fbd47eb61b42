"""The commands that list what figures count: records, persons, correction requests."""

import json
from typing import Any

import click

from issuer.commands.options import json_option
from issuer.commands.statistics_options import (
    asked_of,
    options,
    place_options,
    reading_of,
    requests_asked,
    store_options,
    unit_options,
)
from issuer.figures.days import Stage
from issuer.figures.drill import RecordLine, record_lines
from issuer.figures.requests import Which, request_lines
from issuer.figures.selection import By
from issuer.figures.vaccinated import person_lines
from issuer.reasons import ReasonCode
from issuer.register.models import RecordState
from issuer.vaccines import vaccine_table
from keys.times import to_rfc3339

__all__ = ["list_people", "list_records", "list_requests"]


@click.command("requests")
@options(*unit_options)
@click.option(
    "--which",
    type=click.Choice([which.value for which in Which]),
    default=Which.ALL.value,
    show_default=True,
    help="As they stand now.",
)
@options(json_option, *store_options)
def list_requests(which: str, as_json: bool, **chosen: Any) -> None:
    """List the correction requests behind a figure: number, state, reason, opened, due, decided."""
    with reading_of(chosen) as connection:
        for one in request_lines(connection, requests_asked(chosen, Which(which))):
            decided = None if one.decided_at is None else to_rfc3339(one.decided_at)
            said = {
                "number": one.number,
                "state": one.state,
                "reason": one.reason,
                "opened_at": to_rfc3339(one.opened_at),
                "due_at": to_rfc3339(one.due_at),
                "decided_at": decided,
            }
            click.echo(json.dumps(said, ensure_ascii=False) if as_json else _columns(said))


@click.command("records")
@options(*place_options)
@click.option("--state", type=click.Choice([state.value for state in RecordState]))
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]))
@click.option("--at-most", type=click.IntRange(min=0), help="Days that the stage took, at most.")
@click.option("--reason", type=click.Choice([reason.value for reason in ReasonCode]))
@click.option("--vaccine", type=int, help="Code of the vaccine table.")
@click.option("--uncertified", is_flag=True, help="Accepted, and not on a certificate yet.")
@options(json_option, *store_options)
def list_records(
    state: str | None,
    stage: str | None,
    at_most: int | None,
    reason: str | None,
    vaccine: int | None,
    uncertified: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    """List the records behind a figure: number, import and line, state, site, times, reasons.

    Nothing personal is shown; `dosepass-issuer record NUMBER` shows one to whoever may see it.
    """
    if at_most is not None and stage is None:
        raise click.UsageError("--at-most goes with --stage")
    with asked_of(chosen) as (connection, selection):
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


@click.command("people")
@click.option("--colour", type=click.Choice(["yellow", "green"]), help="Only these.")
@options(*place_options, json_option, *store_options)
def list_people(colour: str | None, as_json: bool, **chosen: Any) -> None:
    """List the persons behind a figure by their numbers in the register, with their doses."""
    with asked_of(chosen) as (connection, selection):
        for one in person_lines(connection, selection, By.SITE, vaccine_table()):
            if colour in (None, one.colour.word):
                said = {
                    "person": one.person_id,
                    "colour": one.colour.word,
                    "doses": f"{one.doses}/{one.doses_needed}",
                    "site": one.unit.code,
                }
                click.echo(json.dumps(said, ensure_ascii=False) if as_json else _columns(said))


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
