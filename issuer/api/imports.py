"""Dose records from site software: sent as JSON or as a file, followed, and taken back."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from issuer.access.rights import Action, check
from issuer.access.sent import is_again
from issuer.api.answer import Answer, Json, json_answer, moment
from issuer.api.call import Call
from issuer.api.fields import Fields
from issuer.api.operation import operations
from issuer.api.problems import invalid, no_such
from issuer.api.run_report import RunReport, finding_to_json
from issuer.api.sent_records import MAX_RECORDS, SentRecords, read_record
from issuer.api.trail import tell
from issuer.api.upload import uploaded
from issuer.csv_file import open_csv
from issuer.intake import Intake
from issuer.register.changes import undo_import
from issuer.register.imports import (
    ImportedRow,
    ImportInfo,
    area_of_sender,
    find_import,
    import_of_digest,
    imports_after,
    rows_of_import,
    states_of_import,
)
from issuer.register.models import RecordSource, RecordState
from issuer.source import Source, SourceRow
from keys.serving.body import decode_json, read_body

__all__ = ["OPERATIONS"]

CSV_TYPES: Final = ("text/csv", "application/octet-stream")
_MAX_RECORDS_BODY: Final = 1_048_576
_KEY: Final = re.compile(r"[!-~]{8,128}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class _How:
    """How records are to be taken in."""

    dry_run: bool
    historical: bool
    again: bool
    key: str | None

    @classmethod
    def of(cls, call: Call) -> "_How":
        key = call.header("Idempotency-Key")
        if key is not None and not _KEY.fullmatch(key):
            raise invalid("Give Idempotency-Key as 8 to 128 visible ASCII characters.")
        return cls(
            dry_run=call.query_truth("dry_run"),
            historical=call.query_truth("historical"),
            again=call.query_truth("again"),
            key=key,
        )


def _send_records(call: Call) -> Answer:
    how = _How.of(call)
    call.no_more()
    body = read_body(call.environ, _MAX_RECORDS_BODY, ("application/json",))
    fields = Fields(decode_json(body, 'Send a JSON object such as {"records": [...]}'))
    records = fields.each("records", MAX_RECORDS, read_record)
    fields.done()
    digest = _own(call, hashlib.sha256(body).digest())
    return _take_in(call, SentRecords(records=records, digest=digest), how)


def _send_file(call: Call) -> Answer:
    how = _How.of(call)
    name = call.query("name") or ""
    call.no_more()
    with uploaded(call, CSV_TYPES, call.parts.max_file) as file:
        source = _Named(open_csv(file.path), name, _own(call, file.digest))
        return _take_in(call, source, how)


@dataclass(frozen=True, slots=True)
class _Named:
    """A source under the name that its sender gave it; a `Source`."""

    of: Source
    name: str
    digest: bytes

    @property
    def lines(self) -> int:
        return self.of.lines

    @property
    def kind(self) -> RecordSource:
        return self.of.kind

    def rows(self) -> Iterator[SourceRow]:
        return self.of.rows()


def _own(call: Call, digest: bytes) -> bytes:
    """What an import is known by: its bytes, and who sent them.

    Two who send the same have an import each, and each can take back its own.
    """
    return hashlib.sha256(call.actor.name.encode() + b"\0" + digest).digest()


def _take_in(call: Call, source: Source, how: _How) -> Answer:
    parts = call.parts
    intake = Intake(
        register=parts.register,
        rules=call.rules,
        table=parts.table,
        clock=parts.clock,
        sender=call.actor.name,
        area=call.actor.area,
        historical=how.historical,
        again=how.again,
    )
    run = RunReport()
    if how.dry_run:
        for outcomes in intake.preview(source):
            run.add(outcomes)
        with parts.register.writing() as connection:
            tell(connection, call, "import.preview", "-", rows=run.results.total())
        return json_answer({"import": None, "run": run.to_json()})
    if how.key is not None:
        with parts.register.writing() as connection:
            again = is_again(connection, call.actor.account_id, how.key, source.digest, call.now)
            known = import_of_digest(connection, source.digest)
        if again and known is not None and known.finished_at is not None:
            return json_answer({"import": _import_to_json(call, known), "run": None})
    for outcomes in intake.run(source):
        run.add(outcomes)
    with parts.register.writing() as connection:
        made = import_of_digest(connection, source.digest)
        number = 0 if made is None else made.id
        tell(connection, call, "import.run", f"import {number}", rows=run.results.total())
    if made is None:
        raise AssertionError("an import that was run stands in the register")
    return json_answer({"import": _import_to_json(call, made), "run": run.to_json()})


def _import_to_json(call: Call, one: ImportInfo) -> Json:
    with call.parts.register.reading() as connection:
        states = states_of_import(connection, one.id)
    return {**_info_to_json(one), "records": {state.value: states[state] for state in RecordState}}


def _info_to_json(one: ImportInfo) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "source": one.source,
        "sender": one.sender,
        "started_at": moment(one.started_at),
        "line_done": one.line_done,
        "finished_at": moment(one.finished_at),
        "undone_at": moment(one.undone_at),
    }


def _list(call: Call) -> Answer:
    page = call.page()
    call.no_more()
    with call.parts.register.reading() as connection:
        found = imports_after(connection, page.after, page.limit, call.actor.area)
    return json_answer({"imports": [_info_to_json(one) for one in found]})


def _find(call: Call) -> ImportInfo:
    """The import of the path, when this account may see it."""
    with call.parts.register.reading() as connection:
        found = find_import(connection, call.number("import_id"))
        place = None if found is None else area_of_sender(connection, found.sender)
    if found is None or place is None or not call.actor.area.holds(place):
        raise no_such("import")
    return found


def _show(call: Call) -> Answer:
    call.no_more()
    return json_answer(_import_to_json(call, _find(call)))


def _rows(call: Call) -> Answer:
    page = call.page()
    call.no_more()
    found = _find(call)
    with call.parts.register.reading() as connection:
        rows = rows_of_import(connection, found.id, page.after, page.limit)
    return json_answer({"rows": [_row_to_json(row) for row in rows]})


def _row_to_json(row: ImportedRow) -> Json:
    return {
        "line": row.line,
        "part": row.part,
        "record": row.record_id,
        "state": row.state.value,
        "repeated": row.repeated,
        "findings": [finding_to_json(finding) for finding in row.findings],
    }


def _undo(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    reason = fields.reason()
    fields.done()
    found = _find(call)
    with call.parts.register.writing() as connection:
        check(call.actor, Action.SEND_RECORDS, area_of_sender(connection, found.sender))
        withdrawn = undo_import(connection, found.id, call.actor.name, reason, call.now)
        tell(connection, call, "import.undo", f"import {found.id}", records=withdrawn)
    return json_answer({"withdrawn": withdrawn})


OPERATIONS: Final = operations(
    ("sendRecords", "POST", "/v1/records", Action.SEND_RECORDS, _send_records),
    ("sendFile", "POST", "/v1/imports", Action.SEND_RECORDS, _send_file),
    ("listImports", "GET", "/v1/imports", Action.SEND_RECORDS, _list),
    ("showImport", "GET", "/v1/imports/{import_id}", Action.SEND_RECORDS, _show),
    ("listImportRows", "GET", "/v1/imports/{import_id}/rows", Action.SEND_RECORDS, _rows),
    ("undoImport", "POST", "/v1/imports/{import_id}/undo", Action.SEND_RECORDS, _undo),
)
