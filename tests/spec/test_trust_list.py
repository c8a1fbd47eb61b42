"""The trust list: round trips, and every way in which a list can be wrong."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.algorithms import KeyMaterialError, kid_of
from keys.bundle import TrustBundle
from spec import cbor
from spec.certificate import Timestamp
from spec.cose import Algorithm
from spec.errors import MalformedError
from spec.trust_list import KeyState, PublicKey, TrustedKey, TrustList
from tests.authority import NOW, Authority, vaccine_table
from tests.spec.test_cbor import VALUES

AUTHORITY = Authority()
AUTHORITY.add_key("ed25519", algorithm=Algorithm.EDDSA)
AUTHORITY.add_key("retired", state=KeyState.RETIRED)
TRUST_LIST = AUTHORITY.trust_list()
ES256 = AUTHORITY.keys["active"].trusted
ED25519 = AUTHORITY.keys["ed25519"].trusted

ISSUER, STATE, SIGNS_FROM, SIGNS_UNTIL, VERIFIES_UNTIL = range(-65_537, -65_542, -1)


def with_labels(key: TrustedKey, changes: dict[int, Any]) -> bytes:
    """A list of one key, some labels changed or, by `...`, left out."""
    labels = {**key.to_cose_key(), **changes}
    kept = {label: value for label, value in labels.items() if value is not ...}
    return cbor.encode({1: NOW, 2: [kept]})


def test_a_list_goes_round() -> None:
    read = TrustList.from_cbor(TRUST_LIST.to_cbor())
    assert read.issued_at == TRUST_LIST.issued_at
    assert set(read.keys) == set(TRUST_LIST.keys)
    assert read.to_cbor() == TRUST_LIST.to_cbor()


def test_keys_stand_in_the_order_of_their_identifiers() -> None:
    kids = [key.kid for key in TrustList.from_cbor(TRUST_LIST.to_cbor()).keys]
    assert kids == sorted(kids)


def test_an_empty_list_is_a_list() -> None:
    empty = TrustList(issued_at=NOW, keys=())
    assert TrustList.from_cbor(empty.to_cbor()) == empty


def test_unknown_labels_are_ignored() -> None:
    assert TrustList.from_cbor(with_labels(ES256, {99: [1], 4: [2]})).keys == (ES256,)
    assert TrustList.from_cbor(cbor.encode({1: NOW, 2: [], 3: "x", "y": 1})).keys == ()


@pytest.mark.parametrize(
    "changes",
    [
        *({1: ...}, {1: 1}, {1: 3}, {1: "EC2"}, {1: True}),
        *({2: ...}, {2: b""}, {2: b"x" * 7}, {2: b"x" * 9}, {2: "x" * 8}, {2: 1}),
        *({3: ...}, {3: -8}, {3: -35}, {3: "ES256"}),
        *({-1: ...}, {-1: 2}, {-1: 8}, {-1: True}),
        *({-2: ...}, {-2: b""}, {-2: b"x" * 31}, {-2: b"x" * 33}, {-2: 5}),
        *({-3: ...}, {-3: b"x" * 31}, {-3: b"x" * 33}, {-3: True}, {-3: None}),
        *({ISSUER: ...}, {ISSUER: 1}, {ISSUER: b"VN"}, {ISSUER: None}),
        *({ISSUER: ""}, {ISSUER: "V" * 33}, {ISSUER: "VN\0"}, {ISSUER: "V\u200bN"}),
        *({STATE: ...}, {STATE: 0}, {STATE: 6}, {STATE: "active"}, {STATE: True}, {STATE: None}),
        *({SIGNS_FROM: ...}, {SIGNS_FROM: -1}, {SIGNS_FROM: "2021"}, {SIGNS_FROM: False}),
        *({SIGNS_UNTIL: ...}, {SIGNS_UNTIL: ES256.signs_from}, {SIGNS_UNTIL: 0}),
        *({VERIFIES_UNTIL: ...}, {VERIFIES_UNTIL: ES256.signs_until - 1}),
        *({VERIFIES_UNTIL: 253_402_300_800}, {VERIFIES_UNTIL: 2**64 - 1}),
    ],
    ids=repr,
)
def test_keys_that_are_refused(changes: dict[int, Any]) -> None:
    with pytest.raises(MalformedError):
        TrustList.from_cbor(with_labels(ES256, changes))


@pytest.mark.parametrize(
    "changes", [{1: 2}, {1: True}, {3: -7}, {-1: 1}, {-1: 7}, {-3: b"x" * 32}, {-2: b"x"}], ids=repr
)
def test_ed25519_keys_that_are_refused(changes: dict[int, Any]) -> None:
    with pytest.raises(MalformedError):
        TrustList.from_cbor(with_labels(ED25519, changes))


@pytest.mark.parametrize(
    "document",
    [
        *({}, {1: 0}, {2: []}, {1: -1, 2: []}, {1: None, 2: []}, {1: "2021", 2: []}, {1: 0, 2: {}}),
        *({1: 253_402_300_800, 2: []}, {1: 2**64 - 1, 2: []}),
        *({1: 0, 2: [[]]}, {1: 0, 2: [None]}, {1: 0, 2: [{}]}, [], None, 1, "", b""),
    ],
    ids=repr,
)
def test_documents_that_are_no_list(document: Any) -> None:
    with pytest.raises(MalformedError):
        TrustList.from_cbor(cbor.encode(document))


def test_two_keys_of_one_identifier() -> None:
    doubled = TrustList(issued_at=NOW, keys=(ES256, ES256))
    with pytest.raises(MalformedError):
        TrustList.from_cbor(doubled.to_cbor())


@given(st.binary(max_size=120))
def test_any_bytes_give_a_list_or_our_error(data: bytes) -> None:
    try:
        TrustList.from_cbor(data)
    except MalformedError:
        return


@given(st.sampled_from(sorted(ES256.to_cose_key())), VALUES)
def test_any_label_gives_a_list_or_our_error(label: int, value: Any) -> None:
    for key in (ES256, ED25519):
        try:
            trust_list = TrustList.from_cbor(with_labels(key, {label: value}))
        except MalformedError:
            continue
        assert trust_list.to_cbor() == with_labels(key, {label: value})


def test_every_bit_of_a_list_flipped_gives_a_bundle_or_our_error() -> None:
    data = TrustList(issued_at=NOW, keys=(ES256, ED25519)).to_cbor()
    for place in range(8 * len(data)):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        try:
            bundle_of(TrustList.from_cbor(bytes(changed)))
        except (MalformedError, KeyMaterialError):
            continue


def bundle_of(trust_list: TrustList) -> TrustBundle:
    return TrustBundle.of(
        trust_list=trust_list,
        vaccines=vaccine_table(),
        fresh_until=Timestamp(NOW + 1),
        status=AUTHORITY.status_lists(),
    )


def test_a_bundle_holds_the_keys() -> None:
    bundle = bundle_of(TRUST_LIST)
    assert {key.trusted for key in bundle.keys.values()} == set(TRUST_LIST.keys)
    assert bundle.issued_at == NOW


def test_a_bundle_takes_no_identifier_but_the_thumbprint() -> None:
    other = AUTHORITY.keys["retired"].trusted.kid
    with pytest.raises(KeyMaterialError):
        bundle_of(TrustList.from_cbor(with_labels(ES256, {2: other})))


def test_a_bundle_takes_only_points_of_the_curve() -> None:
    for x, y in (
        (bytes(32), bytes(32)),
        (b"\xff" * 32, b"\xff" * 32),
        (ES256.public_key.x, bytes(32)),
    ):
        public_key = PublicKey(algorithm=Algorithm.ES256, x=x, y=y)
        key = replace(ES256, public_key=public_key, kid=kid_of(public_key))
        with pytest.raises(KeyMaterialError):
            bundle_of(TrustList(issued_at=NOW, keys=(key,)))
