"""Deterministic CBOR (RFC 8949, section 4.2.1), strict: what we would not write we do not read.

The deterministic encoding of a value is its only shortest one. So the reader lets cbor2 decode,
adds up how long the shortest encoding is, and compares: a longer input has a long integer or
length, or trailing bytes. Tags, repeated and unordered keys and indefinite lengths, which length
does not tell, are refused by themselves. Our data model is the part of CBOR that certificates
need: integers of 64 bits, byte and text strings, arrays, maps keyed by integers or text, false,
true and null.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, NoReturn, TypeAlias

import cbor2

from spec.errors import MalformedError
from spec.limits import MAX_NESTING

__all__ = ["CborValue", "byte_string", "decode", "encode", "encode_ordered", "take_byte_string"]

CborValue: TypeAlias = Any
"""`int | bytes | str | list | dict | bool | None`, nested."""

_BEFORE_ALL: Final = (-1, 0, b"")
_LEAST: Final = -(2**64)
_GREATEST: Final = 2**64 - 1
_SCALARS: Final = frozenset({int, bytes, str, bool, type(None)})


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
    return encode_ordered(_ordered(value, MAX_NESTING))


def encode_ordered(value: CborValue) -> bytes:
    """Write a value of our data model whose maps have their keys in order already.

    For whoever builds the value himself: to look through it takes ten times as long as to write
    it. Raises MalformedError for a text that is not Unicode.
    """
    try:
        return cbor2.dumps(value)
    except UnicodeEncodeError:
        raise MalformedError("CBOR: a text is not Unicode") from None


byte_string: Final[Callable[[bytes], bytes]] = cbor2.dumps
"""Writes a byte string; for envelopes, whose other bytes never change."""


def decode(data: bytes) -> CborValue:
    """Read one deterministic CBOR item that fills `data`; raises MalformedError for all else."""
    try:
        value = cbor2.loads(
            data,
            max_depth=MAX_NESTING + 1,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders=_NO_TAGS,
        )
    except (cbor2.CBORDecodeError, ValueError, OverflowError, TypeError):
        raise MalformedError("CBOR: not well-formed") from None
    if _shortest((value,), MAX_NESTING) != len(data):
        raise MalformedError("CBOR: not the deterministic encoding")
    return value


def take_byte_string(data: bytes, start: int) -> tuple[bytes, int]:
    """Read the byte string at `start`; gives it and where it ends. Raises MalformedError.

    For envelopes, whose other bytes never change.
    """
    try:
        first = data[start]
        if first == 0x58:
            begin, length, least, most = start + 2, data[start + 1], 24, 0xFF
        elif first == 0x59:
            length = data[start + 1] << 8 | data[start + 2]
            begin, least, most = start + 3, 0x100, 0xFFFF
        elif first == 0x5A:
            length = int.from_bytes(data[start + 1 : start + 5], "big")
            begin, least, most = start + 5, 0x1_0000, 0xFFFF_FFFF
        else:
            begin, length, least, most = start + 1, first - 0x40, 0, 23
    except IndexError:
        raise MalformedError("CBOR: the bytes end before a byte string") from None
    if not least <= length <= most:
        raise MalformedError("CBOR: not a byte string with the shortest head")
    end = begin + length
    if end > len(data):
        raise MalformedError("CBOR: the bytes end within a byte string")
    return data[begin:end], end


def _ordered(value: CborValue, levels: int) -> CborValue:
    """Put the keys of all maps into the bytewise order of their encodings, `levels` deep."""
    kind = type(value)
    if kind is int and not _LEAST <= value <= _GREATEST:
        raise MalformedError("CBOR: an integer has more than 64 bits")
    if kind in _SCALARS:
        return value
    if levels == 0:
        raise MalformedError("CBOR: nested too deeply")
    if kind is list:
        return [_ordered(item, levels - 1) for item in value]
    if kind is dict:
        return {key: _ordered(value[key], levels - 1) for key in sorted(value, key=_rank)}
    raise MalformedError("CBOR: a type outside the data model")


def _shortest(items: Iterable[CborValue], levels: int) -> int:
    """Add up the bytes of the shortest encodings of decoded items, `levels` of nesting deep.

    Raises MalformedError for a type outside the data model or keys out of order.
    """
    total = 0
    for item in items:
        kind = type(item)
        if kind is int:
            number = item if item >= 0 else ~item
            total += 1 if number < 24 else 3 if 2**8 <= number < 2**16 else _head(number)
        elif kind is str:
            length = len(item.encode())
            total += _head(length) + length
        elif kind is list and levels:
            total += _head(len(item)) + _shortest(item, levels - 1)
        elif kind is bytes:
            total += _head(len(item)) + len(item)
        elif kind is bool or item is None:
            total += 1
        elif kind is dict and levels:
            total += _head(len(item)) + _shortest_keys(item) + _shortest(item.values(), levels - 1)
        elif levels == 0:
            raise MalformedError("CBOR: nested too deeply")
        else:
            raise MalformedError("CBOR: a type outside the data model")
    return total


def _head(number: int) -> int:
    """Bytes that a number, a length or a count takes in its shortest head."""
    if number < 24:
        return 1
    return 2 if number < 2**8 else 3 if number < 2**16 else 5 if number < 2**32 else 9


def _shortest_keys(keys: Iterable[CborValue]) -> int:
    """Add up the bytes of map keys, and hold them to their order."""
    total = 0
    before = _BEFORE_ALL
    for key in keys:
        rank = _rank(key)
        if rank <= before:
            raise MalformedError("CBOR: the keys of a map are out of order")
        before = rank
        total += _head(rank[1]) + len(rank[2])
    return total


def _rank(key: CborValue) -> tuple[int, int, bytes]:
    """Where a key stands in the bytewise order of encodings: major type, head, content."""
    if type(key) is int and _LEAST <= key <= _GREATEST:
        return (0, key, b"") if key >= 0 else (1, ~key, b"")
    if type(key) is not str:
        raise MalformedError("CBOR: a map key is neither an integer of 64 bits nor text")
    text = key.encode(errors="surrogatepass")
    return 3, len(text), text
