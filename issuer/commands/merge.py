"""The commands about doubles: find, compare, merge, undo, and say that two are two."""

from typing import Final

import click

from issuer.commands.desk_options import Desk, desk_command, reason_option, table_lines, write_json
from issuer.commands.options import json_option
from issuer.desk import merging
from issuer.desk.as_json import compared_json, double_json, merge_json
from keys.console import say
from keys.times import to_rfc3339
from spec.match_words import kind_words

__all__ = ["merge_commands"]

_DOUBLES: Final = ("ONE", "OTHER", "HOW THEY COMPARE", "PERHAPS ONE DOSE")
_MERGES: Final = ("MERGE", "KEPT", "GONE", "AT", "BY", "STATE", "REASON")
_limit_option = click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many."
)


@click.group("merges")
def merge_commands() -> None:
    """Find persons who are in the register twice, and make one of them, or two again."""


@merge_commands.command()
@_limit_option
@json_option
@desk_command
def doubles(limit: int, as_json: bool, desk: Desk) -> None:
    """List pairs of one name and birth date, without personal data. That alone proves nothing."""
    with desk.register.reading() as connection:
        found = merging.list_doubles(connection, desk.actor, limit=limit)
    if as_json:
        write_json({"doubles": [double_json(one) for one in found]})
        return
    rows = [
        (f"{one.one_id}", f"{one.other_id}", _kinds(one.evidence),
         " ".join(f"{twin.record_id}~{twin.other_id}" for twin in one.twins) or "-")
        for one in found
    ]  # fmt: skip
    for line in table_lines(_DOUBLES, rows):
        click.echo(line)


@merge_commands.command("compare")
@click.argument("one", type=int)
@click.argument("other", type=int)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@json_option
@desk_command
def compare_people(one: int, other: int, language: str, as_json: bool, desk: Desk) -> None:
    """Show the persons ONE and OTHER side by side, field by field, with their doses."""
    with desk.acting() as connection:
        shown = merging.compare_people(connection, desk.actor, one, other, desk.now, desk.table)
    if as_json:
        write_json(compared_json(shown))
        return
    rows = [
        (pair.field, pair.one or "-", pair.other or "-", kind_words(pair.kind, language))
        for pair in shown.fields
    ]
    for line in table_lines(("FIELD", f"PERSON {one}", f"PERSON {other}", "COMPARED"), rows):
        click.echo(line)
    for who, doses in ((one, shown.one_doses), (other, shown.other_doses)):
        for dose in doses:
            click.echo(
                f"person {who}: record {dose.record_id}  {dose.day}  {dose.vaccine}  {dose.site}"
            )
    for twin in shown.twins:
        click.echo(f"perhaps one dose: {twin.record_id} and {twin.other_id}: {twin.kind}")


@merge_commands.command("merge")
@click.argument("kept", type=int)
@click.argument("gone", type=int)
@click.option("--drop", type=int, multiple=True, metavar="RECORD",
              help="Of a dose that both have, the record that is wrong.")  # fmt: skip
@click.option("--keep-both", is_flag=True, help="Doses on days close by are two.")
@reason_option(required=True)
@desk_command
def merge_people(
    kept: int, gone: int, drop: tuple[int, ...], keep_both: bool, reason: str, desk: Desk
) -> None:
    """Let the person KEPT stand for GONE too; prints the number by which that is undone."""
    with desk.acting() as connection:
        merge_id = merging.merge_people(
            connection, desk.actor, kept, gone, reason, desk.now, drop=drop, keep_both=keep_both
        )
    click.echo(f"{merge_id}")
    say("the certificate follows in the next batch of issuing")


@merge_commands.command()
@click.argument("merge", type=int)
@reason_option(required=True)
@desk_command
def undo(merge: int, reason: str, desk: Desk) -> None:
    """Make two of one again; each keeps the records that match their numbers."""
    with desk.acting() as connection:
        merging.unmerge_people(connection, desk.actor, merge, reason, desk.now)
    say("the certificates follow in the next batch of issuing; a fall needs a second person")


@merge_commands.command()
@click.argument("one", type=int)
@click.argument("other", type=int)
@reason_option(required=True)
@desk_command
def distinct(one: int, other: int, reason: str, desk: Desk) -> None:
    """Note that ONE and OTHER are two; `doubles` lists them no more."""
    with desk.acting() as connection:
        merging.mark_distinct(connection, desk.actor, one, other, reason, desk.now)


@merge_commands.command("list")
@_limit_option
@json_option
@desk_command
def list_merges(limit: int, as_json: bool, desk: Desk) -> None:
    """List the newest merges, undone or not."""
    with desk.register.reading() as connection:
        found = merging.list_merges(connection, desk.actor, limit=limit)
    if as_json:
        write_json({"merges": [merge_json(one) for one in found]})
        return
    rows = [
        (f"{one.id}", f"{one.kept_id}", f"{one.gone_id}", to_rfc3339(one.at), one.operator,
         "stands" if one.undone_by is None else f"undone by {one.undone_by}", one.reason)
        for one in found
    ]  # fmt: skip
    for line in table_lines(_MERGES, rows):
        click.echo(line)


def _kinds(evidence: dict[str, str]) -> str:
    return " ".join(f"{field}:{kind}" for field, kind in evidence.items())
