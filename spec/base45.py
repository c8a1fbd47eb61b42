"""Base45 (RFC 9285), strict: one spelling for each byte string, and no other is read.

All groups are worked on at once, as the lanes of one big integer: many times faster than a loop
over the groups, which counts on the path of every scan.
"""

from typing import Final

from spec.errors import MalformedError

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
    """Turn groups of three base-45 digits into groups of two bytes."""
    value = _lanes(digits[0::3]) + 45 * _lanes(digits[1::3]) + 2025 * _lanes(digits[2::3])
    groups = bytearray(value.to_bytes(len(digits), "big"))
    if any(groups[0::3]):
        raise MalformedError("Base45: a group of three is larger than two bytes")
    del groups[0::3]
    return bytes(groups)


def _lanes(digits: bytes) -> int:
    """Spread digits over the 24-bit lanes of one integer; three digits need 17 bits of a lane."""
    spread = bytearray(3 * len(digits))
    spread[2::3] = digits
    return int.from_bytes(spread, "big")


def _decode_pair(digits: bytes) -> bytes:
    value = digits[0] + 45 * digits[1]
    if value > 0xFF:
        raise MalformedError("Base45: the last pair is larger than one byte")
    return bytes((value,))
