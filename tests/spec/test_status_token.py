"""Status list tokens: round trips, the draft's own example, any bytes or values."""

from typing import Any
from urllib.parse import unquote

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import cbor
from spec.certificate import LAST_TIMESTAMP, Timestamp
from spec.cose import Algorithm, CoseSign1, Kid
from spec.errors import MalformedError
from spec.status_list import STATUS_LIST_BYTES, Status, filled
from spec.status_token import StatusToken, status_header, status_subject
from tests.spec.test_cbor import VALUES
from tests.spec.test_certificate import TIMES
from tests.spec.test_status_index import ISSUERS
from tests.spec.test_status_list import LISTS

KID = Kid(b"status-8")
TOKENS = st.builds(
    StatusToken,
    subject=st.builds(status_subject, ISSUERS, st.integers(0, 16_383)),
    issued_at=TIMES,
    expires_at=TIMES,
    time_to_live=st.integers(1, LAST_TIMESTAMP),
    bits=LISTS,
)
TOKEN = StatusToken(
    subject=status_subject("VN", 0),
    issued_at=Timestamp(1),
    expires_at=Timestamp(2),
    time_to_live=3,
    bits=bytes(filled(Status.VALID)),
)

OF_THE_DRAFT = bytes.fromhex(
    "d2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a50278"
    "2168747470733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea"
    "19fffe19a8c019fffda2646269747301636c73744a78dadbb918000217015d584093fa4d01032b18c35e2fe1101b"
    "77fd6cc9440022caa4694450c4e4e9feab4e99d1fa6d9772ce2bf3a12e0323ded7c982c5e101a5e67f0cbc1e2b6f"
    "57ce99c279"
)
"""The example of section 5.2 of the draft: of one bit, with its kid unprotected."""


def message(payload: bytes, algorithm: Algorithm = Algorithm.ES256) -> CoseSign1:
    header = status_header(algorithm, KID)
    envelope = CoseSign1(header, header.to_cbor(), payload, bytes(64))
    return CoseSign1.from_cbor(envelope.to_cbor())


@given(TOKENS, st.sampled_from(Algorithm))
def test_tokens_go_round(token: StatusToken, algorithm: Algorithm) -> None:
    read = message(token.to_cbor(), algorithm)
    assert StatusToken.from_message(read) == token
    assert (read.header.algorithm, read.header.kid) == (algorithm, KID)


def test_the_envelope_is_that_of_the_draft() -> None:
    """Labels, claims and tag as in the draft's example, which is of another profile than ours."""
    theirs, ours = (
        cbor2.loads(data) for data in (OF_THE_DRAFT, message(TOKEN.to_cbor()).to_cbor())
    )
    assert theirs.tag == ours.tag == 18
    assert cbor2.loads(theirs.value[0]) == {1: -7, 16: "application/statuslist+cwt"}
    assert cbor2.loads(ours.value[0]) == {1: -7, 4: KID, 16: "application/statuslist+cwt"}
    claims = [cbor2.loads(one.value[2]) for one in (theirs, ours)]
    assert claims[0].keys() == claims[1].keys() == {2, 4, 6, 65_534, 65_533}
    assert claims[0][65_533].keys() == {"bits", "lst"}
    assert claims[1][65_533].keys() == {"bits", "lst", "aggregation_uri"}
    assert claims[1][65_533]["aggregation_uri"] == "dosepass:VN/status"
    with pytest.raises(MalformedError):
        CoseSign1.from_cbor(OF_THE_DRAFT)
    with pytest.raises(MalformedError):
        StatusToken.from_cbor(theirs.value[2])


def test_a_list_that_cannot_be_compressed_still_travels() -> None:
    """The four statuses at random: the message outgrows lengths of 16 bits."""
    state, noise = 1, bytearray()
    for _ in range(STATUS_LIST_BYTES):
        state = state * 6_364_136_223_846_793_005 + 1 & 2**64 - 1
        noise.append(state >> 56)
    token = StatusToken(
        subject=TOKEN.subject,
        issued_at=TOKEN.issued_at,
        expires_at=TOKEN.expires_at,
        time_to_live=TOKEN.time_to_live,
        bits=bytes(noise),
    )
    data = message(token.to_cbor()).to_cbor()
    assert 2**16 < len(data) < 2**16 + 512
    assert StatusToken.from_message(CoseSign1.from_cbor(data)) == token


@given(ISSUERS, st.integers(0, 16_383))
def test_a_subject_is_a_uri_that_names_issuer_and_list(issuer: str, number: int) -> None:
    subject = status_subject(issuer, number)
    assert subject.isascii()
    assert subject.count("/") == 2
    scheme, rest = subject.split(":", 1)
    assert [scheme, *map(unquote, rest.split("/"))] == ["dosepass", issuer, "status", str(number)]


def test_subjects_of_plain_names() -> None:
    assert status_subject("VN", 0) == "dosepass:VN/status/0"
    assert status_subject("VN-79", 12) == "dosepass:VN-79/status/12"
    assert status_subject("a/b é", 1) == "dosepass:a%2Fb%20%C3%A9/status/1"


@given(st.binary(max_size=200))
def test_any_bytes_give_our_error(data: bytes) -> None:
    with pytest.raises(MalformedError):
        StatusToken.from_cbor(data)


@given(st.sampled_from([2, 4, 6, 7, 65_533, 65_534, "x"]), VALUES)
def test_any_claim_gives_a_token_or_our_error(key: Any, value: Any) -> None:
    claims = cbor.decode(TOKEN.to_cbor()) | {key: value}
    try:
        token = StatusToken.from_cbor(cbor.encode(claims))
    except MalformedError:
        return
    assert key != 65_533
    assert cbor.decode(token.to_cbor()) | {key: value} == claims


@given(st.sampled_from(["bits", "lst", 1, "aggregation_uri"]), VALUES)
def test_any_member_of_the_list_gives_a_token_or_our_error(key: Any, value: Any) -> None:
    claims = cbor.decode(TOKEN.to_cbor())
    claims[65_533][key] = value
    try:
        token = StatusToken.from_cbor(cbor.encode(claims))
    except MalformedError:
        return
    assert token == TOKEN
    assert key in {1, "aggregation_uri"} or value == 2


@pytest.mark.parametrize(
    "typ",
    [None, "", "statuslist+cwt", "application/statuslist+jwt", 260, True, b"application", ["x"]],
    ids=repr,
)
def test_only_what_says_that_it_is_one(typ: Any) -> None:
    labels = {1: -7, 4: KID} if typ is None else {1: -7, 4: KID, 16: typ}
    header = cbor.encode(labels)
    envelope = CoseSign1(status_header(Algorithm.ES256, KID), header, TOKEN.to_cbor(), bytes(64))
    with pytest.raises(MalformedError):
        StatusToken.from_message(CoseSign1.from_cbor(envelope.to_cbor()))
