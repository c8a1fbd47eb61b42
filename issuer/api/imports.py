"""What was sent, followed: imports, where each of their rows stands, and taking one back."""

from typing import Final

from issuer.access.rights import Action, check
from issuer.api.answer import Answer, Json, json_answer, moment
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.api.problems import no_such
from issuer.api.run_report import finding_to_json
from issuer.api.trail import tell
from issuer.register.imports import (
    ImportedRow,
    ImportInfo,
    area_of_sender,
    find_import,
    imports_after,
    rows_of_import,
    states_of_import,
)
from issuer.register.models import RecordState
from issuer.register.undoing import undo_import

__all__ = ["OPERATIONS", "import_to_json"]


def import_to_json(call: Call, one: ImportInfo) -> Json:
    """One import, and how many of its records stand where now."""
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
    return json_answer(import_to_json(call, _find(call)))


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
        undone = undo_import(connection, found.id, call.actor.name, reason, call.now)
        tell(
            connection, call, "import.undo", f"import {found.id}",
            records=undone.withdrawn, restored=undone.restored,
        )  # fmt: skip
    return json_answer(undone._asdict())


OPERATIONS: Final = operations(
    ("listImports", "GET", "/v1/imports", Action.SEND_RECORDS, _list),
    ("showImport", "GET", "/v1/imports/{import_id}", Action.SEND_RECORDS, _show),
    ("listImportRows", "GET", "/v1/imports/{import_id}/rows", Action.SEND_RECORDS, _rows),
    ("undoImport", "POST", "/v1/imports/{import_id}/undo", Action.SEND_RECORDS, _undo),
)
