"""What each operation would do, decided before anything is changed."""

from dataclasses import replace

import pytest

from keys.errors import KeyScheduleError, SignerError
from keys.plans import find_key, plan_compromise, plan_retirement, plan_rotation, plan_tick
from keys.schedule import HANDOVER, KeyRecord, state_of
from keys.settings import Settings
from spec.cose import Algorithm, Kid
from spec.trust_list import KeyState
from tests.keys.homes import DAY, HOUR, after
from tests.keys.test_schedule import AT_ONCE, PUBLISHED, STOLEN, WAITING, planned

SETTINGS = Settings(signing_life=10 * DAY, certificate_life=30 * DAY, rotation_lead=3 * DAY)
NEXT = planned(1, made=3 * DAY).published(after(3 * DAY))


def with_kid(record: KeyRecord, digits: str) -> KeyRecord:
    return replace(record, kid=Kid(bytes.fromhex(digits)))


ONE, TWO = with_kid(PUBLISHED, "1234abcd00000000"), with_kid(NEXT, "1234abce00000000")

ROTATIONS = [
    # what there is               day   records         makes, publishes
    ("one key signs", 3, [PUBLISHED], True, True),
    ("one key has stopped", 15, [PUBLISHED], True, True),
    ("the only key is stolen", 4, [STOLEN], True, True),
    ("the first signs at once", 0.1, [AT_ONCE], True, True),
    ("a successor waits", 3.5, [PUBLISHED, NEXT], False, False),
    ("one was cut off", 3.5, [PUBLISHED, planned(1, made=3 * DAY)], False, True),
    ("one that signs at once was cut off", 3.5,
     [PUBLISHED, planned(1, made=3 * DAY, propagation=0)], False, True),
    ("it took over a moment ago", 4.01, [PUBLISHED, NEXT], False, False),
    ("it took over long ago", 4.1, [PUBLISHED, NEXT], True, True),
    ("the successor is stolen", 3.5, [PUBLISHED, NEXT.compromised(after(3 * DAY))], True, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "records", "makes", "publishes"),
    [row[1:] for row in ROTATIONS],
    ids=[row[0] for row in ROTATIONS],
)
def test_rotation(day: float, records: list[KeyRecord], makes: bool, publishes: bool) -> None:
    plan = plan_rotation(records, SETTINGS, after(int(day * DAY)), at_once=False)
    assert (plan.make is not None, plan.publish) == (makes, publishes)
    assert plan.records == tuple(records)
    assert plan.steps


def test_the_successor_is_of_the_same_kind_and_place() -> None:
    in_token = replace(
        PUBLISHED, uri="pkcs11:token=t;object=signing-1;id=%01;type=private?module-path=/m.so"
    )
    for record, token in ((PUBLISHED, None), (in_token, "pkcs11:token=t?module-path=/m.so")):
        plan = plan_rotation([record], SETTINGS, after(2 * DAY), at_once=False)
        assert plan.make is not None
        assert (plan.make.algorithm, plan.make.token) == (Algorithm.ES256, token)
    told = plan_rotation(
        [in_token], SETTINGS, after(2 * DAY), at_once=True,
        algorithm=Algorithm.EDDSA, token="pkcs11:token=other",
    ).make  # fmt: skip
    assert told is not None
    assert (told.algorithm, told.token, told.at_once) == (
        Algorithm.EDDSA,
        "pkcs11:token=other",
        True,
    )


def test_nothing_to_rotate() -> None:
    with pytest.raises(KeyScheduleError, match="no signing key yet"):
        plan_rotation([], SETTINGS, after(0), at_once=False)


def test_a_token_that_cannot_be_named() -> None:
    strange = replace(PUBLISHED, uri="pkcs11:nonsense")
    with pytest.raises(SignerError):
        plan_rotation([strange], SETTINGS, after(2 * DAY), at_once=False)


