"""Cases of section 4: the COSE message, its headers, its key identifier."""

import cbor2

from spec.verdicts import VerdictCode
from tests.vectors.build import (
    ALG,
    HEADER,
    KEY,
    KID,
    MESSAGE,
    PAYLOAD,
    SIGNATURE,
    enveloped,
    mapping,
    signed,
    text_of,
)
from tests.vectors.case import AUTHORITY, Case

__all__ = ["cases"]

_CRIT = 2
_ES256 = -7


def cases() -> list[Case]:
    """Everything about the envelope short of the signature itself."""
    return [*_tags(), *_structures(), *_spellings(), *_protected(), *_labels(), *_unprotected()]


def _malformed(section: str, texts: dict[str, tuple[str, str]], *, cddl: bool) -> list[Case]:
    return [
        Case(name=name, section=section, description=description, text=text, cddl=cddl)
        for name, (description, text) in texts.items()
    ]


def _tags() -> list[Case]:
    body = MESSAGE[1:]
    sign = cbor2.dumps(
        cbor2.CBORTag(98, [b"", {}, PAYLOAD, [[HEADER, {}, _cose_sign_signature()]]])
    )
    return [
        *_malformed(
            "4",
            {
                "tag-missing": ("No tag: a bare COSE_Sign1 array.", text_of(body)),
                "tag-17": ("The tag 17 of COSE_Mac0.", text_of(b"\xd1" + body)),
                "tag-16": ("The tag 16 of COSE_Encrypt0.", text_of(b"\xd0" + body)),
                "tag-98": (
                    "The tag 98 of COSE_Sign before a COSE_Sign1.",
                    text_of(b"\xd8\x62" + body),
                ),
                "tag-61": ("The CWT tag 61 before the tag 18.", text_of(b"\xd8\x3d" + MESSAGE)),
                "tag-55799": ("The self-described tag first.", text_of(b"\xd9\xd9\xf7" + MESSAGE)),
                "tag-twice": ("The tag 18 twice.", text_of(b"\xd2" + MESSAGE)),
                "cose-sign": ("A COSE_Sign message with one sound signature.", text_of(sign)),
                "message-empty-array": ("An empty array.", text_of(b"\xd2\x80")),
                "message-of-zeros": ("Zeros.", text_of(bytes(158))),
            },
            cddl=False,
        ),
        *_malformed(
            "4",
            {"tag-long": ("The tag 18 in two bytes.", text_of(b"\xd8\x12" + body))},
            cddl=True,
        ),
    ]


def _cose_sign_signature() -> bytes:
    return KEY.sign(cbor2.dumps(["Signature", b"", HEADER, b"", PAYLOAD]))


def _structures() -> list[Case]:
    four = [HEADER, {}, PAYLOAD, SIGNATURE]
    return _malformed(
        "4",
        {
            "message-array-of-three": (
                "The unprotected header is left out.",
                text_of(_tagged([HEADER, PAYLOAD, SIGNATURE])),
            ),
            "message-array-of-five": ("A fifth element.", text_of(_tagged([*four, b""]))),
            "message-map": (
                "A map instead of an array.",
                text_of(_tagged(dict(enumerate(four)))),
            ),
            "message-shared-references": (
                "Shared references (tags 28 and 29), which unfold into 10 million arrays.",
                text_of(b"\xd2" + _unfolding()),
            ),
            "message-cut-in-header": ("The message ends in the header.", text_of(MESSAGE[:9])),
            "message-cut-in-payload": ("The message ends in the payload.", text_of(MESSAGE[:60])),
            "payload-absent": ("A detached payload: null.", enveloped(payload=None)),
            "payload-text": (
                "The payload as a text string.",
                enveloped(payload="a dosepass certificate"),
            ),
            "protected-as-map": (
                "The protected header as a map, not wrapped in a byte string.",
                enveloped(protected=cbor2.loads(HEADER)),
            ),
            "signature-of-63-bytes": (
                "One byte short.",
                text_of(_tagged([*four[:3], SIGNATURE[:-1]])),
            ),
            "signature-of-65-bytes": (
                "One byte over.",
                text_of(_tagged([*four[:3], SIGNATURE + b"\0"])),
            ),
            "signature-empty": ("No signature.", text_of(_tagged([*four[:3], b""]))),
            "signature-in-der": (
                "The signature in the DER form of X.509.",
                text_of(_tagged([*four[:3], _der(SIGNATURE)])),
            ),
            "signature-as-two-numbers": (
                "The signature as an array of r and s.",
                text_of(_tagged([*four[:3], [SIGNATURE[:32], SIGNATURE[32:]]])),
            ),
        },
        cddl=False,
    )


