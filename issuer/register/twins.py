"""Doses that two persons who become one would have twice: same day, or a few days apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from issuer.course import NEAR_DAYS
from issuer.reasons import ReasonCode
from issuer.register.models import DoseRow, RecordState
from issuer.register.places import family_of

__all__ = ["Twin", "days_of_both", "twins"]


@dataclass(frozen=True, slots=True)
class Twin:
    """Two records that may be one dose."""

    record_id: int
    """Of the person who stays."""
    other_id: int
    """Of the person who goes."""
    kind: ReasonCode
    """VACCINE_DIFFERS: one day, two vaccines. DOSE_DATE_DIFFERS: one vaccine, days close by."""


def twins(connection: Connection, kept_id: int, gone_id: int) -> list[Twin]:
    """The pairs that somebody has to look at before two persons become one.

    The same vaccine on the same day counts once by itself.
    """
    kept, gone = _doses(connection, kept_id), _doses(connection, gone_id)
    return [
        Twin(one.id, other.id, kind)
        for one in kept
        for other in gone
        if (kind := _kind(one, other)) is not None
    ]


def days_of_both(connection: Connection, kept_id: int, gone_id: int, without: Iterable[int]) -> int:
    """How many doses the two would have together, some records left out."""
    dropped = set(without)
    both = [*_doses(connection, kept_id), *_doses(connection, gone_id)]
    return len({row.injected_on for row in both if row.id not in dropped})


def _doses(connection: Connection, person_id: int) -> list[Any]:
    query = (
        select(DoseRow.id, DoseRow.injected_on, DoseRow.vaccine)
        .where(
            DoseRow.person_id.in_(family_of(connection, [person_id])),
            DoseRow.state == RecordState.ACCEPTED.value,
        )
        .order_by(DoseRow.injected_on, DoseRow.id)
    )
    return list(connection.execute(query))


def _kind(one: Any, other: Any) -> ReasonCode | None:
    apart = abs((one.injected_on - other.injected_on).days)
    if apart == 0:
        return ReasonCode.VACCINE_DIFFERS if one.vaccine != other.vaccine else None
    same = one.vaccine == other.vaccine and apart <= NEAR_DAYS
    return ReasonCode.DOSE_DATE_DIFFERS if same else None
