"""Inspection: as far as a text is well-formed, and never further, nor as if verified."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec import base45, cbor, qr_text
from spec.colour import Colour
from spec.cose import ProtectedHeader
from tests.authority import Authority
from verifier.inspection import WARNING, diagnostic, inspect, to_json, to_lines

COUNTRY = Authority()
TEXT = COUNTRY.sign()
MESSAGE = qr_text.from_text(TEXT)


def text_of(message: bytes) -> str:
    return qr_text.PREFIX + base45.encode(message)


@pytest.mark.parametrize(
    ("text", "step", "code"),
    [
        ("", 1, "not_a_certificate"),
        ("HC1:6BF", 1, "not_a_certificate"),
        ("DP1:" + "0" * 2000, 1, "malformed"),
        ("DP1:é", 2, "malformed"),
        ("DP1:0", 2, "malformed"),
        ("DP1:", 3, "malformed"),
        (text_of(b"\xd2" + cbor.encode([1, 2])), 3, "malformed"),
        (text_of(MESSAGE[1:]), 3, "malformed"),
        (text_of(MESSAGE + b"\0"), 3, "malformed"),
        (COUNTRY.sign(b"\xff"), 7, "malformed"),
        (COUNTRY.sign(cbor.encode({1: "VN"})), 7, "malformed"),
        (COUNTRY.sign(COUNTRY.certificate(colour=Colour.YELLOW)), 8, "inconsistent"),
    ],
)
def test_the_failed_step_is_named(text: str, step: int, code: str) -> None:
    found = inspect(text)
    assert found.failure is not None
    assert (found.failure.step, found.failure.code) == (step, code)
    assert f"failed at step {step}, " in "\n".join(to_lines(found))
    assert to_json(found)["failed"]["step"] == step


def test_what_holds_before_the_failure_is_shown() -> None:
    found = to_json(inspect(COUNTRY.sign(cbor.encode({1: "VN", -70_000: [b"\x01", None]}))))
    assert found["protected"]["kid"] == COUNTRY.keys["active"].kid.hex()
    assert found["claims"] == "{1: \"VN\", -70000: [h'01', null]}"
    assert found["certificate"] is None


def test_a_message_that_is_no_cose_is_shown_as_bytes() -> None:
    found = inspect(text_of(b"\xde\xad"))
    assert to_json(found)["message"] == "dead"
    assert "message    dead" in to_lines(found)


def test_a_whole_certificate() -> None:
    found = to_json(inspect(TEXT))
    assert found["verified"] is False
    assert found["failed"] is None
    assert found["message"] == MESSAGE.hex()
    assert found["signature"] == MESSAGE[-64:].hex()
    assert found["certificate"]["status"] == {"list": 0, "index": 73_482}


def test_a_wrong_signature_is_shown_like_a_right_one_with_the_warning() -> None:
    lines = list(to_lines(inspect(text_of(MESSAGE[:-64] + bytes(64)))))
    assert lines[0] == lines[-1] == WARNING


def test_unknown_headers_and_algorithms_are_shown() -> None:
    kid = COUNTRY.keys["active"].kid
    header = ProtectedHeader(algorithm=-65_000, kid=kid, unknown={99: "x"})
    lines = "\n".join(to_lines(inspect(COUNTRY.sign(header=header))))
    assert "algorithm  -65000\n" in lines
    assert 'unknown    {99: "x"}' in lines


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({1: [True, None, -7], "a": b"\xff"}, "{1: [true, null, -7], \"a\": h'ff'}"),
        ("\x1b[31mĐỏ\x07", '"\\u001b[31mĐỏ\\u0007"'),
        ("\u202ea\u2028\ufeff", '"\\u202ea\\u2028\\ufeff"'),
        ('"\\', '"\\"\\\\"'),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_diagnostic_notation(value: object, written: str) -> None:
    assert diagnostic(value) == written


CBOR = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-9, 9) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(text=st.text() | st.text().map("DP1:".__add__) | st.binary(max_size=300).map(text_of))
def test_no_text_breaks_it(text: str) -> None:
    assert_sound(text)


@settings(deadline=None)
@given(claims=CBOR)
def test_no_claims_break_it_or_reach_the_terminal(claims: object) -> None:
    assert_sound(COUNTRY.sign(cbor.encode(claims)))


def assert_sound(text: str) -> None:
    found = inspect(text)
    document = to_json(found)
    assert document["verified"] is False
    json.dumps(document)
    assert all(line.isprintable() for line in to_lines(found))
