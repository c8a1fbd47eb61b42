"""The genuine list (specification, section 13): what a stolen key really signed, by position.

It is exact. A filter that errs now and then would not do: whoever holds the key tries payloads, at
no cost and unseen, until the filter errs in his favour.
"""

import hashlib
from typing import Final, Protocol

from spec.limits import STATUS_LIST_SIZE

__all__ = ["DIGEST_LENGTH", "GENUINE_LIST_BYTES", "Digests", "genuine_digest", "is_genuine"]

DIGEST_LENGTH: Final = 10
"""Bytes of SHA-256 that are kept. To meet one of 80 bits takes 2^80 tries, since a payload names
its own position and so can meet one digest only."""

GENUINE_LIST_BYTES: Final = STATUS_LIST_SIZE * DIGEST_LENGTH

_NOTHING: Final = bytes(DIGEST_LENGTH)


class Digests(Protocol):
    """The bytes of a list, wherever they lie: in memory or in a mapped file."""

    def __getitem__(self, index: slice, /) -> bytes:
        """The bytes between two places."""
        ...


def genuine_digest(payload: bytes) -> bytes:
    """The digest of a payload as it was signed: the bytes inside the message, none changed."""
    return hashlib.sha256(payload).digest()[:DIGEST_LENGTH]


def is_genuine(digests: Digests, index: int, payload: bytes) -> bool:
    """Whether the list has this payload at its position, from 0 to STATUS_LIST_SIZE - 1."""
    start = index * DIGEST_LENGTH
    held = digests[start : start + DIGEST_LENGTH]
    return held == genuine_digest(payload) and held != _NOTHING
