"""Files of a ceremony that strangers made: nothing but our errors comes out of them."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.publication.role_keys import STATUS_KEY_FIELD
from keys.root.ceremony import PartialSignature
from keys.root.custodians import MAX_NAME_LENGTH, CeremonyError, key_from_json, key_to_json
from keys.root.draft import MAX_ROOT_LENGTH, RootFile
from tests.keys.ceremonies import AN, BINH, CHI, DUNG, NOBODY, Custodian, draft_of, first_root

PRESENT = first_root(2, AN, BINH, CHI)
DRAFT = draft_of(PRESENT)
GOOD = AN.sign(DRAFT, PRESENT)


def changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(data)
    change(document)
    return json.dumps(document).encode()


ROOT_JSON = DRAFT.metadata.to_bytes()
AN_ID = AN.key.keyid
SMALL_ORDER = "01" + "00" * 31
ROOTS: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("no signed", lambda d: d.pop("signed")),
    ("another type", lambda d: d["signed"].update(_type="targets")),
    ("version as text", lambda d: d["signed"].update(version="2")),
    ("version as fraction", lambda d: d["signed"].update(version=2.0)),
    ("version true", lambda d: d["signed"].update(version=True)),
    ("version zero", lambda d: d["signed"].update(version=0)),
    ("version huge", lambda d: d["signed"].update(version=10**30)),
    ("no consistent snapshot", lambda d: d["signed"].update(consistent_snapshot=False)),
    ("another TUF", lambda d: d["signed"].update(spec_version="2.0")),
    ("a hidden field", lambda d: d["signed"].update(note="sign me")),
    ("status key no text", lambda d: d["signed"].update({STATUS_KEY_FIELD: 5})),
    ("status key no id", lambda d: d["signed"].update({STATUS_KEY_FIELD: "../x"})),
    ("status key a custodian's", lambda d: d["signed"].update({STATUS_KEY_FIELD: AN_ID})),
    ("no role", lambda d: d["signed"]["roles"].pop("targets")),
    ("a role too many", lambda d: d["signed"]["roles"].update(status={})),
    ("no threshold", lambda d: d["signed"]["roles"]["root"].update(threshold=0)),
    ("threshold true", lambda d: d["signed"]["roles"]["root"].update(threshold=True)),
    ("threshold too high", lambda d: d["signed"]["roles"]["root"].update(threshold=4)),
    ("no custodians", lambda d: d["signed"]["roles"]["root"].update(keyids=[])),
    ("custodians as text", lambda d: d["signed"]["roles"]["root"].update(keyids="abc")),
    ("custodians as numbers", lambda d: d["signed"]["roles"]["root"].update(keyids=[1, 2])),
    ("two keys for a role", lambda d: d["signed"]["roles"]["targets"]["keyids"].append(AN_ID)),
    ("a hidden field of a role", lambda d: d["signed"]["roles"]["root"].update(x=1)),
    ("a key that is not there", lambda d: d["signed"]["keys"].pop(AN_ID)),
    (
        "a key that nobody names",
        lambda d: d["signed"]["keys"].update({DUNG.key.keyid: DUNG.key.to_dict()}),
    ),
    (
        "a key under another identifier",
        lambda d: d["signed"]["keys"].update({AN_ID: DUNG.key.to_dict()}),
    ),
    ("a hidden field of a key", lambda d: d["signed"]["keys"][AN_ID].update(x=1)),
    ("a key for which anybody signs", lambda d: _set_public(d, SMALL_ORDER)),
    ("a key that is no point", lambda d: _set_public(d, "zz" * 32)),
    ("a name with a line break", lambda d: _set_name(d, "An\nfingerprint: 0000")),
    ("a name that hides", lambda d: _set_name(d, "An\u202e")),
    ("a name out of half a character", lambda d: _set_name(d, "\ud800")),
    ("a name too long", lambda d: _set_name(d, "x" * (MAX_NAME_LENGTH + 1))),
    ("no name", lambda d: _set_name(d, "")),
    ("a signature that is a number", lambda d: d["signatures"].append({"keyid": AN_ID, "sig": 5})),
    ("a signature of nobody", lambda d: d["signatures"].append({"keyid": "x", "sig": "00" * 64})),
    ("signatures of the same", lambda d: d["signatures"].extend([GOOD_SIGNATURE] * 2)),
]
GOOD_SIGNATURE = {"keyid": AN_ID, "sig": GOOD.sig}


def _set_public(document: dict[str, Any], public: str) -> None:
    document["signed"]["keys"][AN_ID]["keyval"]["public"] = public


def _set_name(document: dict[str, Any], name: str) -> None:
    document["signed"]["keys"][AN_ID]["x-dosepass-name"] = name


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in ROOTS])
def test_a_root_that_nobody_should_sign(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(CeremonyError, match=r"2\.root\.json"):
        RootFile.from_json(changed(ROOT_JSON, change), "2.root.json")


def test_one_key_under_two_identifiers_is_not_two_custodians() -> None:
    key = json.loads(key_to_json(AN.key)) | {"keyid": "ab" * 32}
    with pytest.raises(CeremonyError, match="identifier does not belong to it"):
        key_from_json(json.dumps(key).encode(), "an.pub.json")
    pem = json.loads(key_to_json(BINH.key))
    pem["keyval"]["public"] += "\n"
    with pytest.raises(CeremonyError, match="is no public key"):
        key_from_json(json.dumps(pem).encode(), "binh.pub.json")


@pytest.mark.parametrize("custodian", [AN, BINH, NOBODY])
def test_public_keys_travel(custodian: Custodian) -> None:
    assert key_from_json(key_to_json(custodian.key), "a file") == custodian.key


FILES: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "root": (ROOT_JSON, lambda data: RootFile.from_json(data, "a file")),
    "key": (key_to_json(BINH.key), lambda data: key_from_json(data, "a file")),
    "signature": (GOOD.to_json(), lambda data: PartialSignature.from_json(data, "a file")),
}
JUNK = [b"", b"{}", b"[]", b"null", b"1" * 5000, b"\xff\xfe", b"[" * 5000, b'{"a":' * 5000]


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk[:4]))
def test_junk(kind: str, junk: bytes) -> None:
    with pytest.raises(CeremonyError, match="a file"):
        FILES[kind][1](junk)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_cut_anywhere_and_one_too_long(kind: str) -> None:
    good, read = FILES[kind]
    for length in range(0, len(good.rstrip()), 7):
        with pytest.raises(CeremonyError):
            read(good[:length])
    with pytest.raises(CeremonyError, match="at most"):
        read(good + b" " * MAX_ROOT_LENGTH)


@pytest.mark.parametrize("one", FILES)
@pytest.mark.parametrize("other", FILES)
def test_one_file_in_the_place_of_another(one: str, other: str) -> None:
    if one != other:
        with pytest.raises(CeremonyError):
            FILES[one][1](FILES[other][0])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=5,
)


def _spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value within a document."""
    parts = value if isinstance(value, dict) else {}
    if isinstance(value, list):
        parts = dict(enumerate(value))
    return [path, *(spot for key, part in parts.items() for spot in _spots(part, (*path, key)))]


@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
def test_any_value_anywhere_raises_our_errors_alone(kind: str, data: st.DataObject) -> None:
    good, read = FILES[kind]
    document = json.loads(good)
    *path, last = data.draw(st.sampled_from([spot for spot in _spots(document) if spot]))
    place = document
    for key in path:
        place = place[key]
    place[last] = data.draw(json_values)
    with suppress(CeremonyError):
        read(json.dumps(document).encode())


@pytest.mark.parametrize("kind", FILES)
@given(position=st.integers(0), byte=st.integers(0, 255))
def test_any_byte_anywhere_raises_our_errors_alone(kind: str, position: int, byte: int) -> None:
    good, read = FILES[kind]
    data = bytearray(good)
    data[position % len(data)] = byte
    with suppress(CeremonyError):
        read(bytes(data))


@given(st.integers(1), st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
def test_signatures_travel(version: int, digest: bytes, sig: bytes) -> None:
    one = PartialSignature(
        version=version, sha256=digest.hex(), keyid=digest[::-1].hex(), sig=sig.hex()
    )
    assert PartialSignature.from_json(one.to_json(), "a file") == one
