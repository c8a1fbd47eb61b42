"""Which 32 bytes are an Ed25519 public key that only one signer can sign for. Pure.

OpenSSL loads any 32 bytes, and looks for the point only when it verifies. Among the points are
eight of small order: for those, constant signatures hold for many messages or for all of them,
with no private key. Loading is rare, so plain integers are fast enough.
"""

from typing import Final

__all__ = ["is_sound_public_key"]

_PRIME: Final = 2**255 - 19
_D: Final = -121_665 * pow(121_666, -1, _PRIME) % _PRIME
"""The constant of the curve -x² + y² = 1 + d·x²·y² (RFC 8032, section 5.1)."""

_ODD_X: Final = 1 << 255
"""The bit that tells x from -x; the square of x suffices here."""
_DOUBLINGS: Final = 3
"""Three lead every point whose order divides 8 to the neutral point."""


def is_sound_public_key(encoded: bytes) -> bool:
    """Tell whether 32 bytes are the one spelling of a point of the curve of more than order 8."""
    y = int.from_bytes(encoded, "little") & ~_ODD_X
    return y < _PRIME and _is_square(_x_squared(y)) and not _has_small_order(y)


def _x_squared(y: int) -> int:
    return (y * y - 1) * _inverse(_D * y * y + 1) % _PRIME


def _is_square(number: int) -> bool:
    return number == 0 or pow(number, (_PRIME - 1) // 2, _PRIME) == 1


def _has_small_order(y: int) -> bool:
    """Double the point and look for the neutral one, (0, 1); its y alone is needed."""
    for _ in range(_DOUBLINGS):
        x_squared = _x_squared(y)
        y = (y * y + x_squared) * _inverse(1 - _D * x_squared * y * y) % _PRIME
    return y == 1


def _inverse(number: int) -> int:
    """The inverse; the divisors of this curve's formulas are never zero (-1/d is no square)."""
    return pow(number, -1, _PRIME)
