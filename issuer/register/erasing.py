"""Erasing one person's data on lawful request: what is said of them goes, what is counted stays."""

import json
import secrets
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, func, insert, or_, select, text, update

from issuer.register import proposals
from issuer.register.bulk import within
from issuer.register.database import Register
from issuer.register.desk_models import AttachmentRow, CorrectionRow, ErasedCertificateRow
from issuer.register.due import clear_due
from issuer.register.former import former_of, revoke_all
from issuer.register.models import (
    UNMATCHED,
    CertificateRow,
    CertificateState,
    DoseRow,
    PersonRow,
    RecordState,
    Row,
)
from issuer.register.people import numbers_of
from issuer.register.people_models import IdentifierRow, ReviewItemRow
from keys.errors import HintedError
from spec.certificate import Certificate, Timestamp
from spec.dates import BirthDate
from spec.genuine_list import genuine_digest

__all__ = ["EraseError", "check_erasable", "erase", "forget", "records_about"]

_ERASED_NAME: Final = "Đã xóa"
"""What stands in place of a name in the payload that is kept: `erased`."""
_ERASED_RAW: Final = '{"erased":true}'
_YEAR_DIGITS: Final = 4
"""Digits of a birth date that are kept: figures by age go on, and nobody is known by a year."""


class EraseError(HintedError):
    """A person's data cannot be erased now."""

    code: ClassVar[str] = "erase"


def check_erasable(connection: Connection, family: Sequence[int]) -> None:
    """Raise EraseError while something about a person is open, or all of it is erased already."""
    people = PersonRow.__table__.c
    left = select(func.count()).where(
        within(connection, people.id, family), people.erased_at.is_(None)
    )
    if not connection.execute(left).scalar_one():
        raise EraseError("there is no such person, or the data are erased already")
    for table, what in (
        (ReviewItemRow, "a record waits for a decision"),
        (CorrectionRow, "a correction request is open"),
    ):
        columns = table.__table__.c
        query = select(columns.id).where(
            within(connection, columns.person_id, family), columns.decided_at.is_(None)
        )
        if connection.execute(query).first() is not None:
            raise EraseError(f"{what} that may be about this person", hint="decide it first")
    reserved = select(CertificateRow.id).where(
        within(connection, CertificateRow.__table__.c.person_id, family),
        CertificateRow.state == CertificateState.RESERVED.value,
    )
    if connection.execute(reserved).first() is not None:
        raise EraseError("a certificate is being signed", hint="let issuing finish first")


def erase(
    connection: Connection, family: Sequence[int], reason: str, now: Timestamp, *, revoke: bool
) -> list[str]:
    """Erase the data of one person, all rows of whom are in `family`.

    What stays: that doses were given, when, where and with what; the birth year; certificate
    numbers and statuses; hashes by which a row that comes again is known, so that nobody is entered
    anew by an old file. Gives the names of attached files, which the caller removes. Raises
    EraseError.
    """
    check_erasable(connection, family)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    if revoke:
        former = former_of(connection, family)
        revoke_all(connection, [one for all_ in former.values() for one in all_], reason, now)
    proposals.close_others(connection, family, [])
    clear_due(connection, family)
    _erase_certificates(connection, family)
    _erase_records(connection, family)
    names = _erase_requests(connection, family, now)
    identifiers = IdentifierRow.__table__.c.person_id
    connection.execute(delete(IdentifierRow).where(within(connection, identifiers, family)))
    connection.execute(
        update(PersonRow)
        .where(within(connection, PersonRow.__table__.c.id, family))
        .values(
            name="",
            canonical_name="",
            bare_name="",
            birth_date=func.substr(PersonRow.birth_date, 1, _YEAR_DIGITS),
            sex=None,
            id_number=None,
            phone=None,
            erased_at=int(now),
        )
    )
    return names


