"""Cases of section 4.3: algorithms and signatures, sound, wrong and confused."""

import hashlib
import hmac
from typing import Final

import cbor2

from spec.certificate import StatusPosition
from spec.verdicts import VerdictCode
from tests.vectors.build import (
    ALG,
    HEADER,
    KEY,
    KID,
    MESSAGE,
    PAYLOAD,
    SIGNATURE,
    mapping,
    signed,
    text_of,
)
from tests.vectors.case import AUTHORITY, Case

__all__ = ["cases"]

_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P256_FIELD: Final = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_ED25519_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_ED25519 = AUTHORITY.keys["ed25519"]
_OTHER = AUTHORITY.keys["other"]


def cases() -> list[Case]:
    """Signatures that hold, that do not, and headers that name another algorithm."""
    return [*_sound(), *_values(), *_strangers(), *_flipped_bits(), *_confusions()]


def _sound() -> list[Case]:
    certificate = AUTHORITY.certificate(status=StatusPosition(73_483))
    message = AUTHORITY.sign_message(certificate)
    texts = {
        "ok-ed25519": (
            "A certificate of an Ed25519 key.",
            AUTHORITY.sign(certificate, key="ed25519"),
        ),
        "signature-high-s": (
            "An ES256 signature whose s is above half the order.",
            text_of(AUTHORITY.with_s(message, high=True)),
        ),
        "signature-low-s": (
            "The same signature with the other s, n - s: it holds as well.",
            text_of(AUTHORITY.with_s(message, high=False)),
        ),
    }
    return [
        Case(
            name=name,
            section="4.3",
            description=description,
            text=text,
            code=VerdictCode.OK,
            certificate=certificate,
        )
        for name, (description, text) in texts.items()
    ]


def _bad(texts: dict[str, tuple[str, str]]) -> list[Case]:
    return [
        Case(
            name=name,
            section="4.3",
            description=description,
            text=text,
            code=VerdictCode.BAD_SIGNATURE,
        )
        for name, (description, text) in texts.items()
    ]


def _with_signature(signature: bytes) -> str:
    return text_of(MESSAGE[:-64] + signature)


def _number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _values() -> list[Case]:
    r, s = SIGNATURE[:32], SIGNATURE[32:]
    r_over = int.from_bytes(r, "big") + _P256_ORDER
    ed25519 = AUTHORITY.sign_message(key="ed25519")
    s_over = int.from_bytes(ed25519[-32:], "little") + _ED25519_ORDER
    cases = {
        "signature-of-zeros": ("64 zeros.", bytes(64)),
        "signature-of-ones": ("64 times 0xFF.", b"\xff" * 64),
        "signature-r-zero": ("r is 0.", bytes(32) + s),
        "signature-s-zero": ("s is 0.", r + bytes(32)),
        "signature-r-order": ("r is the order of the group.", _number(_P256_ORDER) + s),
        "signature-s-order": ("s is the order of the group.", r + _number(_P256_ORDER)),
        "signature-r-field": ("r is the prime of the field.", _number(_P256_FIELD) + s),
        "signature-halves-swapped": ("s before r.", s + r),
        "signature-little-endian": ("r and s with their bytes reversed.", r[::-1] + s[::-1]),
    }
    assert r_over >= 2**256, "r plus the order would fit: add it as a case"
    texts = {name: (text, _with_signature(value)) for name, (text, value) in cases.items()}
    texts["ed25519-s-not-reduced"] = (
        "An Ed25519 signature with the order added to S, which RFC 8032 refuses.",
        text_of(ed25519[:-32] + s_over.to_bytes(32, "little")),
    )
    texts["ed25519-signature-of-zeros"] = (
        "64 zeros under an Ed25519 key.",
        text_of(ed25519[:-64] + bytes(64)),
    )
    return _bad(texts)


