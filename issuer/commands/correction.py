"""The commands of correction requests: open, attach, status, list, show, claim, decide."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

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
from issuer.commands.options import json_option, opened, register_option
from issuer.commands.queue import area_options, check_fields, owner_text
from issuer.commands.sweep import sweep
from issuer.desk import attachments, correction_views, corrections
from issuer.desk.as_json import request_json, status_json
from issuer.desk.attachment_store import ATTACHMENTS, AttachmentStore
from issuer.desk.correction_views import RequestFilter, RequestStatus, ShownRequest
from issuer.desk.corrections import STATED, Asker, CorrectionAsk
from issuer.desk.evidence import Evidence
from issuer.desk.paper_kinds import MAX_ATTACHMENT_BYTES
from issuer.desk.rejections import Rejection, rejection_words
from keys.authority import Authority
from keys.clock import SystemClock
from keys.console import home_option, say
from keys.files import create_private
from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = ["correction_commands"]

_HEADER: Final = ("REQUEST", "DUE", "STATE", "OWNER", "CLAIMED BY")
_REASONS: Final = [one.value for one in Rejection]
_note_option = click.option("--note", help="A word to the asker, without anybody's name.")


@click.group("corrections")
def correction_commands() -> None:
    """Take in, decide and carry out requests for correction."""


correction_commands.add_command(sweep)


@correction_commands.command("open")
@click.option("--asker", type=click.Choice([one.value for one in Asker]), default="person",
              show_default=True, help="Who asks.")  # fmt: skip
@click.option("--dose", "doses", type=int, multiple=True, required=True,
              help="Which dose; for both, give it twice.")  # fmt: skip
@click.option("--set", "changes", multiple=True, callback=settings, metavar="FIELD=VALUE",
              required=True, help="What is right; may be given several times.")  # fmt: skip
@click.option("--about", "stated", multiple=True, callback=settings, metavar="FIELD=VALUE",
              help=f"Whom it is about: {', '.join(STATED)}.")  # fmt: skip
@click.option("--person", type=int, metavar="N", help="The person, where that is known.")
@click.option("--site", default="", help="Where the injection was given: name or code.")
@click.option("--province", metavar="CODE", help="Where no site is known: 2 digits.")
@click.option("--district", metavar="CODE", help="Where no site is known: 3 digits.")
@click.option("--attach", "file", metavar="FILE", help="A photo or scan of the paper.")
@desk_command
def open_correction(
    asker: str,
    doses: tuple[int, ...],
    changes: dict[str, str],
    stated: dict[str, str],
    person: int | None,
    site: str,
    province: str | None,
    district: str | None,
    file: str | None,
    desk: Desk,
) -> None:
    """Enter a request and print its number, which the asker keeps.

    The fields are the columns of a file of dose records, and written so. Without a paper it can be
    approved where the site's own record agrees.
    """
    check_fields(changes)
    ask = CorrectionAsk(
        asker=Asker(asker),
        doses=doses,
        changes=changes,
        stated=stated,
        person_id=person,
        site=site,
        province=province,
        district=district,
    )
    paper = None if file is None else _read(file)
    with desk.acting() as connection:
        number = corrections.open_request(
            connection, desk.actor, ask, desk.now, rules=desk.rules, table=desk.table
        )
        if paper is not None:
            attachments.attach(connection, desk.actor, _store(desk), number, paper, desk.now)
    click.echo(number)


@correction_commands.command()
@click.argument("number")
@click.argument("file")
@desk_command
def attach(number: str, file: str, desk: Desk) -> None:
    """Add the paper FILE (JPEG, PNG, PDF; at most 8 MiB) to the request NUMBER."""
    data = _read(file)
    with desk.acting() as connection:
        paper = attachments.attach(connection, desk.actor, _store(desk), number, data, desk.now)
    click.echo(f"{paper.id}  {paper.kind.name}  {paper.size} bytes")


@correction_commands.command()
@click.argument("number")
@click.argument("attachment", type=int)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True,
              metavar="FILE", help="A new file, readable by its owner alone.")  # fmt: skip
@desk_command
def fetch(number: str, attachment: int, out: Path, desk: Desk) -> None:
    """Write a paper of the request NUMBER to a file. Open it with care: it came from outside."""
    with desk.acting() as connection:
        kind, data = attachments.fetch(
            connection, desk.actor, _store(desk), number, attachment, desk.now
        )
        create_private(out, data)
    say(f"wrote a {kind.name}")


@correction_commands.command()
@click.argument("number")
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@json_option
@register_option
@home_option
def status(number: str, language: str, as_json: bool, register_url: str | None, home: Path) -> None:
    """Tell how the request NUMBER stands: for whoever asked. It shows no personal datum."""
    with opened(Authority.open(home), register_url) as register, register.reading() as connection:
        found = correction_views.status_of(connection, number, SystemClock().now())
    if as_json:
        write_json(status_json(found))
        return
    for line in _status_lines(found, language):
        click.echo(line)


@correction_commands.command("list")
@click.option("--mine", is_flag=True, help="Only what the account has claimed.")
@click.option("--overdue", is_flag=True, help="Only what waits for more than 48 hours.")
@area_options
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True,
              help="At most so many, the oldest.")  # fmt: skip
@json_option
@desk_command
def list_corrections(
    mine: bool,
    overdue: bool,
    province: str | None,
    district: str | None,
    site: str | None,
    limit: int,
    as_json: bool,
    desk: Desk,
) -> None:
    """List the undecided requests of the account's area, the oldest first."""
    area = Area(province=province, district=district, site=site)
    wanted = RequestFilter(mine=mine, overdue=overdue, area=area)
    with desk.acting() as connection:
        page = correction_views.list_requests(connection, desk.actor, desk.now, wanted, limit=limit)
    if as_json:
        rows = [{**status_json(one), "claimed_by": who} for one, who in page.lines]
        write_json({"requests": rows, "total": page.total})
        return
    for line in table_lines(_HEADER, [_cells(one, who) for one, who in page.lines]):
        click.echo(line)
    say(f"{len(page.lines)} of {page.total}")


