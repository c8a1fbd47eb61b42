"""What a rotation, a retirement or a compromise will do, decided before anything is changed. Pure.

A plan is made anew by every run from what is recorded. A command that was cut off therefore plans
only what is left, and one that is repeated plans nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from keys.errors import KeyScheduleError
from keys.outlook import last_signing_end, needs_successor
from keys.pkcs11.uri import SCHEME, Pkcs11Uri
from keys.schedule import ALGORITHM_NAMES, HANDOVER, KeyRecord, state_of
from keys.settings import Settings
from keys.times import to_rfc3339
from spec.certificate import Timestamp
from spec.cose import Algorithm, Kid
from spec.trust_list import KeyState

__all__ = [
    "NewKey",
    "Plan",
    "find_key",
    "plan_compromise",
    "plan_retirement",
    "plan_rotation",
    "plan_tick",
]

_LEAST_DIGITS: Final = 4
_JUST_TAKEN_OVER: Final = 3600
"""Seconds for which a key that took over from another counts as its successor: a rotation that is
run twice in a row is a repetition, not two rotations."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """A key to be made."""

    algorithm: Algorithm
    token: str | None
    """The `pkcs11:` URI of the token that it is made in; None: in a file of the home."""
    at_once: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be done, for a program and for a person."""

    records: tuple[KeyRecord, ...]
    """The records with their new marks, without the key to be made."""
    make: NewKey | None
    publish: bool
    steps: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether anything is left to do."""
        return self.publish or self.make is not None


def find_key(records: Sequence[KeyRecord], text: str) -> KeyRecord:
    """The key whose identifier begins with hex digits, four at least; raises KeyScheduleError."""
    digits = text.lower()
    if len(digits) < _LEAST_DIGITS or set(digits) - set("0123456789abcdef"):
        raise KeyScheduleError(
            "a key is named by its identifier, or the first four or more hex digits of it",
            hint="dosepass-keys status shows them",
        )
    found = [record for record in records if record.kid.hex().startswith(digits)]
    if not found:
        raise KeyScheduleError(
            f"no key of this authority begins with {digits}", hint="dosepass-keys status shows them"
        )
    if len(found) > 1:
        raise KeyScheduleError(f"two keys begin with {digits}", hint="give more digits")
    return found[0]


def plan_rotation(
    records: Sequence[KeyRecord],
    settings: Settings,
    now: Timestamp,
    *,
    at_once: bool,
    algorithm: Algorithm | None = None,
    token: str | None = None,
) -> Plan:
    """Make the successor of the key that signs, unless there is one; raises KeyScheduleError.

    It is of the same kind and in the same place, unless an algorithm or a token is named.
    """
    if not records:
        raise KeyScheduleError("there is no signing key yet", hint="run: dosepass-keys generate")
    successor = _successor(records, now)
    if successor is None:
        like = _like(records, now, at_once=at_once)
        make = NewKey(
            algorithm=algorithm or like.algorithm, token=token or like.token, at_once=at_once
        )
        steps = (*_making(make, settings, now), *_stopping(records, make, settings, now))
        return Plan(records=tuple(records), make=make, publish=True, steps=steps)
    short = successor.kid.hex()[:8]
    if successor.published_at is None:
        steps = (f"the key {short} is made already and waits to be published", "publish")
        return Plan(records=tuple(records), make=None, publish=True, steps=steps)
    if state_of(successor, now) is KeyState.PENDING:
        step = f"the key {short} is the successor already; it signs from "
    else:
        step = f"the key {short} has just taken over, at "
    steps = (step + to_rfc3339(successor.signs_from),)
    return Plan(records=tuple(records), make=None, publish=False, steps=steps)


def plan_tick(records: Sequence[KeyRecord], settings: Settings, now: Timestamp) -> Plan:
    """Publish, and before that make the next key if it is due."""
    if not records or not needs_successor(records, settings, now):
        return Plan(records=tuple(records), make=None, publish=True, steps=("publish",))
    last = last_signing_end(records, now)
    why = "no key signs any more" if last is None else f"no key signs after {to_rfc3339(last)}"
    make = _like(records, now, at_once=False)
    steps = (why, *_making(make, settings, now))
    return Plan(records=tuple(records), make=make, publish=True, steps=steps)


def plan_retirement(records: Sequence[KeyRecord], kid: Kid, now: Timestamp, *, alone: bool) -> Plan:
    """Let one key stop; raises KeyScheduleError unless another signs, or `alone` allows it."""
    (record,) = (record for record in records if record.kid == kid)
    state, short = state_of(record, now), kid.hex()[:8]
    if state is KeyState.PENDING:
        raise KeyScheduleError(
            f"the key {short} does not sign yet, so it cannot retire",
            hint=f"if it must never sign, run: dosepass-keys compromise {short}",
        )
    retired = record.retired(now)
    if state is not KeyState.ACTIVE or retired == record:
        stopped = record.signs_until if state is not KeyState.COMPROMISED else record.compromised_at
        step = f"the key {short} stopped, or stops, to sign at {to_rfc3339(stopped or now)}"
        return Plan(records=tuple(records), make=None, publish=False, steps=(step,))
    others = [other for other in records if state_of(other, now) is KeyState.ACTIVE]
    if len(others) < 2 and not alone:
        raise KeyScheduleError(
            f"no other key could sign after {short}, and nothing could be issued",
            hint="run: dosepass-keys rotate, and wait until the next one signs; or give --yes",
        )
    changed = tuple(retired if other.kid == kid else other for other in records)
    steps = (
        f"the key {short} signs no more from {to_rfc3339(retired.signs_until)} "
        f"({HANDOVER // 60} minutes for whoever is signing)",
        f"what it signed stays valid, the last until {to_rfc3339(record.verifies_until)}",
        "verifiers hear of it by the next: dosepass-keys publish",
    )
    return Plan(records=changed, make=None, publish=True, steps=steps)


def plan_compromise(
    records: Sequence[KeyRecord],
    kids: Sequence[Kid],
    settings: Settings,
    now: Timestamp,
    *,
    at_once: bool,
) -> Plan:
    """Mark keys as stolen, make a fresh one unless there is one, publish.

    Raises KeyScheduleError for a key under which nothing can be valid any more.
    """
    steps: list[str] = []
    for record in records:
        if record.kid in kids:
            steps.append(_marking(record, now))
    marked = tuple(record.compromised(now) if record.kid in kids else record for record in records)
    make = None
    if last_signing_end(marked, now) is None:
        make = _like(marked, now, at_once=at_once)
        steps += _making(make, settings, now)
    else:
        steps.append("no new key is needed: another one signs, or waits to")
        steps.append("publish")
    steps.append(
        "what was really signed under a stolen key stays valid; nothing else under it does"
    )
    return Plan(records=marked, make=make, publish=True, steps=tuple(steps))


def _marking(record: KeyRecord, now: Timestamp) -> str:
    short = record.kid.hex()[:8]
    if record.compromised_at is not None:
        when = to_rfc3339(record.compromised_at)
        return f"the key {short} is marked as compromised since {when}"
    if state_of(record, now) is KeyState.EXPIRED:
        raise KeyScheduleError(
            f"the key {short} has expired: every certificate under it has ended",
            hint="nothing needs to be done, verifiers refuse all that it signs",
        )
    return f"mark the key {short} as compromised"


def _successor(records: Sequence[KeyRecord], now: Timestamp) -> KeyRecord | None:
    """The key that a rotation would make, where it was made already."""
    for record in records:
        state = state_of(record, now)
        if state is KeyState.PENDING:
            return record
        follows = any(other.signs_from < record.signs_from for other in records)
        fresh = record.published_at is None or now - record.signs_from < _JUST_TAKEN_OVER
        if state is KeyState.ACTIVE and follows and fresh:
            return record
    return None


def _like(records: Sequence[KeyRecord], now: Timestamp, *, at_once: bool) -> NewKey:
    """A key of the kind, and in the place, of the one that signed last."""
    active = [record for record in records if state_of(record, now) is KeyState.ACTIVE]
    model = max(active or records, key=lambda record: (record.signs_from, record.kid))
    return NewKey(algorithm=model.public_key.algorithm, token=_token_of(model.uri), at_once=at_once)


def _token_of(uri: str) -> str | None:
    if not uri.startswith(SCHEME):
        return None
    return replace(Pkcs11Uri.from_text(uri), object=None, id=None, type=None).to_text()


def _making(make: NewKey, settings: Settings, now: Timestamp) -> list[str]:
    name = ALGORITHM_NAMES[make.algorithm]
    if make.at_once:
        return [f"make a new {name} key, which signs at once", "publish"]
    first = to_rfc3339(Timestamp(now + settings.propagation))
    return [f"make a new {name} key", f"publish; the new key signs from {first}"]


def _stopping(
    records: Sequence[KeyRecord], make: NewKey, settings: Settings, now: Timestamp
) -> list[str]:
    first = Timestamp(now if make.at_once else now + settings.propagation)
    return [
        f"the key {record.kid.hex()[:8]} stops by "
        + to_rfc3339(Timestamp(min(record.signs_until, first + HANDOVER)))
        + "; what it signed stays valid"
        for record in records
        if state_of(record, now) is KeyState.ACTIVE
    ]
