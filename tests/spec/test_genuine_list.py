"""Genuine lists: exact, by position, over the payload as it was signed."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.genuine_list import DIGEST_LENGTH, GENUINE_LIST_BYTES, genuine_digest, is_genuine
from spec.limits import STATUS_LIST_SIZE

PAYLOADS = st.binary(max_size=200)
INDICES = st.integers(0, STATUS_LIST_SIZE - 1)
EMPTY = bytes(GENUINE_LIST_BYTES)


def listed(entries: dict[int, bytes]) -> bytes:
    digests = bytearray(GENUINE_LIST_BYTES)
    for index, payload in entries.items():
        start = index * DIGEST_LENGTH
        digests[start : start + DIGEST_LENGTH] = genuine_digest(payload)
    return bytes(digests)


def test_a_list_has_ten_bytes_a_position() -> None:
    assert GENUINE_LIST_BYTES == 10 * STATUS_LIST_SIZE == 2_621_440
    assert genuine_digest(b"abc").hex() == "ba7816bf8f01cfea4141"


@given(PAYLOADS)
def test_a_digest_is_the_start_of_sha_256(payload: bytes) -> None:
    assert hashlib.sha256(payload).digest().startswith(genuine_digest(payload))
    assert len(genuine_digest(payload)) == 10


@given(st.dictionaries(INDICES, PAYLOADS, max_size=6), INDICES, PAYLOADS)
def test_a_list_does_what_a_dictionary_does(
    entries: dict[int, bytes], index: int, payload: bytes
) -> None:
    digests = listed(entries)
    for where, what in entries.items():
        assert is_genuine(digests, where, what)
        assert not is_genuine(digests, where, what + b"\0")
    assert is_genuine(digests, index, payload) is (entries.get(index) == payload)


@given(INDICES, PAYLOADS)
def test_an_empty_list_has_nothing(index: int, payload: bytes) -> None:
    assert not is_genuine(EMPTY, index, payload)


@given(INDICES, PAYLOADS, st.integers(0, 8 * DIGEST_LENGTH - 1))
def test_one_bit_is_enough_to_refuse(index: int, payload: bytes, bit: int) -> None:
    digests = bytearray(listed({index: payload}))
    digests[index * DIGEST_LENGTH + bit // 8] ^= 1 << bit % 8
    assert not is_genuine(bytes(digests), index, payload)


def test_zeros_are_no_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever found a payload whose digest is all zeros would have found all empty places."""
    monkeypatch.setattr("spec.genuine_list.genuine_digest", lambda _: bytes(DIGEST_LENGTH))
    assert not is_genuine(EMPTY, 5, b"found")


def test_a_list_that_is_too_short_has_nothing_behind_its_end() -> None:
    digests = listed({STATUS_LIST_SIZE - 1: b"x"})
    assert is_genuine(digests, STATUS_LIST_SIZE - 1, b"x")
    for cut in (1, 9, 10, 11):
        assert not is_genuine(digests[:-cut], STATUS_LIST_SIZE - 1, b"x")
    assert not is_genuine(digests, STATUS_LIST_SIZE, b"x")
