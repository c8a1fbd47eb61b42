"""Cases of section 13: under a stolen key, what its issuer really signed and nothing else."""

from typing import Any, Final
from unicodedata import normalize

from spec.certificate import StatusPosition, Timestamp
from spec.genuine_list import genuine_digest
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import Status
from spec.trust_list import KeyState
from spec.verdicts import VerdictCode
from tests.authority import DAY, EXPIRES_AT, NOW, Authority, doses
from tests.vectors.build import EXP, IAT, KEY, MESSAGE, PAYLOAD, claims, signed, text_of
from tests.vectors.case import Case, Lists, StatusList, with_key
from tests.vectors.status import POSITION, reading

__all__ = ["cases"]

OK, COMPROMISED = VerdictCode.OK, VerdictCode.KEY_COMPROMISED
_STOLEN: Final = with_key(state=KeyState.COMPROMISED)
_CERTIFICATE: Final = _STOLEN.certificate()
_DIGEST: Final = genuine_digest(PAYLOAD)
_LISTED: Final = {POSITION: _DIGEST}
_TEXT: Final = text_of(MESSAGE)


def cases() -> list[Case]:
    """What is on the list, what is not, what is nearly, and what else stands against it."""
    return [*_genuine(), *_forged(), *_lists(), *_two_keys(), *_also()]


def _case(name: str, description: str, text: str, code: VerdictCode, **settings: Any) -> Case:
    digests = settings.pop("digests", _LISTED)
    certificate = settings.pop("certificate", _CERTIFICATE)
    authority: Authority = settings.pop("authority", _STOLEN)
    return Case(
        name=f"stolen-{name}",
        section="13",
        description=description,
        text=text,
        code=code,
        certificate=certificate if code in {OK, VerdictCode.SUPERSEDED} else None,
        authority=authority,
        **({"genuine": {KEY.kid: digests} if digests else {}} | settings),
    )


def _genuine() -> list[Case]:
    decomposed = claims(name=normalize("NFD", _CERTIFICATE.name))
    last = StatusPosition(2 * STATUS_LIST_SIZE - 1)
    at_end = _STOLEN.certificate(status=last)
    return [
        _case("genuine", "On the list of its key.", _TEXT, OK),
        _case(
            "genuine-other-s",
            "The same payload with another signature: what it says is still the issuer's word.",
            text_of(_STOLEN.with_s(MESSAGE, high=False)),
            OK,
        ),
        _case(
            "genuine-in-nfd",
            "The digest is that of the payload as it was signed, with a name in NFD.",
            signed(decomposed),
            OK,
            digests={POSITION: genuine_digest(decomposed)},
        ),
        _case(
            "genuine-at-the-end",
            "The last position of list 1.",
            _STOLEN.sign(at_end),
            OK,
            digests={last.number: genuine_digest(at_end.to_cbor())},
            certificate=at_end,
        ),
    ]


def _forged() -> list[Case]:
    """Payloads that the thief signs with the true key at a position that is on the list."""
    payloads = {
        "other-name": ("Another name.", claims(name="Trần Văn Nam")),
        "other-birth-date": ("A birth date one day later.", claims(birth=6_282)),
        "more-doses": (
            "A third dose.",
            _STOLEN.certificate(
                doses=doses((4, "2021-09-10"), (4, "2021-10-08"), (4, "2021-11-20"))
            ).to_cbor(),
        ),
        "later-end": ("It ends a day later.", claims({EXP: EXPIRES_AT + DAY})),
        "other-time": ("It was issued a second later.", claims({IAT: _CERTIFICATE.issued_at + 1})),
        "further-claim": ("The same facts and a claim that readers ignore.", claims({7: b"\0"})),
        "name-in-nfd": (
            "The same name in NFD: it reads alike, and was never signed.",
            claims(name=normalize("NFD", _CERTIFICATE.name)),
        ),
        "next-position": ("The same facts at the next position.", claims(status=POSITION + 1)),
        "same-index-of-the-next-list": (
            "The same facts at the same index of the next list.",
            claims(status=POSITION + STATUS_LIST_SIZE),
        ),
        "young": (
            "Issued now, at a position that is on the list: no exception for the young.",
            claims({IAT: NOW}),
        ),
        "young-at-another-position": (
            "Issued now, at a position that is not on the list: no exception for the young.",
            claims({IAT: NOW}, status=5),
        ),
    }
    return [
        _case(name, description, signed(payload), COMPROMISED)
        for name, (description, payload) in payloads.items()
    ]


