"""Doubles: persons who look like one are found, compared field by field, merged, split again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from issuer.access.rights import Action, Actor, allowed
from issuer.desk.queue_views import ShownDose, doses_of, known_fields
from issuer.desk.telling import check_people, check_reason, tell
from issuer.evidence import evidence_of
from issuer.register import merges
from issuer.register.doubles import look_alikes, set_distinct
from issuer.register.merges import MergeError
from issuer.register.people import load_persons
from issuer.register.people_models import MergeRow
from issuer.register.places import answered_for
from issuer.register.twins import Twin, twins
from issuer.source import COLUMNS, PERSON_CELLS
from spec.certificate import Timestamp
from spec.match import compare
from spec.vaccines import VaccineTable

__all__ = [
    "ComparedPeople", "Double", "PersonField", "ShownMerge", "compare_people", "list_doubles",
    "list_merges", "mark_distinct", "merge_people", "unmerge_people",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Double:
    """Two persons who may be one; no personal datum."""

    one_id: int
    other_id: int
    evidence: dict[str, str]
    """How each field compares: kinds (specification, section 16.1)."""
    twins: tuple[Twin, ...]


@dataclass(frozen=True, slots=True)
class PersonField:
    """One field of both persons, and how they compare."""

    field: str
    one: str
    other: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedPeople:
    """Two persons side by side."""

    fields: tuple[PersonField, ...]
    one_doses: tuple[ShownDose, ...]
    other_doses: tuple[ShownDose, ...]
    twins: tuple[Twin, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownMerge:
    """One merge, undone or not."""

    id: int
    kept_id: int
    gone_id: int
    at: Timestamp
    operator: str
    reason: str
    evidence: dict[str, str]
    undone_at: Timestamp | None
    undone_by: str | None


def list_doubles(connection: Connection, actor: Actor, *, limit: int = 50) -> list[Double]:
    """Pairs of one name and birth date, both in the account's area, that nobody looked at yet."""
    if not allowed(actor, Action.REVIEW, [actor.area]):
        return []
    return [_double(connection, *pair) for pair in look_alikes(connection, actor.area, limit)]


def compare_people(
    connection: Connection,
    actor: Actor,
    one_id: int,
    other_id: int,
    now: Timestamp,
    table: VaccineTable,
) -> ComparedPeople:
    """Two persons field by field, with their doses. Told in the audit trail."""
    check_people(connection, actor, Action.REVIEW, [one_id, other_id])
    one, other = (known_fields(connection, key) for key in (one_id, other_id))
    kinds = _evidence(connection, one_id, other_id)
    tell(connection, actor, now, "merge.compare", f"person {one_id}", other=other_id)
    return ComparedPeople(
        fields=tuple(
            PersonField(field, one[field], other[field], kinds[field])
            for field in COLUMNS[:PERSON_CELLS]
        ),
        one_doses=doses_of(connection, one_id, table),
        other_doses=doses_of(connection, other_id, table),
        twins=tuple(twins(connection, one_id, other_id)),
    )


def merge_people(
    connection: Connection,
    actor: Actor,
    kept_id: int,
    gone_id: int,
    reason: str,
    now: Timestamp,
    *,
    drop: Sequence[int] = (),
    keep_both: bool = False,
) -> int:
    """Let one person stand for two; gives the id by which that can be undone. Raises MergeError.

    No dose is counted twice: where both have it on days close by, one record is dropped, or both
    are kept in words.
    """
    said = check_reason(reason)
    check_people(connection, actor, Action.REVIEW, [kept_id, gone_id])
    merge_id = merges.merge(
        connection, kept_id, gone_id, actor.name, said, now, drop=drop, keep_both=keep_both
    )
    tell(connection, actor, now, "merge.do", f"merge {merge_id}", kept=kept_id, gone=gone_id)
    return merge_id


def unmerge_people(
    connection: Connection, actor: Actor, merge_id: int, reason: str, now: Timestamp
) -> None:
    """Make two of one again; each keeps the records that match their numbers. Raises MergeError."""
    said = check_reason(reason)
    query = select(MergeRow.kept_id, MergeRow.gone_id).where(MergeRow.id == merge_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise MergeError("there is no such merge")
    check_people(connection, actor, Action.REVIEW, row)
    merges.unmerge(connection, merge_id, actor.name, said, now)
    tell(connection, actor, now, "merge.undo", f"merge {merge_id}", reason=said)


def mark_distinct(
    connection: Connection, actor: Actor, one_id: int, other_id: int, reason: str, now: Timestamp
) -> None:
    """Note that two who look like one were looked at, and are two. Raises MergeError."""
    said = check_reason(reason)
    check_people(connection, actor, Action.REVIEW, [one_id, other_id])
    if one_id == other_id:
        raise MergeError("two different persons of the register are needed")
    if not set_distinct(connection, one_id, other_id, actor.name, said, now):
        raise MergeError("that is noted already")
    tell(connection, actor, now, "merge.distinct", f"person {one_id}", other=other_id)


def list_merges(connection: Connection, actor: Actor, *, limit: int = 50) -> list[ShownMerge]:
    """The newest merges in the account's area, undone or not, with why they were made."""
    if not allowed(actor, Action.REVIEW, [actor.area]):
        return []
    query = (
        select(MergeRow.__table__)
        .where(answered_for(actor.area, MergeRow.kept_id))
        .order_by(MergeRow.id.desc())
        .limit(limit)
    )
    return [
        ShownMerge(
            id=row.id,
            kept_id=row.kept_id,
            gone_id=row.gone_id,
            at=Timestamp(row.at),
            operator=row.operator,
            reason=row.reason,
            evidence=_kinds(row.evidence),
            undone_at=row.undone_at,
            undone_by=row.undone_by,
        )
        for row in connection.execute(query)
    ]


def _double(connection: Connection, one_id: int, other_id: int) -> Double:
    return Double(
        one_id=one_id,
        other_id=other_id,
        evidence=_evidence(connection, one_id, other_id),
        twins=tuple(twins(connection, one_id, other_id)),
    )


def _evidence(connection: Connection, one_id: int, other_id: int) -> dict[str, str]:
    people = {person.id: person for person in load_persons(connection, [one_id, other_id])}
    one, other = people[one_id], people[other_id]
    same_phone = one.has_phone(other.phone) or other.has_phone(one.phone)
    return _kinds(evidence_of(compare(one.stated, other.stated), same_phone=same_phone))


def _kinds(evidence: str) -> dict[str, str]:
    return dict(pair.split(":", 1) for pair in evidence.split())
