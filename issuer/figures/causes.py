"""Why records are refused, wait or are flagged: how many, by reason."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func

from issuer.figures.selection import By, Selection, Unit, joined, unit_columns
from issuer.reasons import ReasonCode
from issuer.register.doses import findings_of
from issuer.register.models import DoseRow, RecordState

__all__ = ["Cause", "causes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """The records of one unit in one state that have one reason; one with two counts twice."""

    unit: Unit
    state: RecordState
    reason: ReasonCode
    records: int

    def behind(self, selection: Selection) -> Selection:
        """The records that are counted."""
        return selection.inside(self.unit).narrowed(state=self.state, reason=self.reason)


def causes(connection: Connection, selection: Selection, by: By) -> list[Cause]:
    """Every reason of every unit, the most frequent first; refusals before all else.

    A refused row has no site that the register could know: it counts in the unit `?`.
    """
    code, name = unit_columns(by)
    query = joined(code, func.max(name), DoseRow.state, DoseRow.findings, func.count())
    grouped = query.where(*selection.conditions()).group_by(code, DoseRow.state, DoseRow.findings)
    counts: Counter[tuple[str, RecordState, ReasonCode]] = Counter()
    names: dict[str, str | None] = {}
    for unit, called, state, findings, count in connection.execute(grouped):
        names[unit] = called
        for reason in {finding.code for finding in findings_of(findings)}:
            counts[unit, RecordState(state), reason] += count
    told = [
        Cause(unit=Unit(by, unit, names[unit]), state=state, reason=reason, records=count)
        for (unit, state, reason), count in counts.items()
    ]
    return sorted(told, key=lambda one: (_URGENCY.index(one.state), -one.records, one.reason))


_URGENCY = (
    RecordState.REFUSED,
    RecordState.REVIEW,
    RecordState.ACCEPTED,
    RecordState.SUPERSEDED,
    RecordState.WITHDRAWN,
)
