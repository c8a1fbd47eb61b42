"""The tables around records and persons: sites, former numbers, merges, review, proposals."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from issuer.register.models import Base, Id

__all__ = [
    "IdentifierRow",
    "MergeRow",
    "ProposalRow",
    "ProposalState",
    "RecordChangeRow",
    "ReviewDecision",
    "ReviewItemRow",
    "SiteRow",
]


class SiteRow(Base):
    """A place that vaccinates: of a list, or first seen in a record and flagged as unlisted."""

    __tablename__ = "sites"
    __table_args__ = (Index(None, "province", "district"), Index(None, "name_key"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Its code, or its name where it has none, case folded: what a record names it by."""
    code: Mapped[str | None]
    name: Mapped[str]
    name_key: Mapped[str]
    """Its name, case folded: records name a site by that too."""
    province: Mapped[str | None]
    """GSO code of two digits, such as 46 for Thừa Thiên Huế."""
    district: Mapped[str | None]
    codes_of: Mapped[int | None] = mapped_column(Integer)
    """The year of the code table that both codes are of: some codes changed their meaning."""
    mobile: Mapped[int] = mapped_column(Integer)
    listed: Mapped[int] = mapped_column(Integer)
    """0: first seen in a record; accepted, and to be looked at."""
    first_seen_at: Mapped[int]


class IdentifierRow(Base):
    """A number that a person had before, or has besides: it finds the person, and proves nothing.

    The present identity number and telephone number stand with the person.
    """

    __tablename__ = "person_identifiers"
    __table_args__ = (UniqueConstraint("value", "kind", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    kind: Mapped[str]
    """`id_number` or `phone`."""
    value: Mapped[str]
    record_id: Mapped[int | None] = mapped_column(Id, ForeignKey("dose_records.id"))
    """The record that stated it."""
    noted_at: Mapped[int]


class MergeRow(Base):
    """Two persons were found to be one. Undone, it stays as a row."""

    __tablename__ = "merges"
    __table_args__ = (
        Index(None, "kept_id"),
        Index(
            "uq_merges_standing", "gone_id", unique=True,
            postgresql_where=text("undone_at IS NULL"), sqlite_where=text("undone_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kept_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    gone_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    at: Mapped[int]
    operator: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str]
    """How the two compared then: pairs `field:kind`, separated by spaces."""
    undone_at: Mapped[int | None]
    undone_by: Mapped[str | None]
    undone_why: Mapped[str | None]


class ReviewDecision(StrEnum):
    """What a person said about a record that waited."""

    SAME = "same"
    """It is about the person that was shown."""
    NEW = "new"
    """It is about somebody else, who becomes a person of the register."""
    REFUSED = "refused"
    CORRECTED = "corrected"
    """It stated something wrong; a corrected record took its place."""
    OVERTAKEN = "overtaken"
    """Nobody decided: a correction or a withdrawal came first."""


class ReviewItemRow(Base):
    """A record that waits for a person, what differs, and what was decided."""

    __tablename__ = "review_items"
    __table_args__ = (
        Index(
            "uq_review_items_open", "record_id", unique=True,
            postgresql_where=text("decided_at IS NULL"), sqlite_where=text("decided_at IS NULL"),
        ),
        Index(
            "ix_review_items_province", "province", "opened_at", "id", "decided_at",
            postgresql_where=text("decided_at IS NULL"), sqlite_where=text("decided_at IS NULL"),
        ),
        Index(
            "ix_review_items_district", "district", "opened_at", "id", "decided_at",
            postgresql_where=text("decided_at IS NULL"), sqlite_where=text("decided_at IS NULL"),
        ),
        Index(
            "ix_review_items_site", "site_id", "opened_at", "id", "decided_at",
            postgresql_where=text("decided_at IS NULL"), sqlite_where=text("decided_at IS NULL"),
        ),
        Index(
            "ix_review_items_claimed", "claimed_by",
            postgresql_where=text("decided_at IS NULL AND claimed_by IS NOT NULL"),
            sqlite_where=text("decided_at IS NULL AND claimed_by IS NOT NULL"),
        ),
        Index(
            "ix_review_items_open", "opened_at", "id", "decided_at",
            postgresql_where=text("decided_at IS NULL"), sqlite_where=text("decided_at IS NULL"),
        ),
        Index(None, "record_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record_id: Mapped[int] = mapped_column(Id, ForeignKey("dose_records.id"))
    person_id: Mapped[int | None] = mapped_column(Id, ForeignKey("persons.id"))
    """The person it may be about; None where only the record itself gives cause to look."""
    differences: Mapped[str]
    """JSON: for each field its name, the kind of difference, and both values as they were."""
    site_id: Mapped[int | None] = mapped_column(Id, ForeignKey("sites.id"))
    province: Mapped[str | None]
    district: Mapped[str | None]
    """Whose it is: the site's; without one the district's; without both the province's. While it is
    open, both say where it lies, and follow what its site says."""
    opened_at: Mapped[int]
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[int | None]
    decision: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[int | None]
    note: Mapped[str | None]
    undone_at: Mapped[int | None]
    undone_by: Mapped[str | None]
    """Of a decision that was taken back; the record then waits under a new item."""


class RecordChangeRow(Base):
    """One line of a record's history after its first judgement. Only ever added."""

    __tablename__ = "record_changes"
    __table_args__ = (Index(None, "record_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record_id: Mapped[int] = mapped_column(Id, ForeignKey("dose_records.id"))
    person_id: Mapped[int | None] = mapped_column(Id, ForeignKey("persons.id"))
    """Whose certificate may have to follow."""
    at: Mapped[int]
    operator: Mapped[str]
    reason: Mapped[str]
    former_state: Mapped[str]
    state: Mapped[str]


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    APPROVED = "approved"
    """A second person agreed; the next batch carries it out."""
    REJECTED = "rejected"
    DONE = "done"
    OBSOLETE = "obsolete"
    """What it was about changed before anybody decided."""


class ProposalRow(Base):
    """A certificate whose status would fall: it stands until a second person agrees."""

    __tablename__ = "proposals"
    __table_args__ = (
        Index(
            "uq_proposals_open", "certificate_id", unique=True,
            postgresql_where=text("state IN ('pending', 'approved')"),
            sqlite_where=text("state IN ('pending', 'approved')"),
        ),
        Index(None, "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    certificate_id: Mapped[int] = mapped_column(Id, ForeignKey("certificates.id"))
    facts_digest: Mapped[bytes | None]
    """What the next certificate would say; None where none would be left."""
    doses_before: Mapped[int] = mapped_column(Integer)
    doses_after: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[int]
    state: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[int | None]
    note: Mapped[str | None]
