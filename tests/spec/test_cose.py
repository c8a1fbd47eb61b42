"""COSE_Sign1: what is written is what RFC 9052 says, and nothing else is read."""

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import cbor
from spec.cose import KID_LENGTH, Algorithm, CoseSign1, Kid, ProtectedHeader, to_be_signed
from spec.errors import MalformedError

KID = Kid(b"\x01\x02\x03\x04\x05\x06\x07\x08")
HEADERS = st.builds(
    ProtectedHeader,
    algorithm=st.integers(-(2**64), 2**64 - 1),
    kid=st.binary(min_size=KID_LENGTH, max_size=KID_LENGTH).map(Kid),
    unknown=st.dictionaries(
        st.integers(5, 99) | st.integers(-99, -1) | st.text(max_size=5),
        st.integers(0, 99) | st.binary(max_size=9),
        max_size=4,
    ),
)
SIGNATURES = st.binary(min_size=64, max_size=64)


@given(HEADERS)
def test_headers_go_round(header: ProtectedHeader) -> None:
    assert ProtectedHeader.from_cbor(header.to_cbor()) == header


@given(HEADERS, st.binary(max_size=400), SIGNATURES)
def test_messages_go_round(header: ProtectedHeader, payload: bytes, signature: bytes) -> None:
    message = CoseSign1(
        header=header, protected=header.to_cbor(), payload=payload, signature=signature
    )
    assert CoseSign1.from_cbor(message.to_cbor()) == message


@given(HEADERS, st.binary(max_size=400), SIGNATURES)
def test_cbor2_writes_the_same(header: ProtectedHeader, payload: bytes, signature: bytes) -> None:
    protected = header.to_cbor()
    message = CoseSign1(header=header, protected=protected, payload=payload, signature=signature)
    structure = cbor2.CBORTag(18, [protected, {}, payload, signature])
    assert message.to_cbor() == cbor2.dumps(structure)


@given(st.binary(max_size=300), st.binary(max_size=70_000))
def test_the_signature_covers_the_structure_of_rfc_9052(protected: bytes, payload: bytes) -> None:
    expected = cbor2.dumps(["Signature1", protected, b"", payload])
    assert to_be_signed(protected, payload) == expected


@given(st.binary(max_size=200))
def test_any_bytes_give_a_message_or_our_error(data: bytes) -> None:
    for start in (b"", b"\xd2", b"\xd2\x84", b"\xd2\x84\x4d\xa2\x01\x26\x04\x48" + KID + b"\xa0"):
        try:
            message = CoseSign1.from_cbor(start + data)
        except MalformedError:
            continue
        assert message.to_cbor() == start + data


@given(st.binary(max_size=60))
def test_any_bytes_give_a_header_or_our_error(data: bytes) -> None:
    try:
        header = ProtectedHeader.from_cbor(data)
    except MalformedError:
        return
    assert cbor.decode(data)[1] == header.algorithm


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {1: -7},
        {4: KID},
        {1: "ES256", 4: KID},
        {1: None, 4: KID},
        {1: True, 4: KID},
        {1: [-7], 4: KID},
        {1: -7, 4: KID[:7]},
        {1: -7, 4: KID + b"\0"},
        {1: -7, 4: b""},
        {1: -7, 4: "01020304"},
        {1: -7, 4: 1},
        {1: -7, 2: [], 4: KID},
        {1: -7, 2: 4, 4: KID},
        {1: -7, 2: None, 4: KID},
        {1: -7, 2: {}, 4: KID},
        {1: -7, 2: [[4]], 4: KID},
        {1: -7, 2: [None], 4: KID},
        {1: -7, 2: [True], 4: KID},
        {1: -7, 2: [b"\x04"], 4: KID},
        {1: -7, 2: [3], 4: KID, 3: 0},
        {1: -7, 2: [5], 4: KID},
        {1: -7, 2: ["x"], 4: KID, "x": 1},
        {1: -7, 2: [4, "x"], 4: KID, "x": 1},
        [],
        [1, -7],
        1,
        None,
        b"",
    ],
    ids=repr,
)
def test_headers_that_are_refused(labels: Any) -> None:
    with pytest.raises(MalformedError):
        ProtectedHeader.from_cbor(cbor.encode(labels))


@pytest.mark.parametrize("critical", [[4], [1, 4], [2, 4], [1], [1, 2, 4]])
def test_critical_labels_that_are_understood(critical: list[int]) -> None:
    header = ProtectedHeader.from_cbor(cbor.encode({1: -7, 2: critical, 4: KID}))
    assert header == ProtectedHeader(algorithm=-7, kid=KID, unknown={})


def test_any_integer_is_an_algorithm_for_the_key_to_refuse() -> None:
    for algorithm in (0, 5, -35, -257, 2**64 - 1, -(2**64)):
        header = ProtectedHeader.from_cbor(cbor.encode({1: algorithm, 4: KID}))
        assert header.algorithm == algorithm


def test_the_numbers_are_those_of_the_registry() -> None:
    assert (Algorithm.ES256, Algorithm.EDDSA) == (-7, -8)
