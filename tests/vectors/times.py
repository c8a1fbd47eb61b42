"""Cases of section 8: the lives of keys, the times of certificates and of trust, the order."""

from typing import Any, Final

import cbor2

from spec.certificate import Timestamp
from spec.limits import CLOCK_TOLERANCE
from spec.trust_list import KeyState
from spec.verdicts import VerdictCode
from tests.authority import (
    DAY,
    EXPIRES_AT,
    ISSUED_AT,
    NOW,
    SIGNS_FROM,
    SIGNS_UNTIL,
    VERIFIES_UNTIL,
    Authority,
    time_of,
)
from tests.vectors.build import EXP, HEADER, MESSAGE, TEXT, claims, signed, text_of
from tests.vectors.case import AUTHORITY, Case, with_key

__all__ = ["cases"]

OK: Final = VerdictCode.OK


def cases() -> list[Case]:
    """Both sides of every bound in time, every state of a key, and what comes before what."""
    return [*_freshness(), *_validity(), *_lifetimes(), *_states(), *_order()]


def _case(name: str, description: str, code: VerdictCode, **settings: Any) -> Case:
    """A case of the sound certificate, or of one changed by `facts`."""
    authority = settings.pop("authority", AUTHORITY)
    certificate = authority.certificate(**settings.pop("facts", {}))
    return Case(
        name=name,
        section="8",
        description=description,
        text=authority.sign(certificate),
        code=code,
        certificate=certificate if code is OK else None,
        authority=authority,
        **settings,
    )


def _freshness() -> list[Case]:
    fresh_until = Timestamp(NOW + DAY)
    early = Timestamp(NOW - CLOCK_TOLERANCE)
    return [
        _case(
            "trust-fresh-to-the-last-second",
            "The last second at which the trust data count.",
            OK,
            fresh_until=fresh_until,
            at=Timestamp(fresh_until - 1),
        ),
        _case(
            "trust-stale",
            "The first second at which the trust data are too old.",
            VerdictCode.TRUST_STALE,
            fresh_until=fresh_until,
            at=fresh_until,
        ),
        _case(
            "clock-behind-within-tolerance",
            "The clock stands 300 seconds before the trust list was issued.",
            OK,
            at=early,
        ),
        _case(
            "clock-behind",
            "The clock stands 301 seconds before the trust list was issued.",
            VerdictCode.CLOCK_SUSPECT,
            at=Timestamp(early - 1),
        ),
    ]


def _validity() -> list[Case]:
    """Times of the certificate; the trust list is issued when the reader reads."""
    early = Timestamp(ISSUED_AT - CLOCK_TOLERANCE)
    rows = {
        "exp-in-one-second": ("The last second of the certificate.", OK, EXPIRES_AT - 1),
        "exp-now": ("The first second of refusal: exp itself.", VerdictCode.EXPIRED, EXPIRES_AT),
        "exp-long-past": ("Three months later.", VerdictCode.EXPIRED, EXPIRES_AT + 90 * DAY),
        "iat-within-tolerance": ("Issued 300 seconds in the future.", OK, early),
        "iat-in-the-future": (
            "Issued 301 seconds in the future.",
            VerdictCode.NOT_YET_VALID,
            early - 1,
        ),
    }
    return [
        _case(name, description, code, at=Timestamp(at), trust_issued_at=Timestamp(at))
        for name, (description, code, at) in rows.items()
    ]


def _lifetimes() -> list[Case]:
    """Bounds of the key, read when all the certificates have been issued."""
    at = Timestamp(SIGNS_UNTIL + DAY)
    in_time, invalid = OK, VerdictCode.KEY_NOT_VALID
    rows: dict[str, tuple[str, VerdictCode, dict[str, Any]]] = {
        "key-first-second": ("Issued at signs_from.", in_time, {"issued_at": SIGNS_FROM}),
        "key-too-early": (
            "Issued one second before signs_from.",
            invalid,
            {"issued_at": SIGNS_FROM - 1},
        ),
        "key-last-second": (
            "Issued one second before signs_until.",
            in_time,
            {"issued_at": SIGNS_UNTIL - 1},
        ),
        "key-too-late": ("Issued at signs_until.", invalid, {"issued_at": SIGNS_UNTIL}),
        "key-verifies-to-the-end": (
            "The certificate ends with its key, at verifies_until.",
            in_time,
            {"expires_at": VERIFIES_UNTIL},
        ),
        "key-outlived": (
            "The certificate ends one second after its key.",
            invalid,
            {"expires_at": VERIFIES_UNTIL + 1},
        ),
    }
    return [
        _case(name, description, code, facts=facts, at=at, trust_issued_at=at)
        for name, (description, code, facts) in rows.items()
    ]