def records_about(connection: Connection, family: Sequence[int]) -> list[int]:
    """The records of a person, and those of their numbers that were refused and are nobody's."""
    table = DoseRow.__table__.c
    theirs = select(table.id).where(within(connection, table.person_id, family))
    refused = select(table.id).where(
        text(UNMATCHED),
        table.state == RecordState.REFUSED.value,
        table.person_id.is_(None),
        within(connection, table.id_number, numbers_of(connection, family)),
    )
    return sorted(connection.execute(theirs.union(refused)).scalars())


def forget(register: Register) -> None:
    """Let SQLite give up what it still has of erased rows beside its file; after the commit."""
    if register.engine.dialect.name == "sqlite":
        connection = register.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def _erase_certificates(connection: Connection, family: Sequence[int]) -> None:
    """Keep number, status, doses and what a genuine list says; the text and the person go."""
    query = select(CertificateRow.id, CertificateRow.payload).where(
        within(connection, CertificateRow.__table__.c.person_id, family)
    )
    for key, payload in connection.execute(query).all():
        nobody = _nobody(Certificate.from_cbor(payload))
        row: Row = {"certificate_id": key, "digest": genuine_digest(payload)}
        connection.execute(insert(ErasedCertificateRow), row)
        connection.execute(
            update(CertificateRow)
            .where(CertificateRow.id == key)
            # The former digest could be found again by trying names.
            .values(payload=nobody.to_cbor(), text=None, facts_digest=secrets.token_bytes(32))
        )


def _nobody(facts: Certificate) -> Certificate:
    """The same certificate without its person."""
    return Certificate(
        issuer=facts.issuer,
        issued_at=facts.issued_at,
        expires_at=facts.expires_at,
        name=_ERASED_NAME,
        birth_date=BirthDate(facts.birth_date.year),
        id_suffix=None,
        doses=facts.doses,
        doses_needed=facts.doses_needed,
        colour=facts.colour,
        status=facts.status,
    )


def _erase_records(connection: Connection, family: Sequence[int]) -> None:
    records = records_about(connection, family)
    items = ReviewItemRow.__table__.c
    looked_at = select(items.id, items.differences).where(
        or_(
            within(connection, items.record_id, records),
            within(connection, items.person_id, family),
        )
    )
    for key, differences in connection.execute(looked_at).all():
        connection.execute(
            update(ReviewItemRow)
            .where(ReviewItemRow.id == key)
            .values(differences=_without_values(differences))
        )
    connection.execute(
        update(DoseRow)
        .where(within(connection, DoseRow.__table__.c.id, records))
        .values(raw=_ERASED_RAW, birth_date=None, **dict.fromkeys(_STATED))
    )


_STATED: Final = ("full_name", "sex", "id_number", "old_numbers", "phone", "health_card")


def _erase_requests(connection: Connection, family: Sequence[int], now: Timestamp) -> list[str]:
    """Empty the correction requests of a person; gives the names of their papers."""
    table = CorrectionRow.__table__.c
    query = select(table.id, table.changes).where(within(connection, table.person_id, family))
    requests = connection.execute(query).all()
    for key, changes in requests:
        emptied = json.dumps(dict.fromkeys(json.loads(changes), ""))
        connection.execute(
            update(CorrectionRow)
            .where(CorrectionRow.id == key)
            .values(changes=emptied, stated="{}")
        )
    papers = AttachmentRow.__table__.c
    theirs = within(connection, papers.correction_id, [key for key, _ in requests])
    names = connection.execute(select(papers.name).where(theirs)).scalars().all()
    connection.execute(
        update(AttachmentRow).where(theirs, papers.removed_at.is_(None)).values(removed_at=int(now))
    )
    return list(names)


def _without_values(differences: str) -> str:
    kinds: list[dict[str, Any]] = json.loads(differences)
    return json.dumps(
        [{"field": one["field"], "kind": one["kind"], "record": None, "person": None}
         for one in kinds]
    )  # fmt: skip
