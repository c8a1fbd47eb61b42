"""The queue of issuing: persons whose certificate may have to follow their records.

A narrow table of its own, with a row for as long as somebody is due. It was a mark in the person's
row: to set and to clear it wrote that row, and an entry in each of its indexes, anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from issuer.register.bulk import is_postgresql, unnested, within
from issuer.register.models import CertificateRow, CertificateState, DueRow, Id, PersonRow

__all__ = ["DuePerson", "clear_due", "count_due", "due_people", "mark_due"]


@dataclass(frozen=True, slots=True)
class DuePerson:
    """A person whose certificate may have to follow a record."""

    id: int
    name: str
    birth_date: str
    id_number: str | None
    merged_into: int | None
    """The person who stands for this one: then that one's certificate is to follow."""


def mark_due(connection: Connection, person_ids: Iterable[int]) -> None:
    """Let the certificates of persons follow in the next batch of issuing.

    Comes in the transaction that records the cause. Somebody who is due already, and whom a worker
    may be deciding about at this moment without having seen the cause, becomes due anew when that
    worker is done: hence the update of what stands already, which waits for the worker.
    """
    ids = sorted(set(person_ids))
    if not ids:
        return
    if is_postgresql(connection):
        wanted = unnested({"person_id": (Id, ids)})
        statement = postgresql.insert(DueRow).from_select(["person_id"], select(wanted))
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id"], set_={"person_id": statement.excluded.person_id}
            )
        )
    else:
        ignoring = sqlite.insert(DueRow).on_conflict_do_nothing()  # whoever writes is alone
        connection.execute(ignoring, [{"person_id": key} for key in ids])


def count_due(connection: Connection) -> int:
    """How many persons are due."""
    return connection.execute(select(func.count()).select_from(DueRow)).scalar_one()


def due_people(connection: Connection, after: int, limit: int) -> list[DuePerson]:
    """The next due persons behind an id; where the database can, no other worker gets them.

    Somebody with a reserved certificate stays due until it is signed: nobody has two.
    """
    reserved = exists().where(
        CertificateRow.person_id == DueRow.person_id,
        CertificateRow.state == CertificateState.RESERVED,
    )
    query = (
        select(
            PersonRow.id,
            PersonRow.name,
            PersonRow.birth_date,
            PersonRow.id_number,
            PersonRow.merged_into,
        )
        .join_from(DueRow, PersonRow, PersonRow.id == DueRow.person_id)
        # Twice, since PostgreSQL does not carry it over, and would read all persons before.
        .where(DueRow.person_id > after, PersonRow.id > after, ~reserved)
        .order_by(DueRow.person_id)
        .limit(limit)
        .with_for_update(of=DueRow, skip_locked=True)
    )
    return [DuePerson(*row) for row in connection.execute(query).all()]


def clear_due(connection: Connection, person_ids: Sequence[int]) -> None:
    """Take persons out of the queue, in the transaction that did what was due."""
    ours = within(connection, DueRow.__table__.c.person_id, person_ids)
    connection.execute(delete(DueRow).where(ours))
