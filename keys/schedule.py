"""The life of a signing key as a pure function of time.

A key is made, published, and only after the propagation time does it sign: by then every verifier
that refreshes in time knows it, and no honest holder meets "unknown key" at a gate. After its
signing time it still verifies, until the last certificate that it may have signed has ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from keys.errors import KeyScheduleError
from keys.times import from_rfc3339, to_rfc3339
from spec.certificate import Timestamp
from spec.cose import KID_LENGTH, Algorithm, Kid
from spec.trust_list import KeyState, PublicKey, TrustedKey

__all__ = [
    "ALGORITHM_NAMES",
    "HANDOVER",
    "KeyRecord",
    "choose_signing_key",
    "foreseen",
    "relieved",
    "state_of",
]

ALGORITHM_NAMES: Final = {Algorithm.ES256: "ES256", Algorithm.EDDSA: "Ed25519"}
"""How people write the algorithms, on command lines and in key records."""

HANDOVER: Final = 300
"""Seconds for which a key that stops early still counts. Whoever chose it in the moment before the
change was written goes on with it for a batch; none of those holders may be turned away."""

_BY_NAME: Final = {name: algorithm for algorithm, name in ALGORITHM_NAMES.items()}
_TIMES: Final = ("created_at", "signs_from", "signs_until", "verifies_until")
_OPTIONAL_TIMES: Final = ("published_at", "compromised_at")
_GENERATE: Final = "run: dosepass-keys generate, then: dosepass-keys publish"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRecord:
    """One signing key of the authority and its times; each is the first second of a change."""

    kid: Kid
    public_key: PublicKey
    uri: str
    """Where the private key lies; a relative `file:` path is taken from the home directory."""
    issuer: str
    created_at: Timestamp
    propagation: int
    """Seconds that must pass after publication before the key signs; 0: it signs at once."""
    published_at: Timestamp | None
    """None until the key is in a published trust list; its times are a plan until then."""
    signs_from: Timestamp
    signs_until: Timestamp
    verifies_until: Timestamp
    compromised_at: Timestamp | None

    @classmethod
    def plan(
        cls,
        *,
        kid: Kid,
        public_key: PublicKey,
        uri: str,
        issuer: str,
        now: Timestamp,
        propagation: int,
        signing_life: int,
        certificate_life: int,
    ) -> "KeyRecord":
        """The record of a key just made, as if it were published now; lives in seconds."""
        signs_until = now + propagation + signing_life
        return cls(
            kid=kid,
            public_key=public_key,
            uri=uri,
            issuer=issuer,
            created_at=now,
            propagation=propagation,
            published_at=None,
            signs_from=Timestamp(now + propagation),
            signs_until=Timestamp(signs_until),
            verifies_until=Timestamp(signs_until + certificate_life),
            compromised_at=None,
        )

    def published(self, at: Timestamp) -> "KeyRecord":
        """The record once the key is in a trust list published at a time.

        What was planned moves later by as much as the publication came late. A second
        publication changes nothing.
        """
        if self.published_at is not None:
            return self
        delay = max(0, at + self.propagation - self.signs_from) if self.propagation else 0
        return replace(
            self,
            published_at=at,
            signs_from=Timestamp(self.signs_from + delay),
            signs_until=Timestamp(self.signs_until + delay),
            verifies_until=Timestamp(self.verifies_until + delay),
        )

    def verifying_for(self, certificate_life: int, at: Timestamp) -> "KeyRecord":
        """The record with room for certificates of this life, in seconds, while the key signs.

        Somebody may lengthen the life of certificates when the key already exists.
        """
        needed = Timestamp(self.signs_until + certificate_life)
        if at >= self.signs_until or needed <= self.verifies_until:
            return self
        return replace(self, verifies_until=needed)

    def retired(self, at: Timestamp) -> "KeyRecord":
        """The record of a key that is told at a time to stop, HANDOVER later; never lengthens.

        What it signed until then goes on to verify for as long as it would have.
        """
        signs_until = max(at + HANDOVER, self.signs_from + 1)
        return replace(self, signs_until=Timestamp(min(self.signs_until, signs_until)))

    def compromised(self, at: Timestamp) -> "KeyRecord":
        """The record of a key that is known from a time on to be stolen; the first time stays."""
        return self if self.compromised_at is not None else replace(self, compromised_at=at)

    def trusted(self, at: Timestamp) -> TrustedKey:
        """The entry of the trust list issued at a time."""
        return TrustedKey(
            kid=self.kid,
            public_key=self.public_key,
            issuer=self.issuer,
            state=state_of(self, at),
            signs_from=self.signs_from,
            signs_until=self.signs_until,
            verifies_until=self.verifies_until,
        )

    def to_json(self) -> dict[str, Any]:
        """The record as JSON: identifiers and coordinates in hex, times in RFC 3339."""
        y = self.public_key.y
        optional = {name: getattr(self, name) for name in _OPTIONAL_TIMES}
        return {
            "kid": self.kid.hex(),
            "algorithm": ALGORITHM_NAMES[self.public_key.algorithm],
            "x": self.public_key.x.hex(),
            "y": None if y is None else y.hex(),
            "uri": self.uri,
            "issuer": self.issuer,
            "propagation_seconds": self.propagation,
            **{name: to_rfc3339(getattr(self, name)) for name in _TIMES},
            **{name: None if at is None else to_rfc3339(at) for name, at in optional.items()},
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "KeyRecord":
        """Read a record; raises KeyScheduleError when a part is missing or out of order."""
        try:
            record = cls._from_json(row)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise KeyScheduleError(f"a key record is damaged: {type(error).__name__}") from None
        if len(record.kid) != KID_LENGTH or record.propagation < 0:
            raise KeyScheduleError("a key record has an identifier or a wait out of bounds")
        if not record.signs_from < record.signs_until <= record.verifies_until:
            raise KeyScheduleError("the times of a key record are out of order")
        return record

    @classmethod
    def _from_json(cls, row: dict[str, Any]) -> "KeyRecord":
        times = {name: from_rfc3339(row[name]) for name in _TIMES}
        optional = {
            name: None if row[name] is None else from_rfc3339(row[name]) for name in _OPTIONAL_TIMES
        }
        return cls(
            kid=Kid(bytes.fromhex(row["kid"])),
            public_key=PublicKey(
                algorithm=_BY_NAME[row["algorithm"]],
                x=bytes.fromhex(row["x"]),
                y=None if row["y"] is None else bytes.fromhex(row["y"]),
            ),
            uri=str(row["uri"]),
            issuer=str(row["issuer"]),
            propagation=int(row["propagation_seconds"]),
            created_at=times["created_at"],
            published_at=optional["published_at"],
            signs_from=times["signs_from"],
            signs_until=times["signs_until"],
            verifies_until=times["verifies_until"],
            compromised_at=optional["compromised_at"],
        )


def state_of(record: KeyRecord, at: Timestamp) -> KeyState:
    """Where a key is in its life at a time."""
    if record.compromised_at is not None and at >= record.compromised_at:
        return KeyState.COMPROMISED
    if at < record.signs_from or (record.propagation and record.published_at is None):
        return KeyState.PENDING
    if at < record.signs_until:
        return KeyState.ACTIVE
    return KeyState.RETIRED if at < record.verifies_until else KeyState.EXPIRED


def choose_signing_key(records: Iterable[KeyRecord], at: Timestamp) -> KeyRecord:
    """The active key that began last: it has the longest life before it.

    Raises KeyScheduleError, with what to do, when no key is active.
    """
    known = list(records)
    active = [record for record in known if state_of(record, at) is KeyState.ACTIVE]
    if active:
        return max(active, key=lambda record: (record.signs_from, record.kid))
    pending = [record for record in known if state_of(record, at) is KeyState.PENDING]
    raise KeyScheduleError("no key may sign now", hint=_what_to_do(pending))


def relieved(records: Iterable[KeyRecord], at: Timestamp) -> tuple[KeyRecord, ...]:
    """The records once every active key but the newest stops where the newest began.

    Nobody signs with the older ones any more, so only a thief would use the rest of their time.
    """
    known = tuple(records)
    active = [record for record in known if state_of(record, at) is KeyState.ACTIVE]
    if len(active) < 2:
        return known
    newest = choose_signing_key(active, at)
    return tuple(
        record.retired(newest.signs_from) if record in active and record != newest else record
        for record in known
    )


def foreseen(records: Iterable[KeyRecord], at: Timestamp) -> tuple[KeyRecord, ...]:
    """The records as they will be once all published keys have relieved each other."""
    known = tuple(records)
    begins = sorted(
        record.signs_from
        for record in known
        if record.published_at is not None
        and state_of(record, at) in (KeyState.PENDING, KeyState.ACTIVE)
    )
    return tuple(
        record.retired(next_begin)
        if at < record.signs_until
        and (next_begin := next((begin for begin in begins if begin > record.signs_from), None))
        else record
        for record in known
    )


def _what_to_do(pending: list[KeyRecord]) -> str:
    if not pending:
        return _GENERATE
    published = [record.signs_from for record in pending if record.published_at is not None]
    if not published:
        return "a key waits to be published; run: dosepass-keys publish"
    return f"the next key signs from {to_rfc3339(min(published))}; wait until then"
