"""An import is undone as a whole: what it brought is taken back, what it took back is put back.

What its messages had taken back stands again exactly as before, unless something that came since
stands in the way: then nothing is undone, and the error names it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from issuer.course import NEAR_DAYS
from issuer.register.bulk import within
from issuer.register.changes import put_back, withdraw
from issuer.register.locks import lock_matching
from issuer.register.models import DoseRow, ImportRow, PersonRow, RecordState, RepeatRow
from issuer.register.people import load_doses
from issuer.register.people_models import MergeRow, RecordChangeRow
from issuer.register.person_changes import ChangeError, owner_of
from issuer.register.places import family_of
from spec.certificate import Timestamp
from spec.limits import MAX_DOSES

__all__ = ["Undone", "undo_import"]

_LIVING = [RecordState.ACCEPTED.value, RecordState.REVIEW.value]


class Undone(NamedTuple):
    """What the undoing of an import did."""

    withdrawn: int
    """Records that it had brought, and that stood until now."""
    restored: int
    """Records that its messages had taken back, and that stand again."""


def undo_import(
    connection: Connection, import_id: int, operator: str, reason: str, now: Timestamp
) -> Undone:
    """Take back all records of an import but those that another import brought too.

    Records that its messages took back are put back, but for those that would not stand without it
    either: their own import is undone, or their person was erased. Raises ChangeError for an import
    that is undone or unknown, and where something that came since stands in the way.
    """
    lock_matching(connection)
    done = connection.execute(
        update(ImportRow)
        .where(ImportRow.id == import_id, ImportRow.undone_at.is_(None))
        .values(undone_at=int(now))
    )
    if not done.rowcount:
        raise ChangeError("there is no such import, or it is undone already")
    rows = _left_alone(connection, import_id)
    withdrawn = withdraw(connection, rows, operator, reason, now)
    lost = _taken_back_by(connection, rows)
    for record in lost:
        _check_free(connection, record)
    ids = [record.id for record in lost]
    put_back(connection, ids, operator, f"import {import_id} undone: {reason}", now)
    _check_room(connection, lost)
    return Undone(len(withdrawn), len(ids))


def _left_alone(connection: Connection, import_id: int) -> list[int]:
    """The rows of an import, in whatever state, that no standing import has too."""
    elsewhere = _brought_by_a_standing_one(DoseRow.id)
    ours = select(DoseRow.id).where(DoseRow.import_id == import_id, ~elsewhere)
    # Records that came first in an import that was undone, and stood because this one had them too.
    first = aliased(ImportRow)
    left = (
        select(DoseRow.id)
        .join(RepeatRow, RepeatRow.record_id == DoseRow.id)
        .join(first, first.id == DoseRow.import_id)
        .where(RepeatRow.import_id == import_id, first.undone_at.is_not(None), ~elsewhere)
    )
    return [*connection.execute(ours).scalars(), *connection.execute(left).scalars()]


def _brought_by_a_standing_one(record_id: Any) -> "ColumnElement[bool]":
    """The condition that a record came again in an import that is not undone."""
    other, again = aliased(ImportRow), aliased(RepeatRow)  # not what stands in the query around
    return exists().where(
        again.record_id == record_id, again.import_id == other.id, other.undone_at.is_(None)
    )


def _taken_back_by(connection: Connection, message_ids: Sequence[int]) -> list[Any]:
    """The records that messages took back, and that would stand without them; with the time."""
    message, own, change = aliased(DoseRow), aliased(ImportRow), aliased(RecordChangeRow)
    last = select(func.max(change.id)).where(change.record_id == DoseRow.id).scalar_subquery()
    query = (
        select(
            DoseRow.id, DoseRow.person_id, DoseRow.vaccine, DoseRow.injected_on, DoseRow.id_number,
            DoseRow.source_id, own.sender, RecordChangeRow.at.label("taken_at"),
            RecordChangeRow.former_state,
        )
        .join(message, message.id == DoseRow.replaced_by)
        .join(RecordChangeRow, RecordChangeRow.id == last)
        .join(own, own.id == DoseRow.import_id)
        .join(PersonRow, PersonRow.id == DoseRow.person_id, isouter=True)
        .where(
            within(connection, message.id, message_ids),  # type: ignore[arg-type]  # a column
            DoseRow.source_id == message.source_id,  # it finds the records by an index
            DoseRow.state == RecordState.WITHDRAWN.value,
            or_(own.undone_at.is_(None), _brought_by_a_standing_one(DoseRow.id)),
            PersonRow.erased_at.is_(None),
        )
        .order_by(DoseRow.id)
    )  # fmt: skip
    return list(connection.execute(query))


def _check_free(connection: Connection, record: Any) -> None:
    """Raise ChangeError where something that came since a record was taken back needs it gone."""
    newer, its = aliased(DoseRow), aliased(ImportRow)
    again = (
        select(newer.id, newer.import_id)
        .join(its, its.id == newer.import_id)
        .where(
            newer.source_id == record.source_id,
            newer.state.in_(_LIVING),
            its.sender.is_not_distinct_from(record.sender),
        )
    )
    if (found := connection.execute(again).first()) is not None:
        raise _in_the_way(record, f"record {found.id} of import {found.import_id} took its place")
    if record.former_state != RecordState.ACCEPTED or record.person_id is None:
        return
    _check_doses(connection, record)
    _check_number(connection, record)


def _check_doses(connection: Connection, record: Any) -> None:
    """Raise ChangeError where its person has got a dose since that may be the same one."""
    family = family_of(connection, [record.person_id])
    since = DoseRow.validated_at >= record.taken_at
    if _merged_since(connection, family, record.taken_at):
        since |= DoseRow.person_id != record.person_id
    query = select(DoseRow.id, DoseRow.import_id, DoseRow.vaccine, DoseRow.injected_on).where(
        DoseRow.person_id.in_(family), DoseRow.state == RecordState.ACCEPTED.value, since
    )
    for other in connection.execute(query.order_by(DoseRow.id)):
        apart = abs((other.injected_on - record.injected_on).days)
        same = other.vaccine == record.vaccine
        if (apart == 0 and not same) or (same and 0 < apart <= NEAR_DAYS):
            said = f"record {other.id} of import {other.import_id} states the same dose otherwise"
            raise _in_the_way(record, said)


def _merged_since(connection: Connection, family: Sequence[int], at: int) -> bool:
    merges = MergeRow.__table__.c
    query = select(merges.id).where(
        merges.kept_id.in_(family), merges.at >= at, merges.undone_at.is_(None)
    )
    return connection.execute(query).first() is not None


def _check_number(connection: Connection, record: Any) -> None:
    """Raise ChangeError where its person's number is somebody else's by now."""
    if record.id_number is None:
        return
    query = select(PersonRow.id_number).where(PersonRow.id == record.person_id)
    owner = owner_of(connection, record.id_number)
    if connection.execute(query).scalar() is None and owner not in (
        None,
        *family_of(connection, [record.person_id]),
    ):
        raise _in_the_way(record, f"its identity number is that of person {owner} by now")


def _check_room(connection: Connection, records: Sequence[Any]) -> None:
    """Raise ChangeError where somebody has more doses by now than a certificate can hold."""
    for record in records:
        if record.person_id is None:
            continue
        doses = load_doses(connection, family_of(connection, [record.person_id]))
        if any(len(days) > MAX_DOSES for days in doses.values()):
            raise _in_the_way(record, "its person has too many doses beside it by now")


def _in_the_way(record: Any, what: str) -> ChangeError:
    return ChangeError(
        f"record {record.id}, which this import took back, cannot be put back: {what}",
        hint="take back what came since first, then undo the import",
    )
