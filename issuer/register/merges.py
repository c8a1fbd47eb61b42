"""Two persons are found to be one, or to be two after all. A merge is a row, never a deletion.

Both persons keep their rows and their records. One points to the other, who stands for both: the
doses are counted together, and the certificates of the one who is gone are taken out of use when
the other's certificate follows.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from sqlalchemy import Connection, insert, select, update

from issuer.evidence import evidence_of
from issuer.reasons import ReasonCode
from issuer.register.bulk import new_ids
from issuer.register.changes import restore, withdraw
from issuer.register.due import mark_due
from issuer.register.history import last_reason
from issuer.register.locks import lock_matching
from issuer.register.models import DoseRow, PersonRow, RecordState, Row
from issuer.register.people import load_persons
from issuer.register.people_models import MergeRow, RecordChangeRow
from issuer.register.twins import days_of_both, twins
from keys.errors import HintedError
from spec.certificate import Timestamp
from spec.limits import MAX_DOSES
from spec.match import compare

__all__ = ["MergeError", "merge", "unmerge"]


class MergeError(HintedError):
    """Two persons cannot be merged, or a merge not be undone."""

    code: ClassVar[str] = "merge"


def merge(
    connection: Connection,
    kept_id: int,
    gone_id: int,
    operator: str,
    reason: str,
    now: Timestamp,
    *,
    drop: Sequence[int] = (),
    keep_both: bool = False,
) -> int:
    """Let one person stand for two; gives the id of the merge. Raises MergeError.

    Where the two have one dose twice, on days close by or as two vaccines of one day, one record of
    each such pair goes into `drop` and is withdrawn; undoing the merge brings it back. With
    `keep_both`, doses on days close by are two.

    Both must stand for themselves: who is merged already is merged through whom they point to.
    """
    lock_matching(connection)
    people = {person.id: person for person in load_persons(connection, [kept_id, gone_id])}
    kept, gone = people.get(kept_id), people.get(gone_id)
    if kept is None or gone is None or kept_id == gone_id:
        raise MergeError("two different persons of the register are needed")
    if kept.merged_into is not None or gone.merged_into is not None:
        raise MergeError(
            "one of the two is merged into somebody else", hint="merge those who stand for them"
        )
    if _erased(connection, [kept_id, gone_id]):
        raise MergeError("the data of one of the two were erased")
    _check_doses(connection, kept_id, gone_id, drop, keep_both=keep_both)
    same_phone = gone.has_phone(kept.phone) or kept.has_phone(gone.phone)
    row: Row = {
        "kept_id": kept_id,
        "gone_id": gone_id,
        "at": int(now),
        "operator": operator,
        "reason": reason,
        "evidence": evidence_of(compare(kept.stated, gone.stated), same_phone=same_phone),
    }
    (merge_id,) = new_ids(connection, MergeRow.__table__, 1)  # type: ignore[arg-type]  # a table
    connection.execute(insert(MergeRow), {"id": merge_id, **row})
    if drop:
        withdraw(connection, drop, operator, _mark(merge_id), now)
    _point(connection, kept_id, gone_id)
    mark_due(connection, [kept_id, gone_id])
    return merge_id


def unmerge(
    connection: Connection, merge_id: int, operator: str, reason: str, now: Timestamp
) -> None:
    """Make two of one again: whoever was merged into the one who was gone goes with them.

    Records that came meanwhile stay with the person whose numbers they matched. Raises MergeError.
    """
    lock_matching(connection)
    query = (
        select(MergeRow.kept_id, MergeRow.gone_id)
        .where(MergeRow.id == merge_id, MergeRow.undone_at.is_(None))
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise MergeError("there is no such merge, or it is undone already")
    connection.execute(
        update(MergeRow)
        .where(MergeRow.id == merge_id)
        .values(undone_at=int(now), undone_by=operator, undone_why=reason)
    )
    root = _root(connection, row.kept_id)
    family = list(_below(connection, row.gone_id))
    connection.execute(
        update(PersonRow).where(PersonRow.id.in_(family)).values(merged_into=row.gone_id)
    )
    connection.execute(
        update(PersonRow).where(PersonRow.id == row.gone_id).values(merged_into=None)
    )
    mark_due(connection, [root, row.gone_id])
    for record_id in _dropped(connection, merge_id):
        restore(connection, record_id, operator, reason, now)


def _check_doses(
    connection: Connection, kept_id: int, gone_id: int, drop: Sequence[int], *, keep_both: bool
) -> None:
    """Raise MergeError where a dose would count twice, or more doses than a certificate holds."""
    found = twins(connection, kept_id, gone_id)
    paired = {key for twin in found for key in (twin.record_id, twin.other_id)}
    if not set(drop) <= paired:
        raise MergeError("only a record of a dose that both have can be dropped")
    for twin in found:
        settled = {twin.record_id, twin.other_id} & set(drop)
        if not settled and not (keep_both and twin.kind is ReasonCode.DOSE_DATE_DIFFERS):
            raise MergeError(
                f"records {twin.record_id} and {twin.other_id} may be one dose: {twin.kind}",
                hint="drop the one that is wrong, or say that both were given",
            )
    if days_of_both(connection, kept_id, gone_id, drop) > MAX_DOSES:
        raise MergeError("together they have more doses than a certificate can hold")


def _mark(merge_id: int) -> str:
    return f"merge {merge_id}: the same dose twice"


def _dropped(connection: Connection, merge_id: int) -> list[int]:
    """The records that went with a merge, and to which nothing else happened since."""
    query = (
        select(RecordChangeRow.record_id)
        .join(DoseRow, DoseRow.id == RecordChangeRow.record_id)
        .where(
            RecordChangeRow.reason == _mark(merge_id),
            RecordChangeRow.state == RecordState.WITHDRAWN.value,
            DoseRow.state == RecordState.WITHDRAWN.value,
        )
        .order_by(RecordChangeRow.record_id)
    )
    ids = connection.execute(query).scalars().all()
    return [key for key in ids if last_reason(connection, key) == _mark(merge_id)]


def _erased(connection: Connection, person_ids: Sequence[int]) -> bool:
    query = select(PersonRow.id).where(
        PersonRow.id.in_(person_ids), PersonRow.erased_at.is_not(None)
    )
    return connection.execute(query).first() is not None


def _point(connection: Connection, kept_id: int, gone_id: int) -> None:
    """Let the one who goes, and all who point to them, point to the one who stays."""
    connection.execute(
        update(PersonRow)
        .where((PersonRow.id == gone_id) | (PersonRow.merged_into == gone_id))
        .values(merged_into=kept_id)
    )


def _root(connection: Connection, person_id: int) -> int:
    query = select(PersonRow.merged_into).where(PersonRow.id == person_id)
    return connection.execute(query).scalar_one() or person_id


def _below(connection: Connection, person_id: int) -> Iterator[int]:
    """Everybody who is merged into a person, directly or through others."""
    query = select(MergeRow.gone_id).where(
        MergeRow.kept_id == person_id, MergeRow.undone_at.is_(None)
    )
    for gone_id in connection.execute(query).scalars().all():
        yield gone_id
        yield from _below(connection, gone_id)
