"""The words at the bottom of every screen: how old the data are, what the shift counted. Pure."""

from dataclasses import dataclass
from typing import Final

from scanner_app.answer import Trust
from scanner_app.counts import Counts
from scanner_app.words import PHRASES, age_words, reason_words
from spec.certificate import Timestamp
from spec.limits import CLOCK_TOLERANCE
from spec.verdicts import Outcome, VerdictCode

__all__ = ["Bar", "bar_of", "standing_trouble"]

_GAP: Final = "   ·   "
_REASONS: Final = 2
"""How many reasons stand on the screen, the most frequent first; the table has all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """Four pieces of text; equal ones look equal, so that nothing is drawn twice."""

    ages: str
    counts: str
    remarks: str
    trouble: VerdictCode | None
    """Why every verdict would be "cannot check" now."""


def bar_of(
    trust: Trust | None,
    now: Timestamp,
    counts: Counts,
    *,
    checker: str,
    remarks: tuple[str, ...],
    language: str,
) -> Bar:
    """Put the words together."""
    phrases = PHRASES[language]
    return Bar(
        ages=_GAP.join((*_ages(trust, now, language), checker)),
        counts=_counts(counts, language),
        remarks=_GAP.join((*remarks, phrases["keys_hint"])),
        trouble=standing_trouble(trust, now),
    )


def standing_trouble(trust: Trust | None, now: Timestamp) -> VerdictCode | None:
    """What every certificate would be answered at a time, in the order of the pipeline."""
    if trust is None:
        return None
    if now < trust.newest_time - CLOCK_TOLERANCE:
        return VerdictCode.CLOCK_SUSPECT
    if now >= trust.fresh_until:
        return VerdictCode.TRUST_STALE
    return VerdictCode.STATUS_STALE if now >= trust.status_fresh_until else None


def _ages(trust: Trust | None, now: Timestamp, language: str) -> tuple[str, ...]:
    phrases = PHRASES[language]
    if trust is None:
        return (f"{phrases['trust']}: {phrases['unknown']}",)
    behind = now < trust.newest_time - CLOCK_TOLERANCE
    parts = (
        ("keys", trust.issued_at, "stale" if now >= trust.fresh_until else None),
        ("lists", trust.status_issued_at, "stale" if now >= trust.status_fresh_until else None),
        ("clock", trust.newest_time, "behind" if behind else None),
    )
    return tuple(
        f"{phrases[name]}: {age_words(now - since, language)}"
        + (f" {phrases[remark]}" if remark else "")
        for name, since, remark in parts
    )


def _counts(counts: Counts, language: str) -> str:
    phrases = PHRASES[language]
    reasons = (
        ("accepted", Outcome.ACCEPTED, 0),
        ("rejected", Outcome.REJECTED, _REASONS),
        ("undetermined", Outcome.UNDETERMINED, _REASONS),
    )
    parts = []
    for name, outcome, shown in reasons:
        found = counts.of(outcome)
        words = [f"{reason_words(why, language)} {n}" for why, n in found.most_common(shown)]
        rest = ", …" if len(found) > shown else ""
        detail = f" ({', '.join(words)}{rest})" if words else ""
        parts.append(f"{phrases[name]} {found.total()}{detail}")
    if counts.persons:
        parts.append(phrases["seconds"].format(counts.mean_seconds))
    return _GAP.join(parts)
