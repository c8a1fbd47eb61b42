"""Where records and persons belong: the areas by which rights are given, and queues divided."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, or_, select, true

from issuer.access.rights import Area
from issuer.register.bulk import within
from issuer.register.models import DoseRow, PersonRow
from issuer.register.people import members_of
from issuer.register.people_models import SiteRow

__all__ = ["family_of", "inside", "place", "places_of_people", "places_of_records"]


def place(
    site: str | None, site_province: str | None, site_district: str | None,
    province: str | None = None, district: str | None = None,
) -> Area:  # fmt: skip
    """The place of something: what its site says, and where that says nothing, what itself says."""
    return Area(province=site_province or province, district=site_district or district, site=site)


def places_of_records(connection: Connection, record_ids: Iterable[int]) -> list[Area]:
    """The places of records: those of their sites. One without a known site is the nation's."""
    query = _places().where(within(connection, DoseRow.__table__.c.id, record_ids))
    return [place(*row) for row in connection.execute(query.distinct())]


def places_of_people(connection: Connection, person_ids: Iterable[int]) -> list[Area]:
    """The places of all records of persons, and of everybody who is one with them."""
    family = family_of(connection, person_ids)
    query = _places().where(within(connection, DoseRow.__table__.c.person_id, family))
    return [place(*row) for row in connection.execute(query.distinct())]


def family_of(connection: Connection, person_ids: Iterable[int]) -> list[int]:
    """The persons who stand for some, and everybody who is merged into them; none is unknown."""
    ours = within(connection, PersonRow.__table__.c.id, person_ids)
    query = select(PersonRow.id, PersonRow.merged_into).where(ours)
    roots = {merged_into or key for key, merged_into in connection.execute(query)}
    return sorted({*roots, *members_of(connection, roots)})


def inside(area: Area, table: Table) -> "ColumnElement[bool]":
    """The condition that a row of a queue lies in an area, by its site or by itself.

    What its site says counts before the row's own columns. The sites are named by their ids, so
    that an index over the rows' sites finds a few among many.
    """
    if area.site is not None:
        return table.c.site_id.in_(_sites(SiteRow.code, area.site))
    if area.district is not None:
        return _either(SiteRow.district, table.c.district, table, area.district)
    if area.province is not None:
        return _either(SiteRow.province, table.c.province, table, area.province)
    return true()


def _either(of_site: Any, own: Any, table: Table, code: str) -> "ColumnElement[bool]":
    silent = or_(table.c.site_id.is_(None), table.c.site_id.in_(_sites(of_site, None)))
    return or_(table.c.site_id.in_(_sites(of_site, code)), and_(own == code, silent))


def _sites(column: Any, code: str | None) -> "Select[int]":
    return select(SiteRow.id).where(column.is_(None) if code is None else column == code)


def _places() -> Any:
    return select(SiteRow.code, SiteRow.province, SiteRow.district).select_from(
        DoseRow.__table__.outerjoin(SiteRow.__table__, SiteRow.id == DoseRow.site_id)
    )
