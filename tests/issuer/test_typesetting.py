"""Lines that fit: nothing is cut off, and no letter is missing from the fonts."""

from pathlib import Path
from unicodedata import normalize

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from issuer.printing.typesetting import (
    BOLD,
    COVERED,
    REGULAR,
    MissingLetterError,
    fit,
    require_letters,
)

WORDS = st.lists(st.text(alphabet="abẪộ", min_size=1, max_size=40), min_size=1, max_size=12)


def _measure(text: str, size: float) -> float:
    """Every letter as wide as the font is high."""
    return len(text) * size


def _fit(text: str, width: float, height: float):
    return fit(text, _measure, width=width, height=height, sizes=(8, 6, 4, 2, 1), leading=1.0)


@pytest.mark.parametrize(
    ("text", "size", "lines"),
    [
        ("abc", 8, ("abc",)),
        ("abc def", 8, ("abc", "def")),
        ("abc def ghi jkl", 6, ("abc def", "ghi jkl")),
        ("abcdefghijkl", 4, ("abcdefghijkl",)),
        ("  abc   def ", 8, ("abc", "def")),
        ("", 8, ("",)),
    ],
)
def test_the_largest_size_that_fits_is_taken(text: str, size: float, lines: tuple[str]) -> None:
    fitted = _fit(text, width=48, height=16)
    assert (fitted.size, fitted.lines) == (size, lines)


def test_a_word_is_broken_only_where_no_size_keeps_it_whole() -> None:
    assert _fit("x" * 48, width=48, height=16).lines == ("x" * 48,)
    fitted = _fit("x" * 49, width=48, height=16)
    assert (fitted.size, fitted.lines) == (2, ("x" * 24, "x" * 24, "x"))


@given(words=WORDS, width=st.integers(8, 200), height=st.integers(1, 60))
def test_no_letter_is_lost_whatever_the_place(words: list[str], width: int, height: int) -> None:
    fitted = _fit(" ".join(words), width, height)
    assert "".join(fitted.lines).replace(" ", "") == "".join(words)


@given(words=WORDS, width=st.integers(8, 200), height=st.integers(1, 60))
def test_no_line_is_wider_than_its_place(words: list[str], width: int, height: int) -> None:
    fitted = _fit(" ".join(words), width, height)
    assert all(_measure(line, fitted.size) <= width for line in fitted.lines)


@pytest.mark.parametrize("face", [REGULAR, BOLD], ids=["regular", "bold"])
def test_the_fonts_hold_exactly_the_stated_letters(face: Path) -> None:
    stated = {code for low, high in COVERED for code in range(low, high + 1)}
    with TTFont(face) as font:
        assert set(font.getBestCmap()) == stated


@pytest.mark.parametrize("face", [REGULAR, BOLD], ids=["regular", "bold"])
def test_the_fonts_are_small_and_free(face: Path) -> None:
    assert face.stat().st_size < 120_000
    with TTFont(face) as font:
        assert "SIL Open Font License" in str(font["name"].getDebugName(13))
        assert font["OS/2"].fsType == 0, "embedding is allowed"


def test_every_vietnamese_letter_is_covered_composed_and_decomposed() -> None:
    vowels = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    letters = "".join(vowel + tone for vowel in vowels for tone in tones) + "đĐ"
    require_letters(normalize("NFC", letters), normalize("NFD", letters))


@pytest.mark.parametrize(
    "name", ["H'Hen Niê", "H’Hen", "KʼSor", "Y-Blơ Ê-ban", "Ŏ Ŭ Č Ñ", "Łukasz"]
)
def test_names_of_minorities_and_foreigners_are_covered(name: str) -> None:
    require_letters(name)


@pytest.mark.parametrize("name", ["Иван", "李明", "Λ", "مريم", "✓", "🙂", "\u200b", "\n", "\ufffd"])
def test_a_letter_that_the_fonts_lack_is_an_error_that_names_the_letter_alone(name: str) -> None:
    with pytest.raises(MissingLetterError, match=f"U\\+{ord(name[0]):04X}$") as caught:
        require_letters("An", "Trần " + name)
    assert "Trần" not in str(caught.value)
