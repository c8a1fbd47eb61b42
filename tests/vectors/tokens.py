"""Cases of section 12.2: status list tokens, sound and not."""

import zlib
from typing import Any, Final

import cbor2

from spec import cbor
from spec.cose import to_be_signed
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import Status
from spec.status_token import status_subject
from tests.authority import DAY, NOW, Authority
from tests.vectors.build import mapping
from tests.vectors.case import StatusList
from tests.vectors.deflate import deflated, zlib_wrapped
from tests.vectors.status_case import KEY, StatusCase, bits_of, signed_token, token_case

__all__ = ["BITS", "EXAMPLE", "LST", "STATUSES", "cases", "claims", "refused"]

TYP: Final = "application/statuslist+cwt"
SUB, EXP, IAT, TTL, STATUS_LIST = 2, 4, 6, 65_534, 65_533
HEADER: Final = mapping((1, -7), (4, KEY.kid), (16, TYP))

STATUSES: Final = StatusList(
    others={0: Status.INVALID, 1: Status.SUSPENDED, 2: Status.SUPERSEDED, 73_482: Status.INVALID}
)
BITS: Final = bits_of(STATUSES)
LST: Final = zlib_wrapped(BITS)

_OF_ZLIB: Final = bytes.fromhex(
    "78daedd04111000008032023ac8efd8b99c1ef0e22b0030000000000000000000000000000000000fc4501000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000750e87eb"
    "004a"
)
"""What zlib 1.2.13 makes of the list at its best level, kept as it was made."""


def claims(changes: dict[Any, object] | None = None, lst: object = LST, **members: object) -> bytes:
    """Encode the sound claims, some changed or, by None, left out."""
    values: dict[Any, object] = {
        SUB: status_subject("VN", 0),
        EXP: NOW + 30 * DAY,
        IAT: NOW,
        TTL: 9 * DAY,
        STATUS_LIST: _kept({"bits": 2, "lst": lst} | members),
    }
    return cbor.encode(_kept(values | (changes or {})))


def _kept(values: dict[Any, object]) -> dict[Any, object]:
    return {key: value for key, value in values.items() if value is not None}


EXAMPLE: Final = signed_token(claims(lst=_OF_ZLIB))
"""The token that the specification prints."""


def cases() -> list[StatusCase]:
    """What a reader takes, and what it must not take."""
    return [*_accepted(), *_envelopes(), *_headers(), *_claims(), *_lists()]


def _accepted() -> list[StatusCase]:
    last = StatusList(Status.VALID, {STATUS_LIST_SIZE - 1: Status.SUPERSEDED})
    others = mapping((1, -7), (4, KEY.kid), (16, TYP), (99, [1]), ("x", None))
    unknown = {7: b"\x01", "x": [True], -1: 0}
    viet_nam = claims({SUB: status_subject("Việt Nam/79", 3)})
    in_two = zlib_wrapped(BITS)[:2] + _stored_then_fixed(BITS)
    sound = STATUSES
    return [
        token_case("example", "The token of the example.", EXAMPLE, sound),
        token_case("sound", "The same list, compressed otherwise.", signed_token(claims()), sound),
        token_case(
            "in-two-blocks",
            "The same list in two blocks, of which one is not compressed.",
            signed_token(claims(lst=in_two)),
            sound,
        ),
        token_case(
            "other-s",
            "The other of the two signatures that ECDSA gives.",
            _other_s(signed_token(claims())),
            sound,
        ),
        token_case(
            "never-given",
            "A list of which no position was given to a certificate.",
            signed_token(claims(lst=_compressed_list(StatusList(Status.INVALID)))),
            StatusList(Status.INVALID),
        ),
        token_case(
            "last",
            "The last position is superseded.",
            signed_token(claims(lst=_compressed_list(last))),
            last,
        ),
        token_case(
            "unknown-claims", "Further claims are ignored.", signed_token(claims(unknown)), sound
        ),
        token_case(
            "unknown-members",
            "Further members of the list, an aggregation URI among them, are ignored.",
            signed_token(claims(aggregation_uri="https://example.org/lists")),
            sound,
        ),
        token_case(
            "unknown-header",
            "Further labels of the protected header are ignored.",
            signed_token(claims(), others),
            sound,
        ),
        token_case(
            "issuer-encoded",
            "An issuer whose name a URI cannot hold as it is.",
            signed_token(viet_nam),
            sound,
            issuer="Việt Nam/79",
            number=3,
        ),
    ]


def _compressed_list(statuses: StatusList) -> bytes:
    return zlib_wrapped(bits_of(statuses))


def _stored_then_fixed(bits: bytes) -> bytes:
    """Four bytes as they are (RFC 1951, section 3.2.4), then the rest, then the checksum."""
    stored = b"\x00\x04\x00\xfb\xff" + bits[:4]
    return stored + deflated(bits[4:]) + zlib.adler32(bits).to_bytes(4, "big")


def _other_s(token: bytes) -> bytes:
    high = Authority.with_s(token, high=True)
    return Authority.with_s(token, high=False) if token == high else high


def refused(rows: dict[str, tuple[str, bytes]], *, cddl: bool) -> list[StatusCase]:
    """Cases of tokens that are refused, from names, descriptions and messages."""
    return [
        token_case(name, description, token, cddl=cddl)
        for name, (description, token) in rows.items()
    ]


