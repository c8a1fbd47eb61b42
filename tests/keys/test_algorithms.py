"""Signatures and key identifiers against the examples of the standards."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from keys.algorithms import (
    KeyMaterialError,
    generate_private_key,
    kid_of,
    public_key_of,
    sign,
    verifier_for,
)
from spec import cbor
from spec.cose import Algorithm
from spec.errors import BadSignatureError
from spec.trust_list import PublicKey

RFC_6979 = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
"""The private key of RFC 6979, appendix A.2.5."""

RFC_8032 = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
"""The private key of RFC 8032, section 7.1, test 1."""

ED25519_PRIME = 2**255 - 19
POINTS_OF_ORDER_8 = (
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
)

P256 = ec.derive_private_key(RFC_6979, ec.SECP256R1())
ED25519 = Ed25519PrivateKey.from_private_bytes(RFC_8032)
KEYS = pytest.mark.parametrize("private_key", [P256, ED25519], ids=["ES256", "Ed25519"])


def test_the_thumbprint_of_rfc_9679() -> None:
    public_key = PublicKey(
        algorithm=Algorithm.ES256,
        x=bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"),
        y=bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"),
    )
    thumbprint = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"
    assert hashlib.sha256(cbor.encode(public_key.to_cose_key())).hexdigest() == thumbprint
    assert kid_of(public_key).hex() == thumbprint[:16]


def test_the_signature_of_rfc_6979() -> None:
    assert sign(P256, b"sample").hex() == (
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )


def test_the_signature_of_rfc_8032() -> None:
    assert sign(ED25519, b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


@KEYS
@given(message=st.binary(max_size=100))
def test_what_is_signed_verifies(
    private_key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey, message: bytes
) -> None:
    signature = sign(private_key, message)
    assert len(signature) == 64
    verify = verifier_for(public_key_of(private_key))
    verify(signature, message)
    with pytest.raises(BadSignatureError):
        verify(signature, message + b"\0")


def test_halves_with_leading_zeros_verify() -> None:
    """One signature in 128 has a half that is shorter than 32 bytes."""
    verify = verifier_for(public_key_of(P256))
    short = 0
    for number in range(600):
        message = str(number).encode()
        signature = sign(P256, message)
        short += signature[0] == 0 or signature[32] == 0
        verify(signature, message)
    assert short > 0


@KEYS
@given(signature=st.binary(min_size=64, max_size=64))
def test_any_other_signature_is_our_error(
    private_key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey, signature: bytes
) -> None:
    with pytest.raises(BadSignatureError):
        verifier_for(public_key_of(private_key))(signature, b"a message")


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_new_key_is_of_its_algorithm_and_unlike_the_last(algorithm: Algorithm) -> None:
    keys = [public_key_of(generate_private_key(algorithm)) for _ in range(2)]
    assert [key.algorithm for key in keys] == [algorithm, algorithm]
    assert kid_of(keys[0]) != kid_of(keys[1])


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()])
def test_other_curves_are_refused(curve: ec.EllipticCurve) -> None:
    with pytest.raises(KeyMaterialError):
        public_key_of(ec.generate_private_key(curve))


@pytest.mark.parametrize(
    ("x", "y"),
    [(bytes(32), bytes(32)), (b"\xff" * 32, b"\xff" * 32), (bytes(31) + b"\1", bytes(31) + b"\1")],
)
def test_what_is_no_point_of_the_curve_is_refused(x: bytes, y: bytes) -> None:
    with pytest.raises(KeyMaterialError):
        verifier_for(PublicKey(algorithm=Algorithm.ES256, x=x, y=y))


@pytest.mark.parametrize(
    "x",
    [
        *(number.to_bytes(32, "little") for number in (0, 1, ED25519_PRIME - 1)),
        *(bytes.fromhex(point) for point in POINTS_OF_ORDER_8),
        *(bytes.fromhex(point[:-2] + f"{int(point[-2:], 16) ^ 0x80:02x}")
          for point in POINTS_OF_ORDER_8),
        *((number | 1 << 255).to_bytes(32, "little") for number in (0, 1, ED25519_PRIME - 1)),
        *(number.to_bytes(32, "little") for number in range(ED25519_PRIME, 2**255)),
    ],
    ids=bytes.hex,
)  # fmt: skip
def test_ed25519_keys_for_which_anybody_can_sign_are_refused(x: bytes) -> None:
    """OpenSSL loads them, and takes a constant signature by some of them for any message."""
    with pytest.raises(KeyMaterialError):
        verifier_for(PublicKey(algorithm=Algorithm.EDDSA, x=x, y=None))


@pytest.mark.parametrize("number", [2, 7, 8, 11, 2**255 - 21])
def test_what_is_no_point_of_edwards25519_is_refused(number: int) -> None:
    with pytest.raises(KeyMaterialError):
        verifier_for(PublicKey(algorithm=Algorithm.EDDSA, x=number.to_bytes(32, "little"), y=None))


@given(seed=st.binary(min_size=32, max_size=32))
def test_every_made_ed25519_key_loads(seed: bytes) -> None:
    verifier_for(public_key_of(Ed25519PrivateKey.from_private_bytes(seed)))