def _tagged(body: object) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(18, body))


def _der(signature: bytes) -> bytes:
    halves = (signature[:32], signature[32:])
    parts = [half.lstrip(b"\0") for half in halves]
    parts = [b"\0" + part if part[0] & 0x80 else part for part in parts]
    body = b"".join(bytes((2, len(part))) + part for part in parts)
    return bytes((0x30, len(body))) + body


def _unfolding() -> bytes:
    """Seven shared arrays, each of ten times the next."""
    data = b"\xd8\x1c\x80"
    for number in range(7, 0, -1):
        data = b"\xd8\x1c\x8a" + data + (b"\xd8\x1d" + bytes((number,))) * 9
    return data


def _spellings() -> list[Case]:
    """Other encodings of the sound message: all mean the same, none is the deterministic one."""
    protected, rest = MESSAGE[2:3] + HEADER, MESSAGE[3 + len(HEADER) :]
    payload = rest[1 : 3 + len(PAYLOAD)]
    assert payload == b"\x58" + bytes((len(PAYLOAD),)) + PAYLOAD
    signature = b"\x58\x40" + SIGNATURE
    length = bytes((len(PAYLOAD),))
    halves = b"\x5f\x58\x20" + SIGNATURE[:32] + b"\x58\x20" + SIGNATURE[32:] + b"\xff"
    spelled = {
        "trailing-byte": ("A null after the message.", MESSAGE + b"\xf6"),
        "trailing-message": ("The message twice.", MESSAGE + MESSAGE),
        "array-indefinite": (
            "The array of indefinite length.",
            b"\xd2\x9f" + MESSAGE[2:] + b"\xff",
        ),
        "array-long-length": (
            "The length 4 of the array in two bytes.",
            b"\xd2\x98\x04" + MESSAGE[2:],
        ),
        "protected-long-length": (
            "The length of the protected header in two bytes.",
            b"\xd2\x84\x58" + bytes((len(HEADER),)) + HEADER + rest,
        ),
        "payload-long-length": (
            "The length of the payload in three bytes.",
            b"\xd2\x84" + protected + b"\xa0\x59\0" + length + PAYLOAD + signature,
        ),
        "payload-indefinite": (
            "The payload as a byte string of indefinite length.",
            b"\xd2\x84" + protected + b"\xa0\x5f" + payload + b"\xff" + signature,
        ),
        "signature-long-length": (
            "The length of the signature in three bytes.",
            b"\xd2\x84" + protected + b"\xa0" + payload + b"\x59\x00\x40" + SIGNATURE,
        ),
        "signature-in-chunks": (
            "The signature in two chunks.",
            b"\xd2\x84" + protected + b"\xa0" + payload + halves,
        ),
        "unprotected-indefinite": (
            "The empty unprotected header of indefinite length.",
            b"\xd2\x84" + protected + b"\xbf\xff" + payload + signature,
        ),
        "unprotected-long-length": (
            "The length 0 of the unprotected header in two bytes.",
            b"\xd2\x84" + protected + b"\xb8\x00" + payload + signature,
        ),
    }
    texts = {name: (text, text_of(message)) for name, (text, message) in spelled.items()}
    return _malformed("4", texts, cddl=True)


