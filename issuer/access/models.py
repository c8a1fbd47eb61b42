"""The tables of accounts, sign-ins and the audit trail."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from issuer.register.models import Base, Id

__all__ = ["AccountRow", "AuditRow", "SentRequestRow", "SessionRow"]


class AccountRow(Base):
    """One account. Never deleted: the audit trail names it."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    level: Mapped[str]
    province: Mapped[str | None]
    district: Mapped[str | None]
    site: Mapped[str | None]
    created_at: Mapped[int]
    closed_at: Mapped[int | None]
    tries: Mapped[int]
    """Sign-ins that were begun since the last good one."""
    locked_until: Mapped[int | None]


class SessionRow(Base):
    """One sign-in, known by the hash of its token: who reads the database cannot use it."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    digest: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[int]
    expires_at: Mapped[int]


class AuditRow(Base):
    """One entry of the audit trail. Only ever added: the database refuses all else."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    """Counts from 1 without a gap."""
    at: Mapped[int]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[str]
    previous: Mapped[bytes]
    """The digest of the entry before; 32 zero bytes before the first."""
    digest: Mapped[bytes] = mapped_column(unique=True)


class SentRequestRow(Base):
    """What an account first sent under an Idempotency-Key; forgotten after a week."""

    __tablename__ = "sent_requests"
    __table_args__ = (Index(None, "at"),)

    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    at: Mapped[int]
