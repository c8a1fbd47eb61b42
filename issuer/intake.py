"""Taking dose records in: each batch of rows is judged, matched and stored in one transaction."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from sqlalchemy import Connection

from issuer.access.rights import NATION, Area
from issuer.collector import no_search_for_cycles
from issuer.matching import Decision, People
from issuer.reading import read_batches
from issuer.reasons import Finding, ReasonCode, Severity, worst_of
from issuer.records import ReadRow, Rules
from issuer.register.database import Register
from issuer.register.doses import (
    Judged,
    KnownRow,
    UndoneImport,
    close_import,
    findings_of,
    known_rows,
    mark_progress,
    open_import,
    save_repeats,
    save_rows,
)
from issuer.register.found_wrong import found_wrong
from issuer.register.locks import lock_matching
from issuer.register.models import RecordSource, RecordState
from issuer.register.people import load_people, save_people
from issuer.register.sites import Site, any_listed, sites_of
from issuer.register.statistics import refresh_statistics
from issuer.register.waiting import Waiting, open_items
from issuer.source import Source
from issuer.taking_back import each_identifier_once, note_causes, take_back
from keys.clock import Clock
from keys.errors import HintedError
from spec.certificate import Timestamp
from spec.vaccines import VaccineTable

__all__ = ["BATCH", "Intake", "RowOutcome", "RowResult", "UndoneImportError", "take_in"]

BATCH: Final = 2000
"""Rows of one transaction: enough to make the cost of a commit and of a look-up small, few enough
to let others write in between and to keep memory bounded."""

_SETTLED: Final = (RecordState.ACCEPTED, RecordState.REVIEW, RecordState.SUPERSEDED)
"""States in which the same row again changes nothing."""


class RowResult(StrEnum):
    """What became of a row in this run."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    """A person has to look at it; it is kept and shown as waiting."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """It took a record back that came before."""
    REPEATED = "repeated"
    """It came before and stands: nothing is done again."""


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What to tell about one row; no personal datum."""

    line: int
    result: RowResult
    person_id: int | None
    findings: tuple[Finding, ...]
    part: int = 1
    state: RecordState = RecordState.ACCEPTED
    """Where the record stands now, also when it was repeated."""