@correction_commands.command("show")
@click.argument("number")
@json_option
@desk_command
def show_correction(number: str, as_json: bool, desk: Desk) -> None:
    """Show the request NUMBER: what stands now beside what is asked for, papers and steps.

    That somebody looked is told in the audit trail.
    """
    with desk.acting() as connection:
        shown = correction_views.show_request(connection, desk.actor, number, desk.now, desk.table)
    if as_json:
        write_json(request_json(shown))
        return
    for line in _shown_lines(shown):
        click.echo(line)


@correction_commands.command()
@click.argument("number")
@desk_command
def claim(number: str, desk: Desk) -> None:
    """Keep the request NUMBER for oneself for four hours."""
    with desk.acting() as connection:
        until = corrections.claim_request(connection, desk.actor, number, desk.now)
    say(f"{number} is yours until {to_rfc3339(until)}")


@correction_commands.command()
@click.argument("number")
@desk_command
def release(number: str, desk: Desk) -> None:
    """Give the request NUMBER back to everybody."""
    with desk.acting() as connection:
        corrections.release_request(connection, desk.actor, number, desk.now)


@correction_commands.command()
@click.argument("number")
@click.option("--evidence", type=click.Choice([one.value for one in Evidence]), required=True,
              help="What it rests on.")  # fmt: skip
