"""The rows of the queues, of waiting records and of requests: by area, claim and age."""

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, func, select, tuple_, update

from issuer.access.rights import NATION, Area
from issuer.register.desk_models import CorrectionRow
from issuer.register.people_models import ReviewItemRow, SiteRow
from issuer.register.places import area_column, inside, place

__all__ = [
    "CORRECTIONS",
    "ITEMS",
    "Asked",
    "count_rows",
    "find_row",
    "oldest_rows",
    "place_of_row",
    "set_claim",
]

ITEMS: Final[Table] = ReviewItemRow.__table__  # type: ignore[assignment]  # a table it is
CORRECTIONS: Final[Table] = CorrectionRow.__table__  # type: ignore[assignment]
"""The two queues. Both have a place, a claim, and the times of opening and decision."""

_PLACE: Final = (
    SiteRow.code.label("site_code"),
    SiteRow.province.label("site_province"),
    SiteRow.district.label("site_district"),
    SiteRow.name.label("site_name"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which open rows somebody wants to see."""

    areas: tuple[Area, ...]
    """Inside all of these."""
    claimed_by: str | None = None
    containing: tuple[str, str] | None = None
    """A column, and a text that stands in it."""
    opened_before: int | None = None


def oldest_rows(
    connection: Connection, table: Table, asked: Asked, after: tuple[int, int], limit: int
) -> list[Any]:
    """The open rows behind a time of opening and an id, the oldest first.

    The narrowest area is named in the order too, as a range that holds it alone: by its equal
    PostgreSQL would go through the whole queue in its order wherever an area has many rows.
    """
    area = min(asked.areas, key=_width)
    column, code = area_column(area, table)
    order: list[ColumnElement[Any]] = [table.c.opened_at, table.c.id]
    values: list[Any] = [*after]
    query = _rows(table)
    if column is not None:
        order, values = [column, *order], [code, *values]
        query = query.where(column <= code)
        asked = replace(asked, areas=tuple(one for one in asked.areas if one != area))
    query = query.where(*_conditions(table, asked)).where(tuple_(*order) > tuple_(*values))
    return list(connection.execute(query.order_by(*order).limit(limit)))


def _width(area: Area) -> int:
    """The rank of an area's kind; the smaller, the narrower."""
    parts = (area.site, area.district, area.province)
    return next((rank for rank, part in enumerate(parts) if part is not None), len(parts))


def count_rows(connection: Connection, table: Table, asked: Asked) -> int:
    """How many there are in all."""
    query = select(func.count()).select_from(table).where(*_conditions(table, asked))
    return connection.execute(query).scalar_one()


def find_row(connection: Connection, table: Table, **known: Any) -> Any:
    """A row by one of its columns, open or not, with its place; None where there is none.

    In a writing transaction nobody else changes it then.
    """
    ((column, value),) = known.items()
    query = _rows(table).where(table.c[column] == value).with_for_update(of=table)
    return connection.execute(query).one_or_none()


def place_of_row(row: Any) -> Area:
    """Whose a row is to look at."""
    return place(row.site_code, row.site_province, row.site_district, row.province, row.district)


def set_claim(
    connection: Connection, table: Table, row_id: int, name: str | None, at: int | None
) -> None:
    """Write down who works on a row, and since when."""
    connection.execute(
        update(table).where(table.c.id == row_id).values(claimed_by=name, claimed_at=at)
    )


def _joined(table: Table) -> Any:
    return table.outerjoin(SiteRow.__table__, SiteRow.id == table.c.site_id)


def _rows(table: Table) -> Any:
    return select(table, *_PLACE).select_from(_joined(table))


def _conditions(table: Table, asked: Asked) -> "list[ColumnElement[bool]]":
    conditions: list[ColumnElement[bool]] = [table.c.decided_at.is_(None)]
    conditions += [inside(area, table) for area in asked.areas if area != NATION]
    if asked.claimed_by is not None:
        conditions.append(table.c.claimed_by == asked.claimed_by)
    if asked.containing is not None:
        column, text = asked.containing
        conditions.append(table.c[column].contains(text, autoescape=True))
    if asked.opened_before is not None:
        conditions.append(table.c.opened_at < asked.opened_before)
    return conditions
