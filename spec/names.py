"""Names of persons: how they are kept, and when two spellings are the same name. Pure.

A Vietnamese name reaches a register in many spellings that mean no difference: composed or
decomposed marks, `hoà` or `hòa`, `Mỹ` or `Mĩ`, three letters that look like Đ, spaces that nobody
sees. `clean_name` mends what was never meant; `canonical_name` also evens out what is a matter of
habit. Marks are never dropped: An and Ân, Hoa and Hòa are different people.
"""

import re
from functools import lru_cache
from typing import Final
from unicodedata import category, normalize

__all__ = ["bare_letters", "canonical_name", "canonical_words", "clean_name", "is_name"]

_LOOK_ALIKES: Final = str.maketrans(
    {
        "\u00d0": "Đ",  # LATIN CAPITAL LETTER ETH, as Icelandic has it
        "\u00f0": "đ",  # its small letter
        "\u0189": "Đ",  # LATIN CAPITAL LETTER AFRICAN D
        "\u0256": "đ",  # its small letter, LATIN SMALL LETTER D WITH TAIL
    }
)
"""Letters that look like Đ (U+0110); some keyboards and old converters give them."""

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
"""Combining grave, acute, tilde, hook above, dot below: the tones of Vietnamese."""

_QUALITIES: Final = "\u0302\u0306\u031b"
"""Combining circumflex, breve, horn: they make other vowels (â, ă, ơ), not tones."""

_TONE_BEFORE_QUALITY: Final = re.compile(f"([{_TONES}])([{_QUALITIES}])")
_LOOSE_QUALITY: Final = re.compile(f"[{_QUALITIES}]")
_VOWELS: Final = re.compile(f"(?:[aeiouy][{_QUALITIES}{_TONES}]*)+")
_TONE: Final = re.compile(f"[{_TONES}]")
_FINAL_Y: Final = re.compile(rf"(?:(?<=[^\W\d_aeiouy])|(?<=qu))y(?=[{_TONES}]*$)")
_NOT_COMPARED: Final = re.compile(r"['’‘ʼ`´′\-‐‑–.]")
"""What names such as H'Hen, Y-Blơ, or a shortened one, are written with or without."""

_LETTER: Final = "[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]"
_MARK: Final = "[\u0300-\u0333\u0339-\u034e]"
"""Marks that stand above or below one letter; not those that strike it through or hide."""
_NAME: Final = re.compile(
    f"['’‘ʼ`]?(?:{_LETTER}{_MARK}{{0,2}})(?:{_LETTER}{_MARK}{{0,2}}|[ '’‘ʼ`.-])*"
)


_KEPT_WORDS: Final = 4096
"""Words whose form is remembered: the names of millions are made of some thousand."""


def clean_name(raw: str) -> str:
    """Give a name as it is kept and printed: NFC, visible characters only, single spaces.

    Zero-width characters, byte order marks and soft hyphens go; no-break and other spaces become
    one space; look-alikes of Đ become Đ. Capitals and the place of a tone mark stay as they were
    written. The result may be empty.
    """
    if not raw.isprintable():
        raw = "".join(character for character in raw if category(character) != "Cf")
    if not raw.isascii():
        raw = _mended(raw.translate(_LOOK_ALIKES))
    return " ".join(raw.split())


def is_name(name: str) -> bool:
    """Tell whether a clean name is of Latin letters, with up to two loose marks on each.

    This is what identity cards and passports print. Text that was decoded by a wrong guess, as
    some readers of QR codes do, has other letters.
    """
    return _NAME.fullmatch(name) is not None


def canonical_name(name: str) -> str:
    """Give the form by which names are compared: equal forms, same name.

    Differences of case, tone placement (hoà, hòa), final y or i (Mỹ, Mĩ), the letters like Đ,
    spaces, apostrophes, hyphens and full stops disappear. The form is for comparison only.
    """
    return normalize("NFC", "".join(canonical_words(name)))


def canonical_words(name: str) -> tuple[str, ...]:
    """Give the canonical form word by word, for comparisons in which their order counts."""
    words = _NOT_COMPARED.sub("", clean_name(name)).casefold().split()
    return tuple(map(_canonical_word, words))


def bare_letters(canonical: str) -> str:
    """Strip a canonical form of its marks, and đ of its stroke: what is left is no name any more.

    Equal bare letters are evidence that two spellings may be of one name, never proof.
    """
    return canonical if canonical.isascii() else canonical.translate(_BARE)


class _BareLetters(dict[int, str]):
    """For each character what is left of it without marks; found out when it is first met."""

    def __missing__(self, code: int) -> str:
        letters = normalize("NFD", chr(code))
        bare = "".join(letter for letter in letters if category(letter) != "Mn")
        bare = bare.replace("đ", "d")
        if code <= _LAST_LATIN:
            self[code] = bare
        return bare


_LAST_LATIN: Final = 0x1EFF
"""What Vietnamese is written with lies below; other characters are not kept in memory."""
_BARE: Final = _BareLetters()


def _mended(text: str) -> str:
    """Compose the letters, whatever the order in which their marks were typed.

    NFC alone leaves a tone that stands before the circumflex of the same letter; such a letter
    shows by a mark that found none to join.
    """
    composed = normalize("NFC", text)
    if not _LOOSE_QUALITY.search(composed):
        return composed
    return normalize("NFC", _TONE_BEFORE_QUALITY.sub(r"\2\1", normalize("NFD", composed)))


@lru_cache(maxsize=_KEPT_WORDS)
def _canonical_word(word: str) -> str:
    """Move tones behind their vowels, then write a final y that stands alone as i.

    May and Mai, Thúy and Thúi stay apart: their y follows a vowel.
    """
    evened = _FINAL_Y.sub("i", _VOWELS.sub(_tones_last, normalize("NFD", word)))
    return normalize("NFC", evened)


def _tones_last(vowels: re.Match[str]) -> str:
    run = vowels.group()
    return _TONE.sub("", run) + "".join(_TONE.findall(run))
