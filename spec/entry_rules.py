"""Applies an entry policy to a certificate at a place and a time (specification, section 18). Pure.

A certificate that was accepted until now is refused, or let pass. A refusal names the first rule
that stands against it, which condition it is, and from when all rules would let it pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from spec.certificate import Certificate, Timestamp
from spec.colour import Colour
from spec.dates import days_of
from spec.entry_policy import EntryPolicy, EntryPolicyError, EntryRule, LocalDay, Place
from spec.errors import PolicyError

__all__ = ["EntryCheck", "EntryRefusal", "EntryRefusedError", "EntryRules"]

_SECONDS_A_DAY: Final = 86_400


class EntryCheck(StrEnum):
    """The condition that a certificate did not meet."""

    COLOUR = "colour"
    """Its colour may not pass."""
    LONGEST_AGE = "longest_age"
    """It was issued too long ago: a new one helps."""
    DAYS_SINCE_DOSE = "days_since_dose"
    """The dose was too few days ago: waiting helps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRefusal:
    """Which rule stands against a certificate, and until when."""

    place: Place
    rule: EntryRule
    check: EntryCheck
    passes_from: Timestamp | None
    """The first moment at which no rule stands against it; None where waiting does not help."""


class EntryRefusedError(PolicyError):
    """The rules of a place do not let a genuine certificate pass."""

    def __init__(self, refusal: EntryRefusal) -> None:
        super().__init__(f"the rule {refusal.rule.id} does not let it pass: {refusal.check}")
        self.refusal = refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRules:
    """The rules of one place."""

    place: Place
    rules: tuple[EntryRule, ...]
    utc_offset: int
    dated: date
    """Of the policy, as is its source."""
    source: str

    @classmethod
    def of(cls, policy: EntryPolicy, place: str) -> "EntryRules":
        """The rules that a policy has for a place; raises EntryPolicyError where it has no such.

        A place that is written wrongly would otherwise let everybody pass.
        """
        here = Place(place)
        if here not in policy.places:
            known = ", ".join(sorted(policy.places))
            raise EntryPolicyError(f"the entry policy does not know this place; it knows {known}")
        rules = tuple(rule for rule in policy.rules if here in rule.places)
        return cls(
            place=here,
            rules=rules,
            utc_offset=policy.utc_offset,
            dated=policy.dated,
            source=policy.source,
        )

    def day_of(self, at: Timestamp) -> LocalDay:
        """Which day it is at the place."""
        return LocalDay((at + 60 * self.utc_offset) // _SECONDS_A_DAY)

    def beginning_of(self, day: LocalDay) -> Timestamp:
        """When a day begins at the place."""
        return Timestamp(day * _SECONDS_A_DAY - 60 * self.utc_offset)

    def check(self, certificate: Certificate, at: Timestamp) -> None:
        """Let a certificate pass at a time, or raise EntryRefusedError."""
        issued = self.day_of(certificate.issued_at)
        found = self._first_against(certificate, issued, self.day_of(at))
        if found is None:
            return
        rule, check = found
        passes_from = self._passes_from(certificate, issued, at)
        raise EntryRefusedError(
            EntryRefusal(place=self.place, rule=rule, check=check, passes_from=passes_from)
        )

    def _first_against(
        self, certificate: Certificate, issued: LocalDay, day: LocalDay
    ) -> tuple[EntryRule, EntryCheck] | None:
        for rule in self.rules:
            if rule.in_force(day):
                check = _unmet(rule, certificate, issued, day)
                if check is not None:
                    return rule, check
        return None

    def _passes_from(
        self, certificate: Certificate, issued: LocalDay, at: Timestamp
    ) -> Timestamp | None:
        """Look at the days on which anything changes, in their order, while it has not ended."""
        today = self.day_of(at)
        for day in sorted(set(_turning_days(self.rules, certificate))):
            begins = self.beginning_of(day)
            if begins >= certificate.expires_at:
                return None
            if day > today and self._first_against(certificate, issued, day) is None:
                return begins
        return None


def _unmet(
    rule: EntryRule, certificate: Certificate, issued: LocalDay, day: LocalDay
) -> EntryCheck | None:
    """The first condition of a rule that a certificate does not meet on a day."""
    ready = list(_ready_days(rule, certificate))
    if not ready:
        return EntryCheck.COLOUR
    if rule.longest_age is not None and day - issued > rule.longest_age:
        return EntryCheck.LONGEST_AGE
    return EntryCheck.DAYS_SINCE_DOSE if day < min(ready) else None


def _ready_days(rule: EntryRule, certificate: Certificate) -> Iterator[LocalDay]:
    """From which day on each colour that the holder has reached has waited long enough.

    A colour counts from the dose that gave it: green from the dose that completed the course, also
    when a booster followed. Green does not undo yellow. So no further dose takes from anybody what
    the doses before had given (section 18.3).
    """
    doses, needed = certificate.doses, certificate.doses_needed
    reached = [(Colour.YELLOW, doses[0])]
    if certificate.colour is Colour.GREEN:
        reached.append((Colour.GREEN, doses[needed - 1]))
    for colour, dose in reached:
        wait = rule.waits.get(colour)
        if wait is not None:
            yield LocalDay(days_of(dose.day) + wait)


def _turning_days(rules: tuple[EntryRule, ...], certificate: Certificate) -> Iterator[LocalDay]:
    for rule in rules:
        yield rule.first_day
        if rule.last_day is not None:
            yield LocalDay(rule.last_day + 1)
        yield from _ready_days(rule, certificate)