def _strangers() -> list[Case]:
    """Signatures that hold, over something else or by somebody else."""
    structures = {
        "signature-of-cose-sign": (
            "The context string of COSE_Sign.",
            ["Signature", HEADER, b"", PAYLOAD],
        ),
        "signature-with-external-data": (
            "External data that no reader has.",
            ["Signature1", HEADER, b"dosepass", PAYLOAD],
        ),
        "signature-without-header": (
            "An empty protected header under the signature.",
            ["Signature1", b"", b"", PAYLOAD],
        ),
        "signature-of-other-payload": (
            "The signature of another certificate of the same key.",
            ["Signature1", HEADER, b"", AUTHORITY.certificate(name="Trần Văn Nam").to_cbor()],
        ),
    }
    texts = {
        name: (description, _with_signature(KEY.sign(cbor2.dumps(structure))))
        for name, (description, structure) in structures.items()
    }
    texts["signature-of-payload-alone"] = (
        "The signature covers the payload without the Sig_structure.",
        _with_signature(KEY.sign(PAYLOAD)),
    )
    texts["signature-of-another-key"] = (
        "Signed by one key, with the identifier of another.",
        AUTHORITY.sign(key=_OTHER, header=KEY.header),
    )
    return _bad(texts)


def _flipped_bits() -> list[Case]:
    kid = MESSAGE.index(KEY.kid)
    name = MESSAGE.index(b"Minh")
    places = {
        "flipped-bit-in-tag": (0, 0x01, "4", VerdictCode.MALFORMED, False),
        "flipped-bit-in-array": (1, 0x01, "4", VerdictCode.MALFORMED, False),
        "flipped-bit-in-alg": (kid - 3, 0x01, "4.3", VerdictCode.ALGORITHM_MISMATCH, True),
        "flipped-bit-in-kid": (kid, 0x80, "8", VerdictCode.UNKNOWN_KEY, True),
        "flipped-bit-in-name": (name, 0x20, "4.3", VerdictCode.BAD_SIGNATURE, True),
        "flipped-bit-in-payload-map": (
            MESSAGE.index(PAYLOAD),
            0x01,
            "4.3",
            VerdictCode.BAD_SIGNATURE,
            False,
        ),
        "flipped-bit-in-r": (len(MESSAGE) - 64, 0x80, "4.3", VerdictCode.BAD_SIGNATURE, True),
        "flipped-bit-in-s": (len(MESSAGE) - 1, 0x01, "4.3", VerdictCode.BAD_SIGNATURE, True),
    }
    return [
        Case(
            name=name,
            section=section,
            description=f"Bit {bit:#04x} of byte {position} of the sound message is flipped.",
            text=text_of(_flip(position, bit)),
            code=code,
            cddl=cddl,
        )
        for name, (position, bit, section, code, cddl) in places.items()
    ]


def _flip(position: int, bit: int) -> bytes:
    return MESSAGE[:position] + bytes((MESSAGE[position] ^ bit,)) + MESSAGE[position + 1 :]


def _confusions() -> list[Case]:
    names = {
        0: "alg-reserved",
        -9: "alg-esp256",
        -35: "alg-es384",
        -37: "alg-ps256",
        -47: "alg-es256k",
        -257: "alg-rs256",
        2**64 - 1: "alg-unheard-of",
    }
    texts = {
        name: (
            f"A signature of the key's own kind under the algorithm number {number}.",
            signed(PAYLOAD, mapping((ALG, number), (KID, KEY.kid))),
        )
        for number, name in names.items()
    }
    texts["alg-eddsa-on-es256-key"] = (
        "EdDSA in the header, a key for ES256, signed with ES256.",
        signed(PAYLOAD, mapping((ALG, -8), (KID, KEY.kid))),
    )
    texts["alg-es256-on-ed25519-key"] = (
        "ES256 in the header, a key for Ed25519, signed with Ed25519.",
        AUTHORITY.sign(key=_ED25519, header=mapping((ALG, -7), (KID, _ED25519.kid))),
    )
    texts["alg-hmac-with-public-key"] = (
        "HMAC 512/512 keyed with the public key, which everybody has.",
        _hmac(),
    )
    return [
        Case(
            name=name,
            section="4.3",
            description=description,
            text=text,
            code=VerdictCode.ALGORITHM_MISMATCH,
        )
        for name, (description, text) in texts.items()
    ]


def _hmac() -> str:
    header = mapping((ALG, 7), (KID, KEY.kid))
    secret = KEY.public_key.x + (KEY.public_key.y or b"")
    structure = cbor2.dumps(["Signature1", header, b"", PAYLOAD])
    code = hmac.digest(secret, structure, hashlib.sha512)
    return text_of(AUTHORITY.message(header, {}, PAYLOAD, code))
