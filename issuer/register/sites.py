"""Sites in the register: those of a list, and those that were first seen in a record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, case, exists, func, insert, or_, select, update

from issuer.access.rights import NATION, Area
from issuer.register.bulk import new_ids, within
from issuer.register.desk_models import CorrectionRow
from issuer.register.locks import lock_matching
from issuer.register.models import Row
from issuer.register.people_models import ReviewItemRow, SiteRow
from spec.certificate import Timestamp

__all__ = [
    "KnownSite",
    "ListedSite",
    "Site",
    "any_listed",
    "known_sites",
    "list_sites",
    "sites_of",
]

_CODE_LENGTH: Final = 5
"""A facility code of the national layout: two digits of the province and three more."""


@dataclass(frozen=True, slots=True)
class Site:
    """As much of a site as its records need."""

    id: int
    code: str | None
    province: str | None
    district: str | None
    listed: bool

    @property
    def place(self) -> Area:
        """Where it lies, as rights are given."""
        return Area(province=self.province, district=self.district, site=self.code)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedSite:
    """A site as a list names it."""

    code: str | None
    name: str
    province: str | None
    district: str | None
    mobile: bool
    codes_of: int | None = None
    """The year of the code table that province and district are of."""

    @property
    def key(self) -> str:
        """What a record names it by first."""
        return (self.code or self.name).casefold()


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownSite:
    """A site as the register knows it."""

    id: int
    code: str | None
    name: str
    province: str | None
    district: str | None
    codes_of: int | None
    mobile: int
    listed: int


def sites_of(
    connection: Connection, names: Iterable[str], now: Timestamp, sender: Area = NATION
) -> dict[str, Site]:
    """The site for each name or code that records have; one that is new is noted as unlisted.

    A new one lies in the area of the sender, as far as its own code does not say otherwise.
    """
    wanted = {name.casefold(): name for name in names if name}
    if not wanted:
        return {}
    found = _known(connection, wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        _add(connection, {key: wanted[key] for key in missing}, now, sender)
        found |= _known(connection, missing)
    return {name: found[key] for key, name in wanted.items()} | {
        name: found[name.casefold()] for name in names if name
    }


def any_listed(connection: Connection) -> bool:
    """Tell whether there is a list of sites at all: without one, none is called unlisted."""
    return bool(connection.execute(select(exists().where(SiteRow.listed == 1))).scalar())


def list_sites(connection: Connection, sites: Sequence[ListedSite], now: Timestamp) -> int:
    """Take a list of sites over, in place of what was known of them; gives how many are new.

    What waits follows: an open row of a queue lies where its site does.
    """
    lock_matching(connection)
    rows = {site.key: _row(site) for site in sites}
    table = SiteRow.__table__.c
    names = [*rows, *(row["name_key"] for row in rows.values())]
    query = select(table.key, table.listed).where(within(connection, table.key, names))
    known = dict(connection.execute(query).all())
    again: list[Row] = []
    new: list[Row] = []
    for key, row in rows.items():
        # Records may have named it by its name, before anybody knew its code.
        former = key if key in known else row["name_key"]
        if key in known or known.get(former) == 0:
            again.append({"former": former} | {f"new_{name}": row[name] for name in _LISTED})
            known[former] = 1
        else:
            new.append({**row, "first_seen_at": now})
    if again:
        changes: Row = {name: bindparam(f"new_{name}") for name in _LISTED}
        connection.execute(
            update(SiteRow).where(SiteRow.key == bindparam("former")).values(**changes), again
        )
        _move_open_rows(connection, [row["new_key"] for row in again])
    if new:
        connection.execute(insert(SiteRow), new)
    return len(new)


def _move_open_rows(connection: Connection, keys: list[str]) -> None:
    """Let the open rows of the queues lie where their sites do now (`places.place`)."""
    table = SiteRow.__table__.c
    ids = select(table.id).where(within(connection, table.key, keys))
    for queue in (ReviewItemRow, CorrectionRow):
        own = queue.__table__.c
        province, district = (
            select(column).where(table.id == own.site_id).scalar_subquery()
            for column in (table.province, table.district)
        )
        elsewhere = own.province != province
        connection.execute(
            update(queue)
            .where(own.decided_at.is_(None), own.site_id.in_(ids))
            .values(
                province=func.coalesce(province, own.province),
                district=func.coalesce(district, case((elsewhere, None), else_=own.district)),
            )
        )


def known_sites(
    connection: Connection, after: int, limit: int, *, only_unlisted: bool = False
) -> list[KnownSite]:
    """The next sites behind an id, in the order in which they became known."""
    columns = [getattr(SiteRow, name) for name in KnownSite.__slots__]
    query = select(*columns).where(SiteRow.id > after).order_by(SiteRow.id).limit(limit)
    if only_unlisted:
        query = query.where(SiteRow.listed == 0)
    return [KnownSite(**row._mapping) for row in connection.execute(query)]


_LISTED = ("key", "code", "name", "name_key", "province", "district", "codes_of", "mobile",
           "listed")  # fmt: skip


def _row(site: ListedSite) -> Row:
    values = (site.key, site.code, site.name, site.name.casefold(), site.province, site.district,
              site.codes_of, int(site.mobile), 1)  # fmt: skip
    return dict(zip(_LISTED, values, strict=True))


def _known(connection: Connection, keys: Iterable[str]) -> dict[str, Site]:
    """Find sites by code, or by name where no code is spelled so."""
    keys = list(keys)
    table = SiteRow.__table__.c
    query = select(
        table.id,
        table.key,
        table.name_key,
        table.code,
        table.province,
        table.district,
        table.listed,
    ).where(or_(within(connection, table.key, keys), within(connection, table.name_key, keys)))
    by_name: dict[str, Site] = {}
    by_key: dict[str, Site] = {}
    for key_id, key, name_key, code, province, district, listed in connection.execute(query):
        site = Site(key_id, code, province, district, bool(listed))
        by_key[key] = site
        by_name[name_key] = site
    return {key: found for key in keys if (found := by_key.get(key) or by_name.get(key))}


def _add(connection: Connection, wanted: dict[str, str], now: Timestamp, sender: Area) -> None:
    ids = new_ids(connection, SiteRow.__table__, len(wanted))  # type: ignore[arg-type]  # a table
    rows: list[Row] = [
        {
            "id": site_id,
            "key": key,
            "code": name if _is_code(name) else None,
            "name": name,
            "name_key": key,
            **_where(name, sender),
            "codes_of": None,
            "mobile": 0,
            "listed": 0,
            "first_seen_at": now,
        }
        for site_id, (key, name) in zip(ids, wanted.items(), strict=True)
    ]
    connection.execute(insert(SiteRow), rows)


def _where(name: str, sender: Area) -> Row:
    province = name[:2] if _is_code(name) else sender.province
    near = sender.province in (None, province)
    return {"province": province, "district": sender.district if near else None}


def _is_code(name: str) -> bool:
    return len(name) == _CODE_LENGTH and name.isascii() and name.isdigit()
