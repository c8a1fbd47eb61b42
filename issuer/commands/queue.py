"""The commands of the review queue: list, show, claim, release, decide, correct, undo."""

from typing import Any, Final

import click

from issuer.access.rights import Area
from issuer.commands.desk_options import (
    Desk,
    desk_command,
    reason_option,
    settings,
    table_lines,
    write_json,
)
from issuer.commands.options import json_option
from issuer.desk import queue, queue_views
from issuer.desk.as_json import decided_json, item_json, line_json
from issuer.desk.queue_views import QueueFilter, QueueLine, ShownItem
from issuer.reason_words import words_of
from issuer.reasons import ReasonCode
from issuer.register.people_models import ReviewDecision
from issuer.source import COLUMNS
from keys.console import say
from keys.times import to_rfc3339

__all__ = ["area_options", "check_fields", "owner_text", "queue_commands"]

_PAGE: Final = 50
_KINDS: Final = [code.value for code in ReasonCode]
_DECISIONS: Final = [
    one.value for one in (ReviewDecision.SAME, ReviewDecision.NEW, ReviewDecision.REFUSED)
]
_HEADER: Final = ("ITEM", "DUE", "OWNER", "CLAIMED BY", "PERSON", "WHAT DIFFERS")
_LANGUAGE: Final = click.option(
    "--language", type=click.Choice(["en", "vi"]), default="en", show_default=True
)


@click.group("queue")
def queue_commands() -> None:
    """Look at the records that wait for a person, and decide them."""


def area_options(command: Any) -> Any:
    """`--province`, `--district`, `--site`: a part of one's own area."""
    for name in ("site", "district", "province"):
        command = click.option(f"--{name}", metavar="CODE", help=f"Only of this {name}.")(command)
    return command


@queue_commands.command("list")
@click.option("--mine", is_flag=True, help="Only what the account has claimed.")
@click.option("--overdue", is_flag=True, help="Only what waits for more than 48 hours.")
@click.option("--kind", type=click.Choice(_KINDS), metavar="CODE", help="Only this difference.")
@area_options
@click.option("--limit", type=click.IntRange(1, 1000), default=_PAGE, show_default=True,
              help="At most so many, the oldest.")  # fmt: skip
@json_option
@desk_command
def list_queue(
    mine: bool,
    overdue: bool,
    kind: str | None,
    province: str | None,
    district: str | None,
    site: str | None,
    limit: int,
    as_json: bool,
    desk: Desk,
) -> None:
    """List what waits in the account's area, the oldest first, without personal data."""
    wanted = QueueFilter(
        mine=mine,
        overdue=overdue,
        kind=None if kind is None else ReasonCode(kind),
        area=Area(province=province, district=district, site=site),
    )
    with desk.acting() as connection:
        page = queue_views.list_items(connection, desk.actor, desk.now, wanted, limit=limit)
    if as_json:
        write_json({"items": [line_json(one) for one in page.lines], "total": page.total})
        return
    for line in table_lines(_HEADER, [_cells(one) for one in page.lines]):
        click.echo(line)
    say(f"{len(page.lines)} of {page.total}")


@queue_commands.command("show")
@click.argument("item", type=int)
@_LANGUAGE
@json_option
@desk_command
def show_queue(item: int, language: str, as_json: bool, desk: Desk) -> None:
    """Show the record of ITEM beside the person that it may be about, field by field.

    That somebody looked is told in the audit trail.
    """
    with desk.acting() as connection:
        shown = queue_views.show_item(connection, desk.actor, item, desk.now, desk.table)
    if as_json:
        write_json(item_json(shown))
        return
    for line in _item_lines(shown, language):
        click.echo(line)


@queue_commands.command("claim")
@click.argument("item", type=int)
@desk_command
def claim_item(item: int, desk: Desk) -> None:
    """Keep ITEM for oneself for four hours."""
    with desk.acting() as connection:
        until = queue.claim(connection, desk.actor, item, desk.now)
    say(f"item {item} is yours until {to_rfc3339(until)}")


@queue_commands.command("release")
@click.argument("item", type=int)
@desk_command
def release_item(item: int, desk: Desk) -> None:
    """Give ITEM back to everybody."""
    with desk.acting() as connection:
        queue.release(connection, desk.actor, item, desk.now)


