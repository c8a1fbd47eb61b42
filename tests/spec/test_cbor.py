"""Deterministic CBOR against RFC 8949, against cbor2, and against every other spelling."""

import time
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import cbor
from spec.errors import MalformedError
from spec.limits import MAX_NESTING

INTEGERS = st.integers(min_value=-(2**64), max_value=2**64 - 1)
SCALARS = INTEGERS | st.binary(max_size=300) | st.text(max_size=40) | st.booleans() | st.none()
KEYS = INTEGERS | st.text(max_size=30)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)

APPENDIX_A: list[tuple[str, Any]] = [
    ("00", 0),
    ("01", 1),
    ("0a", 10),
    ("17", 23),
    ("1818", 24),
    ("1819", 25),
    ("1864", 100),
    ("1903e8", 1000),
    ("1a000f4240", 1_000_000),
    ("1b000000e8d4a51000", 1_000_000_000_000),
    ("1bffffffffffffffff", 18_446_744_073_709_551_615),
    ("3bffffffffffffffff", -18_446_744_073_709_551_616),
    ("20", -1),
    ("29", -10),
    ("3863", -100),
    ("3903e7", -1000),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("40", b""),
    ("4401020304", b"\x01\x02\x03\x04"),
    ("60", ""),
    ("6161", "a"),
    ("6449455446", "IETF"),
    ("62225c", '"\\'),
    ("62c3bc", "ü"),
    ("63e6b0b4", "水"),
    ("64f0908591", "\U00010151"),
    ("80", []),
    ("83010203", [1, 2, 3]),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    (
        "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
        list(range(1, 26)),
    ),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
    ("826161a161626163", ["a", {"b": "c"}]),
    ("a56161614161626142616361436164614461656145", dict(zip("abcde", "ABCDE", strict=True))),
]
"""The examples of RFC 8949, appendix A, that lie within our data model."""

APPENDIX_A_REFUSED = [
    *("c249010000000000000000", "c349010000000000000000"),
    *("f90000", "f98000", "f93c00", "fb3ff199999999999a", "f93e00", "f97bff", "fa47c35000"),
    *("fa7f7fffff", "fb7e37e43c8800759c", "f90001", "f90400", "f9c400", "fbc010666666666666"),
    *("f97c00", "f97e00", "f9fc00", "fa7f800000", "fa7fc00000", "faff800000"),
    *("fb7ff0000000000000", "fb7ff8000000000000", "fbfff0000000000000"),
    *("f7", "f0", "f818", "f8ff"),
    "c074323031332d30332d32315432303a30343a30305a",
    *("c11a514b67b0", "c1fb41d452d9ec200000", "d74401020304", "d818456449455446"),
    "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
    *("5f42010243030405ff", "7f657374726561646d696e67ff", "9fff", "9f018202039f0405ffff"),
    *("9f01820203820405ff", "83018202039f0405ff", "83019f0203ff820405"),
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
    *("bf61610161629f0203ffff", "826161bf61626163ff", "bf6346756ef563416d7421ff"),
]
"""The other examples of appendix A: sound CBOR, and not for us."""

NOT_WELL_FORMED = [
    *("", "18", "19", "1a", "1b", "1901", "1a0102", "1b01020304050607", "38", "58", "78", "98"),
    *("9a01ff00", "b8", "d8", "f8", "f900", "fa0000", "fb000000"),
    *("41", "61", "5affffffff00", "5bffffffffffffffff010203", "7affffffff00"),
    *("7b7fffffffffffffff010203", "81", "818181818181818181", "8200", "a1", "a20102", "a100"),
    *("a2000000", "c0", "9a7fffffff", "9bffffffffffffffff", "bb7fffffffffffffff", "ba7fffffff"),
    *("5f4100", "7f6100", "9f", "9f0102", "bf", "bf01020102", "819f", "9f8000"),
    *("1c", "1d", "1e", "1f", "3c", "3d", "3e", "3f", "5c", "5d", "5e", "7c", "7d", "7e"),
    *("9c", "9d", "9e", "bc", "bd", "be", "dc", "dd", "de", "df", "fc", "fd", "fe", "ff", "81ff"),
    *("f800", "f801", "f814", "f815", "f816", "f817", "f81f"),
    *("62c328", "61ff", "63eda080", "64f4908080", "62c0af"),
]
"""Of RFC 8949, appendix F, and text that is not UTF-8."""