def _states() -> list[Case]:
    longest = Authority(issuer="VN" + "-" * 30, seed="vectors")
    return [
        _case(
            "iss-longest",
            "An issuer of 32 characters.",
            OK,
            authority=longest,
        ),
        _case(
            "key-retired",
            "A key that signs no more; this it signed in its time.",
            OK,
            authority=with_key(state=KeyState.RETIRED, signs_until=NOW - DAY),
        ),
        _case(
            "key-pending",
            "A key published ahead, used before its time.",
            VerdictCode.KEY_NOT_VALID,
            authority=with_key(state=KeyState.PENDING, signs_from=NOW + DAY),
        ),
        _case(
            "key-pending-when-listed",
            "A key that was pending when the list was issued, and has begun since.",
            OK,
            authority=with_key(state=KeyState.PENDING, signs_from=ISSUED_AT),
            trust_issued_at=Timestamp(ISSUED_AT - DAY),
            at=Timestamp(ISSUED_AT + DAY),
        ),
        _case(
            "key-expired",
            "A key of the past: its certificates have ended, and so has this one.",
            VerdictCode.EXPIRED,
            authority=with_key(state=KeyState.EXPIRED),
            trust_issued_at=VERIFIES_UNTIL,
            at=Timestamp(VERIFIES_UNTIL + DAY),
        ),
        _case(
            "key-compromised",
            "A key in strange hands, and no list of what its issuer signed.",
            VerdictCode.KEY_COMPROMISED,
            authority=with_key(state=KeyState.COMPROMISED),
        ),
        _case(
            "key-of-another-issuer",
            "A key that the trust list gives to LA signs for VN.",
            VerdictCode.KEY_NOT_VALID,
            authority=with_key(issuer="LA"),
        ),
        _case(
            "issuer-in-lower-case",
            "vn is not VN.",
            VerdictCode.KEY_NOT_VALID,
            facts={"issuer": "vn"},
        ),
    ]


def _order() -> list[Case]:
    """Two failures each, on purpose: the step that comes first gives the verdict."""
    forged = text_of(MESSAGE[:-1] + bytes((MESSAGE[-1] ^ 1,)))
    stale = Timestamp(NOW + 30 * DAY)
    stranger = AUTHORITY.make_key("stranger")
    rows: dict[str, tuple[str, str, VerdictCode, dict[str, Any]]] = {
        "order-form-before-trust": (
            "Malformed, and the trust data are stale.",
            TEXT + "00",
            VerdictCode.MALFORMED,
            {"at": stale},
        ),
        "order-clock-before-freshness": (
            "The clock is behind the trust list, whose limit lies before that.",
            TEXT,
            VerdictCode.CLOCK_SUSPECT,
            {"at": Timestamp(NOW - DAY), "fresh_until": Timestamp(NOW - 2 * DAY)},
        ),
        "order-freshness-before-key": (
            "Stale trust data without the key: a fresher list may have it.",
            AUTHORITY.sign(key=stranger),
            VerdictCode.TRUST_STALE,
            {"at": stale},
        ),
        "order-freshness-before-signature": (
            "Stale trust data and a wrong signature.",
            forged,
            VerdictCode.TRUST_STALE,
            {"at": stale},
        ),
        "order-key-before-algorithm": (
            "An unknown key and an algorithm that no key has.",
            AUTHORITY.sign(key=stranger, header=_header(-35, stranger.kid)),
            VerdictCode.UNKNOWN_KEY,
            {},
        ),
        "order-signature-before-claims": (
            "A wrong signature over claims that are malformed.",
            text_of(_forge(signed_payload=b"", shown_payload=b"a payload")),
            VerdictCode.BAD_SIGNATURE,
            {"cddl": False},
        ),
        "order-signature-before-key-state": (
            "A wrong signature under a compromised key.",
            forged,
            VerdictCode.BAD_SIGNATURE,
            {"authority": with_key(state=KeyState.COMPROMISED)},
        ),
        "order-claims-before-key-state": (
            "Malformed claims under a compromised key.",
            signed(b""),
            VerdictCode.MALFORMED,
            {"authority": with_key(state=KeyState.COMPROMISED), "cddl": False},
        ),
        "order-key-before-facts": (
            "Contradictory facts under a compromised key.",
            signed(claims(colour=1)),
            VerdictCode.KEY_COMPROMISED,
            {"authority": with_key(state=KeyState.COMPROMISED)},
        ),
        "order-facts-before-times": (
            "Contradictory facts, long ended.",
            signed(claims({EXP: time_of("2021-12-10")}, colour=1)),
            VerdictCode.INCONSISTENT,
            {},
        ),
    }
    return [
        Case(name=name, section="8", description=description, text=text, code=code, **settings)
        for name, (description, text, code, settings) in rows.items()
    ]


def _header(algorithm: int, kid: bytes) -> bytes:
    return b"\xa2\x01" + cbor2.dumps(algorithm) + b"\x04\x48" + kid


def _forge(*, signed_payload: bytes, shown_payload: bytes) -> bytes:
    signature = AUTHORITY.sign_message(signed_payload)[-64:]
    return AUTHORITY.message(HEADER, {}, shown_payload, signature)
