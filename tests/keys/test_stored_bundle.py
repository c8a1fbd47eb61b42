"""The bundle file: any change of any bit is noticed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.kept.stored_bundle import FormerVersionError, StoredBundle, StoredStatus
from spec import cbor
from spec.certificate import Timestamp
from spec.cose import Kid
from spec.errors import MalformedError

DIGEST = bytes(range(32))
STATUS = StoredStatus(
    issuer="VN",
    issued_at=Timestamp(1_633_000_000),
    fresh_until=Timestamp(1_633_800_000),
    lists=(DIGEST, DIGEST[::-1]),
)
STORED = StoredBundle(
    trust_list=b"list",
    vaccines=b"table",
    fresh_until=Timestamp(1_633_075_200),
    status=STATUS,
    genuine={Kid(b"8 bytes."): {0: DIGEST, 7: DIGEST[::-1]}, Kid(b"8 others"): {3: DIGEST}},
    newest_time=Timestamp(1_633_000_001),
)
DATA = STORED.to_cbor()

times = st.integers(min_value=0, max_value=253_402_300_799).map(Timestamp)
digests = st.binary(min_size=32, max_size=32)
kids = st.binary(min_size=8, max_size=8).map(Kid)
bundles = st.builds(
    StoredBundle,
    trust_list=st.binary(max_size=40),
    vaccines=st.binary(max_size=40),
    fresh_until=times,
    status=st.builds(
        StoredStatus,
        issuer=st.text(min_size=1, max_size=32).filter(lambda text: text.isprintable()),
        issued_at=times,
        fresh_until=times,
        lists=st.lists(digests, max_size=4).map(tuple),
    ),
    genuine=st.dictionaries(
        kids, st.dictionaries(st.integers(0, 16_383), digests, min_size=1), max_size=3
    ),
    newest_time=times,
)


@given(bundles)
def test_round_trip(bundle: StoredBundle) -> None:
    assert StoredBundle.from_cbor(bundle.to_cbor()) == bundle


def test_every_list_is_named() -> None:
    assert sorted(STORED.digests()) == sorted([DIGEST, DIGEST[::-1]] * 2 + [DIGEST])


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


FORMS: list[tuple[str, Callable[[dict[int, Any]], object]]] = [
    ("no map", lambda parts: []),
    ("empty", lambda parts: {}),
    ("a part is missing", lambda parts: {k: v for k, v in parts.items() if k != 7}),
    ("a part too many", lambda parts: parts | {8: 0}),
    ("trust list not bytes", lambda parts: parts | {1: ""}),
    ("vaccines not bytes", lambda parts: parts | {2: []}),
    ("end not a time", lambda parts: parts | {3: ""}),
    ("end true", lambda parts: parts | {3: True}),
    ("end before 1970", lambda parts: parts | {3: -1}),
    ("digest not one", lambda parts: parts | {4: None}),
    ("status no list", lambda parts: parts | {5: {}}),
    ("status short", lambda parts: parts | {5: parts[5][:3]}),
    ("status without an issuer", lambda parts: parts | {5: ["", *parts[5][1:]]}),
    ("status with a number for an issuer", lambda parts: parts | {5: [4, *parts[5][1:]]}),
    ("status issued at no time", lambda parts: parts | {5: ["VN", None, *parts[5][2:]]}),
    ("status lists no list", lambda parts: parts | {5: [*parts[5][:3], {}]}),
    ("a list named shortly", lambda parts: parts | {5: [*parts[5][:3], [b"x"]]}),
    ("a list named by text", lambda parts: parts | {5: [*parts[5][:3], ["x" * 32]]}),
    ("too many lists", lambda parts: parts | {5: [*parts[5][:3], [DIGEST] * 16_385]}),
    ("genuine no list", lambda parts: parts | {6: {}}),
    ("genuine of two", lambda parts: parts | {6: [[b"8 bytes.", 0]]}),
    ("genuine of a short key", lambda parts: parts | {6: [[b"8", 0, DIGEST]]}),
    ("genuine of no number", lambda parts: parts | {6: [[b"8 bytes.", None, DIGEST]]}),
    ("genuine twice", lambda parts: parts | {6: [[b"8 bytes.", 0, DIGEST]] * 2}),
    ("newest time no time", lambda parts: parts | {7: "now"}),
]


@pytest.mark.parametrize("change", [pytest.param(row[1], id=row[0]) for row in FORMS])
def test_other_forms_are_refused(change: Callable[[dict[int, Any]], object]) -> None:
    with pytest.raises(MalformedError):
        StoredBundle.from_cbor(cbor.encode(change(cbor.decode(DATA))))


def test_a_file_of_a_former_version_is_told_apart() -> None:
    with pytest.raises(FormerVersionError):
        StoredBundle.from_cbor(cbor.encode({1: b"list", 2: b"table", 3: 0, 4: b"digest"}))


def test_the_digest_covers_every_part() -> None:
    for change in (
        {"newest_time": Timestamp(0)},
        {"genuine": {}},
        {"status": replace(STATUS, fresh_until=Timestamp(2**32))},
    ):
        other = cbor.decode(replace(STORED, **change).to_cbor())
        other[4] = cbor.decode(DATA)[4]
        with pytest.raises(MalformedError, match="digest"):
            StoredBundle.from_cbor(cbor.encode(other))


@given(st.binary(max_size=200))
def test_only_our_errors(data: bytes) -> None:
    with pytest.raises(MalformedError):
        StoredBundle.from_cbor(data)
