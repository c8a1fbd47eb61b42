"""What a correction request is about: the person, the record of the dose, the site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from issuer.access.rights import Area
from issuer.desk.corrected import ValuesError, read_cells
from issuer.records import Identity, Rules
from issuer.register.models import DoseRow, RecordState
from issuer.register.people import load_people
from issuer.register.people_models import SiteRow
from issuer.register.places import at_site, family_of
from issuer.register.sites import sites_of
from spec.certificate import Timestamp
from spec.differences import Name, Numbers
from spec.match import StatedIdentity, Tier, compare, tier_of

__all__ = [
    "Target", "accepted_doses", "area_of_request", "identity_of", "people_like", "target_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Whom and what a request is about, as far as that is known when it comes."""

    person_id: int | None
    record: Any
    """The row of the first dose that is meant; None where the register has none."""
    site_id: int | None


def target_of(
    connection: Connection,
    person_id: int | None,
    stated: Mapping[str, str],
    doses: Sequence[int],
    site: str,
    rules: Rules,
    now: Timestamp,
) -> Target:
    """Find the person by what the asker states, and the site by its name or the dose's record."""
    if person_id is None:
        identity = identity_of(stated, rules)
        found = set() if identity is None else people_like(connection, identity)
        person_id = found.pop() if len(found) == 1 else None
    days = [] if person_id is None else accepted_doses(connection, person_id)
    record = next((days[one - 1][0] for one in sorted(doses) if one <= len(days)), None)
    # A dose that no record states was most likely given where the last one was.
    near = record or (days[-1][0] if days else None)
    site_id = None if near is None else near.site_id
    if site:
        site_id = sites_of(connection, [site], now)[site].id
    return Target(person_id, record, site_id)


def area_of_request(
    connection: Connection, site_id: int | None, province: str | None, district: str | None,
    opener: Area,
) -> Area:  # fmt: skip
    """Where a request goes beside its site: 9458/BYT-CNTT of 8 November 2021.

    With province and district to the district, with the province alone to the province. Where
    neither is said and the site says nothing, it was asked for where its opener works.
    """
    if district is not None and province is None:
        province = _province_of(connection, district)
    area = at_site(connection, site_id, Area(province=province, district=district))
    if area.province is None and area.district is None:
        return Area(province=opener.province, district=opener.district)
    return area


def _province_of(connection: Connection, district: str) -> str | None:
    """The province in which all known sites of a district lie."""
    query = select(SiteRow.province).where(SiteRow.district == district).distinct().limit(2)
    found = connection.execute(query).scalars().all()
    return found[0] if len(found) == 1 else None


def accepted_doses(connection: Connection, person_id: int) -> list[list[Any]]:
    """The records that count for a person, day by day: mostly one a day."""
    query = (
        select(DoseRow.__table__)
        .where(
            DoseRow.person_id.in_(family_of(connection, [person_id])),
            DoseRow.state == RecordState.ACCEPTED.value,
        )
        .order_by(DoseRow.injected_on, DoseRow.id)
    )
    days: dict[Any, list[Any]] = {}
    for row in connection.execute(query):
        days.setdefault(row.injected_on, []).append(row)
    return list(days.values())


def identity_of(stated: Mapping[str, str], rules: Rules) -> Identity | None:
    """Whom an asker states, as far as it can be looked for."""
    try:
        cells = {**stated, "vaccine": "AstraZeneca", "injected_on": "01/07/2021"}
        return read_cells(cells, rules, ()).identity
    except ValuesError:
        return None


def people_like(connection: Connection, identity: Identity) -> set[int]:
    """The persons, standing for themselves, who are or may be the one that is stated."""
    stated = StatedIdentity(
        name=Name(identity.name),
        birth_date=identity.birth_date,
        sex=identity.sex,
        numbers=Numbers(number=identity.id_number, old=identity.old_numbers),
    )
    return {
        person.merged_into or person.id
        for person in load_people(connection, [identity])
        if person.id is not None
        and person.doses
        and tier_of(compare(stated, person.stated), same_phone=person.has_phone(identity.phone))
        in (Tier.EXACT, Tier.REVIEW)
    }
