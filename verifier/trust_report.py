"""The answer to `GET /v1/trust`: which keys count, how old everything is, what ends next. Pure."""

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from keys.bundle import TrustBundle, VerificationKey
from spec.certificate import Timestamp
from spec.cose import Algorithm
from spec.entry_rules import EntryRules
from spec.trust_list import KeyState, TrustedKey
from verifier.report import Json, moment, trust_to_json

__all__ = ["ALGORITHMS", "EVENTS", "state_at", "trust_report"]

EVENTS: Final = (
    "publication_ends",
    "status_ends",
    "key_begins_to_sign",
    "key_ends_signing",
    "key_ends",
)
"""Everything that can come next; `docs/verifier.md` says what each means."""

ALGORITHMS: Final = {Algorithm.ES256: "ES256", Algorithm.EDDSA: "EdDSA"}
"""Their names as RFC 9053 writes them."""


def trust_report(bundle: TrustBundle, at: Timestamp, entry: EntryRules | None = None) -> Json:
    """The trust data as of a moment, for the people who look after a verifier.

    `entry` are the rules of the place that it stands at.
    """
    return {
        "checked_at": moment(at),
        "trust": trust_to_json(bundle, at),
        "vaccines_valid_from": bundle.vaccines.valid_from.isoformat(),
        "entry": None if entry is None else _entry(entry, at),
        "keys": [_key(key, at) for key in sorted(bundle.keys.values(), key=_by_times)],
        "next": [
            {"event": event, "kid": kid, "at": moment(when), "in_seconds": when - at}
            for event, kid, when in sorted(_coming(bundle, at), key=itemgetter(2))
        ],
    }


def state_at(key: TrustedKey, at: Timestamp) -> KeyState:
    """What a key is at a moment by its own times; a compromised one stays so for ever."""
    if key.state is KeyState.COMPROMISED:
        return KeyState.COMPROMISED
    if at < key.signs_from:
        return KeyState.PENDING
    if at < key.signs_until:
        return KeyState.ACTIVE
    return KeyState.RETIRED if at < key.verifies_until else KeyState.EXPIRED


def _entry(entry: EntryRules, at: Timestamp) -> Json:
    today = entry.day_of(at)
    return {
        "place": entry.place,
        "policy_dated": entry.dated.isoformat(),
        "source": entry.source,
        "in_force": [rule.id for rule in entry.rules if rule.in_force(today)],
    }


def _key(key: VerificationKey, at: Timestamp) -> Json:
    trusted = key.trusted
    return {
        "kid": trusted.kid.hex(),
        "issuer": trusted.issuer,
        "algorithm": ALGORITHMS[trusted.public_key.algorithm],
        "state": state_at(trusted, at).name.lower(),
        "signs_from": moment(trusted.signs_from),
        "signs_until": moment(trusted.signs_until),
        "verifies_until": moment(trusted.verifies_until),
        "genuine_lists": len(key.genuine),
    }


def _by_times(key: VerificationKey) -> tuple[Timestamp, bytes]:
    return key.trusted.signs_from, key.trusted.kid


def _coming(bundle: TrustBundle, at: Timestamp) -> Iterator[tuple[str, str | None, Timestamp]]:
    """What lies ahead of a moment; what a stolen key was to do has lost its meaning."""
    for event, when in (
        ("publication_ends", bundle.fresh_until),
        ("status_ends", bundle.status.fresh_until),
    ):
        if at < when:
            yield event, None, when
    for key in bundle.keys.values():
        trusted = key.trusted
        steps = (
            ("key_begins_to_sign", trusted.signs_from),
            ("key_ends_signing", trusted.signs_until),
            ("key_ends", trusted.verifies_until),
        )
        stolen = trusted.state is KeyState.COMPROMISED
        for event, when in steps[-1:] if stolen else steps:
            if at < when:
                yield event, trusted.kid.hex(), when
