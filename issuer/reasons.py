"""Why a dose record is refused, waits or is flagged: stable codes and their severities.

No reason carries a personal datum: it names the field and the kind of error, and says what to do
(issuer/reason_words.py).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

__all__ = ["Finding", "ReasonCode", "Severity", "worst_of"]


class Severity(StrEnum):
    """What a finding does to its record."""

    BLOCK = "block"
    """The record is refused: it is kept as it came, and nothing is issued from it until it comes
    mended."""
    REVIEW = "review"
    """The record waits for a person, who compares it and decides."""
    WARN = "warn"
    """The record counts; somebody should look at it."""


class ReasonCode(StrEnum):
    """The kind of error; stable for ever."""

    ROW_BROKEN = "ROW_BROKEN"
    NOT_GIVEN = "NOT_GIVEN"
    RECORD_UNKNOWN = "RECORD_UNKNOWN"
    FOUND_WRONG = "FOUND_WRONG"
    STATUS_UNKNOWN = "STATUS_UNKNOWN"
    PATIENT_MISSING = "PATIENT_MISSING"
    PATIENT_UNKNOWN = "PATIENT_UNKNOWN"
    MISSING_NAME = "MISSING_NAME"
    NAME_GARBLED = "NAME_GARBLED"
    NAME_TOO_LONG = "NAME_TOO_LONG"
    NAME_NO_MARKS = "NAME_NO_MARKS"
    NAME_MARKS_DIFFER = "NAME_MARKS_DIFFER"
    NAME_LETTERS_DIFFER = "NAME_LETTERS_DIFFER"
    NAME_WORD_MISSING = "NAME_WORD_MISSING"
    NAME_WORD_ORDER = "NAME_WORD_ORDER"
    NAME_DIFFERS = "NAME_DIFFERS"
    NAME_FORMAT_ONLY = "NAME_FORMAT_ONLY"
    DOB_MISSING = "DOB_MISSING"
    DOB_FORMAT = "DOB_FORMAT"
    DOB_FUTURE = "DOB_FUTURE"
    DOB_PRECISION = "DOB_PRECISION"
    DOB_DAY_MONTH_SWAPPED = "DOB_DAY_MONTH_SWAPPED"
    DOB_ONE_DIGIT = "DOB_ONE_DIGIT"
    DOB_DIGITS_SWAPPED = "DOB_DIGITS_SWAPPED"
    DOB_DIFFERS = "DOB_DIFFERS"
    SEX_FORMAT = "SEX_FORMAT"
    SEX_DIFFERS = "SEX_DIFFERS"
    ID_MISSING = "ID_MISSING"
    ID_FORMAT = "ID_FORMAT"
    ID_ZERO_RESTORED = "ID_ZERO_RESTORED"
    ID_CONFLICTS_DOB_SEX = "ID_CONFLICTS_DOB_SEX"
    ID_OLD_NUMBER = "ID_OLD_NUMBER"
    ID_ONE_DIGIT = "ID_ONE_DIGIT"
    ID_DIGITS_SWAPPED = "ID_DIGITS_SWAPPED"
    ID_NOT_COMPARED = "ID_NOT_COMPARED"
    ID_DIFFERS = "ID_DIFFERS"
    PHONE_FORMAT = "PHONE_FORMAT"
    PHONE_ZERO_RESTORED = "PHONE_ZERO_RESTORED"
    HEALTH_CARD_FORMAT = "HEALTH_CARD_FORMAT"
    VACCINE_MISSING = "VACCINE_MISSING"
    VACCINE_UNKNOWN = "VACCINE_UNKNOWN"
    VACCINE_DIFFERS = "VACCINE_DIFFERS"
    DATE_MISSING = "DATE_MISSING"
    DATE_FORMAT = "DATE_FORMAT"
    DATE_MENDED = "DATE_MENDED"
    DATE_FUTURE = "DATE_FUTURE"
    DATE_BEFORE_BIRTH = "DATE_BEFORE_BIRTH"
    DATE_BEFORE_APPROVAL = "DATE_BEFORE_APPROVAL"
    DOSE_DATE_DIFFERS = "DOSE_DATE_DIFFERS"
    DOSE_NUMBER_FORMAT = "DOSE_NUMBER_FORMAT"
    DOSE_NUMBER_CONFLICT = "DOSE_NUMBER_CONFLICT"
    LOT_MISSING = "LOT_MISSING"
    LOT_FORMULA = "LOT_FORMULA"
    SITE_MISSING = "SITE_MISSING"
    SITE_FORMULA = "SITE_FORMULA"
    SITE_UNKNOWN = "SITE_UNKNOWN"
    SITE_OUTSIDE = "SITE_OUTSIDE"
    INTERVAL_SHORT = "INTERVAL_SHORT"
    MIXED_SERIES = "MIXED_SERIES"
    TOO_MANY_DOSES = "TOO_MANY_DOSES"
    DUPLICATE_EXACT = "DUPLICATE_EXACT"
    DUPLICATE_POSSIBLE = "DUPLICATE_POSSIBLE"

    @property
    def severity(self) -> Severity:
        """The one severity of this code."""
        return _SEVERITIES[self]


_WARNINGS: Final = frozenset(
    {
        ReasonCode.NAME_NO_MARKS,
        ReasonCode.NAME_FORMAT_ONLY,
        ReasonCode.SEX_FORMAT,
        ReasonCode.ID_ZERO_RESTORED,
        ReasonCode.PHONE_FORMAT,
        ReasonCode.PHONE_ZERO_RESTORED,
        ReasonCode.HEALTH_CARD_FORMAT,
        ReasonCode.DATE_MENDED,
        ReasonCode.DOSE_NUMBER_FORMAT,
        ReasonCode.DOSE_NUMBER_CONFLICT,
        ReasonCode.LOT_MISSING,
        ReasonCode.LOT_FORMULA,
        ReasonCode.SITE_MISSING,
        ReasonCode.SITE_FORMULA,
        ReasonCode.SITE_UNKNOWN,
        ReasonCode.INTERVAL_SHORT,
        ReasonCode.MIXED_SERIES,
        ReasonCode.DUPLICATE_EXACT,
        ReasonCode.DUPLICATE_POSSIBLE,
    }
)

_TO_REVIEW: Final = frozenset(
    {
        ReasonCode.FOUND_WRONG,
        ReasonCode.NAME_MARKS_DIFFER,
        ReasonCode.NAME_LETTERS_DIFFER,
        ReasonCode.NAME_WORD_MISSING,
        ReasonCode.NAME_WORD_ORDER,
        ReasonCode.NAME_DIFFERS,
        ReasonCode.DOB_PRECISION,
        ReasonCode.DOB_DAY_MONTH_SWAPPED,
        ReasonCode.DOB_ONE_DIGIT,
        ReasonCode.DOB_DIGITS_SWAPPED,
        ReasonCode.DOB_DIFFERS,
        ReasonCode.SEX_DIFFERS,
        ReasonCode.ID_MISSING,
        ReasonCode.ID_CONFLICTS_DOB_SEX,
        ReasonCode.ID_OLD_NUMBER,
        ReasonCode.ID_ONE_DIGIT,
        ReasonCode.ID_DIGITS_SWAPPED,
        ReasonCode.ID_NOT_COMPARED,
        ReasonCode.ID_DIFFERS,
        ReasonCode.VACCINE_DIFFERS,
        ReasonCode.DOSE_DATE_DIFFERS,
        ReasonCode.TOO_MANY_DOSES,
    }
)


_SEVERITIES: Final = (
    dict.fromkeys(ReasonCode, Severity.BLOCK)
    | dict.fromkeys(_TO_REVIEW, Severity.REVIEW)
    | dict.fromkeys(_WARNINGS, Severity.WARN)
)


class Finding(NamedTuple):
    """One thing to say about one field of one record."""

    field: str
    """The column of the file, `status` or `patient` of a message, or `row` for the row as a
    whole."""
    code: ReasonCode

    @property
    def severity(self) -> Severity:
        """Whether the record waits for this."""
        return _SEVERITIES[self.code]


def worst_of(findings: Iterable[Finding]) -> Severity | None:
    """The gravest severity of some findings; None without any."""
    worst = None
    for finding in findings:
        severity = finding.severity
        if severity is Severity.BLOCK:
            return severity
        if worst is not Severity.REVIEW:
            worst = severity
    return worst
