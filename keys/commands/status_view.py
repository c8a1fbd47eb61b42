"""How an authority looks: tables, a timeline of 80 columns, JSON, and metrics. Text only."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from keys.outlook import Outlook, PublicState, WarningCode, last_signing_end
from keys.schedule import ALGORITHM_NAMES, KeyRecord, foreseen, state_of
from keys.times import to_rfc3339
from spec.certificate import Timestamp
from spec.trust_list import KeyState

__all__ = ["as_json", "as_metrics", "as_text", "timeline"]

_COLUMNS: Final = ("kid", "algorithm", "state", "signs from", "signs until", "ends")
_DAY: Final = 86_400
_LABEL: Final = 10
"""Columns before the drawing: eight digits of the identifier, and two of space."""
_WIDTH: Final = 70
_MARKS: Final = {
    KeyState.PENDING: ".",
    KeyState.ACTIVE: "=",
    KeyState.RETIRED: "-",
    KeyState.EXPIRED: " ",
    KeyState.COMPROMISED: "x",
}
_LEGEND: Final = ". pending   = may sign   - verifies only   x compromised"
_EVENTS: Final = 6
"""How many of the coming events are shown."""


def as_text(records: Sequence[KeyRecord], published: PublicState, outlook: Outlook) -> str:
    """What a person reads: keys, timeline, ends, next events, warnings."""
    at = outlook.at
    parts = [_table([_COLUMNS, *(_row(record, at) for record in records)])]
    if records:
        parts.append("\n".join(timeline(records, at)))
    ends = [
        (role, to_rfc3339(end), _left(end, at))
        for role, end in sorted(published.ends.items(), key=lambda item: item[1])
    ]
    if ends:
        parts.append(_table([("published", "ends", "left"), *ends]))
    events = [(to_rfc3339(event.at), event.words) for event in outlook.events[:_EVENTS]]
    if events:
        parts.append(_table([("next", ""), *events]))
    warnings = [
        f"warning: {warned.words} ({warned.code}); {warned.action}" for warned in outlook.warnings
    ]
    parts.append("\n".join(warnings) or "all is well")
    return "\n\n".join(parts)


def as_json(
    issuer: str, records: Sequence[KeyRecord], published: PublicState, outlook: Outlook
) -> dict[str, Any]:
    """The same for programs; codes are stable, words are not."""
    return {
        "at": to_rfc3339(outlook.at),
        "issuer": issuer,
        "keys": [_key_to_json(record, outlook.at) for record in records],
        "ends": {role: to_rfc3339(end) for role, end in published.ends.items()},
        "events": [
            {
                "at": to_rfc3339(event.at),
                "code": event.code,
                "kid": event.kid,
                "words": event.words,
            }
            for event in outlook.events
        ],
        "warnings": [
            {
                "code": warned.code,
                "at": to_rfc3339(warned.at),
                "words": warned.words,
                "action": warned.action,
            }
            for warned in outlook.warnings
        ],
    }


def as_metrics(records: Sequence[KeyRecord], published: PublicState, outlook: Outlook) -> str:
    """The same in the text format of Prometheus, for a collector of text files."""
    at = outlook.at
    states = Counter(state_of(record, at) for record in records)
    codes = {warned.code for warned in outlook.warnings}
    last = last_signing_end(records, at)
    families = (
        ("keys", "Signing keys by state.", {
            f'{{state="{state.name.lower()}"}}': states[state] for state in KeyState
        }),
        ("signing_end_timestamp_seconds", "When the last signing key stops, as Unix time.", {
            "": last
        } if last is not None else {}),
        ("role_end_timestamp_seconds", "When the newest metadata of a role end, as Unix time.", {
            f'{{role="{role}"}}': end for role, end in sorted(published.ends.items())
        }),
        ("newest_timestamp_seconds", "The newest time that was signed, as Unix time.", {
            "": published.newest
        } if published.newest is not None else {}),
        ("checked_timestamp_seconds", "When these figures were taken, as Unix time.", {"": at}),
        ("warning", "1 while a warning stands.", {
            f'{{code="{code}"}}': int(code in codes) for code in WarningCode
        }),
    )  # fmt: skip
    lines: list[str] = []
    for name, words, values in families:
        if values:
            lines += [f"# HELP dosepass_keys_{name} {words}", f"# TYPE dosepass_keys_{name} gauge"]
            lines += [f"dosepass_keys_{name}{labels} {value}" for labels, value in values.items()]
    return "\n".join(lines)


def timeline(records: Sequence[KeyRecord], at: Timestamp) -> Iterator[str]:
    """Draw one line a key, over the months from the first of them to the end of the last."""
    start = min(at, *(record.created_at for record in records))
    end = max(at + _DAY, *(record.verifies_until for record in records))
    edges = [Timestamp(start + (end - start) * edge // _WIDTH) for edge in range(_WIDTH + 1)]
    yield (" " * _LABEL + _months(start, end)).rstrip()
    for record in foreseen(records, at):
        line = "".join(_mark(record, *column, at) for column in pairwise(edges))
        yield f"{record.kid.hex()[:8]:<{_LABEL}}{line}".rstrip()
    now = min((at - start) * _WIDTH // (end - start), _WIDTH - 1)
    yield " " * (_LABEL + now) + ("^ now" if now <= _WIDTH - 5 else "^")
    yield " " * _LABEL + _LEGEND


def _mark(record: KeyRecord, start: Timestamp, end: Timestamp, at: Timestamp) -> str:
    """One column: the state now, or in its middle, or a short wait that nobody would see else."""
    middle = at if start <= at < end else Timestamp((start + end) // 2)
    if end <= record.created_at or middle >= record.verifies_until:
        return " "
    # What is not published yet is drawn as it is planned.
    planned = replace(record, published_at=record.published_at or record.created_at)
    waits = record.propagation and middle != at and start <= record.signs_from < end
    state = state_of(planned, record.created_at if waits else max(middle, record.created_at))
    return _MARKS[state]


def _months(start: int, end: int) -> str:
    """The names of months where they begin, as many as there is room for."""
    line = [" "] * _WIDTH
    free = 0
    first = datetime.fromtimestamp(start, UTC)
    year, month = first.year, first.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        column = int((datetime(year, month, 1, tzinfo=UTC).timestamp() - start) * _WIDTH) // (
            end - start
        )
        name = f"|{year}-{month:02}"
        if column + len(name) > _WIDTH:
            return "".join(line)
        if column >= free:
            line[column : column + len(name)] = name
            free = column + len(name) + 1


def _row(record: KeyRecord, at: Timestamp) -> tuple[str, ...]:
    days = (record.signs_from, record.signs_until, record.verifies_until)
    return (
        record.kid.hex(),
        ALGORITHM_NAMES[record.public_key.algorithm],
        _state(record, at),
        *(to_rfc3339(moment)[:10] for moment in days),
    )


def _state(record: KeyRecord, at: Timestamp) -> str:
    state = state_of(record, at)
    if state is KeyState.PENDING and record.published_at is None:
        return "unpublished"
    return state.name.lower()


def _key_to_json(record: KeyRecord, at: Timestamp) -> dict[str, str | None]:
    published, stolen = record.published_at, record.compromised_at
    return {
        "kid": record.kid.hex(),
        "algorithm": ALGORITHM_NAMES[record.public_key.algorithm],
        "state": state_of(record, at).name.lower(),
        "uri": record.uri,
        "published_at": None if published is None else to_rfc3339(published),
        "signs_from": to_rfc3339(record.signs_from),
        "signs_until": to_rfc3339(record.signs_until),
        "verifies_until": to_rfc3339(record.verifies_until),
        "compromised_at": None if stolen is None else to_rfc3339(stolen),
    }


def _left(end: Timestamp, at: Timestamp) -> str:
    if end <= at:
        return "ended"
    hours = (end - at) // 3600
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns padded to their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
