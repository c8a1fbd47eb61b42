"""Records that are taken back, put back, or corrected.

What a person's certificate says follows in the next batch of issuing; what becomes of the person
themselves, `issuer/register/person_changes.py` knows.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from issuer.records import DoseRecord
from issuer.register.bulk import new_ids, within
from issuer.register.due import mark_due
from issuer.register.history import last_states, record_added, record_changes
from issuer.register.locks import lock_matching
from issuer.register.models import (
    DoseRow,
    ImportRow,
    PersonRow,
    RecordSource,
    RecordState,
    Row,
)
from issuer.register.person_changes import (
    ChangeError,
    check_not_erased,
    correct_person,
    give_back,
    release,
)
from issuer.register.sites import sites_of
from issuer.register.waiting import new_person, overtake, record_row, wait_again
from spec.certificate import Timestamp

__all__ = ["Replacement", "add", "put_back", "replace", "restore", "withdraw"]

_LIVING = [RecordState.ACCEPTED.value, RecordState.REVIEW.value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """How a corrected record came."""

    raw: str
    source: RecordSource = RecordSource.CORRECTION
    content_hash: bytes | None = None
    """None: made of `raw` and the record that is corrected."""
    import_id: int | None = None
    """None: an import of its own, as a correction that somebody asked for has."""
    line: int = 1
    source_id: str | None = None


def withdraw(
    connection: Connection,
    record_ids: Sequence[int],
    operator: str,
    reason: str,
    now: Timestamp,
) -> list[int]:
    """Take records back; gives the ids of those that were accepted or waiting until now."""
    lock_matching(connection)
    ids = _in_states(connection, record_ids, _LIVING)
    if ids:
        people = _people_of(connection, ids)
        record_changes(connection, ids, RecordState.WITHDRAWN, operator, reason, now)
        overtake(connection, ids, operator, now)
        release(connection, people, now)
        mark_due(connection, _roots(connection, people))
    return ids


def restore(
    connection: Connection, record_id: int, operator: str, reason: str, now: Timestamp
) -> None:
    """Put a withdrawn record back: it counts, or waits again, as before. Raises ChangeError."""
    lock_matching(connection)
    record = _locked(connection, record_id)
    if record is None or record.state != RecordState.WITHDRAWN:
        raise ChangeError("there is no withdrawn record to put back")
    check_not_erased(
        connection.execute(
            select(PersonRow.erased_at).where(PersonRow.id == record.person_id)
        ).scalar()
    )
    put_back(connection, [record_id], operator, reason, now)


def put_back(
    connection: Connection,
    record_ids: Sequence[int],
    operator: str,
    reason: str,
    now: Timestamp,
) -> None:
    """Put withdrawn records back, each as it was before: it counts, or it waits under a new item.

    Whoever calls this has made sure that they are withdrawn, and of nobody who was erased.
    """
    waited = {
        key
        for key, state in last_states(connection, record_ids).items()
        if state is RecordState.REVIEW
    }
    for state, ids in (
        (RecordState.REVIEW, [key for key in record_ids if key in waited]),
        (RecordState.ACCEPTED, [key for key in record_ids if key not in waited]),
    ):
        record_changes(connection, ids, state, operator, reason, now)
    for key in sorted(waited):
        wait_again(connection, key, now)
    ours = within(connection, DoseRow.__table__.c.id, record_ids)
    connection.execute(update(DoseRow).where(ours).values(replaced_by=None))
    counting = ours & (DoseRow.state == RecordState.ACCEPTED.value)
    connection.execute(
        update(DoseRow)
        .where(counting, DoseRow.validated_at.is_(None))
        .values(validated_at=int(now))
    )
    records = connection.execute(select(DoseRow.__table__).where(counting)).all()
    for record in records:
        give_back(connection, record)
    mark_due(connection, _roots(connection, [one.person_id for one in records]))


def replace(
    connection: Connection,
    record_id: int,
    record: DoseRecord,
    operator: str,
    reason: str,
    now: Timestamp,
    how: Replacement | None = None,
) -> int:
    """Let a corrected record take the place of one, and give its id.

    Where the correction changes what the record said of its person, the person changes with it:
    whoever calls this has made sure that the correction is right. Raises ChangeError when the
    record is neither accepted nor waiting, or the new identity number is somebody else's.
    """
    lock_matching(connection)
    former = _locked(connection, record_id)
    if former is None or former.state not in _LIVING or former.person_id is None:
        raise ChangeError("there is no standing record of a person to correct")
    correct_person(connection, former, record, now)
    place = _Place(
        former.person_id, _site_id(connection, former, record, now), former.part, former.historical
    )
    new_id = _insert_corrected(connection, place, record, now, how or _asked(former, record))
    record_changes(connection, [record_id], RecordState.SUPERSEDED, operator, reason, now)
    overtake(connection, [record_id], operator, now)
    connection.execute(update(DoseRow).where(DoseRow.id == record_id).values(replaced_by=new_id))
    mark_due(connection, _roots(connection, [former.person_id]))
    return new_id


def add(
    connection: Connection,
    person_id: int | None,
    record: DoseRecord,
    operator: str,
    now: Timestamp,
    *,
    raw: str,
    historical: bool,
) -> tuple[int, int]:
    """Let a dose count that somebody asked for and no record states; gives record and person.

    Without a person, it makes one of what the record says. Whoever calls this has made sure that
    the dose was given, and that nobody else in the register is meant.
    """
    lock_matching(connection)
    how = Replacement(raw=raw)
    row = _Place(person_id, _site_id_of(connection, record, now), 1, int(historical))
    new_id = _insert_corrected(connection, row, record, now, how)
    if person_id is None:
        person_id = new_person(connection, record_row(connection, new_id), now)
        connection.execute(update(DoseRow).where(DoseRow.id == new_id).values(person_id=person_id))
    record_added(connection, new_id, operator, now)
    mark_due(connection, _roots(connection, [person_id]))
    return new_id, person_id


class _Place(NamedTuple):
    """What a new record has from the one before, or from its surroundings."""

    person_id: int | None
    site_id: int | None
    part: int
    historical: int


def _asked(former: Any, record: DoseRecord) -> Replacement:
    """A correction that somebody asked for: the values are its raw form."""
    identity = record.identity
    raw = {
        "corrects": former.id,
        "full_name": identity.name,
        "birth_date": str(identity.birth_date),
        "sex": identity.sex,
        "id_number": identity.id_number,
        "phone": identity.phone,
        "vaccine": record.vaccine,
        "injected_on": record.injected_on.isoformat(),
        "lot": record.lot,
        "site": record.site,
    }
    return Replacement(raw=json.dumps(raw, ensure_ascii=False))


def _insert_corrected(
    connection: Connection, place: _Place, record: DoseRecord, now: Timestamp, how: Replacement
) -> int:
    identity = record.identity
    content = how.content_hash or hashlib.sha256(how.raw.encode()).digest()
    import_id = how.import_id or _import_of(connection, how, content, now)
    (new_id,) = new_ids(connection, DoseRow.__table__, 1)  # type: ignore[arg-type]  # a table
    row: Row = {
        "id": new_id,
        "content_hash": content,
        "raw": how.raw,
        "import_id": import_id,
        "line": how.line,
        "received_at": int(now),
        "state": RecordState.ACCEPTED.value,
        "findings": "",
        "person_id": place.person_id,
        "vaccine": record.vaccine,
        "injected_on": record.injected_on,
        "lot": record.lot,
        "site": record.site,
        "site_id": place.site_id,
        "source": how.source.value,
        "source_id": how.source_id,
        "part": place.part,
        "historical": place.historical,
        "full_name": identity.name,
        "birth_date": str(identity.birth_date),
        "sex": identity.sex,
        "id_number": identity.id_number,
        "old_numbers": " ".join(identity.old_numbers) or None,
        "phone": identity.phone,
        "health_card": record.health_card,
        "dose_number": record.dose_number,
        "tier": "decided",
        "validated_at": int(now),
    }
    connection.execute(insert(DoseRow), row)
    return new_id


def _site_id(connection: Connection, former: Any, record: DoseRecord, now: Timestamp) -> int | None:
    if record.site == former.site:
        same: int | None = former.site_id
        return same
    return _site_id_of(connection, record, now)


def _site_id_of(connection: Connection, record: DoseRecord, now: Timestamp) -> int | None:
    return sites_of(connection, [record.site], now)[record.site].id if record.site else None


def _import_of(connection: Connection, how: Replacement, content: bytes, now: Timestamp) -> int:
    row: Row = {
        "digest": content,
        "name": "",
        "started_at": int(now),
        "source": how.source.value,
        "line_done": 1,
        "finished_at": int(now),
    }
    return connection.execute(insert(ImportRow).returning(ImportRow.id), row).scalar_one()


def _locked(connection: Connection, record_id: int) -> Any:
    query = select(DoseRow.__table__).where(DoseRow.id == record_id).with_for_update()
    return connection.execute(query).one_or_none()


def _in_states(
    connection: Connection, record_ids: Sequence[int], states: Sequence[str]
) -> list[int]:
    ours = within(connection, DoseRow.__table__.c.id, record_ids)
    query = select(DoseRow.id).where(ours, DoseRow.state.in_(states)).order_by(DoseRow.id)
    return list(connection.execute(query.with_for_update()).scalars())


def _people_of(connection: Connection, record_ids: Sequence[int]) -> list[int]:
    """The persons whose accepted doses these are."""
    ours = within(connection, DoseRow.__table__.c.id, record_ids)
    query = select(DoseRow.person_id).where(ours, DoseRow.state == RecordState.ACCEPTED.value)
    return sorted({key for key in connection.execute(query).scalars() if key is not None})


def _roots(connection: Connection, person_ids: Iterable[int]) -> set[int]:
    ours = within(connection, PersonRow.__table__.c.id, person_ids)
    # Of somebody whose data were erased, no certificate follows.
    query = select(PersonRow.id, PersonRow.merged_into).where(ours, PersonRow.erased_at.is_(None))
    return {merged_into or key for key, merged_into in connection.execute(query)}
