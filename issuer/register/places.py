"""Where records and persons belong: the areas by which rights are given, and queues divided."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from issuer.access.models import AccountRow
from issuer.access.rights import Area
from issuer.register.bulk import within
from issuer.register.models import DoseRow, ImportRow, PersonRow
from issuer.register.people import members_of
from issuer.register.people_models import SiteRow

__all__ = [
    "answered_for", "area_column", "at_site", "family_of", "inside", "place", "places_of_people",
    "places_of_records",
]  # fmt: skip


def place(
    site: str | None, site_province: str | None, site_district: str | None,
    province: str | None = None, district: str | None = None,
) -> Area:  # fmt: skip
    """The place of something: what its site says, and where that says nothing, what itself says.

    A district of another province than the site's is not where it lies.
    """
    if site_province and province not in (None, site_province):
        district = None
    return Area(province=site_province or province, district=site_district or district, site=site)


def at_site(connection: Connection, site_id: int | None, own: Area) -> Area:
    """Where a new row of a queue lies, without its site; until the commit the site stays there."""
    query = select(SiteRow.province, SiteRow.district).where(SiteRow.id == site_id)
    site = connection.execute(query.with_for_update(read=True)).one_or_none()
    province, district = (None, None) if site is None else site
    return place(None, province, district, own.province, own.district)


def places_of_records(connection: Connection, record_ids: Iterable[int]) -> list[Area]:
    """The places of records: those of their sites.

    One without a known site, as rows are that were refused, is its sender's to look after; what
    came at the console is the nation's.
    """
    query = (
        _places()
        .add_columns(DoseRow.site_id, AccountRow.site, AccountRow.province, AccountRow.district)
        .join(ImportRow, ImportRow.id == DoseRow.import_id)
        .outerjoin(AccountRow, AccountRow.name == ImportRow.sender)
        .where(within(connection, DoseRow.__table__.c.id, record_ids))
    )
    return [
        place(*(row[4:] if row.site_id is None else row[:3]))
        for row in connection.execute(query.distinct())
    ]


def places_of_people(connection: Connection, person_ids: Iterable[int]) -> list[Area]:
    """The places of all records of persons, and of everybody who is one with them."""
    family = family_of(connection, person_ids)
    query = _places().where(within(connection, DoseRow.__table__.c.person_id, family))
    return [place(*row) for row in connection.execute(query.distinct())]


def answered_for(area: Area, person_id: Any) -> "ColumnElement[bool]":
    """The condition that an area answers for a person: as `Area.holds` for one of their places.

    Records of everybody who is one with them count; somebody without a record is the nation's.
    """
    site = next(
        (
            column == code
            for column, code in (
                (SiteRow.code, area.site),
                (SiteRow.district, area.district),
                (SiteRow.province, area.province),
            )
            if code is not None
        ),
        None,
    )
    if site is None:
        return true()
    one, member = aliased(PersonRow), aliased(PersonRow)
    root = select(func.coalesce(one.merged_into, one.id)).where(one.id == person_id)
    whose = root.correlate_except(one).scalar_subquery()
    return exists().where(
        or_(member.id == whose, member.merged_into == whose),
        DoseRow.person_id == member.id,
        SiteRow.id == DoseRow.site_id,
        site,
    )


def family_of(connection: Connection, person_ids: Iterable[int]) -> list[int]:
    """The persons who stand for some, and everybody who is merged into them; none is unknown."""
    ours = within(connection, PersonRow.__table__.c.id, person_ids)
    query = select(PersonRow.id, PersonRow.merged_into).where(ours)
    roots = {merged_into or key for key, merged_into in connection.execute(query)}
    return sorted({*roots, *members_of(connection, roots)})


def inside(area: Area, table: Table) -> "ColumnElement[bool]":
    """The condition that an open row of a queue lies in an area."""
    column, code = area_column(area, table)
    return true() if column is None else column == code


def area_column(area: Area, table: Table) -> "tuple[ColumnElement[Any] | None, Any]":
    """What an open row of a queue has in this column when it lies in an area; None for all.

    Its own columns say where, and follow what its site says (issuer/register/sites.py): so each
    area has an index in the order of the queue. A site's code is its key.
    """
    if area.site is not None:
        key = area.site.casefold()
        site = select(SiteRow.id).where(SiteRow.key == key).scalar_subquery()
        return table.c.site_id, site
    if area.district is not None:
        return table.c.district, area.district
    if area.province is not None:
        return table.c.province, area.province
    return None, None


def _places() -> Any:
    return select(SiteRow.code, SiteRow.province, SiteRow.district).select_from(
        DoseRow.__table__.outerjoin(SiteRow.__table__, SiteRow.id == DoseRow.site_id)
    )
