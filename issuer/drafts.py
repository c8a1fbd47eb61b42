"""What a person's certificate has to say, before it has a position and times. Pure."""

import hashlib
from typing import Final

from issuer.course import Course
from issuer.person import birth_date_of
from spec.certificate import Certificate, StatusPosition, Timestamp
from spec.limits import ID_SUFFIX_LENGTH

__all__ = ["dated", "digest_of", "draft"]

_NO_TIME: Final = Timestamp(0)
_NO_POSITION: Final = StatusPosition(0)


def draft(
    *, issuer: str, name: str, birth_date: str, id_number: str | None, course: Course
) -> Certificate:
    """State the facts about a person, with all times and the position zero."""
    return Certificate(
        issuer=issuer,
        issued_at=_NO_TIME,
        expires_at=_NO_TIME,
        name=name,
        birth_date=birth_date_of(birth_date),
        id_suffix=None if id_number is None else id_number[-ID_SUFFIX_LENGTH:],
        doses=course.doses,
        doses_needed=course.doses_needed,
        colour=course.colour,
        status=_NO_POSITION,
    )


def digest_of(facts: Certificate) -> bytes:
    """SHA-256 over a draft: two drafts with the same digest say the same."""
    return hashlib.sha256(facts.to_cbor()).digest()


def dated(
    facts: Certificate, *, status: StatusPosition, issued_at: Timestamp, expires_at: Timestamp
) -> Certificate:
    """Give a draft its position and times."""
    return Certificate(
        issuer=facts.issuer,
        issued_at=issued_at,
        expires_at=expires_at,
        name=facts.name,
        birth_date=facts.birth_date,
        id_suffix=facts.id_suffix,
        doses=facts.doses,
        doses_needed=facts.doses_needed,
        colour=facts.colour,
        status=status,
    )
