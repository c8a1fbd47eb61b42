"""What a register made of invented records, held against the truth about them.

A mistake counts as caught when a record of its person waits with the field named that is wrong:
the spoiled one, or the sound one where the spoiled one came first. A birth year, sex or number
that contradicts its own record is named by the number that gives it away.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from benchmarks.synthetic.mistakes import Kind, Outcome
from benchmarks.synthetic.people import is_twin
from benchmarks.synthetic.records import FIRST_LINE, records
from issuer.reasons import Finding, ReasonCode
from issuer.register.database import Register
from issuer.register.doses import findings_of
from issuer.register.models import DoseRow, RecordState

__all__ = ["Quality", "Tally", "quality_of"]

_CONTRADICTED: Final = frozenset({"birth_date", "sex", "id_number"})
_PAGE: Final = 10_000


@dataclass(slots=True)
class Tally:
    """How the people with one kind of mistake fared."""

    people: int = 0
    right: int = 0
    """As the outcome of the kind has it."""
    joined: int = 0
    """Both doses were accepted for one person."""

    @property
    def share(self) -> float:
        """The share of those for whom the right thing happened."""
        return self.right / self.people if self.people else 1.0


@dataclass(slots=True)
class Quality:
    """The table."""

    records: int = 0
    false_merges: int = 0
    """Records that were accepted for somebody else than the person behind them."""
    sound: Tally = field(default_factory=Tally)
    """People without a mistake: right when both doses were accepted for one person."""
    twins: Tally = field(default_factory=Tally)
    """People with a double whose number, birth date and telephone are theirs but for a digit: many
    wait, with or without a mistake."""
    kinds: dict[str, tuple[Kind, Tally]] = field(default_factory=dict)

    def of(self, outcome: Outcome) -> Tally:
        """All kinds of one outcome together."""
        tallies = [tally for kind, tally in self.kinds.values() if kind.outcome is outcome]
        return Tally(
            sum(tally.people for tally in tallies),
            sum(tally.right for tally in tallies),
            sum(tally.joined for tally in tallies),
        )

    def lines(self) -> Iterator[str]:
        """The table for people to read."""
        yield f"{'kind of mistake':<30}{'has to':<13}{'people':>9}{'right':>10}{'joined':>9}"
        for kind, tally in self.kinds.values():
            yield _line(kind.name, kind.outcome.value, tally)
        yield _line("nothing wrong", "passes", self.sound)
        yield _line("twins, mistakes and all", "apart", self.twins)
        yield f"{self.records:,} records, {self.false_merges} accepted for somebody else"


def _line(name: str, outcome: str, tally: Tally) -> str:
    share = f"{100 * tally.share:.3f} %"
    return f"{name:<30}{outcome:<13}{tally.people:>9,}{share:>10}{tally.joined:>9,}"


@dataclass(slots=True)
class _Case:
    """What became of the records of one person."""

    kind: Kind | None = None
    states: list[tuple[str, int | None]] = field(default_factory=list)
    waiting: list[Finding] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)

    @property
    def joined(self) -> bool:
        """Whether all of them were accepted for one person."""
        accepted = {person for state, person in self.states if state == RecordState.ACCEPTED}
        return len(accepted) == 1 and all(one == RecordState.ACCEPTED for one, _ in self.states)

    @property
    def right(self) -> bool:
        """Whether the right thing happened."""
        if self.kind is None or self.kind.outcome is Outcome.PASSES:
            return self.joined
        if self.kind.outcome is Outcome.REFUSED:
            return any(finding.field == self.kind.field for finding in self.refused)
        return any(_names(finding, self.kind.field) for finding in self.waiting)


def _names(finding: Finding, wrong: str) -> bool:
    contradicts = finding.code is ReasonCode.ID_CONFLICTS_DOB_SEX and wrong in _CONTRADICTED
    return finding.field == wrong or contradicts


def quality_of(register: Register, seed: int, people: int) -> Quality:
    """Compare a register with nothing in it but the records of this seed."""
    quality = Quality()
    for number, case in _cases(register, seed, people, quality):
        if is_twin(number):
            _count(quality.twins, case)
        elif case.kind is None:
            _count(quality.sound, case)
        else:
            _, tally = quality.kinds.setdefault(case.kind.name, (case.kind, Tally()))
            _count(tally, case)
    return quality


def _count(tally: Tally, case: _Case) -> None:
    tally.people += 1
    tally.right += case.right
    tally.joined += case.joined


def _cases(
    register: Register, seed: int, people: int, quality: Quality
) -> Iterable[tuple[int, _Case]]:
    """One case for each person, with their number."""
    cases: defaultdict[int, _Case] = defaultdict(_Case)
    owners: dict[int, int] = {}
    columns = (DoseRow.line, DoseRow.state, DoseRow.person_id, DoseRow.findings)
    with register.snapshot() as connection:
        query = select(*columns).order_by(DoseRow.line)
        rows = iter(connection.execution_options(yield_per=_PAGE).execute(query))
        row = next(rows, None)
        for line, (_, truth) in enumerate(records(seed, people), start=FIRST_LINE):
            quality.records += 1
            if row is None or row.line != line:
                continue  # the same words again: the record before stands for both
            kind = None if is_twin(truth.person) else truth.kind
            _put(cases[truth.person], kind, row.state, row.person_id, row.findings)
            if row.state == RecordState.ACCEPTED:
                owner = owners.setdefault(row.person_id, truth.person)
                quality.false_merges += owner != truth.person
            row = next(rows, None)
    return cases.items()


def _put(case: _Case, kind: Kind | None, state: str, person: int | None, findings: str) -> None:
    case.kind = case.kind or kind
    case.states.append((state, person))
    if state == RecordState.REVIEW:
        case.waiting += findings_of(findings)
    elif state == RecordState.REFUSED:
        case.refused += findings_of(findings)
