"""Lawful requests for one person: their own data handed to them, or erased by two accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select, update

from issuer.access.rights import NATION, Action, Actor, check, check_second
from issuer.desk.attachment_store import AttachmentStore
from issuer.desk.telling import NoSuchPersonError, check_people, check_reason, tell
from issuer.register import erasing
from issuer.register.bulk import within
from issuer.register.desk_models import (
    AttachmentRow,
    CorrectionRow,
    CorrectionStepRow,
    ErasureRow,
    ErasureState,
)
from issuer.register.erasing import EraseError
from issuer.register.models import CertificateRow, DoseRow, PersonRow, Row, StatusChangeRow
from issuer.register.people_models import (
    IdentifierRow,
    MergeRow,
    ProposalRow,
    RecordChangeRow,
    ReviewItemRow,
)
from issuer.register.places import family_of
from spec.certificate import Timestamp

__all__ = [
    "Exported", "ShownErasure", "ask_erasure", "confirm_erasure", "export_person", "list_erasures",
    "refuse_erasure",
]  # fmt: skip

_UNTOLD: Final = frozenset({"content_hash", "facts_digest", "digest", "asked_by_id"})
"""Columns that say nothing to a person: hashes of what stands beside them."""


@dataclass(frozen=True, slots=True)
class Exported:
    """All that the register holds of one person, table by table, and their papers."""

    person_ids: tuple[int, ...]
    tables: dict[str, list[dict[str, Any]]]
    papers: tuple[tuple[str, bytes], ...]
    """Name with ending, and content."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownErasure:
    """An erasure that somebody asked for."""

    id: int
    person_id: int
    reason: str
    revoke: bool
    asked_by: str
    asked_at: Timestamp
    state: ErasureState
    decided_by: str | None


def export_person(
    connection: Connection, actor: Actor, store: AttachmentStore, person_id: int, now: Timestamp
) -> Exported:
    """Everything about a person and whoever is one with them. Told in the audit trail."""
    check_people(connection, actor, Action.EXPORT_PERSON, [person_id])
    family = family_of(connection, [person_id])
    tables = _tables(connection, family)
    requests = [one["id"] for one in tables["corrections"]]
    papers = AttachmentRow.__table__.c
    query = select(papers.name, papers.kind, papers.digest).where(
        within(connection, papers.correction_id, requests), papers.removed_at.is_(None)
    )
    contents = tuple(
        (f"{name}.{kind}", store.get(name, digest))
        for name, kind, digest in connection.execute(query).all()
    )
    tell(connection, actor, now, "person.export", f"person {person_id}", papers=len(contents))
    return Exported(tuple(family), tables, contents)


def ask_erasure(
    connection: Connection,
    actor: Actor,
    person_id: int,
    reason: str,
    now: Timestamp,
    *,
    revoke: bool = False,
) -> int:
    """Be the first of two who erase a person's data; gives the number of the erasure.

    `revoke` says that the certificates end with it; else they stay what they are, and what was
    printed still verifies. Raises EraseError.
    """
    said = check_reason(reason)
    check_people(connection, actor, Action.ERASE_PERSON, [person_id])
    family = family_of(connection, [person_id])
    erasing.check_erasable(connection, family)
    pending = select(ErasureRow.id).where(
        ErasureRow.person_id.in_(family), ErasureRow.state == ErasureState.PENDING.value
    )
    if connection.execute(pending).first() is not None:
        raise EraseError("somebody has asked for that already", hint="confirm or refuse it")
    row: Row = {
        "person_id": person_id,
        "reason": said,
        "revoke": int(revoke),
        "asked_by": actor.name,
        "asked_by_id": actor.account_id,
        "asked_at": int(now),
        "state": ErasureState.PENDING.value,
    }
    key = connection.execute(insert(ErasureRow).returning(ErasureRow.id), row).scalar_one()
    tell(connection, actor, now, "person.erase.ask", f"person {person_id}", erasure=key)
    return key


