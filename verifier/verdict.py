"""What the pipeline answers: one verdict, with the certificate only where it was accepted."""

from typing import NamedTuple

from spec.certificate import Certificate, Timestamp
from spec.entry_rules import EntryRefusal
from spec.verdicts import Outcome, VerdictCode

__all__ = ["Verdict"]


class Verdict(NamedTuple):
    """The judgement on one text at one time; a named tuple, since one is made for every scan."""

    code: VerdictCode
    reason: str | None
    """For the technician, in English and without personal data; None when accepted."""
    certificate: Certificate | None
    """Only on an accepted verdict: nothing personal leaves the pipeline on any other."""
    checked_at: Timestamp
    refusal: EntryRefusal | None = None
    """Of the verdict `policy`: which rule, and from when it would let pass."""

    @property
    def outcome(self) -> Outcome:
        """Accepted, rejected or undetermined."""
        return self.code.outcome
