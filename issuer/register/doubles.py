"""Persons who look like one: found by name and birth date, and put aside when they are two."""

from sqlalchemy import Connection, exists, insert, select
from sqlalchemy.orm import aliased

from issuer.access.rights import Area
from issuer.register.desk_models import DistinctRow
from issuer.register.models import DoseRow, PersonRow, RecordState
from issuer.register.places import answered_for
from spec.certificate import Timestamp

__all__ = ["look_alikes", "set_distinct"]


def look_alikes(connection: Connection, area: Area, limit: int) -> list[tuple[int, int]]:
    """The first pairs of one name and birth date who both have doses; in the order of their ids.

    An area answers for both. Those who were looked at and are two are left out.
    """
    one, other = aliased(PersonRow), aliased(PersonRow)
    looked_at = exists().where(DistinctRow.one_id == one.id, DistinctRow.other_id == other.id)
    query = (
        select(one.id, other.id)
        .join(
            other,
            (other.bare_name == one.bare_name)
            & (other.birth_date == one.birth_date)
            & (other.canonical_name == one.canonical_name)
            & (other.id > one.id),
        )
        .where(
            one.merged_into.is_(None),
            other.merged_into.is_(None),
            one.erased_at.is_(None),
            other.erased_at.is_(None),
            ~looked_at,
            *(answered_for(area, person.id) for person in (one, other)),
            *(
                exists().where(
                    DoseRow.person_id == person.id, DoseRow.state == RecordState.ACCEPTED.value
                )
                for person in (one, other)
            ),
        )
        .order_by(one.id, other.id)
        .limit(limit)
    )
    return [(key, second) for key, second in connection.execute(query)]


def set_distinct(
    connection: Connection, one_id: int, other_id: int, operator: str, reason: str, now: Timestamp
) -> bool:
    """Note that two persons are two; False where that is noted already."""
    first, second = sorted((one_id, other_id))
    known = select(DistinctRow.id).where(
        DistinctRow.one_id == first, DistinctRow.other_id == second
    )
    if connection.execute(known).first() is not None:
        return False
    row = {
        "one_id": first, "other_id": second, "at": int(now), "operator": operator,
        "reason": reason,
    }  # fmt: skip
    connection.execute(insert(DistinctRow), row)
    return True
