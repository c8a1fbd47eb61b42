"""The papers of a correction request: attached, handed out, and never opened by us."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from issuer.access.rights import Action, Actor, check
from issuer.desk.attachment_store import AttachmentStore
from issuer.desk.corrections import find_request
from issuer.desk.paper_kinds import AttachmentError, PaperKind
from issuer.desk.telling import tell
from issuer.register.desk_models import AttachmentRow
from issuer.register.models import Row
from issuer.register.queue_rows import place_of_row
from spec.certificate import Timestamp

__all__ = ["MAX_ATTACHMENTS", "ShownAttachment", "attach", "fetch", "papers_of"]

MAX_ATTACHMENTS = 5
"""Papers of one request: two slips from both sides, and an identity card."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAttachment:
    """One paper, as lists show it."""

    id: int
    kind: PaperKind
    size: int
    added_at: Timestamp
    added_by: str


def attach(
    connection: Connection,
    actor: Actor,
    store: AttachmentStore,
    number: str,
    data: bytes,
    now: Timestamp,
) -> ShownAttachment:
    """Add a paper to an undecided request; its kind is what its content says.

    Raises AttachmentError for any other content, and OSError where it cannot be stored.
    """
    request = find_request(connection, number)
    if actor.name != request.entered_by:
        check(actor, Action.DECIDE_CORRECTION, place_of_row(request))
    if request.decided_at is not None:
        raise AttachmentError("that request is decided already", hint="open another one")
    if len(papers_of(connection, request.id)) >= MAX_ATTACHMENTS:
        raise AttachmentError(f"a request has at most {MAX_ATTACHMENTS} papers")
    stored = store.put(data)
    row: Row = {
        "correction_id": request.id,
        "kind": stored.kind.value,
        "size": stored.size,
        "digest": stored.digest,
        "name": stored.name,
        "added_at": int(now),
        "added_by": actor.name,
    }
    try:
        query = insert(AttachmentRow).returning(AttachmentRow.id)
        key = connection.execute(query, row).scalar_one()
        about = f"correction {request.number}"
        tell(connection, actor, now, "correction.attach", about, attachment=key, kind=stored.kind)
    except BaseException:
        store.remove(stored.name)
        raise
    return ShownAttachment(
        id=key, kind=stored.kind, size=stored.size, added_at=now, added_by=actor.name
    )


def fetch(
    connection: Connection,
    actor: Actor,
    store: AttachmentStore,
    number: str,
    attachment_id: int,
    now: Timestamp,
) -> tuple[PaperKind, bytes]:
    """Hand a paper out, as it was stored; told in the audit trail. Raises AttachmentError."""
    request = find_request(connection, number)
    check(actor, Action.DECIDE_CORRECTION, place_of_row(request))
    query = select(AttachmentRow.kind, AttachmentRow.name, AttachmentRow.digest).where(
        AttachmentRow.id == attachment_id,
        AttachmentRow.correction_id == request.id,
        AttachmentRow.removed_at.is_(None),
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise AttachmentError("the request has no such paper")
    data = store.get(row.name, row.digest)
    about = f"correction {request.number}"
    tell(connection, actor, now, "correction.fetch", about, attachment=attachment_id)
    return PaperKind(row.kind), data


def papers_of(connection: Connection, correction_id: int) -> tuple[ShownAttachment, ...]:
    """The papers of a request that are still there."""
    query = (
        select(
            AttachmentRow.id, AttachmentRow.kind, AttachmentRow.size, AttachmentRow.added_at,
            AttachmentRow.added_by,
        )
        .where(
            AttachmentRow.correction_id == correction_id, AttachmentRow.removed_at.is_(None)
        )
        .order_by(AttachmentRow.id)
    )  # fmt: skip
    return tuple(
        ShownAttachment(
            id=key, kind=PaperKind(kind), size=size, added_at=Timestamp(at), added_by=by
        )
        for key, kind, size, at, by in connection.execute(query)
    )
