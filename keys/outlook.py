"""What happens next to keys and metadata, and what is going wrong, long before it bites. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keys.schedule import KeyRecord, foreseen, state_of
from keys.settings import Settings
from keys.times import to_rfc3339
from spec.certificate import Timestamp
from spec.limits import CLOCK_TOLERANCE
from spec.trust_list import KeyState

__all__ = [
    "ROOT_WARNING",
    "Event",
    "EventCode",
    "Outlook",
    "PublicState",
    "Warned",
    "WarningCode",
    "last_signing_end",
    "look_ahead",
    "needs_successor",
]

ROOT_WARNING: Final = 60 * 86_400
"""Seconds before the root's end at which we begin to warn: time for people to meet."""

_ROOT, _STATUS, _TIMESTAMP = "root", "status", "timestamp"
_LIVING: Final = (KeyState.PENDING, KeyState.ACTIVE)
_TICK: Final = "run: dosepass-keys tick"
_PUBLISH: Final = "run: dosepass-keys publish"
_ROTATE: Final = "run: dosepass-keys rotate"
_GENERATE: Final = "run: dosepass-keys generate, then: dosepass-keys publish"


class EventCode(StrEnum):
    """What can happen by itself as time goes by."""

    KEY_SIGNS = "key_signs"
    KEY_STOPS = "key_stops"
    KEY_ENDS = "key_ends"
    SUCCESSOR_DUE = "successor_due"
    PUBLICATION_ENDS = "publication_ends"
    STATUS_ENDS = "status_ends"
    ROOT_ENDS = "root_ends"


class WarningCode(StrEnum):
    """What somebody has to look after."""

    NO_SIGNING_KEY = "no_signing_key"
    NO_SUCCESSOR = "no_successor"
    UNPUBLISHED = "unpublished"
    COMPROMISED_WITHOUT_SUCCESSOR = "compromised_without_successor"
    NOT_PUBLISHED = "not_published"
    REPOSITORY = "repository"
    PUBLICATION_ENDS = "publication_ends"
    STATUS_ENDS = "status_ends"
    ROOT_ENDS = "root_ends"
    CLOCK_BEHIND = "clock_behind"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicState:
    """What stands in the directory `public/` about time."""

    ends: Mapping[str, Timestamp]
    """The end of each role's newest metadata; a role without metadata is left out."""
    newest: Timestamp | None
    """The newest time that was signed: of the trust list or the status lists."""
    problem: str | None = None
    """Why nothing can be read there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that will happen unless somebody acts."""

    at: Timestamp
    code: EventCode
    words: str
    kid: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Warned:
    """Something that goes wrong at a time unless somebody acts, and what to do."""

    code: WarningCode
    words: str
    at: Timestamp
    """When it bites; a time that is over, or now, where it does so already."""
    action: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """All that is to be known of an authority at a time."""

    at: Timestamp
    events: tuple[Event, ...]
    """What comes, the next first."""
    warnings: tuple[Warned, ...]


def look_ahead(
    records: Sequence[KeyRecord], published: PublicState, settings: Settings, at: Timestamp
) -> Outlook:
    """What happens after a time, and what is wrong at it."""
    events = [event for event in _events(records, published, settings, at) if event.at > at]
    events.sort(key=lambda event: (event.at, event.code, event.kid or ""))
    warnings = (*_key_warnings(records, settings, at), *_time_warnings(published, settings, at))
    return Outlook(at=at, events=tuple(events), warnings=warnings)


def last_signing_end(records: Sequence[KeyRecord], at: Timestamp) -> Timestamp | None:
    """When the last key that signs or will sign stops; None when there is none."""
    living = (record.signs_until for record in records if state_of(record, at) in _LIVING)
    return max(living, default=None)


def needs_successor(records: Sequence[KeyRecord], settings: Settings, at: Timestamp) -> bool:
    """Whether the next signing key has to be made by now."""
    last = last_signing_end(records, at)
    return last is None or last - at <= settings.successor_lead


def _events(
    records: Sequence[KeyRecord], published: PublicState, settings: Settings, at: Timestamp
) -> Iterator[Event]:
    for record in foreseen(records, at):
        yield from _key_events(record, at)
    last = last_signing_end(records, at)
    if last is not None:
        due = Timestamp(last - settings.successor_lead)
        yield Event(at=due, code=EventCode.SUCCESSOR_DUE, words="the next signing key is due")
    ends = dict(published.ends)
    for role, code, words in (
        (_ROOT, EventCode.ROOT_ENDS, "the root ends"),
        (_STATUS, EventCode.STATUS_ENDS, "the status lists end, unless published anew"),
    ):
        if role in ends:
            yield Event(at=ends.pop(role), code=code, words=words)
    if ends:
        yield Event(
            at=min(ends.values()),
            code=EventCode.PUBLICATION_ENDS,
            words="the publication ends, unless published anew",
        )


