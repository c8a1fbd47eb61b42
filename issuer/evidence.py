"""How a record and a person compare, said in reasons and kept as evidence. Pure."""

from typing import Final

from issuer.reasons import Finding, ReasonCode
from spec.differences import BirthDateKind, NameKind, NumberKind, SexKind
from spec.match import Comparison, Tier

__all__ = ["comparison_findings", "evidence_of"]

_NAME_CODES: Final = {
    NameKind.FORMAT_ONLY: ReasonCode.NAME_FORMAT_ONLY,
    NameKind.MARKS_MISSING: ReasonCode.NAME_MARKS_DIFFER,
    NameKind.MARKS_DIFFER: ReasonCode.NAME_MARKS_DIFFER,
    NameKind.WORD_MISSING: ReasonCode.NAME_WORD_MISSING,
    NameKind.WORD_ORDER: ReasonCode.NAME_WORD_ORDER,
    NameKind.LETTERS: ReasonCode.NAME_LETTERS_DIFFER,
    NameKind.DIFFERS: ReasonCode.NAME_DIFFERS,
}
_BIRTH_DATE_CODES: Final = {
    BirthDateKind.PRECISION: ReasonCode.DOB_PRECISION,
    BirthDateKind.DAY_MONTH_SWAPPED: ReasonCode.DOB_DAY_MONTH_SWAPPED,
    BirthDateKind.ONE_DIGIT: ReasonCode.DOB_ONE_DIGIT,
    BirthDateKind.TRANSPOSED: ReasonCode.DOB_DIGITS_SWAPPED,
    BirthDateKind.DIFFERS: ReasonCode.DOB_DIFFERS,
}
_NUMBER_CODES: Final = {
    NumberKind.OLD_NUMBER: ReasonCode.ID_OLD_NUMBER,
    NumberKind.ONE_DIGIT: ReasonCode.ID_ONE_DIGIT,
    NumberKind.TRANSPOSED: ReasonCode.ID_DIGITS_SWAPPED,
    NumberKind.UNKNOWN: ReasonCode.ID_NOT_COMPARED,
    NumberKind.DIFFERS: ReasonCode.ID_DIFFERS,
}


def comparison_findings(comparison: Comparison, tier: Tier) -> list[Finding]:
    """Say field by field what differs, with the kind of difference in the code.

    Where a record may be about a person and the numbers could not be compared, that is a reason
    too: a telephone number in common proves nothing.
    """
    findings = []
    if (name := _NAME_CODES.get(comparison.name)) is not None:
        findings.append(Finding("full_name", name))
    if (birth_date := _BIRTH_DATE_CODES.get(comparison.birth_date)) is not None:
        findings.append(Finding("birth_date", birth_date))
    if comparison.sex is SexKind.DIFFERS:
        findings.append(Finding("sex", ReasonCode.SEX_DIFFERS))
    number = _NUMBER_CODES.get(comparison.id_number)
    if number is not None and tier is Tier.REVIEW:
        findings.append(Finding("id_number", number))
    return findings


def evidence_of(comparison: Comparison, *, same_phone: bool) -> str:
    """What was compared and how it came out, as pairs `field:kind`; kinds only."""
    phone = "equal" if same_phone else "not_equal"
    return (
        f"full_name:{comparison.name} birth_date:{comparison.birth_date} "
        f"id_number:{comparison.id_number} sex:{comparison.sex} phone:{phone}"
    )
