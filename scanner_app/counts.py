"""What a shift counted: accepted, rejected and undetermined by reason, and seconds a person. Pure.

Nothing in it is about anybody: reasons are codes, times are sums.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Self

from keys.times import to_rfc3339
from scanner_app.states import Comparing, Showing
from spec.certificate import Timestamp
from spec.verdicts import Outcome

__all__ = ["ANOTHER_PERSON", "COLUMNS", "NOT_COMPARED", "OTHER", "Counts", "Result", "result_of"]

ANOTHER_PERSON: Final = "another_person"
"""The reason where the certificate is genuine and the holder is somebody else."""
NOT_COMPARED: Final = "not_compared"
"""The reason where nobody said whether the holder is the right one."""

OTHER: Final = "other"
"""The reason of what comes after the table is full."""
_MOST_LINES: Final = 64
"""Twice as many as there are codes: a service that makes codes up must not fill the memory."""

COLUMNS: Final = (
    "shift_began", "counted_until", "outcome", "reason",
    "persons", "mean_seconds", "longest_seconds",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How one presentation ended."""

    outcome: Outcome
    reason: str
    """A verdict code, a code of trouble, or one of the two above; of an accepted one the colour."""
    seconds: float
    """From the first sight of the code to the end of checking and comparing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """All presentations that ended in one way."""

    persons: int = 0
    seconds: float = 0.0
    longest: float = 0.0

    def plus(self, seconds: float) -> "Line":
        """One more."""
        return Line(
            persons=self.persons + 1,
            seconds=self.seconds + seconds,
            longest=max(self.longest, seconds),
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """A shift's counts so far."""

    lines: Mapping[tuple[Outcome, str], Line] = field(default_factory=lambda: MappingProxyType({}))

    def plus(self, result: Result) -> "Counts":
        """Count one more result."""
        key = (result.outcome, result.reason)
        if key not in self.lines and len(self.lines) >= _MOST_LINES:
            key = (result.outcome, OTHER)
        line = self.lines.get(key, Line()).plus(result.seconds)
        return replace(self, lines=MappingProxyType({**self.lines, key: line}))

    def of(self, outcome: Outcome) -> Counter[str]:
        """How many ended so, by reason."""
        found = {why: line.persons for (how, why), line in self.lines.items() if how is outcome}
        return Counter(found)

    @property
    def persons(self) -> int:
        """How many in all."""
        return sum(line.persons for line in self.lines.values())

    @property
    def mean_seconds(self) -> float:
        """Seconds a person; zero before the first."""
        return sum(line.seconds for line in self.lines.values()) / max(1, self.persons)

    def to_json(self) -> list[list[Any]]:
        """All lines, for another process."""
        return [
            [outcome.value, reason, line.persons, line.seconds, line.longest]
            for (outcome, reason), line in self.lines.items()
        ]

    @classmethod
    def from_json(cls, lines: list[list[Any]]) -> Self:
        """Read them back; raises ValueError or TypeError."""
        found = {
            (Outcome(outcome), str(reason)): Line(
                persons=int(persons), seconds=float(seconds), longest=float(longest)
            )
            for outcome, reason, persons, seconds, longest in lines
        }
        return cls(MappingProxyType(found))

    def to_csv(self, began: Timestamp, now: Timestamp) -> bytes:
        """A table of all lines in a fixed order: by outcome, then by reason."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(COLUMNS)
        shift = (to_rfc3339(began), to_rfc3339(now))
        for (outcome, reason), line in sorted(self.lines.items()):
            mean = line.seconds / line.persons
            row = (outcome.value, reason, line.persons, f"{mean:.1f}", f"{line.longest:.1f}")
            table.writerow((*shift, *row))
        return text.getvalue().encode()


def result_of(state: Showing | Comparing, at: float) -> Result:
    """How a presentation ended that is on the screen; a comparison that nobody made is one too."""
    answer, seconds = state.answer, max(0.0, at - state.began)
    if isinstance(state, Comparing):
        return Result(outcome=Outcome.UNDETERMINED, reason=NOT_COMPARED, seconds=seconds)
    if state.differs:
        return Result(outcome=Outcome.REJECTED, reason=ANOTHER_PERSON, seconds=seconds)
    if answer.accepted is not None:
        colour = answer.accepted.colour.word
        return Result(outcome=Outcome.ACCEPTED, reason=colour, seconds=seconds)
    return Result(
        outcome=answer.outcome, reason=str(answer.trouble or answer.code), seconds=seconds
    )