def _key_events(record: KeyRecord, at: Timestamp) -> Iterator[Event]:
    kid, state = record.kid.hex(), state_of(record, at)
    short = kid[:8]
    waits = bool(record.propagation) and record.published_at is None
    if state is KeyState.PENDING and not waits:
        yield Event(
            at=record.signs_from, code=EventCode.KEY_SIGNS, words=f"{short} begins to sign", kid=kid
        )
    if state in _LIVING and not waits:
        yield Event(
            at=record.signs_until, code=EventCode.KEY_STOPS, words=f"{short} stops to sign", kid=kid
        )
    yield Event(
        at=record.verifies_until,
        code=EventCode.KEY_ENDS,
        words=f"the last certificate under {short} ends",
        kid=kid,
    )


def _key_warnings(
    records: Sequence[KeyRecord], settings: Settings, at: Timestamp
) -> Iterator[Warned]:
    states = {record.kid: state_of(record, at) for record in records}
    if KeyState.ACTIVE not in states.values():
        yield _no_signing_key(records, at)
    last = last_signing_end(records, at)
    # A daily tick acts within a day of the lead; by a quarter of it, somebody has to look.
    if last is not None and last - at < settings.successor_lead * 3 // 4:
        yield Warned(
            code=WarningCode.NO_SUCCESSOR,
            words=f"no key signs after {to_rfc3339(last)}",
            at=last,
            action=_TICK,
        )
    for record in records:
        if record.published_at is None and states[record.kid] in _LIVING:
            yield Warned(
                code=WarningCode.UNPUBLISHED,
                words=f"the key {record.kid.hex()[:8]} is not published",
                at=record.signs_from if states[record.kid] is KeyState.PENDING else at,
                action=_PUBLISH,
            )
    # A stolen key alone: nothing can be issued, and nobody has begun to mend it.
    if KeyState.COMPROMISED in states.values() and not set(states.values()) & set(_LIVING):
        yield Warned(
            code=WarningCode.COMPROMISED_WITHOUT_SUCCESSOR,
            words="a key was stolen and no other has been made",
            at=at,
            action=_ROTATE,
        )


def _no_signing_key(records: Sequence[KeyRecord], at: Timestamp) -> Warned:
    pending = [record for record in records if state_of(record, at) is KeyState.PENDING]
    published = [record.signs_from for record in pending if record.published_at is not None]
    if published:
        words = f"no key signs until {to_rfc3339(min(published))}"
        return Warned(code=WarningCode.NO_SIGNING_KEY, words=words, at=at, action="wait until then")
    return Warned(
        code=WarningCode.NO_SIGNING_KEY,
        words="no key may sign now",
        at=at,
        action=_PUBLISH if pending else _GENERATE if not records else _ROTATE,
    )


def _time_warnings(published: PublicState, settings: Settings, at: Timestamp) -> Iterator[Warned]:
    if published.problem is not None:
        yield Warned(
            code=WarningCode.REPOSITORY,
            words=published.problem,
            at=at,
            action="restore the directory public/ from a backup, then publish again",
        )
    elif published.newest is None:
        yield Warned(
            code=WarningCode.NOT_PUBLISHED,
            words="nothing is published yet",
            at=at,
            action=_PUBLISH,
        )
    elif published.newest > at + CLOCK_TOLERANCE:
        yield Warned(
            code=WarningCode.CLOCK_BEHIND,
            words="the clock of this machine stands before the last publication",
            at=at,
            action="set the date and time",
        )
    yield from _ending(published.ends, settings, at)


def _ending(ends: Mapping[str, Timestamp], settings: Settings, at: Timestamp) -> Iterator[Warned]:
    """Warn when less is left than a daily publication would ever leave.

    It renews timestamp and status lists each time, snapshot and targets when half of their life is
    over. So an outage of the job is told while verifiers still have days before them.
    """
    allowed = {
        _TIMESTAMP: settings.timestamp_life // 2,
        "snapshot": settings.snapshot_life // 4,
        "targets": settings.targets_life // 4,
    }
    late = [ends[role] for role in allowed if role in ends and ends[role] - at < allowed[role]]
    if late:
        yield _end(WarningCode.PUBLICATION_ENDS, "verifiers stop judging", min(late), _TICK)
    if _STATUS in ends and ends[_STATUS] - at < settings.status_life // 2:
        yield _end(WarningCode.STATUS_ENDS, "the status lists end", ends[_STATUS], _TICK)
    if _ROOT in ends and ends[_ROOT] - at < ROOT_WARNING:
        hold = "hold the root ceremony: dosepass-keys root init"
        yield _end(WarningCode.ROOT_ENDS, "the root ends", ends[_ROOT], hold)


def _end(code: WarningCode, what: str, at: Timestamp, action: str) -> Warned:
    return Warned(code=code, words=f"{what} at {to_rfc3339(at)}", at=at, action=action)
