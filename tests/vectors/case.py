"""One test vector: what a reader is given, and what it must answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from spec import cbor
from spec.certificate import Certificate, Timestamp
from spec.cose import Algorithm
from spec.limits import STATUS_LIST_SIZE
from spec.status_index import ListCounts, StatusIndex
from spec.status_list import Status
from spec.verdicts import VerdictCode
from tests.authority import DAY, NOW, Authority

__all__ = ["AUTHORITY", "Case", "Lists", "StatusList", "with_key"]

FRESH_FOR: Final = 7 * DAY


def _authority() -> Authority:
    authority = Authority(seed="vectors")
    authority.add_key("ed25519", algorithm=Algorithm.EDDSA)
    authority.add_key("other")
    return authority


AUTHORITY: Final = _authority()
"""The issuing country of nearly all cases: two ES256 keys and one Ed25519 key, all active."""


def with_key(**changes: Any) -> Authority:
    """The authority of the vectors with one key, and something changed about that."""
    authority = Authority(seed="vectors")
    authority.change_key("active", **changes)
    return authority


@dataclass(frozen=True)
class StatusList:
    """One status list: what most positions read, and those that read something else."""

    fill: Status = Status.VALID
    others: Mapping[int, Status] = field(default_factory=dict)
    """By their indices in this list."""

    @property
    def counts(self) -> ListCounts:
        """What the index says of the list."""
        if self.fill is Status.INVALID:
            return ListCounts(assigned=len(self.others), revoked=0)
        revoked = list(self.others.values()).count(Status.INVALID)
        return ListCounts(assigned=STATUS_LIST_SIZE, revoked=revoked)

    @property
    def document(self) -> dict[str, Any]:
        """The list as it stands in the file of a case."""
        others = {str(index): int(status) for index, status in sorted(self.others.items())}
        return {"fill": int(self.fill), "others": others}


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The status lists of a case, from number 0 on; by default two, and all is valid."""

    lists: tuple[StatusList, ...] = (StatusList(), StatusList())
    issuer: str | None = None
    """By default that of the authority."""
    issued_at: Timestamp | None = None
    """By default when the trust list was issued."""
    fresh_until: Timestamp | None = None
    """By default a week after that."""


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
    status: Lists = Lists()
    genuine: Mapping[bytes, Mapping[int, bytes]] = field(default_factory=dict)
    """Digests by key identifier and position; a list is there for each position that is named."""
    newest_time: Timestamp | None = None
    """By default when the trust list was issued."""
    at: Timestamp = NOW

    @property
    def document(self) -> dict[str, Any]:
        """The content of the file."""
        return {
            "description": self.description,
            "section": self.section,
            "text": self.text,
            "trust": self._trust,
            "at": self.at,
            "expect": {"outcome": str(self.code.outcome), "code": str(self.code)},
            "cddl": self.cddl,
            "certificate": None if self.certificate is None else _content(self.certificate),
        }

    @property
    def _trust(self) -> dict[str, Any]:
        newest_time = self.newest_time
        return {
            "trust_list": self.authority.trust_list(self.trust_issued_at).to_cbor().hex(),
            "fresh_until": self.fresh_until or self.trust_issued_at + FRESH_FOR,
            "status": self._status,
            "genuine": {kid.hex(): _genuine(digests) for kid, digests in self.genuine.items()},
            "newest_time": self.trust_issued_at if newest_time is None else newest_time,
        }

    @property
    def _status(self) -> dict[str, Any]:
        issued_at = self.trust_issued_at if self.status.issued_at is None else self.status.issued_at
        index = StatusIndex(
            issued_at=issued_at,
            issuer=self.status.issuer or self.authority.issuer,
            lists=tuple(one.counts for one in self.status.lists),
        )
        return {
            "index": index.to_cbor().hex(),
            "fresh_until": self.status.fresh_until or issued_at + FRESH_FOR,
            "lists": {str(number): one.document for number, one in enumerate(self.status.lists)},
        }

    def to_json(self) -> str:
        """The file, to the byte."""
        return json.dumps(self.document, ensure_ascii=False, indent=2) + "\n"


def _genuine(digests: Mapping[int, bytes]) -> dict[str, dict[str, str]]:
    """Digests by the numbers of their lists and the indices in these."""
    lists: dict[str, dict[str, str]] = {}
    for position, digest in sorted(digests.items()):
        number, index = divmod(position, STATUS_LIST_SIZE)
        lists.setdefault(str(number), {})[str(index)] = digest.hex()
    return lists


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
