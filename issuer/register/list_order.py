"""The order in which the positions of one status list are given out: random, kept as a seed.

A Feistel network over the 18 bits of a position is a permutation whatever its round function is,
so a list is filled to its last place without a table of what is taken and without a second try.
Filled lists matter: places left over at random would cost 17.8 kB of a compressed list, more than
all else in it. The rounds look their values up in tables of keyed BLAKE2b, which takes a tenth
of the time of hashing for each position.
"""

import secrets
from hashlib import blake2b
from struct import Struct
from typing import Final

from spec.limits import STATUS_LIST_SIZE

__all__ = ["ListOrder", "new_seed"]

_SEED_LENGTH: Final = 16
_HALF: Final = (STATUS_LIST_SIZE.bit_length() - 1) // 2
"""Bits of each half of a position."""
_MASK: Final = (1 << _HALF) - 1
_ROUNDS: Final = 8
"""Twice the four after which Luby and Rackoff's proof holds for halves that are not as short."""
_TABLE: Final = Struct(f"<{1 << _HALF}H")
_BLOCKS: Final = _TABLE.size // blake2b.MAX_DIGEST_SIZE


def new_seed() -> bytes:
    """A secret for a new list. Who knows it can tell which certificates were issued together."""
    return secrets.token_bytes(_SEED_LENGTH)


class ListOrder:
    """A permutation of the positions of one list."""

    def __init__(self, seed: bytes) -> None:
        self._tables = [_table(seed, number) for number in range(_ROUNDS)]

    def index(self, turn: int) -> int:
        """The index that is given out at a turn; both count from 0 and lie below 2^18."""
        left, right = turn >> _HALF, turn & _MASK
        for table in self._tables:
            left, right = right, left ^ table[right] & _MASK
        return left << _HALF | right


def _table(seed: bytes, number: int) -> tuple[int, ...]:
    """What a round adds to one half, for each value of the other."""
    blocks = (
        blake2b(bytes((number, block)), key=seed, person=b"status list").digest()
        for block in range(_BLOCKS)
    )
    return _TABLE.unpack(b"".join(blocks))
