"""Status lists: against a naive model, against the draft's examples, against hostile bytes."""

import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spec.errors import MalformedError
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import (
    STATUS_LIST_BYTES,
    Status,
    compress,
    decompress,
    filled,
    put,
    status_at,
)
from tests.vectors.deflate import zlib_wrapped

INDICES = st.integers(0, STATUS_LIST_SIZE - 1)
STATUSES = st.sampled_from(Status)
CHANGES = st.lists(st.tuples(st.lists(INDICES, max_size=8), STATUSES), max_size=12)
LISTS = st.builds(
    lambda piece, more: (piece * STATUS_LIST_BYTES + more)[:STATUS_LIST_BYTES],
    st.binary(min_size=1, max_size=9),
    st.binary(max_size=9),
)

OF_THE_DRAFT = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
"""Section 4.1 of the draft: twelve statuses, three bytes, and these compressed."""

APPENDIX_C_2 = {0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1}
APPENDIX_C_2 |= {645645: 2, 723232: 1, 854545: 1, 934534: 2, 1000345: 3}
COMPRESSED_C_2 = bytes.fromhex(
    "78daeddb310d00211000412ea1a04004fe5520ed357c28c81d3312b6df68bc65480000000000406e210100000000"
    "00000000000000000000000000000000000000000000000000000040795b02000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000080f4ba0400000000000000000000000000406d764a000000000000"
    "000000000000000000000000000000e0922101000000000000000000000000000000000000fc1312000000000000"
    "00000000000000000000000000000000000000000000000000c0912e010000000000000000000000000000000000"
    "00c07d4b02000000000000000000000000000000a8614a0000000000000000000000406a1fcd60010c"
)
"""Appendix C.2 of the draft: 2^20 positions of two bits, all not named valid."""


def test_the_values_are_those_of_the_registry() -> None:
    assert [int(status) for status in Status] == [0, 1, 2, 3]
    assert STATUS_LIST_SIZE == 2**18
    assert len(filled(Status.VALID)) == STATUS_LIST_BYTES == 2**16


def test_the_layout_is_that_of_the_draft() -> None:
    bits = filled(Status.VALID)
    for index, status in enumerate(OF_THE_DRAFT):
        put(bits, [index], Status(status))
    assert bits[:3].hex() == "c944f9"
    assert not any(bits[3:])
    assert zlib.decompress(bytes.fromhex("78da3be9f2130003df0207")) == bits[:3]
    assert [status_at(bits, index) for index in range(12)] == OF_THE_DRAFT


def test_the_test_vector_of_the_draft() -> None:
    bits = zlib.decompress(COMPRESSED_C_2)
    assert len(bits) == 2**20 // 4
    read = {index: int(status_at(bits, index)) for index in range(2**20) if status_at(bits, index)}
    assert read == APPENDIX_C_2


@given(STATUSES, CHANGES)
def test_a_list_does_what_a_dictionary_does(
    fill: Status, changes: list[tuple[list[int], Status]]
) -> None:
    bits, model = filled(fill), dict[int, Status]()
    for indices, status in changes:
        put(bits, indices, status)
        model |= dict.fromkeys(indices, status)
    near = {index + step for index in model for step in range(-4, 5)}
    for index in {0, STATUS_LIST_SIZE - 1, *near} & {*range(STATUS_LIST_SIZE)}:
        assert status_at(bits, index) is model.get(index, fill)
    assert len(bits) == STATUS_LIST_BYTES


@pytest.mark.parametrize("fill", Status)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("index", [0, 1, 2, 3, 4, 7, 73_482, *range(2**18 - 5, 2**18)])
def test_one_position_and_no_other(fill: Status, status: Status, index: int) -> None:
    bits = filled(fill)
    put(bits, [index], status)
    expected = filled(fill)
    assert status_at(bits, index) is status
    put(bits, [index], fill)
    assert bits == expected


@pytest.mark.parametrize("index", [STATUS_LIST_SIZE, STATUS_LIST_SIZE + 3, 2**32])
def test_no_position_behind_the_list(index: int) -> None:
    with pytest.raises(IndexError):
        status_at(filled(Status.VALID), index)


def test_a_list_may_lie_anywhere() -> None:
    bits = filled(Status.SUPERSEDED)
    assert status_at(bits, 5) is status_at(bytes(bits), 5) is status_at(memoryview(bits), 5)


@given(LISTS)
def test_lists_go_round(bits: bytes) -> None:
    assert decompress(compress(bits)) == bits


@given(STATUSES, st.dictionaries(INDICES, STATUSES, max_size=9))
@settings(max_examples=25)
def test_the_encoder_of_the_vectors_is_one(fill: Status, others: dict[int, Status]) -> None:
    bits = filled(fill)
    for index, status in others.items():
        put(bits, [index], status)
    assert decompress(zlib_wrapped(bytes(bits))) == zlib.decompress(zlib_wrapped(bytes(bits)))
    assert decompress(zlib_wrapped(bytes(bits))) == bits


@given(LISTS, st.integers(0, 9))
def test_every_level_of_compression_is_read(bits: bytes, level: int) -> None:
    assert decompress(zlib.compress(bits, level)) == bits


@given(LISTS.map(compress), st.data())
def test_no_list_cut_short_is_read(data: bytes, draw: st.DataObject) -> None:
    with pytest.raises(MalformedError):
        decompress(data[: draw.draw(st.integers(0, len(data) - 1))])


@given(LISTS.map(compress), st.binary(min_size=1, max_size=20))
def test_nothing_may_follow(data: bytes, more: bytes) -> None:
    with pytest.raises(MalformedError):
        decompress(data + more)


@given(st.binary(max_size=200))
@example(b"")
@example(zlib.compress(b""))
@example(zlib.compress(bytes(STATUS_LIST_BYTES - 1)))
@example(zlib.compress(bytes(STATUS_LIST_BYTES + 1)))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decompress(data)


@given(st.binary(max_size=40), LISTS.map(compress), st.integers(0, 100))
def test_any_bytes_within_give_a_whole_list_or_our_error(
    piece: bytes, data: bytes, start: int
) -> None:
    try:
        bits = decompress(data[:start] + piece + data[start + len(piece) :])
    except MalformedError:
        return
    assert len(bits) == STATUS_LIST_BYTES


def _compressed(size: int, wbits: int = zlib.MAX_WBITS) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return packer.compress(bytes(size)) + packer.flush()


@pytest.mark.parametrize(
    "make",
    [
        lambda: _compressed(STATUS_LIST_BYTES, wbits=-15),
        lambda: _compressed(STATUS_LIST_BYTES, wbits=31),
        lambda: zlib.compress(compress(bytes(STATUS_LIST_BYTES))),
        lambda: compress(bytes(STATUS_LIST_BYTES))[:-4] + bytes(4),
    ],
    ids=["raw", "gzip", "twice", "checksum"],
)
def test_other_forms_are_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(MalformedError):
        decompress(make())


def test_a_bomb_costs_no_more_than_a_list() -> None:
    """64 kB that promise 64 MB: refused in the memory that a list takes."""
    bomb = _compressed(64 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(MalformedError):
        decompress(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * STATUS_LIST_BYTES