OTHER_SPELLINGS = [
    *("1800", "1817", "190000", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3800", "3817"),
    *("5800", "580161", "59000161", "7800", "780161", "5b000000000000000161", "9800", "980100"),
    *("99000100", "9b000000000000000100", "b800", "b8010000", "b900010000"),
    *("0000", "00f6", "8000", "a000", "6161ff", "4000"),
    *(
        "a20000",
        "a2010002",
        "a201000100",
        "a202000100",
        "a220000000",
        "a26161000000",
        "a261620061610000",
    ),
    *("a2616100616100", "a2200000", "a3010020006161006101", "a220001818 00", "a2200018180000"),
    *("a200001800 00", "a10100 00", "f5f5", "a26162006161 00"),
    *("a262616100616200", "a2626161006162 00"),
]

KEYS_OF_OTHER_TYPES = [
    *("a1f500", "a1f600", "a14000", "a1416100", "a18000", "a1810000", "a1a000", "a1f93c0000"),
    *("a1c2490100000000000000 0000", "a1c100 00", "a201000100", "a20100f93c0000", "a20100f500"),
]


@pytest.mark.parametrize(("encoded", "value"), APPENDIX_A)
def test_the_examples_of_rfc_8949(encoded: str, value: Any) -> None:
    data = bytes.fromhex(encoded)
    assert cbor.encode(value) == data
    decoded = cbor.decode(data)
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(
    "encoded", APPENDIX_A_REFUSED + NOT_WELL_FORMED + OTHER_SPELLINGS + KEYS_OF_OTHER_TYPES
)
def test_what_is_not_ours_is_refused(encoded: str) -> None:
    data = bytes.fromhex(encoded)
    for item in (data, b"\x81" + data, b"\xa1\x00" + data, b"\x82\x00" + data):
        with pytest.raises(MalformedError):
            cbor.decode(item)


@given(VALUES)
def test_round_trip(value: Any) -> None:
    data = cbor.encode(value)
    assert cbor.decode(data) == value
    assert cbor.encode(cbor.decode(data)) == data


@given(VALUES)
def test_cbor2_reads_what_we_write(value: Any) -> None:
    assert cbor2.loads(cbor.encode(value)) == value


@given(st.dictionaries(KEYS, st.none(), max_size=30))
def test_keys_stand_in_the_order_of_their_encodings(value: dict[Any, None]) -> None:
    keys = [cbor2.dumps(key) for key in cbor2.loads(cbor.encode(value))]
    assert keys == sorted(keys)


@given(st.lists(KEYS, min_size=2, max_size=8))
def test_only_one_order_of_keys_is_read(keys: list[Any]) -> None:
    encoded = [cbor2.dumps(key) for key in keys]
    data = bytes((0xA0 | len(keys),)) + b"".join(key + b"\0" for key in encoded)
    if encoded == sorted(set(encoded)):
        assert cbor.decode(data) == dict.fromkeys(keys, 0)
    else:
        with pytest.raises(MalformedError):
            cbor.decode(data)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_our_error(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except MalformedError:
        return
    assert cbor.encode(value) == data


@given(VALUES, st.data())
def test_a_changed_byte_gives_another_value_or_our_error(value: Any, draw: st.DataObject) -> None:
    data = bytearray(cbor.encode(value))
    place = draw.draw(st.integers(0, len(data) - 1))
    data[place] = draw.draw(st.integers(0, 255))
    try:
        changed = cbor.decode(bytes(data))
    except MalformedError:
        return
    assert cbor.encode(changed) == bytes(data)


@pytest.mark.parametrize("shape", ["8100", "a10000"])
def test_nesting_to_the_limit_both_ways(shape: str) -> None:
    head, leaf = bytes.fromhex(shape)[:-1], b"\0"
    value: Any = 0
    for _ in range(MAX_NESTING):
        value = [value] if head == b"\x81" else {0: value}
    data = head * MAX_NESTING + leaf
    assert cbor.decode(data) == value
    assert cbor.encode(value) == data
    with pytest.raises(MalformedError):
        cbor.decode(head + data)
    with pytest.raises(MalformedError):
        cbor.encode([value])


@pytest.mark.parametrize("depth", [MAX_NESTING + 1, 100, 5000, 100_000])
@pytest.mark.parametrize("head", [b"\x81", b"\xa1\x00", b"\xd2", b"\x9f", b"\xa1", b"\xd8\x1c\x81"])
def test_deep_nesting_is_our_error(head: bytes, depth: int) -> None:
    with pytest.raises(MalformedError):
        cbor.decode(head * depth + b"\0")


@pytest.mark.parametrize("leaf", [b"\x80", b"\xa0", b"\x40", b"\xf6"])
def test_empty_containers_count_as_levels(leaf: bytes) -> None:
    data = b"\x81" * (MAX_NESTING - 1) + leaf
    assert cbor.encode(cbor.decode(data)) == data
    deeper = b"\x81" * MAX_NESTING + leaf
    if leaf in (b"\x40", b"\xf6"):
        assert cbor.encode(cbor.decode(deeper)) == deeper
    else:
        with pytest.raises(MalformedError):
            cbor.decode(deeper)


@pytest.mark.parametrize("tag", [*range(300), 1004, 1040, 43_000, 55_799, 2**32, 2**64 - 1])
def test_every_tag_is_refused_wherever_it_stands(tag: int) -> None:
    head = cbor2.dumps(cbor2.CBORTag(tag, 0))[:-1]
    for content in (b"\x00", b"\x41\x01", b"\x61\x31", b"\x82\x01\x01", b"\xa0", b"\x80"):
        for item in (
            head + content,
            b"\x81" + head + content,
            b"\xa1\x00" + head + content,
            b"\xa1" + head + content + b"\x00",
        ):
            with pytest.raises(MalformedError):
                cbor.decode(item)


def test_shared_references_do_not_unfold() -> None:
    """Eight levels of 80 references would be 80 to the eighth items out of 700 bytes."""
    data = b"\xd8\x1c\x80"
    for number in range(7, 0, -1):
        data = b"\xd8\x1c\x98\x1e" + data + (b"\xd8\x1d" + bytes((number,))) * 29
    begun = time.perf_counter()
    with pytest.raises(MalformedError):
        cbor.decode(data)
    assert time.perf_counter() - begun < 1


def test_a_cycle_is_refused_both_ways() -> None:
    with pytest.raises(MalformedError):
        cbor.decode(bytes.fromhex("d81c81d81d00"))
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(MalformedError):
        cbor.encode(cycle)


@pytest.mark.parametrize("head", ["9b", "bb", "5b", "7b"])
@pytest.mark.parametrize("length", [2**31, 2**32, 2**40, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_length_that_is_announced_costs_no_memory(head: str, length: int) -> None:
    with pytest.raises(MalformedError):
        cbor.decode(bytes.fromhex(head) + length.to_bytes(8, "big") + b"\0\0\0")


@pytest.mark.parametrize(
    "value",
    [
        2**64,
        -(2**64) - 1,
        1.0,
        float("nan"),
        (1, 2),
        {1, 2},
        bytearray(b"x"),
        object(),
        cbor2.undefined,
        cbor2.CBORSimpleValue(99),
        cbor2.CBORTag(1, 1),
        "\ud800",
        ["\udfff"],
        {"\ud800": 1},
        {True: 1},
        {None: 1},
        {b"x": 1},
        {1.0: 1},
        {2**64: 1},
        {-(2**64) - 1: 1},
        {(1,): 1},
    ],
    ids=lambda value: "object" if type(value) is object else repr(value),
)
def test_only_our_data_model_is_written(value: Any) -> None:
    for item in (value, [value], {0: value}):
        with pytest.raises(MalformedError):
            cbor.encode(item)


def test_the_order_is_not_that_of_rfc_7049() -> None:
    value = {"b": 0, "aa": 0, -1: 0, 24: 0, 1: 0, 256: 0, -25: 0, -65_537: 0}
    assert list(cbor.decode(cbor.encode(value))) == [1, 24, 256, -1, -25, -65_537, "b", "aa"]


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 65_535, 65_536])
def test_heads_of_strings_of_every_length(length: int) -> None:
    for value in (b"x" * length, "x" * length, [0] * length, dict.fromkeys(range(length), 0)):
        data = cbor.encode(value)
        assert data == cbor2.dumps(value)
        assert cbor.decode(data) == value


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 700, 65_535, 65_536, 70_000])
def test_a_byte_string_is_taken_out_of_an_envelope(length: int) -> None:
    content = bytes(length)
    data = b"\x84" + cbor.byte_string(content) + b"\xa0"
    assert cbor.take_byte_string(data, 1) == (content, len(data) - 1)


@pytest.mark.parametrize("length", [0, 23, 24, 255, 256, 65_535, 65_536, 70_000])
@pytest.mark.parametrize(("head", "size"), [(0x58, 1), (0x59, 2), (0x5A, 4), (0x5B, 8)])
def test_a_byte_string_with_a_longer_head_is_not_taken(length: int, head: int, size: int) -> None:
    if length >= 256**size:
        return
    data = bytes((head,)) + length.to_bytes(size, "big") + bytes(length)
    if data == cbor2.dumps(bytes(length)):
        assert cbor.take_byte_string(data, 0) == (bytes(length), len(data))
        for cut in (*range(size + 2), len(data) - 1):
            with pytest.raises(MalformedError):
                cbor.take_byte_string(data[:cut], 0)
        return
    with pytest.raises(MalformedError):
        cbor.take_byte_string(data, 0)


@given(st.binary(max_size=80), st.integers(0, 90))
def test_a_byte_string_is_taken_or_our_error_raised(data: bytes, start: int) -> None:
    try:
        content, end = cbor.take_byte_string(data, start)
    except MalformedError:
        return
    assert data[start:end] == cbor2.dumps(content)
