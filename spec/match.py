"""Whether two identities are one person: at the gate, and in a register. Pure.

Sections 16.2 and 16.3 of the specification. A gate asks whether the person with this card may be
the holder of this certificate; a register asks whether two records are about one person. Both
look at the same comparison and answer by rules of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from spec.certificate import Certificate
from spec.dates import BirthDate
from spec.differences import (
    BirthDateKind,
    Likeness,
    Name,
    NameKind,
    NumberKind,
    Numbers,
    SexKind,
    compare_birth_dates,
    compare_names,
    compare_numbers,
    compare_sexes,
)
from spec.identity import Sex

__all__ = [
    "Comparison",
    "IdentityField",
    "Match",
    "StatedIdentity",
    "Tier",
    "are_strangers",
    "compare",
    "tier_of",
]

_NO_NUMBERS: Final = Numbers()
_MOST_DOUBTS: Final = 2
"""Fields that may be doubtful at the gate although the identity number agrees."""


class IdentityField(StrEnum):
    """What is compared, in the order in which it is told."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    ID_NUMBER = "id_number"
    SEX = "sex"


class Match(StrEnum):
    """What a gate is told."""

    MATCH = "match"
    NEAR = "near"
    """One person, it seems; the officer looks at the fields that are named."""
    NO_MATCH = "no_match"
    CANNOT_TELL = "cannot_tell"


class Tier(StrEnum):
    """What a register does with a record and a person that it might be about."""

    EXACT = "exact"
    """The same person; needs nobody."""
    REVIEW = "review"
    """Perhaps the same: a person decides, with the differing field before their eyes."""
    NEW = "new"
    """Somebody else."""
    NEVER = "never"
    """Somebody else of the same name and birth date: never merged by that alone, and flagged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedIdentity:
    """What a card, a certificate or a record states about a person; what it omits is None."""

    name: Name
    birth_date: BirthDate | None = None
    sex: Sex | None = None
    numbers: Numbers = _NO_NUMBERS

    @classmethod
    def of_certificate(cls, certificate: Certificate) -> "StatedIdentity":
        """What a certificate states; only what was verified may be compared (section 8)."""
        return cls(
            name=Name(certificate.name),
            birth_date=certificate.birth_date,
            numbers=Numbers(suffix=certificate.id_suffix),
        )


class Comparison(NamedTuple):
    """Two identities compared, field by field. It holds kinds only, and no personal datum."""

    name: NameKind
    birth_date: BirthDateKind
    id_number: NumberKind
    sex: SexKind

    @property
    def verdict(self) -> Match:
        """What a gate is told (section 16.2)."""
        likeness = self.name.likeness, self.birth_date.likeness
        if Likeness.DIFFERS in likeness:
            return Match.NO_MATCH
        if Likeness.UNKNOWN in likeness:
            return Match.CANNOT_TELL
        doubts = len(self.doubts)
        if not doubts:
            return Match.MATCH
        allowed = _MOST_DOUBTS if self._number_agrees else 1
        return Match.NEAR if doubts <= allowed else Match.NO_MATCH

    @property
    def doubts(self) -> tuple[IdentityField, ...]:
        """The fields to look at: those that do not agree, as far as both sides state them.

        A birth date that one side knows in part is no doubt when the identity number agrees.
        """
        return tuple(self._doubts())

    def _doubts(self) -> Iterator[IdentityField]:
        known = self.birth_date is BirthDateKind.PRECISION and self._number_agrees
        likeness = (
            self.name.likeness,
            Likeness.AGREES if known else self.birth_date.likeness,
            self.id_number.likeness,
            self.sex.likeness,
        )
        for field, its in zip(IdentityField, likeness, strict=True):
            if its in (Likeness.CLOSE, Likeness.DIFFERS):
                yield field

    @property
    def _number_agrees(self) -> bool:
        return self.id_number.likeness is Likeness.AGREES


def compare(one: StatedIdentity, other: StatedIdentity) -> Comparison:
    """Compare two identities; the order of the two does not matter."""
    return Comparison(
        compare_names(one.name, other.name),
        compare_birth_dates(one.birth_date, other.birth_date),
        compare_numbers(one.numbers, other.numbers),
        compare_sexes(one.sex, other.sex),
    )


def are_strangers(one: StatedIdentity, other: StatedIdentity) -> bool:
    """Tell without a look at their names that `tier_of` says NEW, whatever those are.

    Comparing names takes the longest. People who share a telephone number, as families do, have
    birth dates that differ at large, and numbers that are not each other's.
    """
    born = compare_birth_dates(one.birth_date, other.birth_date)
    if born.likeness is not Likeness.DIFFERS:
        return False
    number = compare_numbers(one.numbers, other.numbers)
    return number is not NumberKind.EQUAL and number is not NumberKind.OLD_NUMBER


def tier_of(comparison: Comparison, *, same_phone: bool) -> Tier:
    """Decide what a register does (section 16.3).

    `same_phone` says whether both records have one telephone number. Whoever calls this has also
    to hold back a record whose number contradicts its own birth year or sex (`id_agrees_with`).
    """
    name, born, number = comparison.name, comparison.birth_date, comparison.id_number
    if number is NumberKind.EQUAL:
        sound = name.likeness is Likeness.AGREES and born is BirthDateKind.EQUAL
        return Tier.EXACT if sound and comparison.sex is not SexKind.DIFFERS else Tier.REVIEW
    if number is NumberKind.OLD_NUMBER:
        return Tier.REVIEW
    likeness = [name.likeness, born.likeness]
    same = likeness == [Likeness.AGREES, Likeness.AGREES]
    may_be = same or sorted(likeness) == [Likeness.AGREES, Likeness.CLOSE]
    in_common = same_phone or number.likeness in (Likeness.AGREES, Likeness.CLOSE)
    if may_be and in_common:
        return Tier.REVIEW
    return Tier.NEVER if same else Tier.NEW
