"""Many values, or many rows, in one statement whose text stays the same.

Values go as one array in PostgreSQL and as JSON in SQLite: a list of parameters would be a new
statement for every length, and its making would cost more than its answer. Rows go by COPY in
PostgreSQL, which takes a tenth of the time of one INSERT a row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    FromClause,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

__all__ = [
    "Cell",
    "insert_rows",
    "is_postgresql",
    "new_ids",
    "pairs",
    "unnested",
    "update_column",
    "within",
]

Cell = int | str | bytes | None
"""A value of a row as both databases take it; a day as `YYYY-MM-DD`."""


def is_postgresql(connection: Connection) -> bool:
    """Tell which of the two databases this is."""
    return connection.dialect.name == "postgresql"


def within(
    connection: Connection, what: "ColumnElement[Any]", values: Iterable[Any]
) -> "ColumnElement[bool]":
    """The condition that a column has one of many values."""
    wanted = list(values)
    if is_postgresql(connection):
        # A join with the values, and not `= ANY`: that compares each row with each value wherever
        # the planner does not take an index.
        return what.in_(select(unnested({"value": (what.type, wanted)}).c.value))
    if isinstance(what.type, LargeBinary):
        return what.in_(wanted)  # JSON holds no bytes
    listed = func.json_each(json.dumps(wanted)).table_valued(column("value", what.type))
    return what.in_(select(listed.c.value))


def unnested(columns: Mapping[str, tuple["TypeEngine[Any]", Sequence[Any]]]) -> FromClause:
    """Columns of values, each with its type, as a table; in PostgreSQL alone."""
    arrays = [_typed(values, kind) for kind, values in columns.values()]
    named = [column(name, kind) for name, (kind, _) in columns.items()]
    return func.unnest(*arrays).table_valued(*named).render_derived()


def pairs(connection: Connection, wanted: Sequence[tuple[str, str]]) -> FromClause:
    """Pairs of texts as a table with the columns `one` and `other`."""
    if is_postgresql(connection):
        ones, others = ([pair[place] for pair in wanted] for place in (0, 1))
        return unnested({"one": (Text(), ones), "other": (Text(), others)})
    listed = func.json_each(json.dumps(wanted, ensure_ascii=False)).table_valued("value")
    one, other = (func.json_extract(listed.c.value, f"$[{place}]") for place in (0, 1))
    # MATERIALIZED keeps SQLite from reading the other table first.
    return select(one.label("one"), other.label("other")).cte("wanted")


def new_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Take ids for rows to be inserted in this transaction.

    PostgreSQL counts them by a sequence; in SQLite the transaction holds the write lock, so that
    nobody else takes the next ones.
    """
    if count == 0:
        return []
    if is_postgresql(connection):
        # As one text, and with the sequence looked up once: rows, and a look-up each, cost more.
        query = text(
            "SELECT string_agg(nextval(sequence)::text, ',') FROM (SELECT "
            "CAST(pg_get_serial_sequence(:name, 'id') AS regclass) AS sequence OFFSET 0) AS its, "
            "generate_series(1, :count)"
        )
        taken: str = connection.execute(query, {"name": table.name, "count": count}).scalar_one()
        return list(map(int, taken.split(",")))
    last = connection.execute(select(func.max(table.c.id))).scalar() or 0
    return list(range(last + 1, last + 1 + count))


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Cell, ...]]
) -> None:
    """Insert rows, each of them in the order of the columns."""
    if not rows:
        return
    named = ", ".join(columns)
    if is_postgresql(connection):
        _copy(connection, f"COPY {table.name} ({named}) FROM STDIN", rows)
        return
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({named}) VALUES ({places})"  # noqa: S608 - names of ours
    connection.exec_driver_sql(statement, list(rows))


def update_column(
    connection: Connection, table: Table, name: str, values: Mapping[int, Cell], **same: Cell
) -> None:
    """Give rows, by their ids, each a value of its own in one column, and the same in others."""
    if not values:
        return
    if is_postgresql(connection):
        kind = table.c[name].type
        wanted = unnested({"id": (table.c.id.type, [*values]), "value": (kind, [*values.values()])})
        changes = {name: wanted.c.value, **same}
        connection.execute(update(table).where(table.c.id == wanted.c.id).values(changes))
        return
    statement = update(table).where(table.c.id == bindparam("key"))
    connection.execute(
        statement.values({name: bindparam("value"), **same}),
        [{"key": key, "value": value} for key, value in values.items()],
    )


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[Cell, ...]]) -> None:
    """Send rows by COPY; what goes wrong is raised as SQLAlchemy's own errors are."""
    driver = connection.dialect.loaded_dbapi
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        # Its further lines hold the row that it is about.
        error.args = (str(error).partition("\n")[0],)
        raise DBAPIError.instance(
            statement, None, error, driver.Error, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


def _typed(values: Sequence[Any], kind: "TypeEngine[Any]") -> "ColumnElement[Any]":
    return cast(literal(_array(values), Text), ARRAY(kind))


def _array(values: Sequence[Any]) -> str:
    """An array as PostgreSQL spells it in text; the driver would take ten times as long."""
    if not values:
        return "{}"
    if isinstance(values[0], bytes):
        return '{"' + '","'.join(["\\\\x" + value.hex() for value in values]) + '"}'
    if isinstance(values[0], int):
        return "{" + ",".join(map(str, values)) + "}"
    together = "".join(values)
    if '"' in together or "\\" in together:
        values = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(values) + '"}'
