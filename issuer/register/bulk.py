"""Many values in one statement whose text stays the same: an array in PostgreSQL, JSON in SQLite.

A list of parameters would be a new statement for every length, and its making would cost more than
its answer.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    FromClause,
    LargeBinary,
    Table,
    Text,
    any_,
    column,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.sql import ColumnElement

__all__ = ["is_postgresql", "new_ids", "pairs", "within"]


def is_postgresql(connection: Connection) -> bool:
    """Tell which of the two databases this is."""
    return connection.dialect.name == "postgresql"


def within(
    connection: Connection, what: "ColumnElement[Any]", values: Iterable[Any]
) -> "ColumnElement[bool]":
    """The condition that a column has one of many values."""
    wanted = list(values)
    if is_postgresql(connection):
        return what == any_(literal(wanted, ARRAY(what.type)))
    if isinstance(what.type, LargeBinary):
        return what.in_(wanted)  # JSON holds no bytes
    listed = func.json_each(json.dumps(wanted)).table_valued(column("value", what.type))
    return what.in_(select(listed.c.value))


def pairs(connection: Connection, wanted: Sequence[tuple[str, str]]) -> FromClause:
    """Pairs of texts as a table with the columns `one` and `other`."""
    if is_postgresql(connection):
        columns = [literal([pair[place] for pair in wanted], ARRAY(Text)) for place in (0, 1)]
        named = column("one", Text), column("other", Text)
        return func.unnest(*columns).table_valued(*named).render_derived()
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
        query = text(
            "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
        )
        return list(connection.execute(query, {"name": table.name, "count": count}).scalars())
    last = connection.execute(select(func.max(table.c.id))).scalar() or 0
    return list(range(last + 1, last + 1 + count))
