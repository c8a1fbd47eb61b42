"""The tables of the register; `issuer/migrations` builds them, and a test compares the two.

Times are whole seconds since 1970-01-01T00:00:00Z, birth dates text of their own precision.
"""

from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = [
    "EXCEPTIONS",
    "Base",
    "CertificateRow",
    "CertificateState",
    "DoseRow",
    "ImportRow",
    "PersonRow",
    "RecordState",
    "StatusChangeRow",
    "StatusListRow",
]

_Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts a primary key up by itself only when it is a plain INTEGER."""


class Base(DeclarativeBase):
    """What the tables share: every constraint has a name, so that a migration can change it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text, bytes: LargeBinary, int: BigInteger}  # noqa: RUF012 - as SQLAlchemy asks


class RecordState(StrEnum):
    """Where a dose record stands; every record stands in exactly one place."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """It waits: kept as it came, with its reasons, and judged anew when it comes again."""


class CertificateState(StrEnum):
    """Where a certificate stands (docs/issuance.md), once issued as verifiers are told of it."""

    RESERVED = "reserved"
    """Its position and payload are fixed; it is not signed, or nobody knows yet that it is."""
    ISSUED = "issued"
    SUPERSEDED = "superseded"
    """True in all it says; a newer one of the same person says more."""
    SUSPENDED = "suspended"
    """Held back for now; it counts as the person's certificate and can be reinstated."""
    REVOKED = "revoked"
    """Taken back for ever: no state follows, and the database holds that too."""
    ABANDONED = "abandoned"
    """Reserved and never signed; its position stays unused for ever."""


class ImportRow(Base):
    """One file that was taken in. The same bytes again are the same import."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    started_at: Mapped[int]


class PersonRow(Base):
    """One person, known by an identity number, or by name, birth date and telephone number."""

    __tablename__ = "persons"
    __table_args__ = (
        UniqueConstraint("canonical_name", "birth_date", "phone"),
        Index(None, "due", postgresql_where=text("due = 1"), sqlite_where=text("due = 1")),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    name: Mapped[str]
    canonical_name: Mapped[str]
    birth_date: Mapped[str]
    sex: Mapped[str | None]
    id_number: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None]
    due: Mapped[int] = mapped_column(Integer)
    """1 when a record came that the person's certificate may not show yet. Set together with the
    record and cleared together with the reservation, so that a crash in between loses nothing."""
    created_at: Mapped[int]


class DoseRow(Base):
    """One dose record as it came, and what was made of it. Never deleted."""

    __tablename__ = "dose_records"
    __table_args__ = (Index(None, "person_id", "state"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(unique=True)
    raw: Mapped[str]
    import_id: Mapped[int] = mapped_column(_Id, ForeignKey("imports.id"))
    line: Mapped[int]
    received_at: Mapped[int]
    state: Mapped[str]
    findings: Mapped[str]
    """Pairs `field:CODE`, separated by spaces."""
    person_id: Mapped[int | None] = mapped_column(_Id, ForeignKey("persons.id"))
    vaccine: Mapped[int | None] = mapped_column(Integer)
    injected_on: Mapped[date | None] = mapped_column(Date)
    lot: Mapped[str | None]
    site: Mapped[str | None]


class StatusListRow(Base):
    """One status list of an issuer: how many of its positions are taken, and in which order."""

    __tablename__ = "status_lists"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken: Mapped[int]
    seed: Mapped[bytes | None]
    """The secret that orders its positions; None: from a time of another order, and closed."""


EXCEPTIONS: Final = "state IN ('abandoned', 'revoked', 'superseded', 'suspended')"
"""The states in which a status list says something else than valid. SQLite uses the partial index
only for a query that repeats this very text."""


class CertificateRow(Base):
    """One certificate from its reservation on. Never deleted; its payload never changes."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("issuer", "position"),
        Index(
            "uq_certificates_reserved", "person_id", unique=True,
            postgresql_where=text("state = 'reserved'"), sqlite_where=text("state = 'reserved'"),
        ),
        Index(
            "uq_certificates_issued", "person_id", unique=True,
            postgresql_where=text("state = 'issued'"), sqlite_where=text("state = 'issued'"),
        ),
        Index(None, "person_id"),
        Index(None, "issuer", "kid", "position"),
        Index(
            "ix_certificates_exceptions", "issuer", "position", "state", "reserved_at",
            postgresql_where=text(EXCEPTIONS), sqlite_where=text(EXCEPTIONS),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(_Id, ForeignKey("persons.id"))
    issuer: Mapped[str]
    position: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    kid: Mapped[str]
    """In hex."""
    facts_digest: Mapped[bytes]
    """SHA-256 over what the certificate says, without its times and position."""
    payload: Mapped[bytes]
    text: Mapped[str | None]
    reserved_at: Mapped[int]
    issued_at: Mapped[int | None]
    """When the signature was stored; the time inside the payload is that of the reservation."""
    note: Mapped[str | None]
    """Why it was abandoned."""


class StatusChangeRow(Base):
    """One line of the audit trail. Only ever added: the database refuses all else."""

    __tablename__ = "status_changes"
    __table_args__ = (Index(None, "certificate_id"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    certificate_id: Mapped[int] = mapped_column(_Id, ForeignKey("certificates.id"))
    at: Mapped[int]
    operator: Mapped[str]
    reason: Mapped[str]
    former_state: Mapped[str]
    state: Mapped[str]


Row = dict[str, Any]
"""The parameters of one row of a bulk statement."""
