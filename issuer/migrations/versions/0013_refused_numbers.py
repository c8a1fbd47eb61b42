"""Rows that were refused have the identity number that they state, so that they are found by it.

Only where it is known which value is the number: in plain rows, in records that were sent as JSON,
and in messages. A row of the national layout was kept without its header; `why` finds it by the
text that came, as before.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from issuer.cells import read_birth_date, read_id_number
from issuer.fhir.patient import patient_cells
from issuer.records import local_day
from issuer.source import COLUMNS

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PAGE = 1000
_BIRTH_DATE, _NUMBER = COLUMNS.index("birth_date"), COLUMNS.index("id_number")

_records = sa.table(
    "dose_records",
    *map(sa.column, ("id", "state", "source", "raw", "received_at", "id_number")),
)


def upgrade() -> None:
    """Read the number out of each row as the intake reads it."""
    connection = op.get_bind()
    statement = (
        sa.update(_records)
        .where(_records.c.id == sa.bindparam("key"))
        .values(id_number=sa.bindparam("number"))
    )
    for rows in _refused(connection):
        found = [
            {"key": row.id, "number": number}
            for row in rows
            if (number := _number_of(row.source, row.raw, local_day(row.received_at)))
        ]
        if found:
            connection.execute(statement, found)


def downgrade() -> None:
    """Leave the numbers: they are as true as before."""


def _refused(connection: sa.Connection) -> Iterator[list[Any]]:
    last = 0
    while True:
        query = (
            sa.select(_records)
            .where(_records.c.state == "refused", _records.c.id_number.is_(None))
            .where(_records.c.id > last)
            .order_by(_records.c.id)
        )
        rows = list(connection.execute(query.limit(_PAGE)))
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _number_of(source: str, raw: str, today: date) -> str | None:
    birth_date, number = _stated(source, json.loads(raw))
    born = read_birth_date(birth_date, today, _say_nothing)
    return read_id_number(number, born, None, None, _say_nothing)


def _stated(source: str, raw: Any) -> tuple[str, str]:
    """Birth date and number as they came; empty where it is not known which they are."""
    if source == "fhir" and isinstance(raw, list) and len(raw) > 1:
        person = patient_cells(raw[1])
        return person.birth_date, person.id_number
    if source in ("csv", "api") and isinstance(raw, list) and len(raw) == len(COLUMNS):
        return raw[_BIRTH_DATE], raw[_NUMBER]
    if source == "api" and isinstance(raw, dict):
        return raw.get("birth_date") or "", raw.get("id_number") or ""
    return "", ""


def _say_nothing(*_: object) -> None:
    """Of these rows, all has been said."""