@queue_commands.command("decide")
@click.argument("item", type=int)
@click.argument("decision", type=click.Choice(_DECISIONS))
@click.option("--person", type=int, metavar="N", help="The person, where another is shown or none.")
@reason_option(required=False)
@json_option
@desk_command
def decide_item(
    item: int,
    decision: str,
    person: int | None,
    reason: str | None,
    as_json: bool,
    desk: Desk,
) -> None:
    """Say whose record ITEM is: `same` as shown, somebody `new`, or `refused` with --reason."""
    with desk.acting() as connection:
        decided = queue.decide(
            connection,
            desk.actor,
            item,
            ReviewDecision(decision),
            desk.now,
            person_id=person,
            reason=reason,
        )
    _told(decided, as_json)


@queue_commands.command("correct")
@click.argument("item", type=int)
@click.option("--set", "cells", multiple=True, callback=settings, metavar="FIELD=VALUE",
              required=True, help="What is right; may be given several times.")  # fmt: skip
@click.option("--person", type=int, metavar="N", help="The person, where another is shown or none.")
@reason_option(required=True)
@json_option
@desk_command
def correct_item(
    item: int, cells: dict[str, str], person: int | None, reason: str, as_json: bool, desk: Desk
) -> None:
    """Mend the record of ITEM; then it counts for its person.

    The fields are the columns of a file of dose records, and written so.
    """
    check_fields(cells)
    with desk.acting() as connection:
        decided = queue.correct(
            connection,
            desk.actor,
            item,
            cells,
            reason,
            desk.now,
            rules=desk.rules,
            table=desk.table,
            person_id=person,
        )
    _told(decided, as_json)


@queue_commands.command("undo")
@click.argument("item", type=int)
@reason_option(required=True)
@desk_command
def undo_decision(item: int, reason: str, desk: Desk) -> None:
    """Take the decision of ITEM back: its record waits again, under a new item."""
    with desk.acting() as connection:
        again = queue.undo(connection, desk.actor, item, reason, desk.now)
    click.echo(f"{again}")
    say(f"the record waits again, as item {again}")


def check_fields(cells: dict[str, str]) -> None:
    """Refuse fields that no dose record has."""
    unknown = sorted(cells.keys() - set(COLUMNS))
    if unknown:
        raise click.UsageError(f"--set: no such field: {unknown[0]} (one of {', '.join(COLUMNS)})")


def owner_text(area: Area) -> str:
    """Whose something is, in a word: site, district, province or the nation."""
    if area.site is not None:
        return f"site {area.site}"
    if area.district is not None:
        return f"district {area.district}"
    return "nation" if area.province is None else f"province {area.province}"


def _cells(line: QueueLine) -> tuple[str, ...]:
    return (
        f"{line.id}",
        f"{to_rfc3339(line.due_at)}{' overdue' if line.overdue else ''}",
        owner_text(line.owner),
        line.claimed_by or "-",
        "-" if line.person_id is None else f"{line.person_id}",
        " ".join(f"{field}:{kind}" for field, kind in line.kinds),
    )


def _item_lines(shown: ShownItem, language: str) -> list[str]:
    line = shown.line
    person = "-" if line.person_id is None else f"{line.person_id}"
    rows = [
        (pair.field, pair.record or "-", pair.person or "-", pair.kind or "")
        for pair in shown.fields
    ]
    lines = [
        f"item {line.id}, record {line.record_id}, person {person}",
        f"due {to_rfc3339(line.due_at)}{' overdue' if line.overdue else ''}, "
        f"{owner_text(line.owner)}, claimed by {line.claimed_by or '-'}",
        "",
        *table_lines(("FIELD", "RECORD", "PERSON", "WHAT DIFFERS"), rows),
        "",
        *(
            f"{pair.field}: {words_of(pair.kind, language)}"
            for pair in shown.fields
            if pair.kind is not None
        ),
        *(f"dose of the person: {one.day}  {one.vaccine}  {one.site}" for one in shown.doses),
        f"as it came: {shown.raw}",
    ]
    if shown.decision is not None:
        lines.append(f"decided: {shown.decision} by {shown.decided_by}: {shown.note or '-'}")
    return lines


def _told(decided: queue.Decided, as_json: bool) -> None:
    if as_json:
        write_json(decided_json(decided))
        return
    person = "-" if decided.person_id is None else f"{decided.person_id}"
    click.echo(f"record {decided.record_id}  {decided.decision}  person {person}")
    if decided.decision is not ReviewDecision.REFUSED:
        say("the certificate follows in the next batch of issuing")
