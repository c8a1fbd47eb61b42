"""What the pipeline answers: one verdict, with the certificate only where it was accepted."""

from dataclasses import dataclass

from spec.certificate import Certificate, Timestamp
from spec.verdicts import Outcome, VerdictCode

__all__ = ["Verdict"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The judgement on one text at one time."""

    code: VerdictCode
    reason: str | None
    """For the technician, in English and without personal data; None when accepted."""
    certificate: Certificate | None
    """Only on an accepted verdict: nothing personal leaves the pipeline on any other."""
    checked_at: Timestamp

    @property
    def outcome(self) -> Outcome:
        """Accepted, rejected or undetermined."""
        return self.code.outcome
