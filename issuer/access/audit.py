"""The audit trail: who did what and when, each entry sealed by a hash over all before it.

An entry's digest covers its own content and the digest of the entry before. So whoever edits,
removes or reorders entries has to rewrite all that follow, and the newest digest changes: kept
elsewhere (an anchor), it gives that away, and also that entries were cut off at the end.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, insert, select, text

from issuer.access.models import AuditRow
from keys.errors import HintedError
from spec import cbor
from spec.certificate import Timestamp

__all__ = [
    "ANCHOR_FORM",
    "Anchor",
    "AuditBrokenError",
    "AuditEntry",
    "append",
    "entries",
    "head",
    "verify",
]

_START: Final = bytes(32)
_PAGE: Final = 1000
_BEFORE_ALL: Final = -(2**63)
"""Where checking begins: somebody may have put an entry before the first."""
_LOCK: Final = 0x646F7365_61756469
"""The advisory lock of PostgreSQL under which entries are added, one transaction at a time."""

ANCHOR_FORM: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})", re.ASCII)


class AuditBrokenError(HintedError):
    """The trail is not what was written; `entry` is the first one that does not hold."""

    code = "audit_broken"

    def __init__(self, entry: int, what: str) -> None:
        super().__init__(
            f"the audit trail is broken at entry {entry}: {what}",
            hint="keep the database as it is, and compare it with a backup",
        )
        self.entry = entry


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One entry as it was written. No personal datum of a vaccinated person has a place in it."""

    number: int
    at: Timestamp
    actor: str
    """The name of an account, or `console:NAME` for who works on the machine itself."""
    action: str
    subject: str
    """What it was done to, such as `person 12`."""
    details: str
    """A JSON object."""
    previous: bytes
    digest: bytes

    def sealed(self) -> bytes:
        """The digest that the content has."""
        content = [
            self.number, self.at, self.actor, self.action, self.subject, self.details,
            self.previous,
        ]  # fmt: skip
        return hashlib.sha256(cbor.encode(content)).digest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """The newest entry at some moment, to be kept outside the database."""

    number: int
    digest: bytes

    @classmethod
    def parse(cls, line: str) -> "Anchor":
        """Read `NUMBER:DIGEST`; raises ValueError."""
        match = ANCHOR_FORM.fullmatch(line.strip())
        if match is None:
            raise ValueError("not NUMBER:DIGEST with a digest of 64 hexadecimal digits")
        return cls(int(match[1]), bytes.fromhex(match[2]))

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"


def append(
    connection: Connection,
    *,
    at: Timestamp,
    actor: str,
    action: str,
    subject: str,
    **details: str | int | None,
) -> AuditEntry:
    """Add an entry in the transaction of what it tells of.

    From here to the commit nobody else adds one, so this comes last in a transaction.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    newest = head(connection)
    said = {name: value for name, value in sorted(details.items()) if value is not None}
    content: dict[str, Any] = {
        "number": newest.number + 1,
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": json.dumps(said, ensure_ascii=False, separators=(",", ":")),
        "previous": newest.digest,
    }
    entry = AuditEntry(**content, digest=AuditEntry(**content, digest=b"").sealed())
    row = {("id" if name == "number" else name): getattr(entry, name) for name in entry.__slots__}
    connection.execute(insert(AuditRow), row)
    return entry


def head(connection: Connection) -> Anchor:
    """The newest entry; number 0 before the first."""
    query = select(AuditRow.id, AuditRow.digest).order_by(AuditRow.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return Anchor(0, _START) if row is None else Anchor(*row)


def entries(connection: Connection, after: int = 0, limit: int = _PAGE) -> list[AuditEntry]:
    """The next entries behind a number, in their order."""
    query = select(AuditRow.__table__).where(AuditRow.id > after).order_by(AuditRow.id).limit(limit)
    return [
        AuditEntry(
            number=row.id,
            at=Timestamp(row.at),
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            details=row.details,
            previous=row.previous,
            digest=row.digest,
        )
        for row in connection.execute(query)
    ]


def verify(connection: Connection, anchor: Anchor | None = None) -> Anchor:
    """Check every entry, from the first to the newest, and give the newest.

    Raises AuditBrokenError at the first that is not what was written. Only an anchor tells that
    entries are missing at the end, or that all of them were written anew.
    """
    last = Anchor(0, _START)
    for entry in _all(connection):
        if entry.number <= last.number:
            raise AuditBrokenError(entry.number, "it was never written")
        if entry.number != last.number + 1:
            raise AuditBrokenError(last.number + 1, "it is missing")
        if entry.previous != last.digest:
            raise AuditBrokenError(entry.number, "it does not follow the one before")
        if entry.sealed() != entry.digest:
            raise AuditBrokenError(entry.number, "its content was changed")
        last = Anchor(entry.number, entry.digest)
        if anchor is not None and anchor.number == entry.number and anchor != last:
            raise AuditBrokenError(entry.number, "it is not the one that was anchored")
    if anchor is not None and anchor.number > last.number:
        raise AuditBrokenError(last.number + 1, "it is missing, as the anchor shows")
    return last


def _all(connection: Connection) -> Iterator[AuditEntry]:
    after = _BEFORE_ALL
    while page := entries(connection, after):
        yield from page
        after = page[-1].number
