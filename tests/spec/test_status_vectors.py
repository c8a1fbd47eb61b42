"""The vectors of status list tokens and indexes: what our code reads of them, and the CDDL."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import cbor2
import pycddl  # type: ignore[import-untyped]  # it ships no types
import pytest

from keys.algorithms import verifier_for
from spec import cbor
from spec.cose import CoseSign1, to_be_signed
from spec.errors import VerificationError
from spec.status_index import StatusIndex
from spec.status_list import Status
from spec.status_token import StatusToken, status_subject
from spec.trust_list import PublicKey
from tests.vectors import files
from tests.vectors.case import StatusList
from tests.vectors.status_case import bits_of

PATHS: Final = sorted(files.STATUS_DIRECTORY.glob("*.json"))
TOKENS: Final = [path for path in PATHS if path.stem.startswith("token-")]
INDEXES: Final = [path for path in PATHS if path.stem.startswith("index-")]
CDDL: Final = files.DIRECTORY.parent / "cddl" / "status.cddl"

PASSED_OVER_BY_PYCDDL: Final = {"index-counts-number", "index-issuer-bytes"}
"""What does not match by RFC 8610 and what pycddl lets through (see test_vectors.py)."""


@cache
def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def read_token(vector: dict[str, Any]) -> StatusToken:
    """Read a token as a reader of the draft does who was given the keys; raises our errors."""
    message = CoseSign1.from_cbor(bytes.fromhex(vector["token"]))
    keys = {labels[2]: labels for labels in cbor.decode(bytes.fromhex(vector["keys"]))}
    if message.header.kid not in keys:
        raise VerificationError("an unknown key")
    key = PublicKey.from_cose_key(keys[message.header.kid])
    if key.algorithm != message.header.algorithm:
        raise VerificationError("another algorithm")
    verifier_for(key)(message.signature, to_be_signed(message.protected, message.payload))
    token = StatusToken.from_message(message)
    if token.subject != status_subject(vector["issuer"], vector["list"]):
        raise VerificationError("another list")
    return token


def test_most_are_negative() -> None:
    accepted = [path for path in PATHS if load(path)["expect"] == "accepted"]
    assert set(PATHS) == {*TOKENS, *INDEXES}
    assert len(TOKENS) >= 50
    assert len(INDEXES) >= 20
    assert len(accepted) < len(PATHS) / 3


@pytest.mark.parametrize("path", TOKENS, ids=lambda path: path.stem)
def test_tokens_are_read_as_the_vector_says(path: Path) -> None:
    vector = load(path)
    content = vector["content"]
    if vector["expect"] == "refused":
        assert content is None
        with pytest.raises(VerificationError):
            read_token(vector)
        return
    token = read_token(vector)
    assert (token.subject, token.issued_at, token.expires_at, token.time_to_live) == (
        content["subject"],
        content["issued_at"],
        content["expires_at"],
        content["time_to_live"],
    )
    others = {int(index): Status(status) for index, status in content["others"].items()}
    assert token.bits == bits_of(StatusList(Status(content["fill"]), others))


@pytest.mark.parametrize("path", INDEXES, ids=lambda path: path.stem)
def test_indexes_are_read_as_the_vector_says(path: Path) -> None:
    vector = load(path)
    content = vector["content"]
    data = bytes.fromhex(vector["index"])
    if vector["expect"] == "refused":
        assert content is None
        with pytest.raises(VerificationError):
            StatusIndex.from_cbor(data)
        return
    index = StatusIndex.from_cbor(data)
    assert (index.issued_at, index.issuer) == (content["issued_at"], content["issuer"])
    assert [[one.assigned, one.revoked] for one in index.lists] == content["lists"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_cddl_matches_where_the_vector_says(path: Path) -> None:
    vector = load(path)
    expected = vector["cddl"]
    assert expected or vector["expect"] == "refused"
    if path.stem in PASSED_OVER_BY_PYCDDL:
        assert expected is False
        expected = True
    assert matches_cddl(vector) is expected


def test_the_keys_match_the_cddl() -> None:
    for keys in {load(path)["keys"] for path in TOKENS}:
        schema("status-keys").validate_cbor(bytes.fromhex(keys))


@cache
def schema(rule: str) -> pycddl.Schema:
    return pycddl.Schema(f"start = {rule}\n" + CDDL.read_text("utf-8"))


def matches_cddl(vector: dict[str, Any]) -> bool:
    """Whether an index matches, or the message, the header and the claims of a token."""
    try:
        if "index" in vector:
            schema("status-index").validate_cbor(bytes.fromhex(vector["index"]))
            return True
        message = bytes.fromhex(vector["token"])
        schema("status-token").validate_cbor(message)
        protected, _, payload, _ = cbor2.loads(message).value
        schema("status-header").validate_cbor(protected)
        schema("status-claims").validate_cbor(payload)
    except (pycddl.ValidationError, ValueError):
        return False
    return True
