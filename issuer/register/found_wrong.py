"""Records that were found wrong before their import was undone: they do not pass again unseen."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, func, select, union_all

from issuer.register.bulk import within
from issuer.register.models import (
    CertificateRow,
    CertificateState,
    DoseRow,
    ImportRow,
    PersonRow,
    RecordState,
    RepeatRow,
    StatusChangeRow,
)
from issuer.register.people_models import RecordChangeRow
from issuer.register.places import family_of
from issuer.register.proposals import NOBODY
from spec.certificate import Certificate, Dose, VaccineCode

__all__ = ["found_wrong"]

_ROOT: Final = func.coalesce(PersonRow.merged_into, PersonRow.id)


def found_wrong(connection: Connection, record_ids: Sequence[int]) -> set[int]:
    """Those of some withdrawn records that somebody has found wrong.

    Either it was taken back by itself, by its sender or by an officer, and not only with its whole
    import. Or somebody revoked a certificate that showed its dose, and nobody has let it count
    since. What the register revokes by itself is no such word: it follows from the records.
    """
    if not record_ids:
        return set()
    return _taken_back_alone(connection, record_ids) | _revoked_by_hand(connection, record_ids)


def _taken_back_alone(connection: Connection, record_ids: Sequence[int]) -> set[int]:
    """Records whose last withdrawal is of another moment than any undoing of their imports."""
    table = RecordChangeRow.__table__.c
    changes = (
        select(table.record_id, table.at, table.state)
        .where(within(connection, table.record_id, record_ids))
        .order_by(table.id)
    )
    last = {key: (at, state) for key, at, state in connection.execute(changes)}
    ours = within(connection, DoseRow.__table__.c.id, record_ids)
    own = select(DoseRow.id, ImportRow.undone_at).join(ImportRow, ImportRow.id == DoseRow.import_id)
    repeated = (
        select(DoseRow.id, ImportRow.undone_at)
        .join(RepeatRow, RepeatRow.record_id == DoseRow.id)
        .join(ImportRow, ImportRow.id == RepeatRow.import_id)
    )
    undone: defaultdict[int, set[int | None]] = defaultdict(set)
    for key, at in connection.execute(union_all(own.where(ours), repeated.where(ours))):
        undone[key].add(at)
    return {
        key
        for key, (at, state) in last.items()
        if state == RecordState.WITHDRAWN and at not in undone[key]
    }


def _revoked_by_hand(connection: Connection, record_ids: Sequence[int]) -> set[int]:
    """Records of whose dose a certificate was revoked by somebody since they last counted anew."""
    counted = (
        select(RecordChangeRow.record_id, func.max(RecordChangeRow.at).label("at"))
        .where(RecordChangeRow.state == RecordState.ACCEPTED.value)
        .where(within(connection, RecordChangeRow.__table__.c.record_id, record_ids))
        .group_by(RecordChangeRow.record_id)
        .subquery()
    )
    query = (
        select(DoseRow.id, DoseRow.vaccine, DoseRow.injected_on, _ROOT, counted.c.at)
        .join(PersonRow, PersonRow.id == DoseRow.person_id)
        .outerjoin(counted, counted.c.record_id == DoseRow.id)
        .where(within(connection, DoseRow.__table__.c.id, record_ids))
    )
    records = connection.execute(query).all()
    revoked = _revoked_doses(connection, {root for *_, root, _ in records})
    return {
        key
        for key, vaccine, day, root, since in records
        if vaccine is not None and day is not None
        if revoked.get((root, Dose(vaccine=VaccineCode(vaccine), day=day)), -1) >= (since or 0)
    }


def _revoked_doses(connection: Connection, roots: set[int]) -> dict[tuple[int, Dose], int]:
    """When a certificate of each person with each dose was last revoked by somebody."""
    query = (
        select(_ROOT, CertificateRow.payload, StatusChangeRow.at)
        .join(PersonRow, PersonRow.id == CertificateRow.person_id)
        .join(StatusChangeRow, StatusChangeRow.certificate_id == CertificateRow.id)
        .where(
            within(connection, CertificateRow.__table__.c.person_id, family_of(connection, roots)),
            CertificateRow.state == CertificateState.REVOKED.value,
            StatusChangeRow.state == CertificateState.REVOKED.value,
            StatusChangeRow.operator != NOBODY,
        )
        .order_by(StatusChangeRow.id)
    )
    return {
        (root, dose): at
        for root, payload, at in connection.execute(query)
        for dose in Certificate.from_cbor(payload).doses
    }
