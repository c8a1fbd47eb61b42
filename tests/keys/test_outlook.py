"""What comes next and what is wrong, as tables; a healthy authority hears no warning."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from keys.outlook import (
    PublicState,
    WarningCode,
    last_signing_end,
    look_ahead,
    needs_successor,
)
from keys.schedule import KeyRecord
from keys.settings import Settings
from spec.certificate import Timestamp
from tests.keys.homes import DAY, HOUR, NOW, after
from tests.keys.test_schedule import PUBLIC_KEYS, STOLEN, kid_of

SETTINGS = Settings()


def key(number: int = 0, *, made: int = 0, published: int | None = 0) -> KeyRecord:
    """A key with the lives of the default settings; times in days."""
    record = KeyRecord.plan(
        kid=kid_of(PUBLIC_KEYS[number]),
        public_key=PUBLIC_KEYS[number],
        uri="file:private/signing.pem",
        issuer="VN",
        now=after(made * DAY),
        propagation=DAY,
        signing_life=SETTINGS.signing_life,
        certificate_life=SETTINGS.certificate_life,
    )
    return record if published is None else record.published(after(published * DAY))


def public(day: float, **changes: int) -> PublicState:
    """What stands online when it was last published on a day."""
    moment = int(day * DAY)
    ends: Mapping[str, Timestamp] = {
        "timestamp": after(moment + SETTINGS.timestamp_life),
        "status": after(moment + SETTINGS.status_life),
        "snapshot": after(moment + SETTINGS.snapshot_life),
        "targets": after(moment + SETTINGS.targets_life),
        "root": after(SETTINGS.root_life),
    } | {role: after(days * DAY) for role, days in changes.items()}
    return PublicState(ends=ends, newest=after(moment))


FIRST, SECOND = key(), key(1, made=93, published=93)

EVENTS = [
    # day, and what comes then, in order, by day
    (0.5, [FIRST], [
        (1, "key_signs"), (9.5, "status_ends"), (10.5, "publication_ends"),
        (92, "successor_due"), (121, "key_stops"), (486, "key_ends"), (730, "root_ends"),
    ]),
    (93.5, [FIRST, SECOND], [
        (94, "key_signs"), (94.0035, "key_stops"), (102.5, "status_ends"),
        (103.5, "publication_ends"), (185, "successor_due"), (214, "key_stops"),
        (486, "key_ends"), (579, "key_ends"), (730, "root_ends"),
    ]),
    (500, [FIRST], [(509, "status_ends"), (510, "publication_ends"), (730, "root_ends")]),
]  # fmt: skip


@pytest.mark.parametrize(("day", "records", "expected"), EVENTS)
def test_events(day: float, records: list[KeyRecord], expected: list[tuple[float, str]]) -> None:
    now = after(int(day * DAY))
    events = look_ahead(records, public(day), SETTINGS, now).events
    found = [(round((event.at - NOW) / DAY, 4), event.code.value) for event in events]
    assert found == expected


C = WarningCode
WARNINGS = [
    # what is the matter            day   keys            public            codes
    ("healthy", 2, [FIRST], public(1.5), []),
    ("healthy, an hour before the daily job", 2, [FIRST], public(1), []),
    ("healthy, the successor waits", 93.5, [FIRST, SECOND], public(93), []),
    ("the lead began an hour ago", 92.05, [FIRST], public(92), []),
    ("the job did not run for 4 days", 6, [FIRST], public(2), []),
    ("the job did not run for 5 days", 7, [FIRST], public(2), [C.STATUS_ENDS]),
    ("the job did not run for 6 days", 8, [FIRST], public(2), [C.PUBLICATION_ENDS, C.STATUS_ENDS]),
    ("it did not run for 12 days", 14, [FIRST], public(2), [C.PUBLICATION_ENDS, C.STATUS_ENDS]),
    ("targets are not renewed", 2, [FIRST], public(2, targets=8), [C.PUBLICATION_ENDS]),
    ("snapshots are half over", 2, [FIRST], public(2, snapshot=17), []),
    ("the root ends", 671, [key(0, made=600, published=600)], public(671), [C.ROOT_ENDS]),
    ("no successor was made", 101, [FIRST], public(101), [C.NO_SUCCESSOR]),
    ("the last key stopped", 122, [FIRST], public(122), [C.NO_SIGNING_KEY]),
    ("nothing at all", 0, [], PublicState(ends={}, newest=None),
     [C.NO_SIGNING_KEY, C.NOT_PUBLISHED]),
    ("a key before its publication", 0, [key(published=None)], PublicState(ends={}, newest=None),
     [C.NO_SIGNING_KEY, C.UNPUBLISHED, C.NOT_PUBLISHED]),
    ("the first key waits", 0, [FIRST], public(0), [C.NO_SIGNING_KEY]),
    ("a second key is not published", 2, [FIRST, key(1, made=2, published=None)], public(2),
     [C.UNPUBLISHED]),
    ("stolen, alone", 4, [STOLEN], public(4),
     [C.NO_SIGNING_KEY, C.COMPROMISED_WITHOUT_SUCCESSOR]),
    ("stolen, another signs", 4, [STOLEN, key(1)], public(4), []),
    ("stolen, another waits", 4, [STOLEN, key(1, made=4, published=4)], public(4),
     [C.NO_SIGNING_KEY]),
    ("the clock was put back", 2, [FIRST], public(2.1), [C.CLOCK_BEHIND]),
    ("the clock was put back a little", 2, [FIRST], public(2.002), []),
    ("the repository is damaged", 2, [FIRST], PublicState(ends={}, newest=None, problem="broken"),
     [C.REPOSITORY]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "records", "state", "codes"),
    [row[1:] for row in WARNINGS],
    ids=[r[0] for r in WARNINGS],
)
def test_warnings(
    day: float, records: list[KeyRecord], state: PublicState, codes: list[WarningCode]
) -> None:
    warnings = look_ahead(records, state, SETTINGS, after(int(day * DAY))).warnings
    assert [warned.code for warned in warnings] == codes
    assert all(warned.action and warned.words for warned in warnings)


def test_every_warning_is_met_in_the_table() -> None:
    assert {code for *_, codes in WARNINGS for code in codes} == set(WarningCode)


def test_an_outage_is_told_days_before_it_bites() -> None:
    for hours in range(9 * 24):
        now = after(2 * DAY + hours * HOUR)
        warnings = look_ahead([FIRST], public(2), SETTINGS, now).warnings
        if warnings:
            assert min(warned.at for warned in warnings) - now > 4 * DAY
            return
    pytest.fail("nothing was ever said")


def test_a_year_of_daily_work_hears_no_warning() -> None:
    """A tick every day, looked at every hour: the successor comes before anything is said."""
    records = [key(), key(1, published=None)][:1]
    for day in range(2, 365):
        moment = after(day * DAY)
        if needs_successor(records, SETTINGS, moment):
            made = replace(key(len(records) % 3, made=day, published=day))
            records.append(replace(made, kid=type(made.kid)(len(records).to_bytes(8, "big"))))
        for hour in (0, 1, 12, 23):
            now = after(day * DAY + hour * HOUR)
            assert look_ahead(records, public(day), SETTINGS, now).warnings == (), (day, hour)
    assert len(records) == 4


@pytest.mark.parametrize(
    ("signing", "propagation", "lead"),
    [(120, 1, 28), (20, 1, 28), (1, 1, 28), (1, 30, 28), (120, 30, 28), (1100, 1, 365), (2, 1, 1)],
)
def test_a_new_key_never_asks_for_its_own_successor(
    signing: int, propagation: int, lead: int
) -> None:
    settings = Settings(
        signing_life=signing * DAY, propagation=propagation * DAY, rotation_lead=lead * DAY
    )
    record = KeyRecord.plan(
        kid=kid_of(PUBLIC_KEYS[0]),
        public_key=PUBLIC_KEYS[0],
        uri="file:private/signing.pem",
        issuer="VN",
        now=NOW,
        propagation=settings.propagation,
        signing_life=settings.signing_life,
        certificate_life=DAY,
    )
    for made in (record, record.published(after(HOUR))):
        assert not needs_successor([made], settings, after(HOUR))
    # and the successor that it asks for in the end can sign before it stops
    assert settings.successor_lead > settings.propagation


def test_no_key_has_no_end() -> None:
    assert last_signing_end([], NOW) is None
    assert last_signing_end([STOLEN], after(4 * DAY)) is None
    assert needs_successor([], SETTINGS, NOW)
