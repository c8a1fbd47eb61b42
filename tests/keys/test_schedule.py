"""The life of a key, as tables of timelines."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.algorithms import generate_private_key, kid_of, public_key_of
from keys.errors import KeyScheduleError
from keys.schedule import (
    HANDOVER,
    KeyRecord,
    choose_signing_key,
    foreseen,
    relieved,
    state_of,
)
from spec.certificate import Timestamp
from spec.cose import Algorithm, Kid
from spec.trust_list import KeyState
from tests.keys.homes import DAY, HOUR, after

PUBLIC_KEYS = [
    public_key_of(generate_private_key(algorithm))
    for algorithm in (Algorithm.ES256, Algorithm.EDDSA, Algorithm.ES256)
]


def planned(number: int = 0, *, made: int = 0, propagation: int = DAY) -> KeyRecord:
    """A key that signs for 10 days and whose certificates live 30."""
    public_key = PUBLIC_KEYS[number]
    return KeyRecord.plan(
        kid=kid_of(public_key),
        public_key=public_key,
        uri="file:private/signing.pem",
        issuer="VN",
        now=after(made),
        propagation=propagation,
        signing_life=10 * DAY,
        certificate_life=30 * DAY,
    )


WAITING = planned()
PUBLISHED = planned().published(after(0))
LATE = planned().published(after(20 * HOUR))
AT_ONCE = planned(propagation=0)
STOLEN = replace(PUBLISHED, compromised_at=after(3 * DAY))

RETIRED = PUBLISHED.retired(after(4 * DAY))

P, A, R, E, C = KeyState.PENDING, KeyState.ACTIVE, KeyState.RETIRED, KeyState.EXPIRED, None
TIMELINES: list[tuple[str, KeyRecord, dict[int, KeyState | None]]] = [
    # what happened           hours after the key was made, and its state then
    ("never published", WAITING, {0: P, 24: P, 1000: P}),
    ("published at once", PUBLISHED, {0: P, 23: P, 24: A, 263: A, 264: R, 983: R, 984: E}),
    ("published 20 h late", LATE, {24: P, 43: P, 44: A, 283: A, 284: R, 1003: R, 1004: E}),
    ("signs at once", AT_ONCE, {0: A, 239: A, 240: R, 959: R, 960: E}),
    ("at once, published later", AT_ONCE.published(after(DAY)), {0: A, 239: A, 240: R, 960: E}),
    ("retired on day 4", RETIRED, {24: A, 96: A, 97: R, 264: R, 983: R, 984: E}),
    ("retired, then stolen", RETIRED.compromised(after(5 * DAY)), {97: R, 119: R, 120: C, 984: C}),
    ("stolen on day 3", STOLEN, {0: P, 24: A, 71: A, 72: C, 300: C, 2000: C}),
]


@pytest.mark.parametrize(
    ("record", "hour", "state"),
    [
        pytest.param(record, hour, state or KeyState.COMPROMISED, id=f"{name}, hour {hour}")
        for name, record, states in TIMELINES
        for hour, state in states.items()
    ],
)
def test_timeline(record: KeyRecord, hour: int, state: KeyState) -> None:
    assert state_of(record, after(hour * HOUR)) is state


def test_the_last_second_before_each_change() -> None:
    states = [
        state_of(PUBLISHED, Timestamp(moment - 1))
        for moment in (PUBLISHED.signs_from, PUBLISHED.signs_until, PUBLISHED.verifies_until)
    ]
    assert states == [P, A, R]


ROTATION = [
    # hours: which key signs while the second, made on day 8, takes over from the first
    (24, 0),
    (200, 0),
    (215, 0),
    (216, 1),
    (263, 1),
    (455, 1),
]


@pytest.mark.parametrize(("hour", "number"), ROTATION)
def test_rotation_hands_over_without_a_gap(hour: int, number: int) -> None:
    records = [PUBLISHED, planned(1, made=8 * DAY).published(after(8 * DAY))]
    assert choose_signing_key(records, after(hour * HOUR)).kid == records[number].kid


NO_SIGNER = [
    ([], 0, "dosepass-keys generate"),
    ([WAITING], 48, "waits to be published"),
    ([PUBLISHED], 3, "signs from 2021-10-02T08:00:00Z"),
    ([PUBLISHED, planned(1)], 3, "signs from 2021-10-02T08:00:00Z"),
    ([PUBLISHED], 264, "dosepass-keys generate"),
    ([STOLEN], 100, "dosepass-keys generate"),
]


@pytest.mark.parametrize(("records", "hour", "hint"), NO_SIGNER)
def test_no_key_may_sign(records: list[KeyRecord], hour: int, hint: str) -> None:
    with pytest.raises(KeyScheduleError, match="no key may sign now") as caught:
        choose_signing_key(records, after(hour * HOUR))
    assert hint in (caught.value.hint or "")


def test_a_stolen_key_does_not_sign_while_another_lives() -> None:
    other = planned(1).published(after(0))
    assert choose_signing_key([STOLEN, other], after(4 * DAY)) == other


offsets = st.integers(0, 60 * DAY)


@given(published=offsets, moments=st.lists(offsets, min_size=2, max_size=8).map(sorted))
def test_a_life_never_goes_back(published: int, moments: list[int]) -> None:
    record = planned().published(after(published))
    states = [state_of(record, after(moment)) for moment in moments]
    assert states == sorted(states)


@given(published=offsets, moment=offsets)
def test_no_signature_before_the_propagation_time(published: int, moment: int) -> None:
    record = planned().published(after(published))
    if state_of(record, after(moment)) is KeyState.ACTIVE:
        assert moment >= published + DAY
    assert record.signs_until - record.signs_from == 10 * DAY
    assert record.verifies_until - record.signs_until == 30 * DAY


def test_a_second_publication_changes_nothing() -> None:
    assert LATE.published(after(9 * DAY)) == LATE


def test_longer_certificates_keep_a_signing_key_verifying() -> None:
    longer = PUBLISHED.verifying_for(60 * DAY, after(2 * DAY))
    assert longer.verifies_until == PUBLISHED.signs_until + 60 * DAY
    assert PUBLISHED.verifying_for(60 * DAY, PUBLISHED.signs_until) == PUBLISHED
    assert PUBLISHED.verifying_for(5 * DAY, after(2 * DAY)) == PUBLISHED


def test_retiring_shortens_and_never_lengthens() -> None:
    assert PUBLISHED.retired(after(4 * DAY)).signs_until == after(4 * DAY) + HANDOVER
    assert PUBLISHED.retired(after(50 * DAY)) == PUBLISHED
    assert RETIRED.retired(after(6 * DAY)) == RETIRED
    assert RETIRED.verifies_until == PUBLISHED.verifies_until
    early = AT_ONCE.retired(AT_ONCE.signs_from)
    assert early.signs_from < early.signs_until


def test_the_first_time_of_a_theft_stays() -> None:
    assert STOLEN.compromised(after(9 * DAY)) == STOLEN


RELIEF: list[tuple[str, list[KeyRecord], int, list[KeyState | None]]] = [
    # what there is                hours, and the states of the keys an hour after the relief
    ("one key", [PUBLISHED], 48, [A]),
    ("the newer waits", [PUBLISHED, planned(1, made=DAY).published(after(DAY))], 46, [A, P]),
    ("the newer signs", [PUBLISHED, planned(1, made=DAY).published(after(DAY))], 48, [R, A]),
    ("the newer is stolen", [PUBLISHED, replace(STOLEN, kid=planned(1).kid)], 80, [A, C]),
    ("three", [AT_ONCE, PUBLISHED, planned(1, made=HOUR).published(after(HOUR))], 30, [R, R, A]),
    ("two of one second", [AT_ONCE, planned(1, propagation=0)], 1, [R, A]),
]


@pytest.mark.parametrize(("name", "records", "hour", "states"), RELIEF)
def test_relief(
    name: str, records: list[KeyRecord], hour: int, states: list[KeyState | None]
) -> None:
    relieved_ones = relieved(records, after(hour * HOUR))
    later = after((hour + 1) * HOUR)
    found = [state_of(record, later) for record in relieved_ones]
    assert sorted(found) == sorted(state or KeyState.COMPROMISED for state in states), name
    assert [record.verifies_until for record in relieved_ones] == [
        record.verifies_until for record in records
    ]


def test_what_is_foreseen_is_what_relief_then_does() -> None:
    records = (PUBLISHED, planned(1, made=DAY).published(after(DAY)))
    assert foreseen(records, after(DAY)) == relieved(records, after(2 * DAY))
    assert foreseen((PUBLISHED, planned(1, made=DAY)), after(DAY)) == (
        PUBLISHED,
        planned(1, made=DAY),
    )


# A random year of an authority: what it does, and how many hours after the thing before.
acts = st.lists(
    st.tuples(
        st.sampled_from(["make", "make at once", "publish", "retire", "sign", "sign"]),
        st.integers(0, 9 * 24),
    ),
    max_size=30,
)


@settings(max_examples=60)
@given(acts)
def test_whatever_was_signed_is_accepted_by_every_later_list(acts: list[tuple[str, int]]) -> None:
    records: tuple[KeyRecord, ...] = ()
    signed: list[tuple[Timestamp, KeyRecord]] = []
    now = 0
    for number, (act, hours) in enumerate(acts):
        now += hours * HOUR
        moment = after(now)
        match act:
            case "make" | "make at once":
                made = planned(made=now, propagation=DAY if act == "make" else 0)
                records = (*records, replace(made, kid=Kid(number.to_bytes(8, "big"))))
            case "publish":
                records = relieved([record.published(moment) for record in records], moment)
            case "retire" if records:
                records = (records[0].retired(moment), *records[1:])
            case "sign":
                with suppress(KeyScheduleError):
                    chosen = choose_signing_key(records, moment)
                    assert not chosen.propagation or chosen.published_at is not None
                    assert moment >= (chosen.published_at or 0) + chosen.propagation
                    signed.append((moment, chosen))
        entries = {record.kid: record.trusted(moment) for record in records}
        for issued_at, former in signed:
            entry = entries[former.kid]
            assert entry.signs_from <= issued_at < entry.signs_until
            assert entry.verifies_until >= former.verifies_until
        # After a publication one key alone is left to sign, once the hand-over is past.
        if act == "publish":
            living = [r for r in records if state_of(r, after(now + HANDOVER)) is KeyState.ACTIVE]
            begun = [r for r in living if r.signs_from <= moment]
            assert len(begun) <= 1


@pytest.mark.parametrize("record", [WAITING, LATE, AT_ONCE, STOLEN, planned(1)])
def test_json_round_trip(record: KeyRecord) -> None:
    assert KeyRecord.from_json(record.to_json()) == record


BROKEN = [
    {"kid": "zz"},
    {"kid": "00"},
    {"kid": None},
    {"algorithm": "RS256"},
    {"x": 5},
    {"signs_from": "yesterday"},
    {"signs_from": "2021-10-01T08:00:00"},
    {"signs_from": None},
    {"signs_from": "2031-10-01T08:00:00Z"},
    {"verifies_until": "2011-10-01T08:00:00Z"},
    {"published_at": 3},
    {"propagation_seconds": "a day"},
    {"propagation_seconds": -1},
]


@pytest.mark.parametrize("change", BROKEN)
def test_a_damaged_record_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(KeyScheduleError):
        KeyRecord.from_json(PUBLISHED.to_json() | change)


@pytest.mark.parametrize("missing", sorted(PUBLISHED.to_json()))
def test_a_record_without_a_part_is_refused(missing: str) -> None:
    row = PUBLISHED.to_json()
    del row[missing]
    with pytest.raises(KeyScheduleError):
        KeyRecord.from_json(row)
