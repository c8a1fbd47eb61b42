"""What devices that type make of a certificate, and what is repaired of it."""

from itertools import product
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.base45 import ALPHABET
from spec.typed_text import repaired
from tests.authority import Authority
from tests.vectors.build import TEXT

SOUND = Authority().sign()
"""A text with spaces and percent signs, as nearly all have."""
assert " " in SOUND[4:]
assert "%" in SOUND[4:]

CERTAIN = {
    "as it was signed": lambda text: text,
    "small letters": str.lower,
    "Caps Lock on": str.swapcase,
    "a line end": lambda text: f"{text}\r\n",
    "a tab behind it": lambda text: f"{text}\t",
    "spaces around it": lambda text: f"  {text} ",
    "a byte order mark": lambda text: f"\ufeff{text}",
    "a zero-width space in the middle": lambda text: f"{text[:99]}\u200b{text[99:]}",
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "tabs for spaces": lambda text: text.replace(" ", "\t"),
    "an identifier of the symbology": lambda text: f"]Q1{text}",
    "that identifier in small letters": lambda text: f"]Q1{text.lower()}",
    "full-width letters": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c
                                               for c in text),
    "an ideographic space": lambda text: text.replace(" ", "\u3000"),
    "spaces as %20": lambda text: text.replace(" ", "%20"),
    "escaped as a whole": lambda text: quote(text, safe=""),
    "escaped but for its slashes": lambda text: quote(text, safe="/:$*+"),
    "escaped in small letters": lambda text: quote(text, safe="").lower(),
}  # fmt: skip


@pytest.mark.parametrize("name", CERTAIN)
@pytest.mark.parametrize("text", [SOUND, TEXT], ids=["two doses", "vector"])
def test_what_is_certain_is_repaired(name: str, text: str) -> None:
    assert repaired(CERTAIN[name](text)) == text


LOST = {
    "a space was left out": lambda text: text[:4] + text[4:].replace(" ", "", 1),
    "all spaces were left out": lambda text: text.replace(" ", ""),
    "spaces as plus signs": lambda text: text.replace(" ", "+"),
    "a percent sign was left out": lambda text: text.replace("%", "", 1),
    "cut short": lambda text: text[:-3],
    "a letter too many": lambda text: text + "A",
    "a letter with a mark": lambda text: text.replace("A", "Â", 1),
    "another prefix": lambda text: "DP2" + text[3:],
    "something in front": lambda text: f"x{text}",
    "two identifiers": lambda text: f"]Q1]Q1{text}",
    "another symbology": lambda text: f"]d2{text}",
    "two certificates": lambda text: text + text,
    "a letter that has other capitals": lambda text: text.replace("S", "ſ", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", LOST)
def test_what_is_not_certain_is_left_as_it_was_typed(name: str) -> None:
    typed = LOST[name](SOUND)
    assert typed != SOUND
    assert repaired(typed) == typed


@given(st.text(max_size=80), st.sampled_from(["", "DP1:", "dp1:", "DP1%3A", "]Q1DP1:"]))
def test_whatever_is_typed_raises_nothing_and_becomes_no_certificate(tail: str, head: str) -> None:
    """A text so short is none, whatever is done to it."""
    assert repaired(head + tail) == head + tail


@given(st.integers(0, len(SOUND) - 1), st.characters())
def test_a_letter_typed_wrong_never_becomes_another_certificate(place: int, letter: str) -> None:
    typed = SOUND[:place] + letter + SOUND[place + 1 :]
    fixed = repaired(typed)
    if fixed != typed:
        changed = [old for old, new in zip(typed, fixed, strict=True) if old != new]
        assert not set(changed) & set(ALPHABET.decode())


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=300))
def test_a_repair_is_done_once(tail: str) -> None:
    once = repaired(f"DP1:{tail}")
    assert repaired(once) == once


def test_escapes_that_can_be_read_in_two_ways_are_left() -> None:
    """A text that has `%20` of its own keeps it, and is not guessed at once spaces became that."""
    authority = Authority()
    texts = (
        authority.sign(authority.certificate(name=f"An {chr(65 + first)}{chr(97 + second)}"))
        for first, second in product(range(26), repeat=2)
    )
    own = next(text for text in texts if "%20" in text and " " in text)
    assert repaired(own) == own
    typed = own.replace(" ", "%20")
    assert repaired(typed) == typed
    assert repaired(quote(own, safe="")) == own


@pytest.mark.parametrize(
    "text", ["", " ", "]", "]Q", "]Q1", "%", "%2", "x" * 100_000, "DP1:" * 5000]
)
def test_what_is_nothing_stays_so(text: str) -> None:
    assert repaired(text) == text