def _envelopes() -> list[StatusCase]:
    sound = signed_token(claims())
    stranger = Authority(seed="a stranger").keys["active"]
    structure = to_be_signed(HEADER, claims())
    by_stranger = Authority.message(HEADER, {}, claims(), stranger.sign(structure))
    malformed = {
        "tag-missing": ("Without the tag 18.", sound[1:]),
        "tag-61": ("The tag 61 of a CWT before it, which the draft forbids.", b"\xd8\x3d" + sound),
        "mac0": ("Under the tag 17 of COSE_Mac0.", b"\xd1" + sound[1:]),
        "trailing-byte": ("A byte after the message.", sound + b"\0"),
        "cut": ("The last byte is missing.", sound[:-1]),
        "kid-unprotected": (
            "A kid in the unprotected header too.",
            signed_token(claims(), unprotected={4: KEY.kid}),
        ),
        "empty": ("No bytes.", b""),
    }
    wrong = {
        "signature-flipped": (
            "A bit of the signature is flipped.",
            sound[:-1] + bytes((sound[-1] ^ 1,)),
        ),
        "signature-of-a-stranger": ("Signed by a stranger, with the kid of the key.", by_stranger),
        "signature-of-other-claims": (
            "The signature belongs to other claims.",
            Authority.message(HEADER, {}, claims({IAT: NOW + 1}), sound[-64:]),
        ),
    }
    # RFC 8610 says nothing of bytes that follow, and a reader of one item does not see them.
    after = {"trailing-byte": malformed.pop("trailing-byte")}
    return [
        *refused(malformed, cddl=False),
        *refused(after, cddl=True),
        *refused(wrong, cddl=True),
    ]


def _headers() -> list[StatusCase]:
    headers = {
        "typ-missing": ("No typ: it might be any other token.", mapping((1, -7), (4, KEY.kid))),
        "typ-short": (
            "The typ without `application/`.",
            mapping((1, -7), (4, KEY.kid), (16, "statuslist+cwt")),
        ),
        "typ-of-the-jwt": (
            "The typ of the JWT form.",
            mapping((1, -7), (4, KEY.kid), (16, "application/statuslist+jwt")),
        ),
        "typ-number": ("A number for typ.", mapping((1, -7), (4, KEY.kid), (16, 260))),
        "kid-missing": ("No kid.", mapping((1, -7), (16, TYP))),
        "kid-of-2-bytes": ("A kid of two bytes.", mapping((1, -7), (4, b"12"), (16, TYP))),
        "alg-missing": ("No alg.", mapping((4, KEY.kid), (16, TYP))),
    }
    sound = {
        "alg-of-another-kind": (
            "EdDSA in the header, a key for ES256.",
            mapping((1, -8), (4, KEY.kid), (16, TYP)),
        ),
        "kid-unknown": ("The kid of no key.", mapping((1, -7), (4, bytes(8)), (16, TYP))),
        "typ-critical": (
            "crit names typ, which a reader need not understand.",
            mapping((1, -7), (2, [16]), (4, KEY.kid), (16, TYP)),
        ),
    }
    return [
        case
        for rows, cddl in ((headers, False), (sound, True))
        for case in refused(
            {name: (text, signed_token(claims(), header)) for name, (text, header) in rows.items()},
            cddl=cddl,
        )
    ]


def _claims() -> list[StatusCase]:
    payloads = {
        "sub-missing": ("No subject.", claims({SUB: None})),
        "sub-bytes": ("The subject as bytes.", claims({SUB: b"dosepass:VN/status/0"})),
        "iat-missing": ("No iat.", claims({IAT: None})),
        "iat-negative": ("A negative iat.", claims({IAT: -1})),
        "exp-missing": ("No exp, which the draft would allow.", claims({EXP: None})),
        "exp-after-9999": ("An exp in the year 10000.", claims({EXP: 253_402_300_800})),
        "ttl-missing": ("No ttl, which the draft would allow.", claims({TTL: None})),
        "ttl-zero": ("A ttl of 0.", claims({TTL: 0})),
        "ttl-true": ("A ttl of true.", claims({TTL: True})),
        "claims-array": ("An array for the claims.", cbor.encode([1])),
        "claims-empty": ("No claims.", b"\xa0"),
        "list-missing": ("No status list.", claims({STATUS_LIST: None})),
        "list-bytes": ("The list without its map.", claims({STATUS_LIST: LST})),
    }
    spelled = {
        "sub-of-another-list": (
            "The subject is another list of the issuer.",
            claims({SUB: status_subject("VN", 1)}),
        ),
        "sub-of-another-issuer": (
            "The subject is a list of another issuer.",
            claims({SUB: status_subject("LA", 0)}),
        ),
        "claims-out-of-order": ("The keys of the claims are out of order.", _out_of_order()),
        "claims-trailing-byte": ("A byte after the claims.", claims() + b"\0"),
    }
    return [
        case
        for rows, cddl in ((payloads, False), (spelled, True))
        for case in refused(
            {name: (text, signed_token(payload)) for name, (text, payload) in rows.items()},
            cddl=cddl,
        )
    ]


def _out_of_order() -> bytes:
    values: dict[int, object] = cbor2.loads(claims())
    return mapping(*reversed(values.items()))


def _lists() -> list[StatusCase]:
    payloads = {
        "bits-1": ("One bit a position.", claims(bits=1)),
        "bits-4": ("Four bits a position.", claims(bits=4)),
        "bits-missing": ("No number of bits.", claims(bits=None)),
        "bits-text": ("The number of bits as text.", claims(bits="2")),
        "lst-missing": ("No bytes.", claims(lst=None)),
        "lst-text": ("The list in base64url, as in the JWT form.", claims(lst="eNrt0EERAAAIA")),
    }
    return refused(
        {name: (text, signed_token(payload)) for name, (text, payload) in payloads.items()},
        cddl=False,
    )
