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
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column

__all__ = [
    "EXCEPTIONS",
    "UNMATCHED",
    "Base",
    "CertificateRow",
    "CertificateState",
    "CertifiedRow",
    "DoseRow",
    "DueRow",
    "Id",
    "ImportRow",
    "PersonRow",
    "RecordSource",
    "RecordState",
    "RepeatRow",
    "StatusChangeRow",
    "StatusListRow",
]

Id = BigInteger().with_variant(Integer, "sqlite")
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
    REVIEW = "review"
    """It waits for a person's decision: kept, shown as waiting, and nothing is issued from it."""
    REFUSED = "refused"
    """It cannot be read as a dose: kept as it came, with its reasons, and judged anew when it comes
    again."""
    SUPERSEDED = "superseded"
    """A correction took its place (`replaced_by`)."""
    WITHDRAWN = "withdrawn"
    """It was taken back: entered in error, or its import was undone."""


class RecordSource(StrEnum):
    """How a record came."""

    CSV = "csv"
    NATIONAL = "national"
    """The national layout of 27 columns, as CSV or XLSX."""
    FHIR = "fhir"
    API = "api"
    CORRECTION = "correction"


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
    """One file or message that was taken in. The same bytes again are the same import."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    started_at: Mapped[int]
    source: Mapped[str] = mapped_column(server_default="csv")
    sender: Mapped[str | None]
    """The account that sent it; None for the command line of before accounts."""
    line_done: Mapped[int] = mapped_column(server_default="0")
    """The last line that is recorded: an import that was cut off goes on behind it."""
    finished_at: Mapped[int | None]
    undone_at: Mapped[int | None]


class PersonRow(Base):
    """One person, known by an identity number, or by name, birth date and telephone number.

    Never deleted: one who turns out to be somebody else's double points to that person.
    """

    __tablename__ = "persons"
    __table_args__ = (
        UniqueConstraint("canonical_name", "birth_date", "phone"),
        # Letter by letter in PostgreSQL, whatever language it sorts by.
        Index(
            None, "bare_name", "birth_date", postgresql_ops={"bare_name": "text_pattern_ops"}
        ),
        Index(None, "birth_date"),
        Index(None, "phone"),
        Index(
            None, "merged_into", postgresql_where=text("merged_into IS NOT NULL"),
            sqlite_where=text("merged_into IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    canonical_name: Mapped[str]
    bare_name: Mapped[str] = mapped_column(server_default="")
    """The canonical name without its marks: the key by which namesakes are found, never proof."""
    birth_date: Mapped[str]
    sex: Mapped[str | None]
    id_number: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None]
    created_at: Mapped[int]
    merged_into: Mapped[int | None] = mapped_column(Id, ForeignKey("persons.id"))
    """The person who stands for this one too (`merges`); never one who is merged himself."""
    erased_at: Mapped[int | None]
    """When the personal data were erased on lawful request; nothing is issued any more."""


class DueRow(Base):
    """A person whose certificate may not show a record yet (`issuer/register/due.py`).

    Written together with the record and removed together with the reservation, so that a crash in
    between loses nothing. It names a person by the statement that writes it, and lives for
    minutes: a foreign key would cost more than the row.
    """

    __tablename__ = "due_people"

    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)


class CertifiedRow(Base):
    """When the first certificate that shows a record was signed. Only ever added."""

    __tablename__ = "certified_records"

    record_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[int]


UNMATCHED: Final = "state IN ('refused', 'review')"
"""The states of records that may be nobody's yet. Queries repeat this very text, as SQLite asks."""


class DoseRow(Base):
    """One dose record as it came, and what was made of it. Never deleted."""

    __tablename__ = "dose_records"
    __table_args__ = (
        Index(None, "person_id", "state"),
        Index(None, "import_id", "line"),
        Index(None, "site_id"),
        Index(
            None, "source_id", postgresql_where=text("source_id IS NOT NULL"),
            sqlite_where=text("source_id IS NOT NULL"),
        ),
        Index(
            "ix_dose_records_unmatched", "id_number",
            postgresql_where=text(UNMATCHED), sqlite_where=text(UNMATCHED),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    content_hash: Mapped[bytes] = mapped_column(unique=True)
    raw: Mapped[str]
    import_id: Mapped[int] = mapped_column(Id, ForeignKey("imports.id"))
    line: Mapped[int]
    received_at: Mapped[int]
    state: Mapped[str]
    findings: Mapped[str]
    """Pairs `field:CODE`, separated by spaces."""
    person_id: Mapped[int | None] = mapped_column(Id, ForeignKey("persons.id"))
    """Whose dose it is; while it waits, whose it may be. Never changed by a merge."""
    vaccine: Mapped[int | None] = mapped_column(Integer)
    injected_on: Mapped[date | None] = mapped_column(Date)
    lot: Mapped[str | None]
    site: Mapped[str | None]
    """As the record has it."""
    site_id: Mapped[int | None] = mapped_column(Id, ForeignKey("sites.id"))
    source: Mapped[str] = mapped_column(server_default="csv")
    source_id: Mapped[str | None]
    """The sender's own identifier of the record (FHIR: `system|value`), by which it corrects it."""
    part: Mapped[int] = mapped_column(Integer, server_default="1")
    """Which dose of its row it is: a row of the national layout has two."""
    historical: Mapped[int] = mapped_column(Integer, server_default="0")
    """1 for a late back-load: no fault of the site that its timeliness should show."""
    full_name: Mapped[str | None]
    birth_date: Mapped[str | None]
    sex: Mapped[str | None]
    id_number: Mapped[str | None]
    old_numbers: Mapped[str | None]
    """Former identity numbers that the record states, separated by spaces."""
    phone: Mapped[str | None]
    health_card: Mapped[str | None]
    dose_number: Mapped[int | None] = mapped_column(Integer)
    """Which dose the site says it is. Which one it is follows from the days (issuer/course.py)."""
    tier: Mapped[str | None]
    """By which tier it found its person: exact, review, new, never; or decided."""
    evidence: Mapped[str | None]
    """What was compared with that person: pairs `field:kind`, separated by spaces."""
    validated_at: Mapped[int | None]
    """When it was accepted."""
    certified_at: Mapped[int | None] = column_property(
        select(CertifiedRow.at).where(CertifiedRow.record_id == id).scalar_subquery()  # noqa: A003 - the column above
    )
    """When the first certificate that shows it was signed: for reading."""
    replaced_by: Mapped[int | None] = mapped_column(Id, ForeignKey("dose_records.id"))
    """The correction that took its place; of one that its sender took back, the message's row."""


class RepeatRow(Base):
    """A record that came again in another import: who undoes one of the two keeps the other."""

    __tablename__ = "repeats"
    __table_args__ = (Index(None, "import_id"),)

    record_id: Mapped[int] = mapped_column(Id, ForeignKey("dose_records.id"), primary_key=True)
    import_id: Mapped[int] = mapped_column(Id, ForeignKey("imports.id"), primary_key=True)
    line: Mapped[int]


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

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
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

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    certificate_id: Mapped[int] = mapped_column(Id, ForeignKey("certificates.id"))
    at: Mapped[int]
    operator: Mapped[str]
    reason: Mapped[str]
    former_state: Mapped[str]
    state: Mapped[str]


Row = dict[str, Any]
"""The parameters of one row of a bulk statement."""
