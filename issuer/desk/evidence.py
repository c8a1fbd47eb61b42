"""What an approved correction rests on: a paper that was attached, or the site's own record.

Paper is evidence, and no key: where the site's own record agrees, nobody needs any.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Connection, func, select

from issuer.access.rights import Actor, Level
from issuer.desk.corrected import DOSE_FIELDS, PERSON_FIELDS, cells_of
from issuer.records import ReadRow, Rules, read_row
from issuer.register.desk_models import AttachmentRow
from issuer.register.models import DoseRow, RecordSource, RecordState
from issuer.register.places import family_of
from issuer.register.queue_rows import place_of_row
from issuer.source import COLUMNS, SourceRow
from keys.errors import HintedError
from spec.names import canonical_name
from spec.vaccines import VaccineTable

__all__ = ["Evidence", "EvidenceError", "find_evidence"]


class Evidence(StrEnum):
    """What a correction can rest on."""

    ATTACHMENT = "attachment"
    SITE_RECORD = "site_record"


class EvidenceError(HintedError):
    """There is nothing that a correction could rest on."""

    code: ClassVar[str] = "evidence"


def find_evidence(
    connection: Connection,
    actor: Actor,
    evidence: Evidence,
    request: Any,
    person_id: int | None,
    changes: Mapping[str, str],
    rules: Rules,
    table: VaccineTable,
) -> str:
    """What bears a request out, in a word: `attachment`, `record N`, or `site` for its own word.

    The site that gave the injection vouches for itself. Anybody else needs a record of it that says
    all that was asked for, or a paper. Raises EvidenceError.
    """
    if evidence is Evidence.ATTACHMENT:
        if not _attachments(connection, request.id):
            raise EvidenceError("no paper is attached", hint="attach it first")
        return evidence.value
    if actor.level is Level.SITE and place_of_row(request).site == actor.area.site:
        return "site"
    for row in _site_records(connection, request, person_id):
        if _says(cells_of(row, table), changes, rules):
            return f"record {row.id}"
    raise EvidenceError(
        "no record of the site says so", hint="let the site decide it, or attach a paper"
    )


def _attachments(connection: Connection, correction_id: int) -> int:
    query = select(func.count()).where(
        AttachmentRow.correction_id == correction_id, AttachmentRow.removed_at.is_(None)
    )
    return connection.execute(query).scalar_one()


def _site_records(connection: Connection, request: Any, person_id: int | None) -> list[Any]:
    """What the site itself has sent about the person, in whatever state; not what it took back."""
    if request.site_id is None or person_id is None:
        return []
    query = (
        select(DoseRow.__table__)
        .where(
            DoseRow.site_id == request.site_id,
            DoseRow.person_id.in_(family_of(connection, [person_id])),
            DoseRow.source != RecordSource.CORRECTION.value,
            DoseRow.state != RecordState.WITHDRAWN.value,
            DoseRow.full_name.is_not(None),
        )
        .order_by(DoseRow.id)
    )
    return list(connection.execute(query))


def _says(known: Mapping[str, str], changes: Mapping[str, str], rules: Rules) -> bool:
    """Tell whether a record states every value that was asked for, in whatever spelling."""
    stated, asked = _read(known, rules), _read({**known, **changes}, rules)
    if stated.record is None or asked.record is None:
        return False
    one, other = stated.record, asked.record
    same = {
        "full_name": canonical_name(one.identity.name) == canonical_name(other.identity.name),
        "birth_date": one.identity.birth_date == other.identity.birth_date,
        "sex": one.identity.sex == other.identity.sex,
        "id_number": one.identity.id_number == other.identity.id_number,
        "phone": one.identity.phone == other.identity.phone,
        "vaccine": one.vaccine == other.vaccine,
        "injected_on": one.injected_on == other.injected_on,
        "lot": one.lot == other.lot,
        "site": one.site == other.site,
    }
    return all(same[field] for field in (*PERSON_FIELDS, *DOSE_FIELDS) if field in changes)


def _read(cells: Mapping[str, str], rules: Rules) -> ReadRow:
    values = tuple(cells.get(name, "") for name in COLUMNS)
    return read_row(SourceRow(line=1, cells=values, broken=False), rules)
