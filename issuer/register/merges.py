"""Two persons are found to be one, or to be two after all. A merge is a row, never a deletion.

Both persons keep their rows and their records. One points to the other, who stands for both: the
doses are counted together, and the certificates of the one who is gone are taken out of use when
the other's certificate follows.
"""

from collections.abc import Iterator
from typing import ClassVar

from sqlalchemy import Connection, insert, select, update

from issuer.matching import evidence_of
from issuer.register.bulk import new_ids
from issuer.register.due import mark_due
from issuer.register.locks import lock_matching
from issuer.register.models import PersonRow, Row
from issuer.register.people import load_persons
from issuer.register.people_models import MergeRow
from keys.errors import HintedError
from spec.certificate import Timestamp
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
) -> int:
    """Let one person stand for two; gives the id of the merge. Raises MergeError.

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
