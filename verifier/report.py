"""Turns a verdict into the answer of the description `spec/openapi/verifier.yaml`. Pure."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from keys.bundle import TrustBundle
from keys.times import to_rfc3339
from spec.certificate import Certificate, Timestamp
from spec.colour import Colour
from spec.entry_rules import EntryRefusal
from spec.vaccines import VaccineTable
from spec.verdicts import VerdictCode, colour_words, verdict_words
from verifier.verdict import Verdict

__all__ = [
    "DISCLOSABLE",
    "Json",
    "moment",
    "refusal_to_json",
    "title",
    "trust_to_json",
    "verdict_to_json",
]

Json: TypeAlias = dict[str, Any]

DISCLOSABLE: Final = ("name", "birth_date", "id_suffix", "doses")
"""The personal fields that a request can ask for, in the order in which they are answered."""

_LAST_MOMENT: Final = Timestamp(253_402_300_799)
"""9999-12-31T23:59:59Z: RFC 3339 has four digits for the year."""

_OF_NO_CERTIFICATE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "colour": None,
        "doses": None,
        "issuer": None,
        "issued_at": None,
        "expires_at": None,
        "disclosed": {},
    }
)


_NAMES: Final = {code: (code.outcome.value, code.value) for code in VerdictCode}


def verdict_to_json(
    verdict: Verdict, bundle: TrustBundle, language: str, disclose: Collection[str] = ()
) -> Json:
    """The answer to `POST /v1/verify`.

    `language` is one of spec.verdicts.LANGUAGES; `disclose` names fields of DISCLOSABLE, which
    are given only where the verdict carries a certificate.
    """
    certificate = verdict.certificate
    outcome, code = _NAMES[verdict.code]
    return {
        "outcome": outcome,
        "code": code,
        "reason": verdict.reason,
        "words": _words(verdict, language),
        "policy": None if verdict.refusal is None else refusal_to_json(verdict.refusal, language),
        "checked_at": moment(verdict.checked_at),
        **(
            _OF_NO_CERTIFICATE
            if certificate is None
            else _certificate(certificate, bundle.vaccines, disclose)
        ),
        "trust": trust_to_json(bundle, verdict.checked_at),
    }


def title(verdict: Verdict, language: str) -> str:
    """The headline: the colour and what it means when accepted, else the words of the code."""
    certificate = verdict.certificate
    if certificate is None:
        return verdict_words(verdict.code, language).title
    return colour_words(certificate.colour, len(certificate.doses), language)


def refusal_to_json(refusal: EntryRefusal, language: str) -> Json:
    """Which rule of a place stands against a certificate, and from when none does."""
    return {
        "place": refusal.place,
        "rule": refusal.rule.id,
        "check": refusal.check.value,
        "words": refusal.rule.words[language],
        "passes_from": None if refusal.passes_from is None else moment(refusal.passes_from),
    }


def _words(verdict: Verdict, language: str) -> Json:
    certificate = verdict.certificate
    if certificate is None:
        return _words_of(verdict.code, None, 0, language)
    return _words_of(verdict.code, certificate.colour, len(certificate.doses), language)


# What follows is the same in most answers, so it is kept; nobody changes it.
@lru_cache(maxsize=256)
def _words_of(code: VerdictCode, colour: Colour | None, given: int, language: str) -> Json:
    words = verdict_words(code, language)
    return {
        "language": language,
        "title": words.title if colour is None else colour_words(colour, given, language),
        "advice": words.advice,
    }


def trust_to_json(bundle: TrustBundle, at: Timestamp) -> Json:
    """The times of a trust bundle, and the ages of its parts at a moment in seconds."""
    status = bundle.status
    return _trust_of(
        bundle.issued_at,
        bundle.fresh_until,
        status.issued_at,
        status.fresh_until,
        bundle.newest_time,
        at,
    )


@lru_cache(maxsize=16)
def _trust_of(
    issued_at: Timestamp,
    fresh_until: Timestamp,
    status_issued_at: Timestamp,
    status_fresh_until: Timestamp,
    newest_time: Timestamp,
    at: Timestamp,
) -> Json:
    return {
        "issued_at": moment(issued_at),
        "fresh_until": moment(fresh_until),
        "age_seconds": at - issued_at,
        "status": {
            "issued_at": moment(status_issued_at),
            "fresh_until": moment(status_fresh_until),
            "age_seconds": at - status_issued_at,
        },
        "newest_time": moment(newest_time),
    }


@lru_cache(maxsize=1024)
def moment(at: Timestamp) -> str:
    """Write a time as RFC 3339 in UTC; a time beyond the year 9999 as the last moment of it.

    The times of one answer are mostly those of the answer before, so they are kept.
    """
    return to_rfc3339(min(at, _LAST_MOMENT))


def _certificate(
    certificate: Certificate, vaccines: VaccineTable, disclose: Collection[str]
) -> Json:
    return {
        "colour": certificate.colour.word,
        "doses": {"given": len(certificate.doses), "needed": certificate.doses_needed},
        "issuer": certificate.issuer,
        "issued_at": moment(certificate.issued_at),
        "expires_at": moment(certificate.expires_at),
        "disclosed": {
            field: _personal(certificate, field, vaccines)
            for field in DISCLOSABLE
            if field in disclose
        }
        if disclose
        else {},
    }


def _personal(certificate: Certificate, field: str, vaccines: VaccineTable) -> object:
    match field:
        case "name":
            return certificate.name
        case "birth_date":
            return str(certificate.birth_date)
        case "id_suffix":
            return certificate.id_suffix
        case _:
            return [
                {
                    "vaccine": vaccines.name_of(dose.vaccine),
                    "code": dose.vaccine,
                    "date": dose.day.isoformat(),
                }
                for dose in certificate.doses
            ]
