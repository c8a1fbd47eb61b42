"""A small DEFLATE encoder for runs of one byte: the same output wherever the vectors are built.

The output of zlib differs between its versions and relatives, so it cannot be rebuilt byte for
byte. This one knows literals and repetitions of the byte before, with the fixed codes of RFC 1951,
section 3.2.6.
"""

import struct
import zlib
from itertools import groupby

__all__ = ["deflated", "zlib_wrapped"]

_HEAD = b"\x78\xda"
"""The zlib header (RFC 1950) for a window of 32 KiB and best compression."""
_END_OF_BLOCK = 256
_SHORTEST, _LONGEST_PLAIN, _LONGEST = 3, 10, 258
"""Lengths of a repetition: from 3 to 10 each has a code of its own, and so has 258."""


def zlib_wrapped(data: bytes) -> bytes:
    """Compress as RFC 1950 says."""
    return _HEAD + deflated(data) + struct.pack(">I", zlib.adler32(data))


def deflated(data: bytes) -> bytes:
    """Compress as RFC 1951 says, in one block."""
    codes = ["1", "10"]  # the last block; of fixed codes, its lower bit first
    for byte, run in groupby(data):
        codes += _run(byte, len(list(run)))
    codes.append(_code(_END_OF_BLOCK))
    bits = "".join(codes)
    return int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little")


def _run(byte: int, length: int) -> list[str]:
    codes = [_code(byte)]
    length -= 1
    codes += [_repeated(_LONGEST)] * (length // _LONGEST)
    length %= _LONGEST
    while length >= _SHORTEST:
        codes.append(_repeated(min(length, _LONGEST_PLAIN)))
        length -= min(length, _LONGEST_PLAIN)
    return [*codes, *[_code(byte)] * length]


def _repeated(length: int) -> str:
    """The code of a length, and of the distance 1: five zeros."""
    return _code(285 if length == _LONGEST else 254 + length) + "00000"


def _code(symbol: int) -> str:
    """The fixed code of a literal or length, its highest bit first."""
    if symbol < 144:
        return format(0x30 + symbol, "08b")
    if symbol < 256:
        return format(0x190 + symbol - 144, "09b")
    if symbol < 280:
        return format(symbol - 256, "07b")
    return format(0xC0 + symbol - 280, "08b")
