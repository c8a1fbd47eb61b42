"""What "Kết quả import" says about a row: each dose with its state, and the reasons in words."""

from collections.abc import Iterable
from typing import Final

from issuer.intake import RowOutcome, RowResult
from issuer.reason_words import words_of
from issuer.reasons import Severity
from issuer.register.models import RecordState

__all__ = ["result_text"]

_STATES: Final = {
    RecordState.ACCEPTED: "Đã ghi nhận",
    RecordState.REVIEW: "Đã nhận, đang chờ xác minh",
    RecordState.REFUSED: "Chưa nhận",
    RecordState.SUPERSEDED: "Đã được thay bằng bản sửa",
    RecordState.WITHDRAWN: "Đã rút lại",
}
_BEFORE: Final = " (đã gửi trước đây)"
_LANGUAGE: Final = "vi"


def result_text(outcomes: Iterable[RowOutcome]) -> str:
    """One line for the doses of one row, in the language of the template."""
    return " | ".join(_dose(outcome) for outcome in sorted(outcomes, key=lambda one: one.part))


def _dose(outcome: RowOutcome) -> str:
    before = _BEFORE if outcome.result is RowResult.REPEATED else ""
    said = f"Mũi {outcome.part}: {_STATES[outcome.state]}{before}"
    findings = sorted(outcome.findings, key=lambda one: list(Severity).index(one.severity))
    # The same may be said of two fields, as of two dates: once is enough.
    codes = dict.fromkeys(finding.code for finding in findings)
    reasons = [f"{code}: {words_of(code, _LANGUAGE)}" for code in codes]
    return " ".join([f"{said}.", *reasons]) if reasons else said