TICKS = [
    ("no key at all", 0, [], False),
    ("far from the end", 6, [PUBLISHED], False),
    ("a second before it is due", 7 - 1 / DAY, [PUBLISHED], False),
    ("due", 7, [PUBLISHED], True),
    ("long over", 40, [PUBLISHED], True),
    ("a successor waits", 7.5, [PUBLISHED, planned(1, made=7 * DAY)], False),
    ("stolen, alone", 5, [STOLEN], True),
    ("stolen, another waits", 5, [STOLEN, NEXT], False),
]


@pytest.mark.parametrize(
    ("day", "records", "makes"), [row[1:] for row in TICKS], ids=[row[0] for row in TICKS]
)
def test_tick(day: float, records: list[KeyRecord], makes: bool) -> None:
    plan = plan_tick(records, SETTINGS, after(int(day * DAY)))
    assert (plan.make is not None, plan.publish) == (makes, True)


def test_retiring_while_another_signs() -> None:
    plan = plan_retirement([ONE, TWO], ONE.kid, after(5 * DAY), alone=False)
    assert plan.publish
    assert plan.records[1] == TWO
    assert plan.records[0].signs_until == after(5 * DAY) + HANDOVER
    again = plan_retirement(plan.records, ONE.kid, after(5 * DAY + HOUR), alone=False)
    assert not again.changes


def test_the_only_key_retires_only_on_request() -> None:
    with pytest.raises(KeyScheduleError, match="no other key could sign") as caught:
        plan_retirement([ONE], ONE.kid, after(5 * DAY), alone=False)
    assert "rotate" in (caught.value.hint or "")
    with pytest.raises(KeyScheduleError, match="no other key could sign"):
        plan_retirement([ONE, TWO], ONE.kid, after(3 * DAY), alone=False)
    assert plan_retirement([ONE], ONE.kid, after(5 * DAY), alone=True).publish


def test_a_key_that_does_not_sign_cannot_retire() -> None:
    with pytest.raises(KeyScheduleError, match="does not sign yet"):
        plan_retirement([WAITING], WAITING.kid, after(0), alone=True)


COMPROMISES = [
    # what there is          day   records                 stolen      makes
    ("one key", 3, [ONE], [ONE], True),
    ("another waits", 3.5, [ONE, TWO], [ONE], False),
    ("both", 5, [ONE, TWO], [ONE, TWO], True),
    ("the one that waits", 3.5, [ONE, TWO], [TWO], False),
    ("a retired one, nothing else", 15, [ONE], [ONE], True),
    ("again", 4, [ONE.compromised(after(3 * DAY)), TWO], [ONE], False),
    ("again, cut off before the new key", 4, [ONE.compromised(after(3 * DAY))], [ONE], True),
]


@pytest.mark.parametrize(
    ("day", "records", "stolen", "makes"),
    [row[1:] for row in COMPROMISES],
    ids=[row[0] for row in COMPROMISES],
)
def test_compromise(
    day: float, records: list[KeyRecord], stolen: list[KeyRecord], makes: bool
) -> None:
    now = after(int(day * DAY))
    kids = [record.kid for record in stolen]
    plan = plan_compromise(records, kids, SETTINGS, now, at_once=False)
    assert (plan.make is not None, plan.publish) == (makes, True)
    for record in plan.records:
        assert (state_of(record, now) is KeyState.COMPROMISED) == (record.kid in kids)


def test_an_expired_key_needs_no_compromise() -> None:
    with pytest.raises(KeyScheduleError, match="has expired"):
        plan_compromise([ONE], [ONE.kid], SETTINGS, after(100 * DAY), at_once=False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("123", "four or more"),
        ("", "four or more"),
        ("12g4", "four or more"),
        ("1234", "two keys begin"),
        ("1234abc", "two keys begin"),
        ("9999", "no key of this authority"),
        ("1234abcd0000000000", "no key of this authority"),
    ],
)
def test_a_key_that_is_not_named_well(text: str, words: str) -> None:
    with pytest.raises(KeyScheduleError, match=words) as caught:
        find_key([ONE, TWO], text)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["1234abcd", "1234ABCD", "1234abcd00000000"])
def test_a_key_named_by_its_first_digits(text: str) -> None:
    assert find_key([ONE, TWO], text) == ONE
