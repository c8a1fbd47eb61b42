"""The commands about one record: why it is that person's, and taking it back."""

from collections.abc import Iterator
from typing import Any

import click

from issuer.commands.desk_options import Desk, desk_command, reason_option, table_lines, write_json
from issuer.commands.options import json_option
from issuer.desk import record_views
from issuer.desk.as_json import record_json
from issuer.desk.record_views import ShownRecord
from issuer.reason_words import words_of
from issuer.register.models import RecordState
from keys.console import say
from keys.times import to_rfc3339
from spec.match import Tier
from spec.match_words import kind_words

__all__ = ["record_commands"]

_TIERS = {
    "en": {
        Tier.EXACT: "every field agrees, so it joined its person by itself",
        Tier.REVIEW: "it agrees in part, so a person had to decide",
        Tier.NEW: "nobody like that was known",
        Tier.NEVER: "a namesake of the same birth date was known, and that is never enough",
        "decided": "a person decided",
    },
    "vi": {
        Tier.EXACT: "mọi trường đều khớp nên được gộp tự động",
        Tier.REVIEW: "chỉ khớp một phần nên phải có người quyết định",
        Tier.NEW: "chưa có ai như vậy",
        Tier.NEVER: "đã có người trùng họ tên và ngày sinh, nhưng như vậy không bao giờ đủ",
        "decided": "có người đã quyết định",
    },
}


@click.group("record")
def record_commands() -> None:
    """Look at one dose record, take it back, or put it back."""


@record_commands.command("show")
@click.argument("record", type=int)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@json_option
@desk_command
def show_record(record: int, language: str, as_json: bool, desk: Desk) -> None:
    """Show RECORD: how it came, why it is that person's, field by field, and its history.

    That somebody looked is told in the audit trail.
    """
    with desk.acting() as connection:
        shown = record_views.show_record(connection, desk.actor, record, desk.now, desk.table)
    if as_json:
        write_json(record_json(shown))
        return
    for line in _lines(shown, language):
        click.echo(line)


@record_commands.command("withdraw")
@click.argument("record", type=int)
@reason_option(required=True)
@desk_command
def withdraw_record(record: int, reason: str, desk: Desk) -> None:
    """Take RECORD back: it was entered in error.

    Where its person's certificate would say less, that stands until a second person agrees.
    """
    with desk.acting() as connection:
        record_views.withdraw_record(connection, desk.actor, record, reason, desk.now)
    say("the certificate follows in the next batch of issuing; a fall needs a second person")


@record_commands.command("restore")
@click.argument("record", type=int)
@reason_option(required=True)
@desk_command
def restore_record(record: int, reason: str, desk: Desk) -> None:
    """Put the withdrawn RECORD back to its person."""
    with desk.acting() as connection:
        record_views.restore_record(connection, desk.actor, record, reason, desk.now)
    say("the certificate follows in the next batch of issuing")


def _lines(shown: ShownRecord, language: str) -> Iterator[str]:
    person = "-" if shown.person_id is None else f"{shown.person_id}"
    yield f"record {shown.id}, {shown.state}, person {person}"
    yield f"came {to_rfc3339(shown.received_at)} by {shown.source}, {shown.file or '-'}, line " + (
        f"{shown.line}"
    )
    if shown.tier is not None:
        yield f"why this person: {_TIERS[language][shown.tier]}"
    yield ""
    rows = [
        (one.field, one.record or "-", one.person or "-", _kind(one.kind, language))
        for one in shown.fields
    ]
    yield from table_lines(("FIELD", "RECORD", "PERSON", "COMPARED"), rows)
    yield ""
    yield "  ".join(f"{name} {value or '-'}" for name, value in shown.dose.items())
    for finding in shown.findings:
        yield f"{finding.field}: {finding.code}: {words_of(finding.code, language)}"
    for step in shown.steps:
        yield f"{to_rfc3339(step.at)}  {step.operator}  {step.what}  {step.reason}".rstrip()
    if shown.replaced_by is not None:
        did = "took it back" if shown.state is RecordState.WITHDRAWN else "took its place"
        yield f"record {shown.replaced_by} {did}"
    yield f"as it came: {shown.raw}"


def _kind(kind: str | None, language: str) -> str:
    return "" if kind is None else kind_words(kind, language)


def _time(at: Any) -> str | None:
    return None if at is None else to_rfc3339(at)
