"""One record: how it came, why it is that person's, field by field, and what happened to it."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from issuer.access.rights import NATION, Action, Actor, check
from issuer.desk.corrected import cells_of
from issuer.desk.queue_views import known_fields
from issuer.desk.telling import check_reason, tell
from issuer.reasons import Finding
from issuer.register import changes
from issuer.register.doses import findings_of
from issuer.register.models import DoseRow, ImportRow, RecordState
from issuer.register.people_models import RecordChangeRow, ReviewItemRow
from issuer.register.person_changes import ChangeError
from issuer.register.places import places_of_records
from spec.certificate import Timestamp
from spec.vaccines import VaccineTable

__all__ = [
    "Compared", "RecordStep", "ShownRecord", "restore_record", "show_record", "withdraw_record",
]  # fmt: skip

_EVIDENCE: Final = ("full_name", "birth_date", "id_number", "sex", "phone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One field of the record, the same of its person, and how they compared when it came."""

    field: str
    record: str
    person: str
    """As it is now; empty where the record has no person."""
    kind: str | None
    """The kind of agreement or difference (specification, section 16.1); None where nothing was
    compared: the person was made of this record, or somebody named them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordStep:
    """One change of a record's state after its first judgement, or one decision about it."""

    at: Timestamp
    operator: str
    what: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRecord:
    """All that the register holds of one record."""

    id: int
    state: RecordState
    person_id: int | None
    tier: str | None
    fields: tuple[Compared, ...]
    dose: dict[str, str]
    findings: tuple[Finding, ...]
    source: str
    file: str
    line: int
    sender: str | None
    received_at: Timestamp
    validated_at: Timestamp | None
    certified_at: Timestamp | None
    historical: bool
    replaced_by: int | None
    raw: str
    steps: tuple[RecordStep, ...]


def show_record(
    connection: Connection, actor: Actor, record_id: int, now: Timestamp, table: VaccineTable
) -> ShownRecord:
    """Everything about one record. Told in the audit trail."""
    row = _find(connection, actor, record_id, Action.FIND_PEOPLE)
    tell(connection, actor, now, "record.show", f"record {record_id}")
    stated = cells_of(row, table)
    person = known_fields(connection, row.person_id)
    kinds = dict(pair.split(":", 1) for pair in (row.evidence or "").split())
    if not stated["phone"] and "phone" in kinds:
        kinds["phone"] = "unknown"
    return ShownRecord(
        id=row.id,
        state=RecordState(row.state),
        person_id=row.person_id,
        tier=row.tier,
        fields=tuple(
            Compared(
                field=field,
                record=stated[field],
                person=person.get(field, ""),
                kind=kinds.get(field),
            )
            for field in _EVIDENCE
        ),
        dose={name: stated[name] for name in stated if name not in _EVIDENCE},
        findings=findings_of(row.findings),
        source=row.source,
        file=row.file,
        line=row.line,
        sender=row.sender,
        received_at=row.received_at,
        validated_at=row.validated_at,
        certified_at=row.certified_at,
        historical=bool(row.historical),
        replaced_by=row.replaced_by,
        raw=row.raw,
        steps=tuple(_steps(connection, record_id)),
    )


def withdraw_record(
    connection: Connection, actor: Actor, record_id: int, reason: str, now: Timestamp
) -> None:
    """Take a record back; where a certificate would fall, a second person has to agree.

    Raises ChangeError when it is neither accepted nor waiting.
    """
    said = check_reason(reason)
    _find(connection, actor, record_id, Action.REVIEW)
    if not changes.withdraw(connection, [record_id], actor.name, said, now):
        raise ChangeError("that record is neither accepted nor waiting")
    tell(connection, actor, now, "record.withdraw", f"record {record_id}", reason=said)


def restore_record(
    connection: Connection, actor: Actor, record_id: int, reason: str, now: Timestamp
) -> None:
    """Put a withdrawn record back. Raises ChangeError."""
    said = check_reason(reason)
    _find(connection, actor, record_id, Action.REVIEW)
    changes.restore(connection, record_id, actor.name, said, now)
    tell(connection, actor, now, "record.restore", f"record {record_id}", reason=said)


def _find(connection: Connection, actor: Actor, record_id: int, action: Action) -> Any:
    query = (
        select(
            DoseRow.__table__,
            DoseRow.certified_at.label("certified_at"),
            ImportRow.name.label("file"),
            ImportRow.sender,
        )
        .join(ImportRow, ImportRow.id == DoseRow.import_id)
        .where(DoseRow.id == record_id)
    )
    row = connection.execute(query).one_or_none()
    check(actor, action, *(places_of_records(connection, [record_id]) or [NATION]))
    if row is None:
        raise ChangeError("the register has no such record")
    return row


def _steps(connection: Connection, record_id: int) -> list[RecordStep]:
    changed = select(
        RecordChangeRow.at, RecordChangeRow.operator, RecordChangeRow.former_state,
        RecordChangeRow.state, RecordChangeRow.reason,
    ).where(RecordChangeRow.record_id == record_id)  # fmt: skip
    steps = [
        RecordStep(at=Timestamp(at), operator=operator, what=f"{former} -> {state}", reason=reason)
        for at, operator, former, state, reason in connection.execute(
            changed.order_by(RecordChangeRow.id)
        )
    ]
    opened = select(ReviewItemRow.opened_at, ReviewItemRow.id).where(
        ReviewItemRow.record_id == record_id
    )
    steps += [
        RecordStep(at=Timestamp(at), operator="dosepass", what=f"waits as item {item}", reason="")
        for at, item in connection.execute(opened.order_by(ReviewItemRow.id))
    ]
    return sorted(steps, key=lambda one: one.at)
