"""What one run over dose records did, as JSON: line numbers, fields and reasons, no datum."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from issuer.api.answer import Json
from issuer.intake import RowOutcome, RowResult
from issuer.reason_words import words_of
from issuer.reasons import Finding

__all__ = ["RunReport", "finding_to_json"]

_MOST_OUTCOMES: Final = 1000
"""Rows that an answer tells of; the others are read row by row."""


class RunReport:
    """What one run did, row by row as far as there is room."""

    def __init__(self) -> None:
        self.results: Counter[RowResult] = Counter()
        self._reasons: Counter[str] = Counter()
        self._outcomes: list[Json] = []
        self._told = 0

    def add(self, outcomes: Iterable[RowOutcome]) -> None:
        """Count the outcomes of a batch of rows."""
        for one in outcomes:
            self.results[one.result] += 1
            self._reasons.update({finding.code.value for finding in one.findings})
            if one.result is RowResult.ACCEPTED and not one.findings:
                continue
            self._told += 1
            if len(self._outcomes) < _MOST_OUTCOMES:
                self._outcomes.append(_outcome_to_json(one))

    def to_json(self) -> Json:
        """Counts by result and reason, and every row that was not simply accepted."""
        return {
            "rows": self.results.total(),
            **{result.value: self.results[result] for result in RowResult},
            "reasons": dict(sorted(self._reasons.items())),
            "outcomes": self._outcomes,
            "outcomes_left_off": self._told - len(self._outcomes),
        }


def _outcome_to_json(one: RowOutcome) -> Json:
    return {
        "line": one.line,
        "part": one.part,
        "result": one.result.value,
        "state": one.state.value,
        "findings": [finding_to_json(finding) for finding in one.findings],
    }


def finding_to_json(finding: Finding) -> Json:
    """A reason with its words in both languages."""
    return {
        "field": finding.field,
        "code": finding.code.value,
        "severity": finding.severity.value,
        "words": {language: words_of(finding.code, language) for language in ("vi", "en")},
    }
