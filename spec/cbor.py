"""Deterministic CBOR (RFC 8949, section 4.2.1), strict: what we would not write we do not read.

The reader decodes, encodes the result again and compares. One comparison refuses every other
spelling: trailing bytes, long integers and lengths, repeated keys, indefinite lengths. What it
cannot see, the order of keys, is checked on the way. Tags are refused as they are met, before any
gets a meaning: shared references (tags 28 and 29) would let a few hundred bytes grow into
thousands of millions of items. Our data model is the part of CBOR that certificates need: integers
of 64 bits, byte and text strings, arrays, maps keyed by integers or text, false, true and null.
"""

from collections.abc import Iterable
from typing import Any, Final, NoReturn, TypeAlias

import cbor2

from spec.errors import MalformedError
from spec.limits import MAX_NESTING

__all__ = ["CborValue", "byte_string", "decode", "encode"]

CborValue: TypeAlias = Any
"""`int | bytes | str | list | dict | bool | None`, nested."""

_LEAST: Final = -(2**64)
_GREATEST: Final = 2**64 - 1
_SCALARS: Final = frozenset({bytes, str, bool, type(None)})
_BEFORE_ALL: Final = (-1, 0, b"")


class _NoTags(dict[int, Any]):
    """What cbor2 asks for the decoder of a tag: every tag, known to it or not, is refused."""

    def __missing__(self, tag: int) -> Any:
        return _refuse_tag


def _refuse_tag(*_: object) -> NoReturn:
    raise MalformedError("CBOR: a tag")


_NO_TAGS: Final = _NoTags()


def encode(value: CborValue) -> bytes:
    """Write the one deterministic encoding of a value.

    Raises MalformedError for a type outside our data model, an integer of more than 64 bits, or
    nesting deeper than MAX_NESTING. cbor2's own canonical mode orders keys by length first
    (RFC 7049) and is therefore not used.
    """
    ordered = _ordered(value, MAX_NESTING)
    _check((ordered,), MAX_NESTING)
    try:
        return cbor2.dumps(ordered)
    except UnicodeEncodeError:
        raise MalformedError("CBOR: a text is not Unicode") from None


def byte_string(data: bytes) -> bytes:
    """Write a byte string; for envelopes, whose other bytes never change."""
    return cbor2.dumps(data)


def decode(data: bytes) -> CborValue:
    """Read one deterministic CBOR item that fills `data`; raises MalformedError for all else."""
    try:
        value = cbor2.loads(
            data, max_depth=MAX_NESTING + 1, allow_indefinite=False, allow_duplicate_keys=False
        )
    except (cbor2.CBORDecodeError, ValueError, OverflowError, TypeError):
        raise MalformedError("CBOR: not well-formed") from None
    _check((value,), MAX_NESTING)
    if cbor2.dumps(value) != data:
        raise MalformedError("CBOR: not the deterministic encoding")
    return value


def _ordered(value: CborValue, levels: int) -> CborValue:
    """Put the keys of all maps into the bytewise order of their encodings, `levels` deep."""
    if levels and type(value) is list:
        return [_ordered(item, levels - 1) for item in value]
    if levels and type(value) is dict:
        return {key: _ordered(value[key], levels - 1) for key in sorted(value, key=_rank)}
    return value


def _check(items: Iterable[CborValue], levels: int) -> None:
    """Hold items to the data model, to the order of their keys, and to `levels` of nesting."""
    for item in items:
        kind = type(item)
        if kind in _SCALARS:
            continue
        if kind is int:
            if not _LEAST <= item <= _GREATEST:
                raise MalformedError("CBOR: an integer has more than 64 bits")
        elif levels == 0:
            raise MalformedError("CBOR: nested too deeply")
        elif kind is list:
            _check(item, levels - 1)
        elif kind is dict:
            _check_keys(item)
            _check(item.values(), levels - 1)
        else:
            raise MalformedError("CBOR: a type outside the data model")


def _check_keys(keys: Iterable[CborValue]) -> None:
    """Hold the keys of a map to their types and their order."""
    before = _BEFORE_ALL
    for key in keys:
        rank = _rank(key)
        if rank <= before:
            raise MalformedError("CBOR: the keys of a map are out of order")
        before = rank


def _rank(key: CborValue) -> tuple[int, int, bytes]:
    """Where a key stands in bytewise order: integers from 0 up, then from -1 down, then text."""
    if type(key) is int and _LEAST <= key <= _GREATEST:
        return (0, key, b"") if key >= 0 else (1, -key, b"")
    if type(key) is not str:
        raise MalformedError("CBOR: a map key is neither an integer of 64 bits nor text")
    text = key.encode(errors="surrogatepass")
    return 2, len(text), text
