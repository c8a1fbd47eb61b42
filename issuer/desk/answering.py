"""How long an answer may take, and how long a claim keeps others away. Pure."""

from typing import Final

from spec.certificate import Timestamp

__all__ = ["ANSWER_SECONDS", "CLAIM_SECONDS", "claimed_until", "due_at", "is_overdue"]

ANSWER_SECONDS: Final = 48 * 3600
"""Whoever is asked answers within 48 hours (dispatch 9458/BYT-CNTT of 8 November 2021)."""

CLAIM_SECONDS: Final = 4 * 3600
"""Half a working day: what somebody claimed and left is free again in the afternoon."""


def due_at(opened_at: int) -> Timestamp:
    """By when something that was opened is to be answered."""
    return Timestamp(opened_at + ANSWER_SECONDS)


def is_overdue(opened_at: int, now: Timestamp) -> bool:
    """Tell whether its time is over."""
    return now > due_at(opened_at)


def claimed_until(claimed_at: int | None, now: Timestamp) -> Timestamp | None:
    """Until when a claim stands; None where there is none, or it has run out."""
    if claimed_at is None or claimed_at + CLAIM_SECONDS <= now:
        return None
    return Timestamp(claimed_at + CLAIM_SECONDS)