def _protected() -> list[Case]:
    alg, kid = (ALG, _ES256), (KID, KEY.kid)
    return [
        *_malformed(
            "4.1",
            {
                "header-empty": ("A protected header of no bytes.", signed(PAYLOAD, b"")),
                "header-not-a-map": ("An array in place of the map.", signed(PAYLOAD, b"\x80")),
                "alg-missing": ("No algorithm.", signed(PAYLOAD, mapping(kid))),
                "alg-text": (
                    "The algorithm by name.",
                    signed(PAYLOAD, mapping((ALG, "ES256"), kid)),
                ),
                "alg-float": (
                    "The algorithm as a float.",
                    signed(PAYLOAD, mapping((ALG, -7.0), kid)),
                ),
                "alg-unprotected": (
                    "The algorithm in the unprotected header.",
                    enveloped(protected=mapping(kid), unprotected={ALG: _ES256}),
                ),
            },
            cddl=False,
        ),
        *_malformed(
            "4.1",
            {
                "header-trailing-byte": (
                    "A byte after the header map.",
                    signed(PAYLOAD, HEADER + b"\0"),
                ),
                "header-keys-out-of-order": ("kid before alg.", signed(PAYLOAD, mapping(kid, alg))),
                "header-key-twice": ("alg twice.", signed(PAYLOAD, mapping(alg, alg, kid))),
                "header-indefinite": (
                    "The header map of indefinite length.",
                    signed(PAYLOAD, b"\xbf" + HEADER[1:] + b"\xff"),
                ),
                "header-long-integer": (
                    "The algorithm number in two bytes.",
                    signed(PAYLOAD, HEADER[:2] + b"\x38\x06" + HEADER[3:]),
                ),
            },
            cddl=True,
        ),
        *_malformed(
            "4.2",
            {
                "kid-missing": ("No key identifier.", signed(PAYLOAD, mapping(alg))),
                "kid-unprotected": (
                    "The key identifier in the unprotected header.",
                    enveloped(protected=mapping(alg), unprotected={KID: KEY.kid}),
                ),
                "kid-of-7-bytes": (
                    "One byte short.",
                    signed(PAYLOAD, mapping(alg, (KID, KEY.kid[:7]))),
                ),
                "kid-of-9-bytes": (
                    "One byte over.",
                    signed(PAYLOAD, mapping(alg, (KID, KEY.kid + b"\0"))),
                ),
                "kid-text": (
                    "The key identifier as text.",
                    signed(PAYLOAD, mapping(alg, (KID, "VN-2021a"))),
                ),
            },
            cddl=False,
        ),
        Case(
            name="kid-unknown",
            section="8",
            description="A sound certificate of a key that is not in the trust list.",
            text=AUTHORITY.sign(key=AUTHORITY.make_key("stranger")),
            code=VerdictCode.UNKNOWN_KEY,
        ),
    ]


def _labels() -> list[Case]:
    alg, kid = (ALG, _ES256), (KID, KEY.kid)
    accepted = {
        "header-unknown-label": ("An unknown label: ignored.", mapping(alg, kid, (99, b"x"))),
        "header-unknown-text-label": (
            "An unknown label of text: ignored.",
            mapping(alg, kid, ("x", [1, {2: None}])),
        ),
        "crit-understood": (
            "crit names kid, which is understood.",
            mapping(alg, (_CRIT, [KID]), kid),
        ),
    }
    refused: dict[str, tuple[str, object]] = {
        "crit-unknown-label": ("crit names a label that nobody understands.", [99]),
        "crit-absent-label": ("crit names a label that is not there.", [98]),
        "crit-one-unknown-label": ("crit names kid and an unknown label.", [KID, 99]),
        "crit-empty": ("crit is an empty array.", []),
        "crit-not-an-array": ("crit is a number.", KID),
    }
    return [
        *(
            Case(
                name=name,
                section="4.1",
                description=description,
                text=signed(PAYLOAD, header),
                code=VerdictCode.OK,
                certificate=AUTHORITY.certificate(),
            )
            for name, (description, header) in accepted.items()
        ),
        *(
            Case(
                name=name,
                section="4.1",
                description=description,
                text=signed(PAYLOAD, mapping(alg, (_CRIT, critical), kid, (99, b"x"))),
                cddl=isinstance(critical, list) and critical != [],
            )
            for name, (description, critical) in refused.items()
        ),
    ]


def _unprotected() -> list[Case]:
    return _malformed(
        "4.1",
        {
            "unprotected-label": (
                "One unknown unprotected label.",
                enveloped(unprotected={99: b"x"}),
            ),
            "unprotected-alg-repeated": (
                "alg repeated in the unprotected header.",
                enveloped(unprotected={ALG: _ES256}),
            ),
            "unprotected-array": (
                "An empty array as unprotected header.",
                enveloped(unprotected=[]),
            ),
            "unprotected-null": (
                "null as unprotected header.",
                text_of(_tagged([HEADER, None, PAYLOAD, SIGNATURE])),
            ),
        },
        cddl=False,
    )
