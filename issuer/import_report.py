"""What `import` tells: a line for each finding as it comes, and counts. Never a cell."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from issuer.formulas import harmless
from issuer.intake import RowOutcome, RowResult
from issuer.reason_words import words_of
from issuer.reasons import Finding, ReasonCode, Severity

__all__ = ["ImportReport"]

_HEADER: Final = ("file", "line", "dose", "field", "severity", "code", "words_en", "words_vi")
_TOLD: Final = {
    RowResult.ACCEPTED: "accepted",
    RowResult.WAITING: "waiting for review",
    RowResult.REFUSED: "refused",
    RowResult.WITHDRAWN: "took a record back",
    RowResult.REPEATED: "recorded before",
}
_REASONS_OF: Final = {RowResult.WAITING: Severity.REVIEW, RowResult.REFUSED: Severity.BLOCK}


class ImportReport:
    """Counts over all files of one run; findings go out at once, so memory does not grow."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._rows: Counter[RowResult] = Counter()
        self._reasons: Counter[tuple[Severity, ReasonCode]] = Counter()
        self._writer: Any = None

    @property
    def refused(self) -> int:
        """Doses that have to come again, mended."""
        return self._rows[RowResult.REFUSED]

    @property
    def waiting(self) -> int:
        """Doses that somebody has to look at."""
        return self._rows[RowResult.WAITING]

    @contextmanager
    def writing_to(self, path: Path) -> Iterator[None]:
        """Write findings to a file as CSV; it takes its name when the block ends well."""
        part = path.with_name(f".{path.name}.part")
        try:
            with part.open("w", encoding="utf-8-sig", newline="") as file:
                self._writer = csv.writer(file)
                self._writer.writerow(_HEADER)
                yield
            part.replace(path)
        finally:
            self._writer = None
            part.unlink(missing_ok=True)

    def take(
        self, file: Path, batches: Iterable[Sequence[RowOutcome]]
    ) -> Iterator[tuple[int, list[str]]]:
        """Count the outcomes of a file; for each batch its size, and what to tell of it."""
        for outcomes in batches:
            told: list[str] = []
            for outcome in outcomes:
                self._rows[outcome.result] += 1
                if outcome.result is not RowResult.REPEATED:
                    told += [
                        self._line(file, outcome.line, finding)
                        for finding in outcome.findings
                        if finding.severity is not Severity.WARN
                    ]
                    self._note(file, outcome)
            yield len(outcomes), told

    def summary(self) -> Iterator[str]:
        """The counts, for people."""
        yield _count("doses read", self._rows.total())
        for result, words in _TOLD.items():
            yield _count(words, self._rows[result])
            yield from self._by_reason(_REASONS_OF.get(result))
        flags = sum(n for (severity, _), n in self._reasons.items() if severity is Severity.WARN)
        yield _count("flags", flags)
        yield from self._by_reason(Severity.WARN)

    def to_json(self, *, dry_run: bool) -> str:
        """The counts as JSON."""
        document = {
            "dry_run": dry_run,
            "rows": self._rows.total(),
            **{result.value: self._rows[result] for result in RowResult},
            **{
                name: dict(self._counts(severity))
                for name, severity in (
                    ("waiting_by_reason", Severity.REVIEW),
                    ("refused_by_reason", Severity.BLOCK),
                    ("flagged_by_reason", Severity.WARN),
                )
            },
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def _line(self, file: Path, line: int, finding: Finding) -> str:
        words = words_of(finding.code, self._language)
        return f"{file}:{line}: {finding.field}: {finding.code}: {words}"

    def _note(self, file: Path, outcome: RowOutcome) -> None:
        for finding in outcome.findings:
            self._reasons[finding.severity, finding.code] += 1
            if self._writer is not None:
                words = (words_of(finding.code, "en"), words_of(finding.code, "vi"))
                self._writer.writerow((
                    harmless(file.name), outcome.line, outcome.part, finding.field,
                    finding.severity, finding.code, *words,
                ))  # fmt: skip

    def _counts(self, severity: Severity) -> Iterator[tuple[ReasonCode, int]]:
        for (its, code), count in self._reasons.most_common():
            if its is severity:
                yield code, count

    def _by_reason(self, severity: Severity | None) -> Iterator[str]:
        if severity is not None:
            for code, count in self._counts(severity):
                yield _count(f"  {code}", count)


def _count(what: str, count: int) -> str:
    return f"{what:<28}{count:>10}"
