"""Verdicts as lines of text for a terminal."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from keys.bundle import TrustBundle
from spec.certificate import Certificate
from spec.dates import BirthDate
from spec.entry_rules import EntryRefusal
from spec.verdicts import verdict_words
from verifier.report import moment, title
from verifier.verdict import Verdict

__all__ = ["verdict_to_lines"]

_LABELS: Final = {
    "vi": ("Họ và tên", "Ngày sinh", "Cuối số giấy tờ", "Mũi", "Đơn vị cấp", "Cấp lúc", "Hết hạn"),
    "en": ("Name", "Born", "ID ends in", "Dose", "Issuer", "Issued", "Expires"),
}
_PASSES_FROM: Final = {"vi": "Được vào từ", "en": "Passes from"}
_WIDTH: Final = 16


def verdict_to_lines(verdict: Verdict, bundle: TrustBundle, language: str) -> Iterator[str]:
    """The verdict, what it rests on, and what to do next; `language` is one of LANGUAGES."""
    certificate = verdict.certificate
    headline = title(verdict, language)
    if certificate is None:
        yield headline
        yield f"  {verdict.code.value}: {verdict.reason}"
        if verdict.refusal is not None:
            yield from _refusal(verdict.refusal, language)
    else:
        yield f"{headline}  {len(certificate.doses)}/{certificate.doses_needed}"
        yield from _certificate(certificate, bundle, language)
    yield f"  {verdict_words(verdict.code, language).advice}"


def _refusal(refusal: EntryRefusal, language: str) -> Iterator[str]:
    yield f"  {refusal.rule.words[language]}"
    if refusal.passes_from is not None:
        yield _row(_PASSES_FROM[language], moment(refusal.passes_from))


def _certificate(certificate: Certificate, bundle: TrustBundle, language: str) -> Iterator[str]:
    name, born, id_ends, dose_label, issuer, issued, expires = _LABELS[language]
    yield _row(name, certificate.name)
    yield _row(born, _birth_date(certificate.birth_date))
    yield _row(id_ends, certificate.id_suffix or "–")
    for number, dose in enumerate(certificate.doses, start=1):
        vaccine = bundle.vaccines.name_of(dose.vaccine)
        yield _row(f"{dose_label} {number}", f"{_day(dose.day)}  {vaccine}")
    yield _row(issuer, certificate.issuer)
    yield _row(issued, moment(certificate.issued_at))
    yield _row(expires, moment(certificate.expires_at))


def _row(label: str, value: str) -> str:
    return f"  {label:<{_WIDTH}}{value}"


def _day(day: date) -> str:
    """The day as identity cards in Vietnam write it, with four digits of the year everywhere."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _birth_date(birth_date: BirthDate) -> str:
    return "/".join(reversed(str(birth_date).split("-")))
