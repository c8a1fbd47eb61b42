"""Signature algorithms over `cryptography`: raw COSE signatures, public keys loaded once."""

import hashlib
from collections.abc import Callable
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from keys.edwards25519 import is_sound_public_key
from spec import cbor
from spec.cose import KID_LENGTH, Algorithm, Kid
from spec.errors import BadSignatureError, DosepassError
from spec.trust_list import PublicKey

__all__ = [
    "KeyMaterialError",
    "PrivateKey",
    "Verify",
    "generate_private_key",
    "kid_of",
    "public_key_of",
    "sign",
    "verifier_for",
]

PrivateKey: TypeAlias = EllipticCurvePrivateKey | Ed25519PrivateKey
Verify: TypeAlias = Callable[[bytes, bytes], None]
"""Takes a raw signature of 64 bytes and a message; raises BadSignatureError."""

_HALF: Final = 32
_VERIFYING: Final = ECDSA(SHA256())
_SIGNING: Final = ECDSA(SHA256(), deterministic_signing=True)
"""RFC 6979: the same message gives the same signature, and a weak random source leaks nothing."""


class KeyMaterialError(DosepassError):
    """A key is of a kind that dosepass does not use, or is not a key at all."""

    code = "key_material"


def generate_private_key(algorithm: Algorithm) -> PrivateKey:
    """Make a new private key from the operating system's random source."""
    if algorithm is Algorithm.EDDSA:
        return Ed25519PrivateKey.generate()
    return ec.generate_private_key(SECP256R1())


def public_key_of(private_key: PrivateKey) -> PublicKey:
    """The public half as COSE_Key parameters; raises KeyMaterialError for a curve not ours."""
    if isinstance(private_key, Ed25519PrivateKey):
        x = private_key.public_key().public_bytes_raw()
        return PublicKey(algorithm=Algorithm.EDDSA, x=x, y=None)
    if not isinstance(private_key, EllipticCurvePrivateKey) or not isinstance(
        private_key.curve, SECP256R1
    ):
        raise KeyMaterialError("the key is neither on P-256 nor Ed25519")
    numbers = private_key.public_key().public_numbers()
    x, y = (number.to_bytes(_HALF, "big") for number in (numbers.x, numbers.y))
    return PublicKey(algorithm=Algorithm.ES256, x=x, y=y)


def kid_of(public_key: PublicKey) -> Kid:
    """The first 8 bytes of the COSE Key Thumbprint (RFC 9679) with SHA-256."""
    thumbprint = hashlib.sha256(cbor.encode(public_key.to_cose_key())).digest()
    return Kid(thumbprint[:KID_LENGTH])


def sign(private_key: PrivateKey, message: bytes) -> bytes:
    """Sign; gives the 64 raw bytes that COSE carries (RFC 9053, section 2)."""
    if isinstance(private_key, Ed25519PrivateKey):
        return private_key.sign(message)
    r, s = decode_dss_signature(private_key.sign(message, _SIGNING))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def verifier_for(public_key: PublicKey) -> Verify:
    """Load a public key once and give the function that verifies with it.

    Raises KeyMaterialError when the coordinates are not a point of the curve, or an Ed25519 key is
    one for which anybody can sign.
    """
    if public_key.y is None and not is_sound_public_key(public_key.x):
        raise KeyMaterialError("the public key is no point of edwards25519, or of small order")
    try:
        if public_key.y is None:
            return _eddsa_verifier(Ed25519PublicKey.from_public_bytes(public_key.x))
        x, y = (int.from_bytes(part, "big") for part in (public_key.x, public_key.y))
        return _es256_verifier(EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key())
    except ValueError:
        raise KeyMaterialError("the public key is not a point of its curve") from None


def _es256_verifier(key: EllipticCurvePublicKey) -> Verify:
    verify_der = key.verify

    def verify(signature: bytes, message: bytes) -> None:
        try:
            verify_der(_der(signature), message, _VERIFYING)
        except InvalidSignature:
            raise BadSignatureError("the signature does not hold") from None

    return verify


def _eddsa_verifier(key: Ed25519PublicKey) -> Verify:
    def verify(signature: bytes, message: bytes) -> None:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            raise BadSignatureError("the signature does not hold") from None

    return verify


def _der(signature: bytes) -> bytes:
    """Wrap the raw r and s as the DER sequence that OpenSSL takes.

    By hand, since `encode_dss_signature` costs six times as much: each half loses its leading
    zeros and gains one where its first bit would make it negative.
    """
    r = signature[:_HALF].lstrip(b"\0")
    s = signature[_HALF:].lstrip(b"\0")
    if not r or not s:
        raise BadSignatureError("a half of the signature is zero")
    if r[0] & 0x80:
        r = b"\0" + r
    if s[0] & 0x80:
        s = b"\0" + s
    body = b"\x02%c%b\x02%c%b" % (len(r), r, len(s), s)
    return b"\x30%c%b" % (len(body), body)
