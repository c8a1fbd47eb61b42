"""Doubles: found, compared, merged without a dose too many, and split with what came after."""

import pytest

from issuer.access.rights import NotAllowedError
from issuer.desk import merging
from issuer.desk.merging import ComparedPeople, Double
from issuer.desk.telling import NoSuchPersonError, ReasonError
from issuer.register.merges import MergeError
from tests.issuer.desk import TABLE, Desk
from tests.issuer.world import row, stranger

WHY = "both cards are hers"
CCCD = row(site="46001")
CMND = row(site="46001", id_number="012345678", phone="", injected_on="20/08/2021", lot="AZ-2")


def doubles(desk: Desk, who: str = "tram") -> list[Double]:
    with desk.acting() as connection:
        return merging.list_doubles(connection, desk.actors[who])


def compared(desk: Desk, one: int = 1, other: int = 2) -> ComparedPeople:
    with desk.acting() as connection:
        now = desk.world.clock.now()
        return merging.compare_people(connection, desk.actors["tram"], one, other, now, TABLE)


def seen(desk: Desk) -> list[tuple[str, int]]:
    desk.world.issuing().run()
    return [(one.colour.word, len(one.doses)) for one in desk.world.issued()]


def test_doubles_are_found_and_shown_field_by_field(desk: Desk) -> None:
    desk.world.issue(CCCD, CMND, stranger(7))
    (double,) = doubles(desk)
    assert (double.one_id, double.other_id) == (1, 2)
    assert double.evidence["full_name"] == "equal"
    fields = {one.field: (one.one, one.other, one.kind) for one in compared(desk).fields}
    assert fields["id_number"] == ("079190000123", "012345678", "unknown")
    assert fields["birth_date"] == ("31/12/1990", "31/12/1990", "equal")
    for who in ("tram2", "saigon", "kiem"):
        assert doubles(desk, who) == []


@pytest.mark.usefixtures("either_database")
def test_two_become_one_and_two_again(desk: Desk) -> None:
    desk.world.issue(CCCD, CMND)
    assert seen(desk) == [("yellow", 1), ("yellow", 1)]
    merge_id = desk.do(merging.merge_people, "tram", 1, 2, WHY)
    assert doubles(desk) == []
    assert seen(desk) == [("green", 2)]
    # What comes meanwhile matches by either number.
    desk.world.issue(
        row(site="46001", id_number="012345678", phone="", injected_on="20/10/2021", lot="AZ-3")
    )
    assert seen(desk) == [("green", 3)]
    desk.do(merging.unmerge_people, "tram", merge_id, "they are two after all")
    desk.world.issuing().run()
    records = {one.id: one.person_id for one in desk.world.records()}
    assert records == {1: 1, 2: 2, 3: 2}
    # The green of the first stands until a second person agrees; the second has their own two.
    assert sorted(seen(desk)) == [("green", 2), ("green", 3)]
    assert desk.world.count("proposals") == 1


def test_the_same_dose_of_both_counts_once(desk: Desk) -> None:
    desk.world.issue(CCCD, {**CMND, "injected_on": "16/06/2021"})
    desk.do(merging.merge_people, "tram", 1, 2, WHY)
    assert seen(desk) == [("yellow", 1)]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"injected_on": "17/06/2021"}, "DOSE_DATE_DIFFERS"),
        ({"injected_on": "16/06/2021", "vaccine": "Pfizer"}, "VACCINE_DIFFERS"),
    ],
)
def test_no_merge_makes_two_doses_of_one(desk: Desk, changes: dict[str, str], kind: str) -> None:
    desk.world.issue(CCCD, {**CMND, **changes})
    assert [twin.kind for twin in compared(desk).twins] == [kind]
    with pytest.raises(MergeError, match=f"may be one dose: {kind}"):
        desk.do(merging.merge_people, "tram", 1, 2, WHY)
    with pytest.raises(MergeError, match="can be dropped"):
        desk.do(merging.merge_people, "tram", 1, 2, WHY, drop=(1, 9))
    merge_id = desk.do(merging.merge_people, "tram", 1, 2, WHY, drop=(2,))
    assert seen(desk) == [("yellow", 1)]
    desk.do(merging.unmerge_people, "tram", merge_id, "they are two after all")
    assert seen(desk) == [("yellow", 1), ("yellow", 1)]


def test_both_can_be_kept_in_words_but_not_two_vaccines_of_one_day(desk: Desk) -> None:
    desk.world.issue(CCCD, {**CMND, "injected_on": "17/06/2021"})
    desk.do(merging.merge_people, "tram", 1, 2, WHY, keep_both=True)
    assert seen(desk) == [("green", 2)]
    desk.world.issue(stranger(3, site="46001"), stranger(4, site="46001", vaccine="Pfizer"))
    with pytest.raises(MergeError, match="VACCINE_DIFFERS"):
        desk.do(merging.merge_people, "tram", 3, 4, WHY, keep_both=True)


def test_two_who_are_two(desk: Desk) -> None:
    desk.world.issue(CCCD, CMND)
    desk.do(merging.mark_distinct, "tram", 2, 1, "two villages, two mothers")
    assert doubles(desk) == []
    for one, other in ((1, 2), (1, 1)):
        with pytest.raises(MergeError):
            desk.do(merging.mark_distinct, "tram", one, other, "two villages, two mothers")


@pytest.mark.parametrize("who", ["tram2", "saigon", "kiem"])
def test_who_may_not(desk: Desk, who: str) -> None:
    desk.world.issue(CCCD, CMND)
    merge_id = desk.do(merging.merge_people, "tram", 1, 2, WHY)
    for door, arguments in (
        (merging.merge_people, (1, 2, WHY)),
        (merging.unmerge_people, (merge_id, WHY)),
        (merging.mark_distinct, (1, 2, WHY)),
    ):
        with pytest.raises(NotAllowedError):
            desk.do(door, who, *arguments)


@pytest.mark.parametrize(
    ("kept", "gone", "reason", "error"),
    [
        (1, 1, WHY, MergeError),
        (1, 9, WHY, NoSuchPersonError),
        (9, 1, WHY, NoSuchPersonError),
        (1, 2, "", ReasonError),
    ],
)
def test_what_is_no_merge(
    desk: Desk, kept: int, gone: int, reason: str, error: type[Exception]
) -> None:
    desk.world.issue(CCCD, CMND)
    with pytest.raises(error):
        desk.do(merging.merge_people, "bo", kept, gone, reason)
    with pytest.raises(MergeError):
        desk.do(merging.unmerge_people, "bo", 9, WHY)
