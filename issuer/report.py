"""What `issue` tells: counts, and a line for each finding. Line numbers and fields, no more."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from issuer.intake import RowOutcome, RowResult
from issuer.reason_words import words_of
from issuer.reasons import Finding, ReasonCode, Severity

__all__ = ["Report"]

_HEADER = ("line", "field", "severity", "code", "words_en", "words_vi")


@dataclass(slots=True)
class Report:
    """One run over one file. No personal datum enters it, so none can leave it."""

    file: str
    rows: Counter[RowResult] = field(default_factory=Counter)
    findings: list[tuple[int, Finding]] = field(default_factory=list)
    """Of refused and of flagged rows, with their lines."""
    persons: set[int] = field(default_factory=set)
    """Register ids of the persons whom accepted and repeated rows are about."""
    issued: int = 0
    already_issued: int = 0
    not_issued: list[tuple[str, str]] = field(default_factory=list)
    """Number and reason of certificates that the lint stopped."""

    @property
    def refused(self) -> int:
        """How many rows wait for a correction."""
        return self.rows[RowResult.REFUSED]

    @property
    def waiting(self) -> int:
        """How many rows wait for a person to look at them."""
        return self.rows[RowResult.WAITING]

    def add(self, outcomes: Iterable[RowOutcome]) -> None:
        """Count the outcomes of a batch of rows."""
        for outcome in outcomes:
            self.rows[outcome.result] += 1
            if outcome.result is not RowResult.REPEATED:
                self.findings += [(outcome.line, finding) for finding in outcome.findings]
            if outcome.person_id is not None:
                self.persons.add(outcome.person_id)

    def close(self, issued_to: set[int], not_issued: list[tuple[str, str]]) -> None:
        """Add what issuing did."""
        self.issued = len(issued_to)
        self.already_issued = max(0, len(self.persons - issued_to) - len(not_issued))
        self.not_issued = not_issued

    def lines(self, language: str) -> Iterator[str]:
        """One line for each reason for which a row was refused or has to wait."""
        for line, finding in self.findings:
            if finding.severity is not Severity.WARN:
                words = words_of(finding.code, language)
                yield f"{self.file}:{line}: {finding.field}: {finding.code}: {words}"

    def summary(self) -> Iterator[str]:
        """The counts, for people."""
        yield _line("rows read", self.rows.total())
        yield _line("accepted", self.rows[RowResult.ACCEPTED])
        yield _line("recorded before", self.rows[RowResult.REPEATED])
        yield _line("waiting for review", self.waiting)
        yield from _by_reason(self._counts(Severity.REVIEW))
        yield _line("refused", self.refused)
        yield from _by_reason(self._counts(Severity.BLOCK))
        flags = self._counts(Severity.WARN)
        yield _line("flags", flags.total())
        yield from _by_reason(flags)
        yield _line("certificates issued", self.issued)
        yield _line("already issued", self.already_issued)
        if self.not_issued:
            yield _line("stopped by the lint", len(self.not_issued))

    def to_json(self) -> str:
        """The same as JSON, with every finding in both languages."""
        document = {
            "file": self.file,
            "rows": self.rows.total(),
            "accepted": self.rows[RowResult.ACCEPTED],
            "repeated": self.rows[RowResult.REPEATED],
            "waiting": self.waiting,
            "refused": self.refused,
            "waiting_by_reason": dict(self._counts(Severity.REVIEW).most_common()),
            "refused_by_reason": dict(self._counts(Severity.BLOCK).most_common()),
            "flagged_by_reason": dict(self._counts(Severity.WARN).most_common()),
            "certificates_issued": self.issued,
            "already_issued": self.already_issued,
            "not_issued": [{"number": one, "reason": why} for one, why in self.not_issued],
            "findings": [_as_json(line, finding) for line, finding in self.findings],
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def to_csv(self) -> bytes:
        """Every finding as a row of CSV, with the mark by which spreadsheets know UTF-8."""
        output = io.StringIO()
        writer = csv.writer(output)
        writer.writerow(_HEADER)
        for line, finding in self.findings:
            words = (words_of(finding.code, "en"), words_of(finding.code, "vi"))
            writer.writerow((line, finding.field, finding.severity, finding.code, *words))
        return output.getvalue().encode("utf-8-sig")

    def _counts(self, severity: Severity) -> Counter[ReasonCode]:
        """How many rows have each reason; a row with two counts under both."""
        return Counter(one.code for _, one in self.findings if one.severity is severity)


def _as_json(line: int, finding: Finding) -> dict[str, Any]:
    return {
        "line": line,
        "field": finding.field,
        "severity": finding.severity,
        "code": finding.code,
        "words": {language: words_of(finding.code, language) for language in ("vi", "en")},
    }


def _line(what: str, count: int) -> str:
    return f"{what:<22}{count:>10}"


def _by_reason(counts: Counter[ReasonCode]) -> Iterator[str]:
    for code, count in counts.most_common():
        yield _line(f"  {code}", count)