class UndoneImportError(HintedError):
    """The same file was taken in before, and that was undone."""

    code: ClassVar[str] = "undone_import"

    def __init__(self) -> None:
        super().__init__(
            "the same file was taken in before, and undone as a whole",
            hint="to take it in nevertheless, say so: --again",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """How files and messages are taken into a register."""

    register: Register
    rules: Rules
    table: VaccineTable
    clock: Clock
    sender: str | None = None
    """The account that sends."""
    area: Area = NATION
    """Whose records it may send: those of sites elsewhere are refused."""
    historical: bool = False
    """Whether all of it is a back-load, whatever its dates."""
    again: bool = False
    """Whether a file whose import was undone is taken in nevertheless."""
    size: int = BATCH

    def run(self, source: Source) -> Iterator[list[RowOutcome]]:
        """Store the rows of a source batch by batch and tell the outcome of each.

        Every batch is committed before its outcomes are given. To stop anywhere and to run the same
        source again is safe: a row counts once by its content. Raises UndoneImportError.
        """
        with self.register.writing() as connection:
            import_id = self._open(connection, source)
        for batch in self._batches(source):
            with self._matching() as connection:
                outcomes = self._store(connection, batch, import_id, source.kind)
            with self.register.writing() as connection:
                refresh_statistics(connection)
            yield outcomes
        with self.register.writing() as connection:
            close_import(connection, import_id, self.clock.now())

    def preview(self, source: Source) -> Iterator[list[RowOutcome]]:
        """Tell what `run` would do, and leave the register as it is.

        All of it happens in one transaction that is rolled back: others wait meanwhile.
        """
        with self.register.engine.connect() as connection:
            transaction = self.register.begin_writing(connection)
            try:
                lock_matching(connection)
                import_id = self._open(connection, source)
                for batch in self._batches(source):
                    yield self._store(connection, batch, import_id, source.kind)
            finally:
                transaction.rollback()

    def _open(self, connection: Connection, source: Source) -> int:
        try:
            return open_import(connection, source, self.sender, self.clock.now(), again=self.again)
        except UndoneImport:
            raise UndoneImportError from None

    def _batches(self, source: Source) -> Iterator[list[ReadRow]]:
        batches = read_batches(source, self.rules, historical=self.historical, size=self.size)
        return each_identifier_once(batches)

    @contextmanager
    def _matching(self) -> Iterator[Connection]:
        with self.register.writing() as connection:
            lock_matching(connection)
            yield connection

    @no_search_for_cycles()
    def _store(
        self, connection: Connection, rows: list[ReadRow], import_id: int, kind: RecordSource
    ) -> list[RowOutcome]:
        now = self.clock.now()
        known = known_rows(connection, [row.content_hash for row in rows])
        # Of rows with the same content the first stands for all.
        fresh: dict[bytes, ReadRow] = {}
        for row in rows:
            former = known.get(row.content_hash)
            if former is None or not _stands(former):
                fresh.setdefault(row.content_hash, row)
        named = {row.record.site for row in fresh.values() if row.record is not None}
        sites = sites_of(connection, named, now, self.area)
        # Who may not send a record may not put it in another's place either.
        heard = [row for row in fresh.values() if row.record is None or self._may_send(row, sites)]
        taken_back = take_back(connection, heard, self.sender, now)
        again = {
            former.id: key
            for key, former in known.items()
            if key in fresh and former.state is RecordState.WITHDRAWN
        }
        suspect = {again[record] for record in found_wrong(connection, [*again])}
        judged = self._judge(connection, fresh, sites, taken_back, suspect, now)
        ids = save_rows(connection, list(judged.values()), known, import_id, kind, now)
        if taken_back:
            note_causes(connection, {
                ids[key]: taken_back[row.source_id] for key, row in fresh.items()
                if row.source_id and taken_back.get(row.source_id)
            })  # fmt: skip
        _let_wait(connection, judged, ids, now)
        elsewhere = [
            (row, former)
            for row in rows
            if (former := known.get(row.content_hash)) and former.import_id != import_id
        ]
        # What is judged anew is of this import from now on, and came in the former one too.
        save_repeats(connection, [
            (former.id, former.import_id, former.line) if row.content_hash in fresh
            else (former.id, import_id, row.line)
            for row, former in elsewhere
        ])  # fmt: skip
        mark_progress(connection, import_id, rows[-1].line)
        return [_outcome(row, fresh, judged, known) for row in rows]

    def _judge(
        self,
        connection: Connection,
        fresh: dict[bytes, ReadRow],
        sites: Mapping[str, Site],
        taken_back: Mapping[str, list[int]],
        suspect: Container[bytes],
        now: Timestamp,
    ) -> dict[bytes, Judged]:
        """Hold rows against the register; who is accepted there is stored, rows not yet.

        What is `suspect` was found wrong before it came again.
        """
        records = [row.record for row in fresh.values() if row.record is not None]
        listed = self.rules.sites is None and bool(sites) and any_listed(connection)
        people = People(load_people(connection, [one.identity for one in records]), self.table)
        judged = {}
        for key, row in fresh.items():
            site = None if row.record is None else sites.get(row.record.site)
            noted = row.findings
            if key in suspect:
                noted += (Finding("row", ReasonCode.FOUND_WRONG),)
            if listed and site is not None and not site.listed:
                noted += (Finding("site", ReasonCode.SITE_UNKNOWN),)
            if row.retracts:
                judged[key] = _retracted(row, noted, known=row.source_id in taken_back)
            elif row.record is None and row.source_id and taken_back.get(row.source_id):
                judged[key] = _retracted(row, noted, known=True)
            else:
                judged[key] = self._decide(people, row, noted, sites)
        save_people(connection, people.all, now)
        return judged

    def _decide(
        self,
        people: People,
        row: ReadRow,
        noted: tuple[Finding, ...],
        sites: Mapping[str, Site],
    ) -> Judged:
        if row.record is None:
            return _refused(row, noted, None)
        site = sites.get(row.record.site)
        if not self._may_send(row, sites):
            return _refused(row, (*noted, Finding("site", ReasonCode.SITE_OUTSIDE)), site)
        # In the national layout the doses of one line are one person's.
        decision = people.decide(row.record, noted, row.person_of_row)
        waits = decision.severity is Severity.REVIEW
        state = RecordState.REVIEW if waits else RecordState.ACCEPTED
        return Judged(row=row, decision=decision, state=state, site=site)

    def _may_send(self, row: ReadRow, sites: Mapping[str, Site]) -> bool:
        """Tell whether a record is of the sender's sites; only the nation's may have none."""
        site = None if row.record is None else sites.get(row.record.site)
        return self.area is NATION or self.area.holds(NATION if site is None else site.place)


def take_in(
    register: Register,
    source: Source,
    rules: Rules,
    table: VaccineTable,
    clock: Clock,
    size: int = BATCH,
) -> Iterator[list[RowOutcome]]:
    """Take a source in as `Intake.run` does."""
    intake = Intake(register=register, rules=rules, table=table, clock=clock, size=size)
    return intake.run(source)


def _refused(row: ReadRow, findings: tuple[Finding, ...], site: Site | None) -> Judged:
    decision = Decision(None, findings)
    return Judged(row=row, decision=decision, state=RecordState.REFUSED, site=site)


def _retracted(row: ReadRow, findings: tuple[Finding, ...], *, known: bool) -> Judged:
    """A row that states no dose: it takes one back."""
    if not known:
        return _refused(row, (*findings, Finding("row", ReasonCode.RECORD_UNKNOWN)), None)
    decision = Decision(None, findings)
    return Judged(row=row, decision=decision, state=RecordState.WITHDRAWN, site=None)


def _stands(former: KnownRow) -> bool:
    """Tell whether a row that came before needs no second look.

    What was refused is judged anew, and so is what went with an import that was undone; what its
    sender took back stays taken back.
    """
    if former.state in _SETTLED:
        return True
    if former.state is RecordState.REFUSED:
        # Without a fault of its own, it was a person who refused it.
        worst = worst_of(findings_of(former.findings))
        return worst is not Severity.BLOCK
    return former.state is RecordState.WITHDRAWN and not former.undone


def _let_wait(
    connection: Connection, judged: dict[bytes, Judged], ids: dict[bytes, int], now: Timestamp
) -> None:
    waiting = [
        Waiting(
            record_id=ids[key],
            record=one.row.record,
            decision=one.decision,
            site=one.site,
            province=one.row.province,
            district=one.row.district,
        )
        for key, one in judged.items()
        if one.state is RecordState.REVIEW and one.row.record is not None
    ]
    open_items(connection, waiting, now)


_RESULTS: Final = {
    RecordState.ACCEPTED: RowResult.ACCEPTED,
    RecordState.REVIEW: RowResult.WAITING,
    RecordState.REFUSED: RowResult.REFUSED,
    RecordState.WITHDRAWN: RowResult.WITHDRAWN,
}


def _outcome(
    row: ReadRow,
    fresh: dict[bytes, ReadRow],
    judged: dict[bytes, Judged],
    known: dict[bytes, KnownRow],
) -> RowOutcome:
    key, part = row.content_hash, row.part
    if key not in fresh:
        former = known[key]
        said = findings_of(former.findings)
        return RowOutcome(row.line, RowResult.REPEATED, former.person_id, said, part, former.state)
    one = judged[key]
    person = None if one.decision.person is None else one.decision.person.id
    first = fresh[key] is row or one.state is RecordState.REFUSED
    result = _RESULTS[one.state] if first else RowResult.REPEATED
    return RowOutcome(row.line, result, person, one.decision.findings, part, one.state)
