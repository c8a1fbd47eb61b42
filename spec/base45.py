"""Base45 (RFC 9285), strict: one spelling for each byte string, and no other is read.

All groups are worked on at once, as the lanes of one big integer: many times faster than a loop
over the groups, which counts on the path of every scan.
"""

from functools import lru_cache
from typing import Final

from spec.errors import MalformedError
from spec.limits import MAX_TEXT_LENGTH

__all__ = ["decode", "encode"]

ALPHABET: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_INVALID: Final = 0xFF
_VALUES: Final = bytes(
    ALPHABET.index(code) if code in ALPHABET else _INVALID for code in range(256)
)
_LETTERS: Final = ALPHABET.ljust(256)
_SIX_BITS: Final = 0x3F


def encode(data: bytes) -> str:
    """Spell bytes as Base45: three characters for two bytes, two for a single last one."""
    pairs = len(data) // 2
    text = _encode_pairs(data[: 2 * pairs]).translate(_LETTERS).decode("ascii")
    if len(data) % 2:
        high, low = divmod(data[-1], 45)
        text += chr(ALPHABET[low]) + chr(ALPHABET[high])
    return text


def _encode_pairs(data: bytes) -> bytes:
    """Turn groups of two bytes into groups of three base-45 digits, the lowest first.

    Each value stands in a lane of 40 bits. The quotients by 2025 and 45 come from multiplying by
    their reciprocals, rounded up finely enough to be exact for 16 bits; a mask then cuts off what
    the shift brought in from the next lane.
    """
    count = len(data) // 2
    spread = bytearray(5 * count)
    spread[3::5] = data[0::2]
    spread[4::5] = data[1::2]
    value = int.from_bytes(spread, "big")
    mask = int.from_bytes(bytes((0, 0, 0, 0, _SIX_BITS)) * count, "big")
    high = value * 66_281 >> 27 & mask
    rest = value - 2025 * high
    middle = rest * 1457 >> 16 & mask
    digits = bytearray(3 * count)
    for place, lanes in enumerate((rest - 45 * middle, middle, high)):
        digits[place::3] = lanes.to_bytes(5 * count, "big")[4::5]
    return bytes(digits)


def decode(text: str) -> bytes:
    """Read Base45.

    Raises MalformedError for a character outside the alphabet, a length that no byte string has
    (one more than a multiple of three), or a group whose value does not fit its bytes (RFC 9285,
    section 6).
    """
    try:
        digits = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError:
        raise MalformedError("Base45: a character is outside the alphabet") from None
    if _INVALID in digits:
        raise MalformedError("Base45: a character is outside the alphabet")
    tail = len(digits) % 3
    if tail == 1:
        raise MalformedError("Base45: the length is one more than a multiple of three")
    body = _decode_triples(digits[: len(digits) - tail])
    return body + _decode_pair(digits[-2:]) if tail else body


def _decode_triples(digits: bytes) -> bytes:
    """Turn groups of three base-45 digits into groups of two bytes.

    Three digits fill a lane of 24 bits as they stand, and their value needs 17 of them.
    """
    lanes = int.from_bytes(digits, "big")
    mask = _last_byte_of_each_lane(len(digits))
    value = (lanes >> 16 & mask) + 45 * (lanes >> 8 & mask) + 2025 * (lanes & mask)
    groups = bytearray(value.to_bytes(len(digits), "big"))
    if groups[0::3] != bytes(len(digits) // 3):
        raise MalformedError("Base45: a group of three is larger than two bytes")
    del groups[0::3]
    return bytes(groups)


@lru_cache(maxsize=MAX_TEXT_LENGTH)
def _last_byte_of_each_lane(length: int) -> int:
    return int.from_bytes(b"\0\0\xff" * (length // 3), "big")


def _decode_pair(digits: bytes) -> bytes:
    value = digits[0] + 45 * digits[1]
    if value > 0xFF:
        raise MalformedError("Base45: the last pair is larger than one byte")
    return bytes((value,))
