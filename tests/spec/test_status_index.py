"""The status index: round trips, and any bytes or values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import cbor
from spec.errors import MalformedError
from spec.limits import MAX_ISSUER_LENGTH, STATUS_LIST_SIZE
from spec.status_index import MAX_STATUS_LISTS, ListCounts, StatusIndex
from tests.spec.test_cbor import VALUES
from tests.spec.test_certificate import PRINTABLE, TIMES

ISSUERS = st.text(PRINTABLE, min_size=1, max_size=MAX_ISSUER_LENGTH)
COUNTS = st.tuples(st.integers(0, STATUS_LIST_SIZE), st.integers(0, STATUS_LIST_SIZE)).map(
    lambda pair: ListCounts(assigned=max(pair), revoked=min(pair))
)
INDEXES = st.builds(
    StatusIndex,
    issued_at=TIMES,
    issuer=ISSUERS,
    lists=st.lists(COUNTS, max_size=40).map(tuple),
)


@given(INDEXES)
def test_indexes_go_round(index: StatusIndex) -> None:
    assert StatusIndex.from_cbor(index.to_cbor()) == index
    assert cbor.encode(cbor.decode(index.to_cbor())) == index.to_cbor()


@given(st.binary(max_size=80))
def test_any_bytes_give_an_index_or_our_error(data: bytes) -> None:
    try:
        index = StatusIndex.from_cbor(data)
    except MalformedError:
        return
    assert StatusIndex.from_cbor(index.to_cbor()) == index


@given(INDEXES, st.sampled_from([1, 2, 3, 4]), VALUES)
def test_any_value_gives_an_index_or_our_error(index: StatusIndex, label: int, value: Any) -> None:
    document = cbor.decode(index.to_cbor()) | {label: value}
    try:
        read = StatusIndex.from_cbor(cbor.encode(document))
    except MalformedError:
        return
    assert cbor.decode(read.to_cbor()) == {key: document[key] for key in (1, 2, 3)}


@pytest.mark.parametrize("more", [0, 1])
def test_as_many_lists_as_there_are_positions(more: int) -> None:
    data = cbor.encode({1: 0, 2: "VN", 3: [[0, 0]] * (MAX_STATUS_LISTS + more)})
    if not more:
        assert len(StatusIndex.from_cbor(data).lists) == 16_384
        return
    with pytest.raises(MalformedError):
        StatusIndex.from_cbor(data)


def test_no_message_tells_a_value() -> None:
    with pytest.raises(MalformedError) as caught:
        StatusIndex.from_cbor(cbor.encode({1: 0, 2: "Nguyễn\0", 3: []}))
    assert "Nguy" not in str(caught.value)