def _lists() -> list[Case]:
    """The certificate is genuine; the list does not say so."""
    first, last = (bytearray(_DIGEST) for _ in range(2))
    first[0] ^= 0x80
    last[-1] ^= 0x01
    zeros = bytes(len(_DIGEST))
    rows: dict[str, tuple[str, dict[int, bytes]]] = {
        "not-listed": ("Nothing stands at its position.", {POSITION: zeros}),
        "first-bit": ("The first bit of the digest differs.", {POSITION: bytes(first)}),
        "last-bit": ("The last bit of the digest differs.", {POSITION: bytes(last)}),
        "digest-of-nothing": ("The digest of no bytes.", {POSITION: genuine_digest(b"")}),
        "digest-of-the-message": (
            "The digest of the message.",
            {POSITION: genuine_digest(MESSAGE)},
        ),
        "digest-reversed": ("The bytes of the digest reversed.", {POSITION: _DIGEST[::-1]}),
        "digest-before": ("The digest stands one position before.", {POSITION - 1: _DIGEST}),
        "digest-after": ("The digest stands one position after.", {POSITION + 1: _DIGEST}),
        "digest-in-the-next-list": (
            "The digest stands at the same index of the next list.",
            {POSITION: zeros, POSITION + STATUS_LIST_SIZE: _DIGEST},
        ),
        "list-absent": (
            "There is no genuine list for its status list.",
            {POSITION + STATUS_LIST_SIZE: _DIGEST},
        ),
    }
    return [
        _case(name, description, _TEXT, COMPROMISED, digests=digests)
        for name, (description, digests) in rows.items()
    ]


def _two_keys() -> list[Case]:
    both = Authority(seed="vectors")
    other = both.add_key("other")
    second_only = Authority(seed="vectors")
    second_only.add_key("other", state=KeyState.COMPROMISED)
    for name in both.keys:
        both.change_key(name, state=KeyState.COMPROMISED)
    lists = {KEY.kid: _LISTED, other.kid: _LISTED}
    under_other = both.sign(key="other")
    return [
        _case(
            "two-keys", "Two stolen keys, on both lists.", _TEXT, OK, authority=both, genuine=lists
        ),
        _case(
            "two-keys-the-other",
            "The same payload under the other of two stolen keys, on both lists.",
            under_other,
            OK,
            authority=both,
            genuine=lists,
        ),
        _case(
            "listed-for-another-key",
            "Two stolen keys; what one signed is signed with the other.",
            under_other,
            COMPROMISED,
            authority=both,
            genuine={KEY.kid: _LISTED, other.kid: {POSITION: bytes(10)}},
        ),
        _case(
            "another-key",
            "Another key is stolen; this one needs no list.",
            _TEXT,
            OK,
            authority=second_only,
            genuine={},
        ),
        _case(
            "another-key-and-its-list",
            "A list for a key that is not stolen says nothing.",
            _TEXT,
            OK,
            authority=second_only,
            genuine={KEY.kid: {POSITION: bytes(10)}},
        ),
    ]


def _also() -> list[Case]:
    """Genuine, and judged on like any other."""
    sold = with_key(state=KeyState.COMPROMISED, signs_until=_CERTIFICATE.issued_at)
    of_laos = with_key(state=KeyState.COMPROMISED, issuer="LA")
    ended = {"at": EXPIRES_AT, "trust_issued_at": EXPIRES_AT}
    stale = Timestamp(NOW + DAY)
    rows: dict[str, tuple[str, VerdictCode, dict[str, Any]]] = {
        "genuine-revoked": (
            "Genuine, and revoked.",
            VerdictCode.REVOKED,
            {"status": reading(Status.INVALID)},
        ),
        "genuine-suspended": (
            "Genuine, and suspended.",
            VerdictCode.SUSPENDED,
            {"status": reading(Status.SUSPENDED)},
        ),
        "genuine-superseded": (
            "Genuine, and superseded.",
            VerdictCode.SUPERSEDED,
            {"status": reading(Status.SUPERSEDED)},
        ),
        "genuine-never-given": (
            "On the genuine list, but the status list has its position as never given.",
            VerdictCode.REVOKED,
            {"status": Lists(lists=(StatusList(Status.INVALID),))},
        ),
        "genuine-status-stale": (
            "Genuine, and the status lists are too old.",
            VerdictCode.STATUS_STALE,
            {"status": Lists(fresh_until=stale), "at": stale},
        ),
        "genuine-ended": ("Genuine, and ended.", VerdictCode.EXPIRED, ended),
        "genuine-too-late": (
            "Genuine, but the key was not to sign any more.",
            VerdictCode.KEY_NOT_VALID,
            {"authority": sold},
        ),
        "genuine-of-another-issuer": (
            "Genuine, but the key is that of another issuer.",
            VerdictCode.KEY_NOT_VALID,
            {"authority": of_laos},
        ),
        "forged-and-revoked": (
            "Not on the list, and revoked.",
            COMPROMISED,
            {"digests": {POSITION: bytes(10)}, "status": reading(Status.INVALID)},
        ),
        "forged-and-ended": (
            "Not on the list, and ended.",
            COMPROMISED,
            {"digests": {POSITION: bytes(10)}, **ended},
        ),
    }
    return [
        _case(name, description, _TEXT, code, **settings)
        for name, (description, code, settings) in rows.items()
    ]
