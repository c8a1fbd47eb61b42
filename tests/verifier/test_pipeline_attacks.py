"""Attacks on the pipeline: nothing but a true certificate in its one spelling is accepted."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import permutations
from typing import Final

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import qr_text
from spec.cose import Algorithm, to_be_signed
from spec.verdicts import Outcome, VerdictCode
from tests.authority import NOW, Authority
from tests.spec.test_base45 import ALPHABET
from tests.spec.test_cbor import VALUES
from verifier.pipeline import check
from verifier.verdict import Verdict

AUTHORITY: Final = Authority()
AUTHORITY.add_key("ed25519", algorithm=Algorithm.EDDSA)
AUTHORITY.add_key("other")
BUNDLE: Final = AUTHORITY.bundle()
KEY: Final = AUTHORITY.keys["active"]
KEYS: Final = ("active", "ed25519")

FORM: Final = {VerdictCode.NOT_A_CERTIFICATE, VerdictCode.MALFORMED}
SIGNED: Final = {*FORM, VerdictCode.BAD_SIGNATURE, VerdictCode.UNKNOWN_KEY}


@cache
def message_of(key: str) -> bytes:
    return AUTHORITY.sign_message(key=key)


def judge(text: str) -> Verdict:
    return check(text, BUNDLE, NOW)


def judge_bytes(message: bytes) -> Verdict:
    return judge(qr_text.to_text(message))


def codes(texts: Iterable[str]) -> set[VerdictCode]:
    """Judge texts; each must be refused without its content."""
    found = set()
    for text in texts:
        verdict = judge(text)
        assert verdict.outcome is not Outcome.ACCEPTED, text
        assert verdict.certificate is None
        found.add(verdict.code)
    return found


@pytest.mark.parametrize("key", KEYS)
def test_the_certificate_under_attack_is_sound(key: str) -> None:
    assert judge_bytes(message_of(key)).code is VerdictCode.OK


@pytest.mark.parametrize("key", KEYS)
def test_every_single_bit_flipped(key: str) -> None:
    message = message_of(key)

    def flipped() -> Iterator[str]:
        for place in range(8 * len(message)):
            changed = bytearray(message)
            changed[place // 8] ^= 1 << place % 8
            yield qr_text.to_text(bytes(changed))

    assert codes(flipped()) == {
        VerdictCode.MALFORMED,
        VerdictCode.UNKNOWN_KEY,
        VerdictCode.ALGORITHM_MISMATCH,
        VerdictCode.BAD_SIGNATURE,
    }


@pytest.mark.parametrize("key", KEYS)
def test_every_byte_of_the_envelope_replaced_by_every_other(key: str) -> None:
    message = message_of(key)
    envelope = [*range(21), len(message) - 66, len(message) - 65]

    def replaced() -> Iterator[str]:
        for place in envelope:
            for value in set(range(256)) - {message[place]}:
                changed = message[:place] + bytes((value,)) + message[place + 1 :]
                yield qr_text.to_text(changed)

    assert codes(replaced()) <= {*SIGNED, VerdictCode.ALGORITHM_MISMATCH}


@pytest.mark.parametrize("key", KEYS)
def test_every_prefix_and_suffix_of_the_bytes(key: str) -> None:
    message = message_of(key)
    cuts = range(1, len(message))
    assert codes(qr_text.to_text(message[:cut]) for cut in range(len(message))) == FORM - {
        VerdictCode.NOT_A_CERTIFICATE
    }
    assert codes(qr_text.to_text(message[cut:]) for cut in cuts) == {VerdictCode.MALFORMED}


@pytest.mark.parametrize("key", KEYS)
def test_every_prefix_and_suffix_of_the_text(key: str) -> None:
    text = AUTHORITY.sign(key=key)
    cuts = range(1, len(text))
    assert codes(text[:cut] for cut in range(len(text))) == FORM
    assert codes(text[cut:] for cut in cuts) == {VerdictCode.NOT_A_CERTIFICATE}
    assert codes(text[:cut] + text[cut + 1 :] for cut in range(len(text))) <= SIGNED
    assert codes(text[:cut] + text[cut:][::-1] for cut in range(len(text) - 2)) <= {
        *SIGNED,
        VerdictCode.ALGORITHM_MISMATCH,
    }


def test_every_character_replaced_by_every_other() -> None:
    text = AUTHORITY.sign()
    texts = (
        text[:place] + character + text[place + 1 :]
        for place in range(len(text))
        for character in ALPHABET
        if character != text[place]
    )
    assert codes(texts) <= {*SIGNED, VerdictCode.ALGORITHM_MISMATCH}


def test_every_character_in_lower_case() -> None:
    text = AUTHORITY.sign()
    places = [place for place, character in enumerate(text) if character.isalpha()]
    texts = [text[:place] + text[place].lower() + text[place + 1 :] for place in places]
    assert codes([*texts, text.lower()]) == FORM


@pytest.mark.parametrize("joint", ["", "\n", "\r\n", " ", "\t", "\0", "\ufeff", "\u200b", "DP1:"])
def test_anything_around_the_text(joint: str) -> None:
    text = AUTHORITY.sign()
    around = [joint + text, text + joint, text[:4] + joint + text[4:], text + joint + text]
    assert codes(one for one in around if one != text) <= FORM


def test_every_ending_appended() -> None:
    text = AUTHORITY.sign()
    endings = [*ALPHABET, *(a + b for a in ALPHABET for b in ALPHABET), "000", "FGW", "0000"]
    assert codes(text + ending for ending in endings) == {VerdictCode.MALFORMED}


def heads(data: bytes, start: int = 0) -> Iterator[tuple[int, int, int, int]]:
    """Every head in well-formed CBOR: where it starts and ends, its major type, its number."""
    major, low = data[start] >> 5, data[start] & 31
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(low, 0)
    end = start + 1 + size
    number = int.from_bytes(data[start + 1 : end], "big") if size else low
    yield start, end, major, number
    if major in (2, 3):
        return
    for _ in range({4: number, 5: 2 * number, 6: 1}.get(major, 0)):
        inner = list(heads(data, end))
        yield from inner
        end = inner[-1][1] + (inner[-1][3] if inner[-1][2] in (2, 3) else 0)


def respellings(data: bytes) -> Iterator[bytes]:
    """The same item with one head written longer, one string in chunks, one end left open."""
    for start, end, major, number in heads(data):
        if major == 7:
            continue
        for low, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
            if size >= end - start and number < 256**size:
                longer = bytes((major << 5 | low,)) + number.to_bytes(size, "big")
                yield data[:start] + longer + data[end:]
        if major in (2, 3):
            yield (
                data[:start]
                + bytes((major << 5 | 31,))
                + data[start : end + number]
                + b"\xff"
                + (data[end + number :])
            )
        if major in (4, 5) and start == 0:
            yield bytes((major << 5 | 31,)) + data[end:] + b"\xff"


def test_the_respellings_are_respellings() -> None:
    payload = AUTHORITY.certificate().to_cbor()
    spelled = set(respellings(payload))
    assert len(spelled) > 60
    assert payload not in spelled
    assert all(cbor2.loads(other) == cbor2.loads(payload) for other in spelled)


@pytest.mark.parametrize("key", KEYS)
def test_the_envelope_has_one_spelling(key: str) -> None:
    message = message_of(key)
    assert codes(map(qr_text.to_text, respellings(message))) == {VerdictCode.MALFORMED}


@pytest.mark.parametrize("key", KEYS)
def test_the_payload_has_one_spelling_even_for_its_issuer(key: str) -> None:
    payload = AUTHORITY.certificate().to_cbor()
    texts = (AUTHORITY.sign(other, key=key) for other in respellings(payload))
    assert codes(texts) == {VerdictCode.MALFORMED}


def test_the_header_has_one_spelling_even_for_its_issuer() -> None:
    payload = AUTHORITY.certificate().to_cbor()
    texts = (AUTHORITY.sign(payload, header=other) for other in respellings(KEY.header.to_cbor()))
    assert codes(texts) == {VerdictCode.MALFORMED}


def test_the_claims_have_one_order_even_for_their_issuer() -> None:
    claims = list(cbor2.loads(AUTHORITY.certificate().to_cbor()).items())
    accepted = [
        order
        for order in permutations(claims)
        if judge(AUTHORITY.sign(cbor2.dumps(dict(order)))).code is VerdictCode.OK
    ]
    assert accepted == [tuple(claims)]


@pytest.mark.parametrize("tag", [0, 1, 16, 17, 24, 28, 61, 96, 97, 98, 256, 55_799])
def test_other_tags(tag: int) -> None:
    message = message_of("active")
    protected, unprotected, payload, signature = cbor2.loads(message).value
    head = cbor2.dumps(cbor2.CBORTag(tag, 0))[:-1]
    texts = [
        qr_text.to_text(AUTHORITY.message(protected, unprotected, payload, signature, tag=tag)),
        qr_text.to_text(head + message),
        qr_text.to_text(message[:1] + head + message[1:]),
        AUTHORITY.sign(head + AUTHORITY.certificate().to_cbor()),
    ]
    assert codes(texts) == {VerdictCode.MALFORMED}


def test_the_only_second_form_is_the_other_s() -> None:
    """ECDSA gives it for free. It says the same, at the same status position."""
    high, low = (AUTHORITY.with_s(message_of("active"), high=high) for high in (True, False))
    assert high != low
    verdicts = [judge_bytes(message) for message in (high, low)]
    assert [verdict.code for verdict in verdicts] == [VerdictCode.OK, VerdictCode.OK]
    assert verdicts[0].certificate == verdicts[1].certificate
    assert verdicts[0].certificate is not None
    assert verdicts[0].certificate.status == AUTHORITY.certificate().status


@pytest.mark.parametrize("place", ["r", "s"])
def test_numbers_beyond_the_order(place: str) -> None:
    message = message_of("active")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    start = len(message) - (64 if place == "r" else 32)
    for value in (0, order, order + 1, 2**256 - 1, order - 1, 1):
        changed = message[:start] + value.to_bytes(32, "big") + message[start + 32 :]
        assert judge_bytes(changed).code is VerdictCode.BAD_SIGNATURE


def test_parts_of_two_sound_certificates_do_not_mix() -> None:
    one = cbor2.loads(message_of("active")).value
    others = [
        AUTHORITY.sign_message(AUTHORITY.certificate(name="Trần Văn Nam")),
        AUTHORITY.sign_message(AUTHORITY.certificate(name="Trần Văn Nam"), key="other"),
        AUTHORITY.sign_message(AUTHORITY.certificate(name="Trần Văn Nam"), key="ed25519"),
    ]
    for other in (cbor2.loads(message).value for message in others):
        for choice in range(1, 7):
            parts = [(one, other)[choice >> bit & 1][place] for bit, place in enumerate((0, 2, 3))]
            protected, payload, signature = parts
            if parts in ([one[i] for i in (0, 2, 3)], [other[i] for i in (0, 2, 3)]):
                continue
            verdict = judge_bytes(AUTHORITY.message(protected, {}, payload, signature))
            assert verdict.code is VerdictCode.BAD_SIGNATURE


@given(VALUES)
def test_any_unprotected_header(value: object) -> None:
    protected, _, payload, signature = cbor2.loads(message_of("active")).value
    if value == {} and type(value) is dict:
        return
    message = AUTHORITY.message(protected, value, payload, signature)
    if len(message) <= 680:
        assert judge_bytes(message).code is VerdictCode.MALFORMED


@given(st.binary(max_size=200))
def test_any_payload_truly_signed(payload: bytes) -> None:
    assert judge(AUTHORITY.sign(payload)).code is VerdictCode.MALFORMED


@given(VALUES, st.sampled_from([1, 3, 4, 5, 6, 7, -65_537, "x"]))
def test_any_claim_truly_signed(value: object, key: object) -> None:
    claims = cbor2.loads(AUTHORITY.certificate().to_cbor())
    message = AUTHORITY.sign_message(cbor2.dumps({**claims, key: value}))
    if len(message) <= 680:
        verdict = judge_bytes(message)
        assert (verdict.certificate is None) is (verdict.code is not VerdictCode.OK)
        if verdict.code is VerdictCode.OK:
            assert key in {4, 6, 7} or value == claims[key]


@given(st.binary(max_size=64), st.binary(max_size=150), st.binary(min_size=60, max_size=68))
def test_any_parts(protected: bytes, payload: bytes, signature: bytes) -> None:
    verdict = judge_bytes(AUTHORITY.message(protected, {}, payload, signature))
    assert verdict.code in {VerdictCode.MALFORMED, VerdictCode.UNKNOWN_KEY}


@given(st.binary(min_size=64, max_size=64))
def test_any_signature(signature: bytes) -> None:
    for key in KEYS:
        changed = message_of(key)[:-64] + signature
        assert judge_bytes(changed).code is VerdictCode.BAD_SIGNATURE


@given(st.integers(-(2**64), 2**64 - 1))
def test_any_algorithm_number(number: int) -> None:
    for name in KEYS:
        key = AUTHORITY.keys[name]
        if number != key.public_key.algorithm:
            header = b"\xa2\x01" + cbor2.dumps(number) + b"\x04\x48" + key.kid
            text = AUTHORITY.sign(key=name, header=header)
            assert judge(text).code is VerdictCode.ALGORITHM_MISMATCH


def test_a_signature_made_for_another_purpose() -> None:
    header, payload = KEY.header.to_cbor(), AUTHORITY.certificate().to_cbor()
    sound = to_be_signed(header, payload)
    assert sound == cbor2.dumps(["Signature1", header, b"", payload])
    for structure in (
        ["Signature", header, b"", payload],
        ["Signature", header, header, b"", payload],
        ["CounterSignature", header, header, b"", payload],
        ["MAC0", header, b"", payload],
        ["Signature1", header, b"\0", payload],
        ["Signature1", b"", b"", payload],
        ["Signature1", b"", header, payload],
        ["Signature1", header, payload],
    ):
        signature = KEY.sign(cbor2.dumps(structure))
        message = AUTHORITY.message(header, {}, payload, signature)
        assert judge_bytes(message).code is VerdictCode.BAD_SIGNATURE
