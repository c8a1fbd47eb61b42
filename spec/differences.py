"""How two statements about one person differ, field by field and kind by kind. Pure.

Section 16.1 of the specification. A difference is named, never scored: an officer or a clerk has
to be told what to look at, and a percentage says nothing about a tone mark.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from unicodedata import normalize

from rapidfuzz.distance import DamerauLevenshtein

from spec.dates import BirthDate
from spec.identity import Sex
from spec.limits import ID_SUFFIX_LENGTH
from spec.names import bare_letters, canonical_words, clean_name

__all__ = [
    "BirthDateKind",
    "Likeness",
    "Name",
    "NameKind",
    "NumberKind",
    "Numbers",
    "SexKind",
    "compare_birth_dates",
    "compare_names",
    "compare_numbers",
    "compare_sexes",
]

_MOST_EDITS: Final = 2
"""Letters in which one name may differ from another and still be a slip of it: Bảo and Bửu."""


class Likeness(StrEnum):
    """What a kind of difference is worth."""

    AGREES = "agrees"
    CLOSE = "close"
    """Wrong by a slip that people make; somebody has to look."""
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """One side does not say."""


class NameKind(StrEnum):
    """How two names differ."""

    EQUAL = "equal"
    FORMAT_ONLY = "format_only"
    """Capitals, place of a tone, y or i, spaces, apostrophes: the same name."""
    MARKS_MISSING = "marks_missing"
    """One lacks marks that the other has; nothing else."""
    MARKS_DIFFER = "marks_differ"
    WORD_MISSING = "word_missing"
    """One lacks a middle word, such as Thị or Văn."""
    WORD_ORDER = "word_order"
    LETTERS = "letters"
    """One or two base letters, out of more than four."""
    DIFFERS = "differs"
    UNKNOWN = "unknown"

    @property
    def likeness(self) -> Likeness:
        """What this kind is worth."""
        return _LIKENESS.get(self, Likeness.CLOSE)


class BirthDateKind(StrEnum):
    """How two birth dates differ."""

    EQUAL = "equal"
    PRECISION = "precision"
    """One knows less, and both agree in what they know."""
    DAY_MONTH_SWAPPED = "day_month_swapped"
    ONE_DIGIT = "one_digit"
    TRANSPOSED = "transposed"
    """Two neighbouring digits changed places."""
    DIFFERS = "differs"
    UNKNOWN = "unknown"

    @property
    def likeness(self) -> Likeness:
        """What this kind is worth."""
        return _LIKENESS.get(self, Likeness.CLOSE)


class NumberKind(StrEnum):
    """How two identity numbers differ."""

    EQUAL = "equal"
    SUFFIX_EQUAL = "suffix_equal"
    """Of one only the last characters are known; they agree."""
    OLD_NUMBER = "old_number"
    """One is an old number of the person of the other."""
    ONE_DIGIT = "one_digit"
    TRANSPOSED = "transposed"
    SUFFIX_DIFFERS = "suffix_differs"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """One side has none, or they are of two kinds: a person has a CMND and a CCCD."""

    @property
    def likeness(self) -> Likeness:
        """What this kind is worth."""
        return _LIKENESS.get(self, Likeness.CLOSE)


class SexKind(StrEnum):
    """How two statements of sex differ."""

    EQUAL = "equal"
    DIFFERS = "differs"
    UNKNOWN = "unknown"

    @property
    def likeness(self) -> Likeness:
        """What this kind is worth."""
        return _LIKENESS[self]


_LIKENESS: Final[dict[str, Likeness]] = {
    "equal": Likeness.AGREES,
    "format_only": Likeness.AGREES,
    "suffix_equal": Likeness.AGREES,
    "differs": Likeness.DIFFERS,
    "suffix_differs": Likeness.DIFFERS,
    "unknown": Likeness.UNKNOWN,
}
"""Of the values of the four enumerations; all others are close."""


class Name:
    """A name, with the forms that comparing it takes, each made once and only when it is needed.

    A register that keeps canonical names hands them in. A class with slots, since hundreds of
    thousands are made in an import.
    """

    __slots__ = ("_bare", "_canonical", "_words", "text")

    def __init__(self, text: str, *, canonical: str | None = None) -> None:
        # Whoever keeps canonical names keeps clean ones.
        self.text = clean_name(text) if canonical is None else text
        self._canonical = canonical
        self._words: tuple[str, ...] | None = None
        self._bare: tuple[str, ...] | None = None

    @property
    def canonical(self) -> str:
        """The form whose equality makes two spellings one name."""
        if self._canonical is None:
            self._canonical = normalize("NFC", "".join(self.words))
        return self._canonical

    @property
    def words(self) -> tuple[str, ...]:
        """The canonical form of each word."""
        if self._words is None:
            self._words = canonical_words(self.text)
        return self._words

    @property
    def bare_words(self) -> tuple[str, ...]:
        """The base letters of each word."""
        if self._bare is None:
            self._bare = tuple(map(bare_letters, self.words))
        return self._bare


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """What one side knows of a person's identity numbers, in capitals and without separators."""

    number: str | None = None
    old: tuple[str, ...] = ()
    """Numbers that the person had before: the CMND on a CCCD, or one that was cancelled."""
    suffix: str | None = None
    """The last characters, where no more is known."""

    @property
    def known(self) -> tuple[str, ...]:
        """All of them, as far as they are known."""
        return tuple(text for text in (self.number, self.suffix, *self.old) if text)


