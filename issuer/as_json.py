"""What the commands and the service write alike as JSON: a certificate, an answer to `why`."""

from typing import Any

from issuer.register.certificates import StandingCertificate
from issuer.why import Answer, RecordSeen
from issuer.why_words import statement_words
from keys.times import to_rfc3339
from spec.certificate import Certificate

__all__ = ["answer_to_json", "certificate_json", "record_to_json"]


def certificate_json(certificate: StandingCertificate) -> dict[str, str | None]:
    """A certificate without anything that names its holder."""
    facts = Certificate.from_cbor(certificate.payload)
    return {
        "number": certificate.number,
        "state": certificate.state,
        "colour": facts.colour.word,
        "doses": f"{len(facts.doses)}/{facts.doses_needed}",
        "issued_at": to_rfc3339(facts.issued_at),
        "expires_at": to_rfc3339(facts.expires_at),
    }


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """An answer with its sentences in both languages."""
    course = answer.course
    return {
        "person": answer.person_id,
        "colour": None if course is None else course.colour.word,
        "doses": 0 if course is None else len(course.doses),
        "doses_needed": None if course is None else course.doses_needed,
        "records": [record_to_json(record) for record in answer.records],
        "because": [
            {
                "code": statement.because,
                "record": None if statement.record is None else statement.record.record_id,
                "certificate": statement.certificate,
                "words": {
                    language: statement_words(statement, answer, language)
                    for language in ("vi", "en")
                },
            }
            for statement in answer.statements
        ],
    }


def record_to_json(record: RecordSeen) -> dict[str, Any]:
    """One record, without anything that names its person."""
    return {
        "record": record.record_id,
        "state": record.state,
        "injected_on": None if record.injected_on is None else record.injected_on.isoformat(),
        "product": record.product,
        "site": record.site,
        "received_at": to_rfc3339(record.received_at),
        "certified_at": None if record.certified_at is None else to_rfc3339(record.certified_at),
        "findings": [{"field": one.field, "code": one.code} for one in record.findings],
    }
