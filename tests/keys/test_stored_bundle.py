"""The bundle file: any change of any bit is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.stored_bundle import StoredBundle
from spec import cbor
from spec.certificate import Timestamp
from spec.errors import MalformedError

STORED = StoredBundle(trust_list=b"list", vaccines=b"table", fresh_until=Timestamp(1_633_075_200))
DATA = STORED.to_cbor()


def test_round_trip() -> None:
    assert StoredBundle.from_cbor(DATA) == STORED


def test_every_bit_counts() -> None:
    for bit in range(8 * len(DATA)):
        changed = bytearray(DATA)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(MalformedError):
            StoredBundle.from_cbor(bytes(changed))


def test_every_cut_is_noticed() -> None:
    for length in range(len(DATA)):
        with pytest.raises(MalformedError):
            StoredBundle.from_cbor(DATA[:length])


@pytest.mark.parametrize(
    "parts",
    [
        [],
        {},
        {1: b"", 2: b"", 3: 0},
        {1: "", 2: b"", 3: 0, 4: b""},
        {1: b"", 2: b"", 3: "", 4: b""},
    ],
)
def test_other_forms_are_refused(parts: object) -> None:
    with pytest.raises(MalformedError):
        StoredBundle.from_cbor(cbor.encode(parts))


@given(st.binary(max_size=200))
def test_only_our_errors(data: bytes) -> None:
    with pytest.raises(MalformedError):
        StoredBundle.from_cbor(data)
