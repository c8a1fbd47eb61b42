"""Deterministic CBOR (RFC 8949, section 4.2.1), strict: what we would not write we do not read.

The reader decodes, encodes the result again and compares. One comparison refuses every other
spelling: trailing bytes, long integers and lengths, unordered or repeated keys, indefinite
lengths, numbers in tags. Our data model is the part of CBOR that certificates need: integers of
64 bits, byte and text strings, arrays, maps keyed by integers or text, false, true and null.
"""

from typing import Any, Final, TypeAlias

import cbor2

from spec.errors import MalformedError
from spec.limits import MAX_NESTING

__all__ = ["CborValue", "decode", "encode"]

CborValue: TypeAlias = Any
"""`int | bytes | str | list | dict | bool | None`, nested."""

_LEAST: Final = -(2**64)
_GREATEST: Final = 2**64 - 1
_SCALARS: Final = frozenset({bytes, str, bool, type(None)})


def encode(value: CborValue) -> bytes:
    """Write the one deterministic encoding of a value.

    Raises MalformedError for a type outside our data model, an integer of more than 64 bits, or
    nesting deeper than MAX_NESTING. cbor2's own canonical mode orders keys by length first
    (RFC 7049) and is therefore not used.
    """
    try:
        return cbor2.dumps(_ordered([value], MAX_NESTING)[0])
    except UnicodeEncodeError:
        raise MalformedError("CBOR: a text is not Unicode") from None


def decode(data: bytes) -> CborValue:
    """Read one deterministic CBOR item that fills `data`; raises MalformedError for all else."""
    try:
        value = cbor2.loads(
            data, max_depth=MAX_NESTING + 1, allow_indefinite=False, allow_duplicate_keys=False
        )
    except (cbor2.CBORDecodeError, ValueError, OverflowError, TypeError):
        raise MalformedError("CBOR: not well-formed") from None
    if encode(value) != data:
        raise MalformedError("CBOR: not the deterministic encoding")
    return value


def _ordered(items: list[CborValue], levels: int) -> list[CborValue]:
    """Check values against the data model and put the keys of maps into bytewise order."""
    checked = []
    for item in items:
        kind = type(item)
        if kind is int:
            if not _LEAST <= item <= _GREATEST:
                raise MalformedError("CBOR: an integer has more than 64 bits")
            checked.append(item)
        elif kind in _SCALARS:
            checked.append(item)
        elif levels == 0:
            raise MalformedError("CBOR: nested too deeply")
        elif kind is list:
            checked.append(_ordered(item, levels - 1))
        elif kind is dict:
            keys = sorted(item, key=_rank)
            values = _ordered([item[key] for key in keys], levels - 1)
            checked.append(dict(zip(keys, values, strict=True)))
        else:
            raise MalformedError("CBOR: a type outside the data model")
    return checked


def _rank(key: CborValue) -> tuple[int, int, bytes]:
    """Where a key stands in the bytewise order of encodings: 0 up, -1 down, then text."""
    if type(key) is int:
        return (0, key, b"") if key >= 0 else (1, -key, b"")
    if type(key) is str:
        text = key.encode()
        return (2, len(text), text)
    raise MalformedError("CBOR: a map key is neither an integer nor text")
