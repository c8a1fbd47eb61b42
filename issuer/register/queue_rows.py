"""The rows of the review queue as people ask for them: by area, kind, claim and age."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from issuer.access.rights import NATION, Area
from issuer.reasons import ReasonCode
from issuer.register.people_models import ReviewItemRow, SiteRow
from issuer.register.places import inside, place

__all__ = ["Asked", "count_items", "find_item", "oldest_items", "place_of_item"]

_FROM = ReviewItemRow.__table__.outerjoin(SiteRow.__table__, SiteRow.id == ReviewItemRow.site_id)
_PLACE = (
    SiteRow.code.label("site_code"),
    SiteRow.province.label("site_province"),
    SiteRow.district.label("site_district"),
    SiteRow.name.label("site_name"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which open items somebody wants to see."""

    area: Area = NATION
    claimed_by: str | None = None
    kind: ReasonCode | None = None
    opened_before: int | None = None


def oldest_items(
    connection: Connection, areas: Sequence[Area], asked: Asked, after: tuple[int, int], limit: int
) -> list[Any]:
    """The open items behind a time of opening and an id, the oldest first, inside all areas."""
    row = ReviewItemRow.__table__.c
    query = (
        select(ReviewItemRow.__table__, *_PLACE)
        .select_from(_FROM)
        .where(*_conditions([*areas, asked.area], asked))
        .where(tuple_(row.opened_at, row.id) > tuple_(*after))
        .order_by(row.opened_at, row.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def count_items(connection: Connection, areas: Sequence[Area], asked: Asked) -> int:
    """How many there are in all."""
    query = select(func.count()).select_from(_FROM).where(*_conditions([*areas, asked.area], asked))
    return connection.execute(query).scalar_one()


def find_item(connection: Connection, item_id: int) -> tuple[Any, Area] | None:
    """An item and its place, open or not; in a writing transaction nobody else changes it then."""
    query = (
        select(ReviewItemRow.__table__, *_PLACE)
        .select_from(_FROM)
        .where(ReviewItemRow.id == item_id)
        .with_for_update(of=ReviewItemRow.__table__)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row, place_of_item(row))


def place_of_item(row: Any) -> Area:
    """Whose an item is to look at."""
    return place(row.site_code, row.site_province, row.site_district, row.province, row.district)


def _conditions(areas: Sequence[Area], asked: Asked) -> "list[ColumnElement[bool]]":
    row = ReviewItemRow.__table__.c
    conditions: list[ColumnElement[bool]] = [row.decided_at.is_(None)]
    conditions += [inside(area, row.province, row.district) for area in areas if area != NATION]
    if asked.claimed_by is not None:
        conditions.append(row.claimed_by == asked.claimed_by)
    if asked.kind is not None:
        conditions.append(row.differences.contains(f'"{asked.kind.value}"', autoescape=True))
    if asked.opened_before is not None:
        conditions.append(row.opened_at < asked.opened_before)
    return conditions
