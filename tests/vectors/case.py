"""One test vector: what a reader is given, and what it must answer."""

import json
from dataclasses import dataclass
from typing import Any, Final

from spec import cbor
from spec.certificate import Certificate, Timestamp
from spec.cose import Algorithm
from spec.verdicts import VerdictCode
from tests.authority import DAY, NOW, Authority

__all__ = ["AUTHORITY", "Case"]

FRESH_FOR: Final = 7 * DAY


def _authority() -> Authority:
    authority = Authority(seed="vectors")
    authority.add_key("ed25519", algorithm=Algorithm.EDDSA)
    authority.add_key("other")
    return authority


AUTHORITY: Final = _authority()
"""The issuing country of nearly all cases: two ES256 keys and one Ed25519 key, all active."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file of `spec/vectors/`. Cases that say nothing about trust share AUTHORITY's."""

    name: str
    """Of the file, without its ending."""
    section: str
    """Of the specification: where the rule stands that decides."""
    description: str
    text: str
    code: VerdictCode = VerdictCode.MALFORMED
    cddl: bool | None = True
    """Whether the message matches the CDDL; None where the text gives no bytes."""
    certificate: Certificate | None = None
    """What the text says; on accepted cases only."""
    authority: Authority = AUTHORITY
    trust_issued_at: Timestamp = NOW
    fresh_until: Timestamp | None = None
    """By default a week after the trust list was issued."""
    at: Timestamp = NOW

    @property
    def document(self) -> dict[str, Any]:
        """The content of the file."""
        fresh_until = self.fresh_until or self.trust_issued_at + FRESH_FOR
        return {
            "description": self.description,
            "section": self.section,
            "text": self.text,
            "trust": {
                "trust_list": self.authority.trust_list(self.trust_issued_at).to_cbor().hex(),
                "fresh_until": fresh_until,
            },
            "at": self.at,
            "expect": {"outcome": str(self.code.outcome), "code": str(self.code)},
            "cddl": self.cddl,
            "certificate": None if self.certificate is None else _content(self.certificate),
        }

    def to_json(self) -> str:
        """The file, to the byte."""
        return json.dumps(self.document, ensure_ascii=False, indent=2) + "\n"


def _content(certificate: Certificate) -> dict[str, Any]:
    return {
        "issuer": certificate.issuer,
        "issued_at": certificate.issued_at,
        "expires_at": certificate.expires_at,
        "name": certificate.name,
        "birth_date": str(certificate.birth_date),
        "id_suffix": certificate.id_suffix,
        "doses": [
            {"vaccine": dose.vaccine, "day": dose.day.isoformat()} for dose in certificate.doses
        ],
        "doses_needed": certificate.doses_needed,
        "colour": certificate.colour.word,
        "status": {
            "position": certificate.status.number,
            "list": certificate.status.list_number,
            "index": certificate.status.index,
        },
        "unknown": {
            str(key): cbor.encode(value).hex() for key, value in certificate.unknown.items()
        },
    }