def confirm_erasure(
    connection: Connection, actor: Actor, store: AttachmentStore, erasure_id: int, now: Timestamp
) -> None:
    """Be the second of two: the data are erased, and nothing brings them back.

    Raises SamePersonError for whoever asked, and EraseError while something is open. Afterwards
    `erasing.forget` lets the database give up what lies beside its file.
    """
    row = _pending(connection, actor, erasure_id)
    check_second(actor, row.asked_by_id)
    family = family_of(connection, [row.person_id])
    why = f"erased on lawful request {erasure_id}"
    names = erasing.erase(connection, family, why, now, revoke=bool(row.revoke))
    _decide(connection, actor, erasure_id, ErasureState.DONE, None, now)
    tell(connection, actor, now, "person.erase.confirm", f"person {row.person_id}",
         erasure=erasure_id, papers=len(names))  # fmt: skip
    for name in names:
        store.remove(name)


def refuse_erasure(
    connection: Connection, actor: Actor, erasure_id: int, reason: str, now: Timestamp
) -> None:
    """Let the data stay, for a reason. Whoever asked may withdraw so."""
    said = check_reason(reason)
    row = _pending(connection, actor, erasure_id)
    _decide(connection, actor, erasure_id, ErasureState.REFUSED, said, now)
    tell(connection, actor, now, "person.erase.refuse", f"person {row.person_id}",
         erasure=erasure_id, reason=said)  # fmt: skip


def list_erasures(connection: Connection, actor: Actor) -> list[ShownErasure]:
    """Every erasure that was asked for, the oldest first."""
    check(actor, Action.ERASE_PERSON, NATION)
    query = select(ErasureRow.__table__).order_by(ErasureRow.id)
    return [
        ShownErasure(
            id=row.id,
            person_id=row.person_id,
            reason=row.reason,
            revoke=bool(row.revoke),
            asked_by=row.asked_by,
            asked_at=Timestamp(row.asked_at),
            state=ErasureState(row.state),
            decided_by=row.decided_by,
        )
        for row in connection.execute(query)
    ]


def _pending(connection: Connection, actor: Actor, erasure_id: int) -> Any:
    check(actor, Action.ERASE_PERSON, NATION)
    query = (
        select(ErasureRow.__table__)
        .where(ErasureRow.id == erasure_id, ErasureRow.state == ErasureState.PENDING.value)
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise EraseError("there is no such erasure to decide")
    if not family_of(connection, [row.person_id]):
        raise NoSuchPersonError
    return row


def _decide(
    connection: Connection, actor: Actor, erasure_id: int, state: ErasureState, note: str | None,
    now: Timestamp,
) -> None:  # fmt: skip
    connection.execute(
        update(ErasureRow)
        .where(ErasureRow.id == erasure_id)
        .values(state=state.value, decided_by=actor.name, decided_at=int(now), note=note)
    )


def _tables(connection: Connection, family: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    found = {
        name: _rows(connection, model.__table__, column, family)
        for name, model, column in (
            ("persons", PersonRow, "id"),
            ("numbers", IdentifierRow, "person_id"),
            ("certificates", CertificateRow, "person_id"),
            ("corrections", CorrectionRow, "person_id"),
            ("merges", MergeRow, "kept_id"),
            ("falls", ProposalRow, "person_id"),
            ("erasures", ErasureRow, "person_id"),
        )
    }
    records = erasing.records_about(connection, family)
    found["records"] = _rows(connection, DoseRow.__table__, "id", records)
    for name, model, column, of in (
        ("waited", ReviewItemRow, "record_id", "records"),
        ("record_changes", RecordChangeRow, "record_id", "records"),
        ("status_changes", StatusChangeRow, "certificate_id", "certificates"),
        ("correction_steps", CorrectionStepRow, "correction_id", "corrections"),
        ("attachments", AttachmentRow, "correction_id", "corrections"),
    ):
        ids = [one["id"] for one in found[of]]
        found[name] = _rows(connection, model.__table__, column, ids)
    return found


def _rows(
    connection: Connection, table: Any, column: str, keys: Sequence[int]
) -> list[dict[str, Any]]:
    of: Table = table
    query = select(of).where(within(connection, of.c[column], keys)).order_by(*of.primary_key)
    return [
        {name: _told(value) for name, value in row._mapping.items() if name not in _UNTOLD}
        for row in connection.execute(query)
    ]


def _told(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else value
