"""Dose records from site software: sent as JSON, as a file, or as a FHIR bundle."""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from issuer.access.rights import Action
from issuer.access.sent import is_again
from issuer.api.answer import Answer, file, json_answer
from issuer.api.call import Call
from issuer.api.fields import Fields
from issuer.api.imports import import_to_json
from issuer.api.operation import operations
from issuer.api.problems import invalid
from issuer.api.run_report import RunReport
from issuer.api.sent_records import MAX_RECORDS, SentRecords, read_record
from issuer.api.trail import tell
from issuer.api.upload import uploaded
from issuer.fhir.file import MAX_BUNDLE_BYTES, bundle_of
from issuer.intake import Intake, RowOutcome
from issuer.layouts.returned import ReturnedFile
from issuer.record_files import open_records
from issuer.register.imports import import_of_digest
from issuer.register.models import RecordSource
from issuer.source import Source, SourceRow
from keys.serving.body import decode_json, read_body

__all__ = ["OPERATIONS"]

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_TYPES: Final = ("text/csv", XLSX, "application/octet-stream")
BUNDLE_TYPES: Final = ("application/fhir+json", "application/json")
_MAX_RECORDS_BODY: Final = 1_048_576
_KEY: Final = re.compile(r"[!-~]{8,128}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class _How:
    """How records are to be taken in."""

    dry_run: bool
    historical: bool
    again: bool
    returned: bool
    """Whether the answer is the file itself, with its result column filled in."""
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
            returned=call.query_truth("returned"),
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
    with uploaded(call, FILE_TYPES, call.parts.max_file) as sent:
        opened = open_records(sent.path)
        source = _Named(opened, name, _own(call, sent.digest))
        if how.returned:
            return _give_back(call, opened, source, how)
        return _take_in(call, source, how)


def _send_bundle(call: Call) -> Answer:
    how = _How.of(call)
    call.no_more()
    body = read_body(call.environ, min(call.parts.max_file, MAX_BUNDLE_BYTES), BUNDLE_TYPES)
    bundle = bundle_of(body)
    return _take_in(call, _Named(bundle, "", _own(call, bundle.digest)), how)


def _give_back(call: Call, opened: Source, source: Source, how: _How) -> Answer:
    """Answer with the file as it came, its result column filled in."""
    with TemporaryDirectory(dir=call.parts.folder) as folder:  # mode 0700
        target = Path(folder, "returned")
        with ReturnedFile(opened, target) as returned:
            _take_in(call, source, how, returned.add)
            returned.write()
        workbook = zipfile.is_zipfile(target)
        content = target.read_bytes()
    return file(
        content, XLSX if workbook else "text/csv", f"returned.{'xlsx' if workbook else 'csv'}"
    )


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


def _take_in(
    call: Call,
    source: Source,
    how: _How,
    watch: Callable[[Sequence[RowOutcome]], None] = lambda _: None,
) -> Answer:
    """Take a source in, or try it; `watch` is told every outcome."""
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
            watch(outcomes)
        with parts.register.writing() as connection:
            tell(connection, call, "import.preview", "-", rows=run.results.total())
        return json_answer({"import": None, "run": run.to_json()})
    if how.key is not None and not how.returned:
        with parts.register.writing() as connection:
            again = is_again(connection, call.actor.account_id, how.key, source.digest, call.now)
            known = import_of_digest(connection, source.digest)
        if again and known is not None and known.finished_at is not None:
            return json_answer({"import": import_to_json(call, known), "run": None})
    for outcomes in intake.run(source):
        run.add(outcomes)
        watch(outcomes)
    with parts.register.writing() as connection:
        made = import_of_digest(connection, source.digest)
        number = 0 if made is None else made.id
        tell(connection, call, "import.run", f"import {number}", rows=run.results.total())
    if made is None:
        raise AssertionError("an import that was run stands in the register")
    return json_answer({"import": import_to_json(call, made), "run": run.to_json()})


OPERATIONS: Final = operations(
    ("sendRecords", "POST", "/v1/records", Action.SEND_RECORDS, _send_records),
    ("sendFile", "POST", "/v1/imports", Action.SEND_RECORDS, _send_file),
    ("sendBundle", "POST", "/v1/fhir", Action.SEND_RECORDS, _send_bundle),
)
