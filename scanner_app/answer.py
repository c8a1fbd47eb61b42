"""What a checker answers: one type for screens and lines, whoever judged; and the trouble there is.

An answer with a `trouble` is no verdict: nobody could judge. It counts as undetermined, never as
rejected, since an honest holder must not suffer for a broken network.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from spec.certificate import Timestamp
from spec.colour import Colour
from spec.dates import BirthDate
from spec.verdicts import Outcome, VerdictCode
from verifier.report import moment

__all__ = ["Accepted", "Answer", "Json", "Refused", "ShownDose", "Trouble", "Trust"]

Json: TypeAlias = dict[str, Any]


class Trouble(StrEnum):
    """Why nobody could judge; stable, beside the verdict codes and never one of them."""

    SERVICE_UNREACHABLE = "service_unreachable"
    """No connection, or no answer in time."""
    SERVICE_REFUSED = "service_refused"
    """The service answered that it will not judge (a status other than 200)."""
    SERVICE_BUSY = "service_busy"
    """The service asks to come back later (status 429 or 503)."""
    KEY_WANTED = "key_wanted"
    """The service wants an API key, or another one (status 401 or 403)."""
    SERVICE_ANSWER = "service_answer"
    """The service's answer is not one that our interface describes."""
    NO_ANSWER = "no_answer"
    """The checker itself gave no answer in time."""
    NO_CODE = "no_code"
    """No QR code was found in the picture."""
    UNREADABLE = "unreadable"
    """The file is no picture, or is cut short."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """The times of the trust data behind an answer."""

    issued_at: Timestamp
    fresh_until: Timestamp
    status_issued_at: Timestamp
    status_fresh_until: Timestamp
    newest_time: Timestamp

    def age(self, at: Timestamp) -> int:
        """Seconds since the issuer made the older of trust list and status lists."""
        return at - min(self.issued_at, self.status_issued_at)

    @property
    def end(self) -> Timestamp:
        """First second at which one of the two is too old to judge by."""
        return min(self.fresh_until, self.status_fresh_until)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownDose:
    """One injection as the officer reads it."""

    vaccine: str
    code: int
    day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """What an accepted certificate says: the only place where personal data stand."""

    colour: Colour
    needed: int
    name: str
    birth_date: BirthDate
    id_suffix: str | None
    doses: tuple[ShownDose, ...]
    issuer: str
    issued_at: Timestamp
    expires_at: Timestamp

    @property
    def given(self) -> int:
        """How many doses."""
        return len(self.doses)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Which rule of a place stands against a genuine certificate; nothing about its holder."""

    place: str
    rule: str
    check: str
    words: str
    """The rule in one sentence, in the language that was asked for."""
    passes_from: Timestamp | None
    """From when it would let pass; None where waiting does not help."""

    def to_json(self) -> Json:
        """As the service says it."""
        from_when = None if self.passes_from is None else moment(self.passes_from)
        return {
            "place": self.place,
            "rule": self.rule,
            "check": self.check,
            "words": self.words,
            "passes_from": from_when,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The judgement on one text, or the trouble that prevented it."""

    outcome: Outcome
    code: str | None
    """A verdict code, possibly newer than this program; None when there is trouble."""
    trouble: Trouble | None = None
    reason: str | None
    """For the technician, in English and without personal data."""
    checked_at: Timestamp
    accepted: Accepted | None = None
    """Present on accepted answers, and on no other."""
    refused: Refused | None = None
    """On the verdict `policy`, where the service says more."""
    trust: Trust | None = None

    @classmethod
    def of_trouble(cls, trouble: Trouble, reason: str, at: Timestamp) -> "Answer":
        """The answer when nobody could judge."""
        return cls(
            outcome=Outcome.UNDETERMINED, code=None, trouble=trouble, reason=reason, checked_at=at
        )

    @classmethod
    def of_strange_code(cls, at: Timestamp) -> "Answer":
        """The answer to a code that does not begin as a certificate does."""
        code = VerdictCode.NOT_A_CERTIFICATE
        return cls(outcome=code.outcome, code=code.value, reason=None, checked_at=at)

    def to_json(self) -> Json:
        """The fields of `POST /v1/verify` without its words, and `trouble` beside `code`."""
        return {
            "outcome": self.outcome.value,
            "code": self.code,
            "trouble": None if self.trouble is None else self.trouble.value,
            "reason": self.reason,
            "policy": None if self.refused is None else self.refused.to_json(),
            "checked_at": moment(self.checked_at),
            **_accepted_json(self.accepted),
            "trust": _trust_json(self.trust, self.checked_at),
        }


def _accepted_json(accepted: Accepted | None) -> Mapping[str, Any]:
    if accepted is None:
        empty = dict.fromkeys(("colour", "doses", "issuer", "issued_at", "expires_at"))
        return {**empty, "disclosed": {}}
    return {
        "colour": accepted.colour.word,
        "doses": {"given": accepted.given, "needed": accepted.needed},
        "issuer": accepted.issuer,
        "issued_at": moment(accepted.issued_at),
        "expires_at": moment(accepted.expires_at),
        "disclosed": {
            "name": accepted.name,
            "birth_date": str(accepted.birth_date),
            "id_suffix": accepted.id_suffix,
            "doses": [
                {"vaccine": dose.vaccine, "code": dose.code, "date": dose.day.isoformat()}
                for dose in accepted.doses
            ],
        },
    }


def _trust_json(trust: Trust | None, at: Timestamp) -> Mapping[str, Any] | None:
    if trust is None:
        return None
    return {
        "issued_at": moment(trust.issued_at),
        "fresh_until": moment(trust.fresh_until),
        "age_seconds": at - trust.issued_at,
        "status": {
            "issued_at": moment(trust.status_issued_at),
            "fresh_until": moment(trust.status_fresh_until),
            "age_seconds": at - trust.status_issued_at,
        },
        "newest_time": moment(trust.newest_time),
    }
