"""Figures of an account's own area, and the records behind them; nothing personal is in any."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from issuer.access.rights import Action
from issuer.api.answer import Answer, Json, file, json_answer, moment
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.api.problems import invalid, no_such
from issuer.figures.backlog import backlog
from issuer.figures.causes import causes
from issuer.figures.days import Stage
from issuer.figures.drill import RecordLine, record_lines
from issuer.figures.lateness import lateness
from issuer.figures.selection import By, Selection, Unit
from issuer.figures.sheet import Sheet
from issuer.figures.sheets import (
    backlog_sheet,
    causes_sheet,
    doses_sheet,
    lateness_sheet,
    persons_sheet,
)
from issuer.figures.vaccinated import Split, doses, persons
from issuer.reasons import ReasonCode
from issuer.register.models import RecordState

__all__ = ["OPERATIONS", "Figure", "Form", "Language"]

_MOST_DAYS: Final = 36_500


class Figure(StrEnum):
    """The figures."""

    LATENESS = "lateness"
    BACKLOG = "backlog"
    REASONS = "reasons"
    DOSES = "doses"
    PERSONS = "persons"


class Form(StrEnum):
    """How a figure is given."""

    JSON = "json"
    CSV = "csv"
    PNG = "png"


class Language(StrEnum):
    """The languages of a picture."""

    VI = "vi"
    EN = "en"


def _show(call: Call) -> Answer:
    figure = _figure(call)
    by = call.query_choice("by", By) or By.NATION
    split = call.query_choice("split", Split) or Split.NOTHING
    form = call.query_choice("form", Form) or Form.JSON
    language = call.query_choice("language", Language) or Language.VI
    selection = _selection(call)
    call.no_more()
    if split is not Split.NOTHING and figure is not Figure.DOSES:
        raise invalid("Leave out split: doses alone are split.")
    with call.parts.register.snapshot() as connection:
        sheet = _SHEETS[figure](call, connection, selection, by, split)
    if form is Form.CSV:
        return file(sheet.to_csv(), "text/csv", f"{figure}.csv")
    if form is Form.PNG:
        return file(_picture(sheet, figure, language), "image/png", f"{figure}.png")
    return json_answer({"figure": figure.value, "rows": json.loads(sheet.to_json())})


def _records(call: Call) -> Answer:
    page = call.page()
    stage = call.query_choice("stage", Stage)
    most = call.query_whole("at_most", 0, _MOST_DAYS, -1)
    vaccine = call.query_whole("vaccine", 0, 65_535, -1)
    selection = _selection(call).narrowed(
        state=call.query_choice("state", RecordState),
        stage=stage,
        at_most=None if most < 0 else most,
        reason=call.query_choice("reason", ReasonCode),
        vaccine=None if vaccine < 0 else vaccine,
        uncertified=call.query_truth("uncertified"),
    )
    call.no_more()
    if most >= 0 and stage is None:
        raise invalid("Give at_most together with stage.")
    with call.parts.register.snapshot() as connection:
        lines = record_lines(connection, selection, after=page.after, limit=page.limit)
        found = [_line_to_json(one) for one in lines]
    return json_answer({"records": found})


def _selection(call: Call) -> Selection:
    """What is asked for, inside the area of the account."""
    units = [(by, call.query(by.value, 32)) for by in By if by is not By.NATION]
    historical = call.query("historical") is not None
    return Selection(
        area=call.actor.area,
        units=tuple(Unit(by, code) for by, code in units if code is not None),
        since=call.query_day("since"),
        until=call.query_day("until"),
        historical=call.query_truth("historical") if historical else None,
    )


def _figure(call: Call) -> Figure:
    try:
        return Figure(call.path["figure"])
    except ValueError:
        raise no_such("figure") from None


def _picture(sheet: Sheet, figure: Figure, language: Language) -> bytes:
    from issuer.figures.picture import draw

    return draw(sheet, figure.value, language.value)


def _lateness(_: Call, connection: Connection, of: Selection, by: By, __: Split) -> Sheet:
    return lateness_sheet(lateness(connection, of, by), of)


def _backlog(_: Call, connection: Connection, of: Selection, by: By, __: Split) -> Sheet:
    return backlog_sheet(backlog(connection, of, by), of)


def _reasons(_: Call, connection: Connection, of: Selection, by: By, __: Split) -> Sheet:
    return causes_sheet(causes(connection, of, by), of)


def _doses(call: Call, connection: Connection, of: Selection, by: By, split: Split) -> Sheet:
    return doses_sheet(doses(connection, of, by, split), of, split, call.parts.table)


def _persons(call: Call, connection: Connection, of: Selection, by: By, _: Split) -> Sheet:
    return persons_sheet(persons(connection, of, by, call.parts.table), of)


_SHEETS: Final[Mapping[Figure, Callable[[Call, Connection, Selection, By, Split], Sheet]]] = {
    Figure.LATENESS: _lateness,
    Figure.BACKLOG: _backlog,
    Figure.REASONS: _reasons,
    Figure.DOSES: _doses,
    Figure.PERSONS: _persons,
}


def _line_to_json(line: RecordLine) -> Json:
    pairs = [pair.split(":", 1) for pair in line.findings.split()]
    return {
        "record": line.record_id,
        "import": line.import_id,
        "line": line.line,
        "state": line.state.value,
        "site": line.site,
        "injected_on": None if line.injected_on is None else line.injected_on.isoformat(),
        "received_at": moment(line.received_at),
        "validated_at": moment(line.validated_at),
        "certified_at": moment(line.certified_at),
        "findings": [{"field": field, "code": code} for field, code in pairs],
    }


OPERATIONS: Final = operations(
    ("showFigure", "GET", "/v1/figures/{figure}", Action.READ_STATISTICS, _show),
    ("listFigureRecords", "GET", "/v1/figure-records", Action.READ_STATISTICS, _records),
)
