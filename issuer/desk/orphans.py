"""Papers that nobody can hand out any more: files in the folder that no row of the register names.

A crash between the writing of a file and the commit of its row leaves one, and so does one between
an erasure and the removal of its papers.
"""

from sqlalchemy import Connection, select

from issuer.access import audit
from issuer.desk.attachment_store import AttachmentStore, StoredFile
from issuer.desk.paper_kinds import AttachmentError
from issuer.register.bulk import within
from issuer.register.desk_models import AttachmentRow
from spec.certificate import Timestamp

__all__ = ["check_ours", "orphans", "tell_removal"]


def orphans(
    connection: Connection, store: AttachmentStore, written_before: Timestamp
) -> list[StoredFile]:
    """The files of before a time that no row names, or only that of a paper that was removed.

    The folder is read first: whatever is committed by then is known to the register. What is on its
    way now is younger than any time that is safe to ask for.
    """
    files = list(store.files_before(written_before))
    papers = AttachmentRow.__table__.c
    query = select(papers.name).where(
        within(connection, papers.name, [one.name for one in files]), papers.removed_at.is_(None)
    )
    named = set(connection.execute(query).scalars())
    return [one for one in files if one.name not in named]


def check_ours(connection: Connection, store: AttachmentStore, now: Timestamp) -> None:
    """Raise AttachmentError where the register knows none of the folder's files.

    Then it is most likely the folder of another register, to which all of them would be lost.
    """
    names = [one.name for one in store.files_before(now)]
    papers = AttachmentRow.__table__.c
    known = select(papers.id).where(within(connection, papers.name, names)).limit(1)
    if names and connection.execute(known).first() is None:
        raise AttachmentError(
            "this register names none of the files in the folder of papers",
            hint="check that the register and the home belong together; nothing was removed",
        )


def tell_removal(connection: Connection, actor: str, files: int, now: Timestamp) -> None:
    """Say in the audit trail that so many files are removed now; they go after the commit."""
    audit.append(
        connection, at=now, actor=actor, action="attachments.sweep", subject="-", files=files
    )
