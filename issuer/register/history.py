"""The history of records: every change of state after the first judgement, only ever added to."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, literal, select, update

from issuer.register.bulk import within
from issuer.register.models import DoseRow, RecordState, Row
from issuer.register.people_models import RecordChangeRow
from spec.certificate import Timestamp

__all__ = ["last_reason", "last_states", "record_added", "record_changes"]


def record_changes(
    connection: Connection,
    record_ids: Sequence[int],
    state: RecordState,
    operator: str,
    reason: str,
    now: Timestamp,
) -> None:
    """Give records another state, with a line of history for each that was not in it."""
    ours = (
        within(connection, DoseRow.__table__.c.id, record_ids),
        DoseRow.state != state.value,
    )
    lines = select(
        DoseRow.id,
        DoseRow.person_id,
        literal(int(now)),
        literal(operator),
        literal(reason),
        DoseRow.state,
        literal(state.value),
    ).where(*ours)
    columns = ["record_id", "person_id", "at", "operator", "reason", "former_state", "state"]
    connection.execute(insert(RecordChangeRow).from_select(columns, lines.order_by(DoseRow.id)))
    connection.execute(update(DoseRow).where(*ours).values(state=state.value))


def record_added(connection: Connection, record_id: int, operator: str, now: Timestamp) -> None:
    """Add the first line of a record that came by no import: who let it count."""
    row: Row = {
        "record_id": record_id,
        "person_id": select(DoseRow.person_id).where(DoseRow.id == record_id).scalar_subquery(),
        "at": int(now),
        "operator": operator,
        "reason": "asked for by a correction",
        "former_state": RecordState.REVIEW.value,
        "state": RecordState.ACCEPTED.value,
    }
    connection.execute(insert(RecordChangeRow).values(**row))


def last_states(connection: Connection, record_ids: Sequence[int]) -> dict[int, RecordState]:
    """The state of each record before its last change; nothing of one that never changed."""
    query = (
        select(RecordChangeRow.record_id, RecordChangeRow.former_state)
        .where(within(connection, RecordChangeRow.__table__.c.record_id, record_ids))
        .order_by(RecordChangeRow.id)
    )
    return {key: RecordState(state) for key, state in connection.execute(query)}


def last_reason(connection: Connection, record_id: int) -> str | None:
    """Why a record changed last."""
    query = (
        select(RecordChangeRow.reason)
        .where(RecordChangeRow.record_id == record_id)
        .order_by(RecordChangeRow.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()