def compare_names(one: Name, other: Name) -> NameKind:
    """Name the smallest difference between two names."""
    if not one.text or not other.text:
        return NameKind.UNKNOWN
    if one.text == other.text:
        return NameKind.EQUAL
    if one.canonical == other.canonical:
        return NameKind.FORMAT_ONLY
    ours, theirs = one.bare_words, other.bare_words
    bare_one, bare_other = "".join(ours), "".join(theirs)
    if bare_one == bare_other:
        poorer = _lacks_marks(one.canonical, other.canonical)
        return NameKind.MARKS_MISSING if poorer else NameKind.MARKS_DIFFER
    if _lacks_a_word(ours, theirs) or _lacks_a_word(theirs, ours):
        return NameKind.WORD_MISSING
    if len(ours) > 1 and sorted(ours) == sorted(theirs):
        return NameKind.WORD_ORDER
    return NameKind.LETTERS if _within_a_slip(bare_one, bare_other) else NameKind.DIFFERS


def compare_birth_dates(one: BirthDate | None, other: BirthDate | None) -> BirthDateKind:
    """Name the smallest difference between two birth dates, in what both of them know."""
    if one is None or other is None:
        return BirthDateKind.UNKNOWN
    if one == other:
        return BirthDateKind.EQUAL
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return BirthDateKind.DAY_MONTH_SWAPPED
    precision = min(_precision(one), _precision(other))
    ours, theirs = one[:precision], other[:precision]
    if ours == theirs:
        return BirthDateKind.PRECISION
    return BirthDateKind(_slip(_digits(ours), _digits(theirs)))


def compare_numbers(one: Numbers, other: Numbers) -> NumberKind:
    """Name the smallest difference between two people's identity numbers.

    Whole numbers are compared where both sides have one, else the last characters; fewer than
    four of those say nothing.
    """
    if one.number is not None and other.number is not None:
        return _compare_whole(one, other, one.number, other.number)
    kind = NumberKind.UNKNOWN
    for ours in one.known:
        for theirs in other.known:
            length = min(len(ours), len(theirs))
            if length < ID_SUFFIX_LENGTH:
                continue
            if ours[-length:] == theirs[-length:]:
                return NumberKind.SUFFIX_EQUAL
            kind = NumberKind.SUFFIX_DIFFERS
    return kind


def compare_sexes(one: Sex | None, other: Sex | None) -> SexKind:
    """Tell whether both say the same."""
    if one is None or other is None:
        return SexKind.UNKNOWN
    return SexKind.EQUAL if one is other else SexKind.DIFFERS


def _lacks_marks(one: str, other: str) -> bool:
    """Tell whether one of two names is the other with marks left away, and none put in."""
    pairs = list(zip(one, other, strict=False))
    return len(one) == len(other) and (
        all(a in (b, bare_letters(b)) for a, b in pairs)
        or all(b in (a, bare_letters(a)) for a, b in pairs)
    )


def _lacks_a_word(shorter: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    """Tell whether a word between the first and the last makes all the difference."""
    return len(shorter) + 1 == len(longer) and any(
        shorter == longer[:place] + longer[place + 1 :] for place in range(1, len(longer) - 1)
    )


def _within_a_slip(one: str, other: str) -> bool:
    """Tell whether at most two letters differ, and fewer than half of them.

    The distance is Damerau and Levenshtein's. Half, because any two names of two letters are
    within two.
    """
    edits = DamerauLevenshtein.distance(one, other, score_cutoff=_MOST_EDITS)
    return edits <= _MOST_EDITS and 2 * edits < min(len(one), len(other))


def _compare_whole(one: Numbers, other: Numbers, ours: str, theirs: str) -> NumberKind:
    if ours == theirs:
        return NumberKind.EQUAL
    if (one.old or other.old) and not {ours, *one.old}.isdisjoint({theirs, *other.old}):
        return NumberKind.OLD_NUMBER
    if len(ours) != len(theirs) or ours.isdigit() != theirs.isdigit():
        return NumberKind.UNKNOWN
    return NumberKind(_slip(ours, theirs))


def _precision(birth_date: BirthDate) -> int:
    """How many of year, month and day are known."""
    return 3 - birth_date.count(None)


def _digits(parts: tuple[int | None, ...]) -> str:
    """The digits of a date as people write them: day, month, year."""
    year, *others = parts
    return "".join(f"{part:02}" for part in reversed(others)) + f"{year:04}"


def _slip(one: str, other: str) -> str:
    """Tell one wrong character, or two neighbours exchanged, from two that differ at large."""
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 1:
        return "one_digit"
    if len(places) == 2 and places[1] == places[0] + 1:
        first, second = places
        if (one[first], one[second]) == (other[second], other[first]):
            return "transposed"
    return "differs"
