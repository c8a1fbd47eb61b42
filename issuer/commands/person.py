"""The commands of lawful requests for one person: their data handed out, or erased by two."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from issuer.commands.desk_options import Desk, desk_command, reason_option, table_lines, write_json
from issuer.commands.options import json_option
from issuer.desk import lawful
from issuer.desk.as_json import erasure_json
from issuer.desk.attachment_store import ATTACHMENTS, AttachmentStore
from issuer.desk.lawful import Exported, ShownErasure
from issuer.printing.wording import Bilingual
from issuer.register.erasing import forget
from keys.console import say
from keys.files import create_private
from keys.times import to_rfc3339
from spec.certificate import Timestamp

__all__ = ["person_commands"]

_HEADER: Final = ("ERASURE", "PERSON", "STATE", "CERTIFICATES", "ASKED BY", "AT", "REASON")
_TITLES: Final = {
    "persons": Bilingual("Người", "Person"),
    "numbers": Bilingual("Số giấy tờ và điện thoại khác", "Further numbers"),
    "records": Bilingual("Mũi tiêm đã ghi", "Dose records"),
    "certificates": Bilingual("Chứng nhận", "Certificates"),
    "corrections": Bilingual("Đề nghị sửa", "Correction requests"),
    "merges": Bilingual("Gộp trùng", "Merges"),
    "falls": Bilingual("Đề xuất hạ trạng thái", "Proposed falls of status"),
    "erasures": Bilingual("Đề nghị xóa dữ liệu", "Erasures"),
    "waited": Bilingual("Chờ xem xét", "Waited for review"),
    "record_changes": Bilingual("Thay đổi mũi tiêm", "Changes of records"),
    "status_changes": Bilingual("Thay đổi chứng nhận", "Changes of certificates"),
    "correction_steps": Bilingual("Các bước xử lý đề nghị", "Steps of requests"),
    "attachments": Bilingual("Giấy tờ đính kèm", "Papers"),
}


@click.group("person")
def person_commands() -> None:
    """Answer a lawful request for one person's data: hand it out, or erase it."""


@person_commands.command()
@click.argument("person", type=int)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True,
              metavar="DIR", help="A new folder, readable by its owner alone.")  # fmt: skip
@desk_command
def export(person: int, out: Path, desk: Desk) -> None:
    """Write all that the register holds of PERSON: as JSON, as text, and the papers as they came.

    That it was handed out is told in the audit trail.
    """
    out.mkdir(mode=0o700)
    with desk.acting() as connection:
        found = lawful.export_person(connection, desk.actor, _store(desk), person, desk.now)
        document = {"persons": list(found.person_ids), "tables": found.tables}
        text = json.dumps(document, ensure_ascii=False, indent=2)
        create_private(out / "person.json", text.encode())
        create_private(out / "person.txt", "\n".join(_text(found)).encode())
        for name, content in found.papers:
            create_private(out / name, content)
    say(f"wrote {2 + len(found.papers)} files into {out}")


@person_commands.command()
@click.argument("person", type=int)
@click.option("--revoke", is_flag=True, help="The certificates end with it.  [default: they stay]")
@reason_option(required=True)
@desk_command
def erase(person: int, revoke: bool, reason: str, desk: Desk) -> None:
    """Ask, as the first of two, that the data of PERSON be erased; prints the erasure's number."""
    with desk.acting() as connection:
        key = lawful.ask_erasure(connection, desk.actor, person, reason, desk.now, revoke=revoke)
    click.echo(f"{key}")
    say(f"a second account carries it out: dosepass-issuer person confirm {key}")


@person_commands.command()
@click.argument("erasure", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@desk_command
def confirm(erasure: int, yes: bool, desk: Desk) -> None:
    """Carry ERASURE out, as the second of two. There is no way back."""
    if not yes:
        click.confirm("Erase this person's data for ever?", abort=True, err=True)
    with desk.acting() as connection:
        lawful.confirm_erasure(connection, desk.actor, _store(desk), erasure, desk.now)
    forget(desk.register)
    say("the data are erased; backups and drawn certificates are not in the register's hands")


@person_commands.command()
@click.argument("erasure", type=int)
@reason_option(required=True)
@desk_command
def refuse(erasure: int, reason: str, desk: Desk) -> None:
    """Refuse ERASURE: the data stay."""
    with desk.acting() as connection:
        lawful.refuse_erasure(connection, desk.actor, erasure, reason, desk.now)


@person_commands.command()
@json_option
@desk_command
def erasures(as_json: bool, desk: Desk) -> None:
    """List the erasures that were asked for, without personal data."""
    with desk.register.reading() as connection:
        found = lawful.list_erasures(connection, desk.actor)
    if as_json:
        write_json({"erasures": [erasure_json(one) for one in found]})
        return
    for line in table_lines(_HEADER, [_cells(one) for one in found]):
        click.echo(line)


def _store(desk: Desk) -> AttachmentStore:
    return AttachmentStore(desk.home / ATTACHMENTS)


def _text(found: Exported) -> Iterator[str]:
    """The same for a reader of either language: table by table, a line for each field."""
    for name, rows in found.tables.items():
        for row in rows:
            yield f"{_TITLES[name]}"
            for field, value in row.items():
                if value is not None:
                    yield f"  {field}: {_value(field, value)}"
            yield ""


def _value(field: str, value: Any) -> str:
    if field.endswith("_at") or field == "at":
        return to_rfc3339(Timestamp(value))
    return f"{value}"


def _cells(one: ShownErasure) -> tuple[str, ...]:
    certificates = "revoked" if one.revoke else "stay"
    at = to_rfc3339(one.asked_at)
    return (f"{one.id}", f"{one.person_id}", one.state, certificates, one.asked_by, at, one.reason)
