"""The commands of the second person: which certificates would fall, and whether they do."""

from typing import Final

import click

from issuer.commands.desk_options import Desk, desk_command, reason_option, table_lines, write_json
from issuer.commands.options import json_option
from issuer.desk import falls
from issuer.desk.as_json import fall_json
from issuer.desk.falls import ShownFall
from issuer.register.proposals import ProposalState
from keys.console import say
from keys.times import to_rfc3339

__all__ = ["fall_commands"]

_HEADER: Final = ("FALL", "CERTIFICATE", "COLOUR", "DOSES", "PROPOSED BY", "SINCE", "REASON")


@click.group("falls")
def fall_commands() -> None:
    """Decide, as a second person, whether certificates fall that would say less."""


@fall_commands.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are decided or lapsed.")
@json_option
@desk_command
def list_falls(everything: bool, as_json: bool, desk: Desk) -> None:
    """List the certificates that stand until somebody else agrees, with who wants it and why."""
    states = tuple(ProposalState) if everything else (ProposalState.PENDING,)
    with desk.register.reading() as connection:
        found = falls.list_falls(connection, desk.actor, states=states)
    if as_json:
        write_json({"falls": [fall_json(one) for one in found]})
        return
    for line in table_lines(_HEADER, [_cells(one) for one in found]):
        click.echo(line)


@fall_commands.command()
@click.argument("fall", type=int)
@reason_option(required=True)
@json_option
@desk_command
def confirm(fall: int, reason: str, as_json: bool, desk: Desk) -> None:
    """Agree with FALL; the next batch of issuing carries it out."""
    with desk.acting() as connection:
        done = falls.confirm_fall(connection, desk.actor, fall, reason, desk.now)
    _tell(done, as_json)
    say("the certificate follows in the next batch of issuing")


@fall_commands.command()
@click.argument("fall", type=int)
@reason_option(required=True)
@json_option
@desk_command
def refuse(fall: int, reason: str, as_json: bool, desk: Desk) -> None:
    """Let the certificate of FALL stand."""
    with desk.acting() as connection:
        done = falls.refuse_fall(connection, desk.actor, fall, reason, desk.now)
    _tell(done, as_json)
    say("the certificate stands; put the records behind it right")


@fall_commands.command()
@click.argument("fall", type=int)
@reason_option(required=True)
@json_option
@desk_command
def name(fall: int, reason: str, as_json: bool, desk: Desk) -> None:
    """Be the first person behind FALL, where no change of records explains it."""
    with desk.acting() as connection:
        done = falls.name_fall(connection, desk.actor, fall, reason, desk.now)
    _tell(done, as_json)


def _tell(fall: ShownFall, as_json: bool) -> None:
    if as_json:
        write_json(fall_json(fall))
    else:
        click.echo(f"{fall.number}  {fall.state}  {fall.doses_before} -> {fall.doses_after} doses")


def _cells(fall: ShownFall) -> tuple[str, ...]:
    return (
        f"{fall.id}",
        fall.number,
        fall.colour.word,
        f"{fall.doses_before} -> {fall.doses_after}",
        fall.proposed_by if fall.named else "nobody yet",
        to_rfc3339(fall.proposed_at),
        fall.reason if fall.state is ProposalState.PENDING else f"{fall.state}: {fall.reason}",
    )
