"""What waits, where, since when: for review, and for a certificate."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func

from issuer.figures.selection import By, Selection, Unit, joined, unit_columns
from issuer.register.models import DoseRow, RecordState
from spec.certificate import Timestamp

__all__ = ["Backlog", "Queue", "backlog"]


class Queue(StrEnum):
    """What a record can wait for."""

    REVIEW = "review"
    """Somebody has to look at it."""
    CERTIFICATE = "certificate"
    """It counts, and no certificate shows it yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """What waits in one unit."""

    unit: Unit
    queue: Queue
    records: int
    oldest_at: Timestamp
    """Since when the oldest waits: its arrival, or the moment when it was accepted."""

    def behind(self, selection: Selection) -> Selection:
        """The records that are counted."""
        return selection.inside(self.unit).narrowed(**_CONDITIONS[self.queue])


_CONDITIONS: dict[Queue, dict[str, object]] = {
    Queue.REVIEW: {"state": RecordState.REVIEW},
    Queue.CERTIFICATE: {"uncertified": True},
}
_SINCE = {Queue.REVIEW: DoseRow.received_at, Queue.CERTIFICATE: DoseRow.validated_at}


def backlog(connection: Connection, selection: Selection, by: By) -> list[Backlog]:
    """Both queues of every unit in which something waits; what waits longest first."""
    told = [one for queue in Queue for one in _of_queue(connection, selection, by, queue)]
    return sorted(told, key=lambda one: one.oldest_at)


def _of_queue(
    connection: Connection, selection: Selection, by: By, queue: Queue
) -> Iterator[Backlog]:
    code, name = unit_columns(by)
    conditions = selection.narrowed(**_CONDITIONS[queue]).conditions()
    query = joined(code, func.max(name), func.count(), func.min(_SINCE[queue])).where(*conditions)
    for unit, called, count, oldest in connection.execute(query.group_by(code)):
        yield Backlog(
            unit=Unit(by, unit, called), queue=queue, records=count, oldest_at=Timestamp(oldest)
        )
