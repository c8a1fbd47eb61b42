"""The table of rights, written out: who may do what, where."""

import pytest

from issuer.access.rights import (
    NATION,
    Action,
    Actor,
    Area,
    Level,
    NotAllowedError,
    SamePersonError,
    allowed,
    check,
    check_second,
    may_manage,
)

HCMC, HUE = Area(province="79"), Area(province="46")
QUAN_1 = Area(province="79", district="760")
SITE = Area(province="79", district="760", site="79001")
OTHER_SITE = Area(province="79", district="760", site="79002")
AREAS = {
    Level.NATION: NATION,
    Level.PROVINCE: HCMC,
    Level.DISTRICT: QUAN_1,
    Level.SITE: SITE,
    Level.AUDITOR: NATION,
}

TABLE = """
send_records       nation province district site -
find_people        nation province district site -
review             nation province district site -
ask_correction     nation province district site -
decide_correction  nation province district site -
confirm_fall       nation province district -    -
read_statistics    nation province district site auditor
export_person      nation province -        -    -
erase_person       nation -        -        -    -
manage_accounts    nation province -        -    -
read_audit         nation -        -        -    auditor
"""


def actor(level: Level, area: Area | None = None, account_id: int = 1) -> Actor:
    where = AREAS[level] if area is None else area
    return Actor(account_id=account_id, name="minh", level=level, area=where)


def test_the_whole_table() -> None:
    lines = [line.split() for line in TABLE.strip().splitlines()]
    assert [line[0] for line in lines] == list(Action)
    for action, *levels in lines:
        assert {one for one in Level if allowed(actor(one), Action(action), [SITE])} == set(
            levels
        ) - {"-"}, action


@pytest.mark.parametrize(
    ("level", "place", "inside"),
    [
        (Level.NATION, SITE, True),
        (Level.NATION, HUE, True),
        (Level.NATION, NATION, True),
        (Level.PROVINCE, HCMC, True),
        (Level.PROVINCE, SITE, True),
        (Level.PROVINCE, HUE, False),
        (Level.PROVINCE, NATION, False),
        (Level.DISTRICT, QUAN_1, True),
        (Level.DISTRICT, OTHER_SITE, True),
        (Level.DISTRICT, HCMC, False),
        (Level.DISTRICT, Area(province="79", district="761"), False),
        (Level.SITE, SITE, True),
        (Level.SITE, OTHER_SITE, False),
        (Level.SITE, QUAN_1, False),
        (Level.SITE, NATION, False),
    ],
)
def test_a_right_ends_where_the_area_ends(level: Level, place: Area, *, inside: bool) -> None:
    assert allowed(actor(level), Action.REVIEW, [place]) is inside


def test_one_of_a_persons_places_is_enough_and_none_is_not() -> None:
    assert allowed(actor(Level.SITE), Action.FIND_PEOPLE, [HUE, SITE])
    assert not allowed(actor(Level.NATION), Action.FIND_PEOPLE, [])


def test_a_refusal_names_the_action_and_nobody() -> None:
    with pytest.raises(NotAllowedError, match="erase_person") as caught:
        check(actor(Level.SITE), Action.ERASE_PERSON, SITE)
    assert "minh" not in str(caught.value)


def test_nobody_is_their_own_second_person() -> None:
    check_second(actor(Level.DISTRICT, account_id=2), 1)
    with pytest.raises(SamePersonError):
        check_second(actor(Level.DISTRICT, account_id=1), 1)


@pytest.mark.parametrize(
    ("by", "level", "area", "may"),
    [
        (Level.NATION, Level.NATION, NATION, False),
        (Level.NATION, Level.PROVINCE, HUE, True),
        (Level.NATION, Level.AUDITOR, NATION, True),
        (Level.PROVINCE, Level.PROVINCE, HCMC, False),
        (Level.PROVINCE, Level.DISTRICT, QUAN_1, True),
        (Level.PROVINCE, Level.SITE, SITE, True),
        (Level.PROVINCE, Level.SITE, Area(province="46", site="46001"), False),
        (Level.PROVINCE, Level.AUDITOR, HCMC, False),
        (Level.DISTRICT, Level.SITE, SITE, False),
        (Level.AUDITOR, Level.SITE, SITE, False),
    ],
)
def test_accounts_are_made_from_above(by: Level, level: Level, area: Area, *, may: bool) -> None:
    assert may_manage(actor(by), level, area) is may