@click.option("--person", type=int, metavar="N", help="The person, where none was found.")
@_note_option
@json_option
@desk_command
def approve(
    number: str, evidence: str, person: int | None, note: str | None, as_json: bool, desk: Desk
) -> None:
    """Do what the request NUMBER asks for; the certificates follow with the next issuing."""
    with desk.acting() as connection:
        done = corrections.approve(
            connection,
            desk.actor,
            number,
            Evidence(evidence),
            desk.now,
            rules=desk.rules,
            table=desk.table,
            note=note,
            person_id=person,
        )
    if as_json:
        write_json({
            "number": done.number,
            "person": done.person_id,
            "records": list(done.record_ids),
            "evidence": done.evidence,
        })  # fmt: skip
        return
    records = " ".join(f"{one}" for one in done.record_ids)
    click.echo(f"{done.number}  approved  person {done.person_id}  records {records}")
    say("the certificate follows in the next batch of issuing")


@correction_commands.command()
@click.argument("number")
@reason_option(required=True)
@desk_command
def later(number: str, reason: str, desk: Desk) -> None:
    """Say that the request NUMBER will be finished later, and why."""
    with desk.acting() as connection:
        corrections.put_off(connection, desk.actor, number, reason, desk.now)


@correction_commands.command()
@click.argument("number")
@click.argument("reason", type=click.Choice(_REASONS), metavar="REASON")
@_note_option
@desk_command
def reject(number: str, reason: str, note: str | None, desk: Desk) -> None:
    """Reject the request NUMBER for one of the published reasons (docs/corrections.md)."""
    with desk.acting() as connection:
        corrections.reject(connection, desk.actor, number, Rejection(reason), desk.now, note=note)
    click.echo(rejection_words(Rejection(reason), "vi"))


def _store(desk: Desk) -> AttachmentStore:
    return AttachmentStore(desk.home / ATTACHMENTS)


def _read(file: str) -> bytes:
    """A file, or stdin for `-`; no more of it than shows that it is too large."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_ATTACHMENT_BYTES + 1)
    with Path(file).open("rb") as opened_file:
        return opened_file.read(MAX_ATTACHMENT_BYTES + 1)


def _cells(found: RequestStatus, claimed_by: str | None) -> tuple[str, ...]:
    return (
        found.number,
        f"{to_rfc3339(found.due_at)}{' overdue' if found.overdue else ''}",
        found.state,
        owner_text(found.owner),
        claimed_by or "-",
    )


def _status_lines(found: RequestStatus, language: str) -> Iterator[str]:
    yield f"number      {found.number}"
    yield f"state       {found.state}"
    yield f"opened at   {to_rfc3339(found.opened_at)}"
    yield f"due at      {to_rfc3339(found.due_at)}{' overdue' if found.overdue else ''}"
    yield f"owner       {owner_text(found.owner)}{f' ({found.site})' if found.site else ''}"
    if found.decided_at is not None:
        yield f"decided at  {to_rfc3339(found.decided_at)}"
    if found.reason is not None:
        yield f"reason      {found.reason}: {rejection_words(found.reason, language)}"
    if found.note is not None:
        yield f"note        {found.note}"


def _shown_lines(shown: ShownRequest) -> Iterator[str]:
    yield from _status_lines(shown.status, "en")
    person = "-" if shown.person_id is None else f"{shown.person_id}"
    yield f"asked by    {shown.asker}, entered by {shown.entered_by}"
    yield f"person      {person}, dose {' and '.join(f'{one}' for one in shown.doses)}"
    for field, value in shown.stated.items():
        yield f"about       {field} {value}"
    yield ""
    rows = [(one.field, one.now or "-", one.asked) for one in shown.changes]
    yield from table_lines(("FIELD", "NOW", "ASKED"), rows)
    yield ""
    for paper in shown.attachments:
        yield f"paper {paper.id}  {paper.kind.name}  {paper.size} bytes  by {paper.added_by}"
    for step in shown.steps:
        said = " ".join(part for part in (step.reason, step.note) if part)
        yield f"{to_rfc3339(step.at)}  {step.operator}  {step.state}  {said}".rstrip()
    if shown.evidence is not None:
        yield f"approved on the evidence of: {shown.evidence}"


def _time(at: Timestamp | None) -> str | None:
    return None if at is None else to_rfc3339(at)
