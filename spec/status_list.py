"""A status list (specification, section 12): two bits for each of 2^18 certificates.

The layout is that of the Token Status List (draft-ietf-oauth-status-list, section 4.1).
"""

import zlib
from collections.abc import Iterable
from enum import IntEnum
from typing import Final, Protocol

from spec.errors import MalformedError
from spec.limits import STATUS_LIST_SIZE

__all__ = [
    "STATUS_LIST_BYTES",
    "Bits",
    "Status",
    "compress",
    "decompress",
    "filled",
    "put",
    "status_at",
]

STATUS_LIST_BYTES: Final = STATUS_LIST_SIZE // 4
"""Bytes of a list: four positions in each, the first of them in the lowest two bits."""

_BEST: Final = 9
"""The compression level that the draft recommends; lists are written seldom and read often."""


class Status(IntEnum):
    """What the issuer says of one position; the values are those of the draft's registry."""

    VALID = 0
    INVALID = 1
    """Revoked, or given to no certificate yet."""
    SUSPENDED = 2
    SUPERSEDED = 3
    """True in all it says, and a newer one exists; the draft leaves this value to applications."""


_STATUSES: Final = tuple(Status)


class Bits(Protocol):
    """The bytes of a list, wherever they lie: in memory or in a mapped file."""

    def __getitem__(self, index: int, /) -> int:
        """The byte at an index."""
        ...


def status_at(bits: Bits, index: int) -> Status:
    """Look one position of a list up; `index` is from 0 to STATUS_LIST_SIZE - 1."""
    return _STATUSES[bits[index >> 2] >> 2 * (index & 3) & 3]


def filled(status: Status) -> bytearray:
    """A new list in which every position has one status."""
    return bytearray(bytes([0b01010101 * status])) * STATUS_LIST_BYTES


def put(bits: bytearray, indices: Iterable[int], status: Status) -> None:
    """Give positions of a list a status."""
    for index in indices:
        shift = 2 * (index & 3)
        bits[index >> 2] = bits[index >> 2] & ~(3 << shift) | status << shift


def compress(bits: bytes) -> bytes:
    """Compress a list as it travels: DEFLATE in the zlib format (RFC 1950)."""
    return zlib.compress(bits, _BEST)


def decompress(data: bytes) -> bytes:
    """Undo `compress`; raises MalformedError unless exactly one whole list comes out.

    No more than a list is ever unpacked, whatever the data promise.
    """
    unpacker = zlib.decompressobj()
    try:
        bits = unpacker.decompress(data, STATUS_LIST_BYTES + 1)
    except zlib.error:
        raise MalformedError("status list: not compressed as it has to be") from None
    if len(bits) != STATUS_LIST_BYTES or not unpacker.eof or unpacker.unused_data:
        raise MalformedError("status list: not a whole list")
    return bits
