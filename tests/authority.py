"""An issuing country in memory, with a clock: stands in for the world wherever tests need trust.

All of it is deterministic: the same seed gives the same keys, and signatures follow RFC 6979. The
parts that go out (certificates, trust list, bundle) are made by the real code; `message` and the
`header` and `payload` given as bytes serve the cases that the real code would never write.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keys import algorithms
from keys.bundle import GenuineLists, StatusLists, TrustBundle
from spec import qr_text
from spec.certificate import Certificate, Dose, StatusPosition, Timestamp, VaccineCode
from spec.colour import colour_of
from spec.cose import Algorithm, Kid, ProtectedHeader, to_be_signed
from spec.dates import BirthDate
from spec.genuine_list import DIGEST_LENGTH, GENUINE_LIST_BYTES, genuine_digest
from spec.limits import MAX_STATUS_POSITION, STATUS_LIST_SIZE
from spec.status_list import Status, filled, put
from spec.trust_list import KeyState, PublicKey, TrustedKey, TrustList
from spec.vaccines import VaccineTable

__all__ = [
    "DAY",
    "EXPIRES_AT",
    "ISSUED_AT",
    "NOW",
    "SIGNS_FROM",
    "SIGNS_UNTIL",
    "VERIFIES_UNTIL",
    "Authority",
    "MovingClock",
    "SigningKey",
    "doses",
    "time_of",
    "vaccine_table",
]

DAY: Final = 86_400


def time_of(text: str) -> Timestamp:
    """Read `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS` as UTC."""
    return Timestamp(int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()))


SIGNS_FROM: Final = time_of("2021-11-01")
ISSUED_AT: Final = time_of("2021-12-01T08:00:00")
NOW: Final = time_of("2021-12-15T02:00:00")
SIGNS_UNTIL: Final = time_of("2022-05-01")
EXPIRES_AT: Final = time_of("2022-12-01T08:00:00")
VERIFIES_UNTIL: Final = time_of("2023-05-01")

_VACCINES: Final = Path(__file__).parent.parent / "spec" / "data" / "vaccines.json"
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@cache
def vaccine_table() -> VaccineTable:
    """The vaccine table that the project ships."""
    return VaccineTable.from_json(_VACCINES.read_bytes())


def doses(*given: tuple[int, str]) -> tuple[Dose, ...]:
    """Doses from pairs of a vaccine code and `YYYY-MM-DD`."""
    return tuple(
        Dose(vaccine=VaccineCode(code), day=date.fromisoformat(day)) for code, day in given
    )


class MovingClock:
    """A clock that moves only when told to."""

    def __init__(self, moment: Timestamp) -> None:
        self.moment = moment

    def now(self) -> Timestamp:
        """The moment that was reached."""
        return self.moment

    def advance(self, seconds: int) -> Timestamp:
        """Let time pass (backward for a negative number) and give the new moment."""
        self.moment = Timestamp(self.moment + seconds)
        return self.moment


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A private key of the authority and what the trust list says about it."""

    private_key: algorithms.PrivateKey
    trusted: TrustedKey

    @property
    def kid(self) -> Kid:
        """The key's identifier."""
        return self.trusted.kid

    @property
    def public_key(self) -> PublicKey:
        """The public half."""
        return self.trusted.public_key

    @property
    def header(self) -> ProtectedHeader:
        """The protected header of what this key signs."""
        return ProtectedHeader(algorithm=self.public_key.algorithm, kid=self.kid, unknown={})

    def sign(self, message: bytes) -> bytes:
        """Sign bytes; gives 64 raw bytes. With `kid` and `public_key` this is a Signer."""
        return algorithms.sign(self.private_key, message)


