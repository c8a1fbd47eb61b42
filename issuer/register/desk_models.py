"""The tables of the desk: correction requests with their papers, doubles, and erasures."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from issuer.register.models import Base, Id

__all__ = [
    "AttachmentRow",
    "CorrectionRow",
    "CorrectionStepRow",
    "DistinctRow",
    "ErasedCertificateRow",
    "ErasureRow",
    "ErasureState",
    "RequestState",
]


class RequestState(StrEnum):
    """Where a correction request stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    """Open, and somebody works on it now; follows from the claim and is not stored."""
    LATER = "later"
    """Looked at, and to be finished later, for a reason that the asker reads."""
    APPROVED = "approved"
    REJECTED = "rejected"


_UNDECIDED = "decided_at IS NULL"  # in the indexes as well: so SQLite counts without the rows
_CLAIMED = "decided_at IS NULL AND claimed_by IS NOT NULL"


class CorrectionRow(Base):
    """Somebody asks that something be put right. Never deleted."""

    __tablename__ = "corrections"
    __table_args__ = (
        Index(
            "ix_corrections_open", "opened_at", "id", "decided_at",
            postgresql_where=text(_UNDECIDED), sqlite_where=text(_UNDECIDED),
        ),
        Index(
            "ix_corrections_site", "site_id", "opened_at", "id", "decided_at",
            postgresql_where=text(_UNDECIDED), sqlite_where=text(_UNDECIDED),
        ),
        Index(
            "ix_corrections_province", "province", "opened_at", "id", "decided_at",
            postgresql_where=text(_UNDECIDED), sqlite_where=text(_UNDECIDED),
        ),
        Index(
            "ix_corrections_district", "district", "opened_at", "id", "decided_at",
            postgresql_where=text(_UNDECIDED), sqlite_where=text(_UNDECIDED),
        ),
        Index(
            "ix_corrections_claimed", "claimed_by",
            postgresql_where=text(_CLAIMED), sqlite_where=text(_CLAIMED),
        ),
        Index(None, "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """What the asker keeps, to see how it stands."""
    asker: Mapped[str]
    """`person` or `site`."""
    entered_by: Mapped[str]
    """The account."""
    opened_at: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(Id, ForeignKey("persons.id"))
    doses: Mapped[str]
    """Numbers of doses, separated by spaces."""
    changes: Mapped[str]
    """JSON: what shall stand, by field."""
    stated: Mapped[str]
    """JSON: whom the asker says it is about, and where they work."""
    site_id: Mapped[int | None] = mapped_column(Id, ForeignKey("sites.id"))
    province: Mapped[str | None]
    district: Mapped[str | None]
    """Whose it is, as of a review item."""
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[int | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    """The code of a rejection."""
    note: Mapped[str | None]
    evidence: Mapped[str | None]
    """What an approval rests on: `attachment`, `record N` or `site`."""
    decided_by: Mapped[str | None]
    decided_at: Mapped[int | None]


class CorrectionStepRow(Base):
    """One step of a request. Only ever added."""

    __tablename__ = "correction_steps"
    __table_args__ = (Index(None, "correction_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    correction_id: Mapped[int] = mapped_column(Id, ForeignKey("corrections.id"))
    at: Mapped[int]
    operator: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str | None]


class AttachmentRow(Base):
    """A paper that came with a request: its file lies outside the database."""

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "correction_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    correction_id: Mapped[int] = mapped_column(Id, ForeignKey("corrections.id"))
    kind: Mapped[str]
    size: Mapped[int]
    digest: Mapped[bytes]
    """SHA-256 over the file."""
    name: Mapped[str] = mapped_column(unique=True)
    """Of the file: random, and nothing that a sender chose."""
    added_at: Mapped[int]
    added_by: Mapped[str]
    removed_at: Mapped[int | None]


class DistinctRow(Base):
    """Two persons who look like one were looked at, and are two."""

    __tablename__ = "distinct_persons"
    __table_args__ = (UniqueConstraint("one_id", "other_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    one_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    """The smaller of the two."""
    other_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    at: Mapped[int]
    operator: Mapped[str]
    reason: Mapped[str]


class ErasureState(StrEnum):
    """Where an erasure stands."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class ErasureRow(Base):
    """A lawful request that a person's data be erased: a second account carries it out."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index(
            "uq_erasures_pending", "person_id", unique=True,
            postgresql_where=text("state = 'pending'"), sqlite_where=text("state = 'pending'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    reason: Mapped[str]
    revoke: Mapped[int] = mapped_column(Integer)
    """1: the certificates are revoked; 0: they stay what they are."""
    asked_by: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    asked_at: Mapped[int]
    state: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[int | None]
    note: Mapped[str | None]


class ErasedCertificateRow(Base):
    """A certificate whose payload was erased: what a genuine list says of it is kept.

    Without that, the paper of a person who was erased would be taken for a forgery on the day its
    key is stolen.
    """

    __tablename__ = "erased_certificates"

    certificate_id: Mapped[int] = mapped_column(
        Id, ForeignKey("certificates.id"), primary_key=True, autoincrement=False
    )
    digest: Mapped[bytes]
