"""Base45 against RFC 9285, against a plain implementation, and against every misspelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import base45
from spec.errors import MalformedError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def plainly_encoded(data: bytes) -> str:
    """RFC 9285, section 4, word for word."""
    text = ""
    for start in range(0, len(data) - 1, 2):
        value, low = divmod(256 * data[start] + data[start + 1], 45)
        high, middle = divmod(value, 45)
        text += ALPHABET[low] + ALPHABET[middle] + ALPHABET[high]
    if len(data) % 2:
        high, low = divmod(data[-1], 45)
        text += ALPHABET[low] + ALPHABET[high]
    return text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
        (b"", ""),
        (b"\0", "00"),
        (b"\0\0", "000"),
        (b"\xff", "U5"),
        (b"\xff\xff", "FGW"),
    ],
)
def test_the_examples_of_rfc_9285(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


def test_every_pair_of_bytes_beside_every_kind_of_neighbour() -> None:
    pairs = b"".join(value.to_bytes(2, "big") for value in range(65_536))
    for data in (pairs, pairs[::-1], b"\xff" + pairs, pairs + b"\xff"):
        text = base45.encode(data)
        assert text == plainly_encoded(data)
        assert base45.decode(text) == data


@given(st.binary(max_size=700))
def test_round_trip(data: bytes) -> None:
    text = base45.encode(data)
    assert text == plainly_encoded(data)
    assert base45.decode(text) == data


@given(st.text(alphabet=ALPHABET, max_size=40))
def test_what_is_read_has_no_other_spelling(text: str) -> None:
    try:
        data = base45.decode(text)
    except MalformedError:
        return
    assert base45.encode(data) == text


@given(st.text(max_size=40))
def test_any_text_gives_bytes_or_our_error(text: str) -> None:
    try:
        data = base45.decode(text)
    except MalformedError:
        return
    assert base45.encode(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "BB8B",
        "bb8",
        "BB8\n",
        "\nBB8",
        "BB8\0\0\0",
        "GGW",
        "BB8GGW",
        "GGWBB8",
        ":::",
        "V5",
        "::",
        "BB8V5",
        "B#8",
        "B,8",
        "BB_",
        "\u0130B8",
        "\uff22B8",
        "\u0660\u0660\u0660",
        "\ud800\ud800\ud800",
        "\U0001f489" * 3,
        "ÄÖÜ",
        "\x80\x80\x80",
        "\xff\xff\xff",
    ],
)
def test_misspellings(text: str) -> None:
    with pytest.raises(MalformedError):
        base45.decode(text)


def test_the_alphabet_and_nothing_else() -> None:
    for code in range(0x300):
        text = chr(code) + "00"
        if chr(code) in ALPHABET:
            assert base45.decode(text) == bytes((0, ALPHABET.index(chr(code))))
        else:
            with pytest.raises(MalformedError):
                base45.decode(text)