class Authority:
    """One issuing country: a clock, keys by name, certificates, and the trust it publishes.

    `keys` holds the key "active" from the start; `add_key` adds others. What is not in `keys`
    (see `make_key`) can sign, and no verifier knows it. Every position of the status lists is
    valid unless `set_status` says otherwise.
    """

    def __init__(self, issuer: str = "VN", now: Timestamp = NOW, seed: str = "authority") -> None:
        self.issuer = issuer
        self.clock = MovingClock(now)
        self.seed = seed
        self.keys: dict[str, SigningKey] = {}
        self.statuses: dict[int, bytearray] = {}
        self.genuine: dict[Kid, dict[int, bytearray]] = {}
        self.add_key("active")

    @property
    def now(self) -> Timestamp:
        """The moment by the authority's clock."""
        return self.clock.now()

    def make_key(
        self,
        name: str,
        *,
        algorithm: Algorithm = Algorithm.ES256,
        issuer: str | None = None,
        state: KeyState = KeyState.ACTIVE,
        signs_from: Timestamp = SIGNS_FROM,
        signs_until: Timestamp = SIGNS_UNTIL,
        verifies_until: Timestamp = VERIFIES_UNTIL,
    ) -> SigningKey:
        """Make the key that this authority's seed and a name give, without publishing it."""
        private_key = _private_key(f"{self.seed}/{name}", algorithm)
        public_key = algorithms.public_key_of(private_key)
        trusted = TrustedKey(
            kid=algorithms.kid_of(public_key),
            public_key=public_key,
            issuer=self.issuer if issuer is None else issuer,
            state=state,
            signs_from=signs_from,
            signs_until=signs_until,
            verifies_until=verifies_until,
        )
        return SigningKey(private_key=private_key, trusted=trusted)

    def add_key(self, name: str, **settings: Any) -> SigningKey:
        """Make a key and put it on the trust list; `settings` are those of `make_key`."""
        self.keys[name] = self.make_key(name, **settings)
        return self.keys[name]

    def change_key(self, name: str, **changes: Any) -> SigningKey:
        """Change what the trust list says about a key: its state, times or issuer."""
        key = self.keys[name]
        self.keys[name] = replace(key, trusted=replace(key.trusted, **changes))
        return self.keys[name]

    def set_status(self, position: int | StatusPosition, status: Status) -> None:
        """Give one position of the status lists another status."""
        place = StatusPosition(position) if isinstance(position, int) else position
        bits = self.statuses.setdefault(place.list_number, filled(Status.VALID))
        put(bits, [place.index], status)

    def know(self, content: Certificate | bytes, *, key: str = "active") -> None:
        """Put a certificate on the genuine list of a key, as the issuer of it would."""
        payload = content if isinstance(content, bytes) else content.to_cbor()
        place = Certificate.from_cbor(payload).status
        lists = self.genuine.setdefault(self.keys[key].kid, {})
        digests = lists.setdefault(place.list_number, bytearray(GENUINE_LIST_BYTES))
        start = place.index * DIGEST_LENGTH
        digests[start : start + DIGEST_LENGTH] = genuine_digest(payload)

    def certificate(self, **overrides: Any) -> Certificate:
        """A sound certificate of two doses; needed doses and colour follow the doses given."""
        given = overrides.get("doses", doses((4, "2021-09-10"), (4, "2021-10-08")))
        needed = overrides.get("doses_needed")
        if needed is None:
            needed = vaccine_table().doses_needed([dose.vaccine for dose in given])
        facts: dict[str, Any] = {
            "issuer": self.issuer,
            "issued_at": ISSUED_AT,
            "expires_at": EXPIRES_AT,
            "name": "Nguyễn Thị Minh Châu",
            "birth_date": BirthDate(1987, 3, 14),
            "id_suffix": "4821",
            "doses": given,
            "doses_needed": needed,
            "status": StatusPosition(73_482),
        }
        facts |= overrides
        facts.setdefault("colour", colour_of(given=len(given), needed=facts["doses_needed"]))
        return Certificate(**facts)

    def sign(
        self,
        content: Certificate | bytes | None = None,
        *,
        key: str | SigningKey = "active",
        header: ProtectedHeader | bytes | None = None,
    ) -> str:
        """Sign a certificate, or payload bytes of any kind, and give the QR text."""
        return qr_text.to_text(self.sign_message(content, key=key, header=header))

    def sign_message(
        self,
        content: Certificate | bytes | None = None,
        *,
        key: str | SigningKey = "active",
        header: ProtectedHeader | bytes | None = None,
    ) -> bytes:
        """Sign as `sign` does and give the bytes of the COSE_Sign1 message."""
        signing_key = self.keys[key] if isinstance(key, str) else key
        if content is None:
            content = self.certificate()
        payload = content if isinstance(content, bytes) else content.to_cbor()
        header = signing_key.header if header is None else header
        protected = header if isinstance(header, bytes) else header.to_cbor()
        signature = signing_key.sign(to_be_signed(protected, payload))
        return self.message(protected, {}, payload, signature)

    @staticmethod
    def message(
        protected: object, unprotected: object, payload: object, signature: object, tag: int = 18
    ) -> bytes:
        """Write a message of any parts, sound or not, with no check of ours in between."""
        return cbor2.dumps(cbor2.CBORTag(tag, [protected, unprotected, payload, signature]))

    @staticmethod
    def with_s(message: bytes, *, high: bool) -> bytes:
        """Give an ES256 message the higher or the lower of its two signatures, s and n - s."""
        s = int.from_bytes(message[-32:], "big")
        s = max(s, _P256_ORDER - s) if high else min(s, _P256_ORDER - s)
        return message[:-32] + s.to_bytes(32, "big")

    def trust_list(self, issued_at: Timestamp | None = None) -> TrustList:
        """The trust list as of a moment, by default the authority's present one."""
        return TrustList(
            issued_at=self.now if issued_at is None else issued_at,
            keys=tuple(key.trusted for key in self.keys.values()),
        )

    def status_lists(
        self, issued_at: Timestamp | None = None, fresh_until: Timestamp | None = None
    ) -> StatusLists:
        """The status lists as of a moment, by default the present one; fresh for 7 days."""
        lists = dict.fromkeys((0, MAX_STATUS_POSITION // STATUS_LIST_SIZE), _ALL_VALID)
        return StatusLists(
            issuer=self.issuer,
            issued_at=self.now if issued_at is None else issued_at,
            fresh_until=Timestamp(self.now + 7 * DAY) if fresh_until is None else fresh_until,
            lists=lists | {number: bytes(bits) for number, bits in self.statuses.items()},
        )

    def bundle(
        self,
        *,
        issued_at: Timestamp | None = None,
        fresh_until: Timestamp | None = None,
        vaccines: VaccineTable | None = None,
        status: StatusLists | None = None,
    ) -> TrustBundle:
        """The bundle a verifier would have fetched just now: fresh for 7 days by default."""
        genuine: dict[Kid, GenuineLists] = {
            kid: {number: bytes(digests) for number, digests in lists.items()}
            for kid, lists in self.genuine.items()
        }
        return TrustBundle.of(
            trust_list=self.trust_list(issued_at),
            vaccines=vaccines or vaccine_table(),
            fresh_until=Timestamp(self.now + 7 * DAY) if fresh_until is None else fresh_until,
            status=status or self.status_lists(issued_at, fresh_until),
            genuine=genuine,
        )


_ALL_VALID: Final = bytes(filled(Status.VALID))


@cache
def _private_key(seed: str, algorithm: Algorithm) -> algorithms.PrivateKey:
    digest = hashlib.sha256(seed.encode()).digest()
    if algorithm is Algorithm.EDDSA:
        return Ed25519PrivateKey.from_private_bytes(digest)
    return ec.derive_private_key(int.from_bytes(digest, "big") % _P256_ORDER, ec.SECP256R1())
