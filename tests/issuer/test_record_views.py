"""One record shown: why it is that person's, and its history; taken back, and put back."""

import pytest

from issuer.access.rights import NotAllowedError
from issuer.desk import queue
from issuer.desk.record_views import ShownRecord, restore_record, show_record, withdraw_record
from issuer.desk.telling import ReasonError
from issuer.register.models import RecordState
from issuer.register.people_models import ReviewDecision
from issuer.register.person_changes import ChangeError
from tests.issuer.desk import TABLE, Desk
from tests.issuer.world import row

FIRST = row(site="46001")
SECOND = row(site="46001", injected_on="20/08/2021", lot="AZ-2")


def shown(desk: Desk, record: int, who: str = "tram") -> ShownRecord:
    with desk.acting() as connection:
        now = desk.world.clock.now()
        return show_record(connection, desk.actors[who], record, now, TABLE)


@pytest.mark.parametrize(
    ("changes", "tier", "kinds"),
    [
        ({}, "exact", {"full_name": "equal", "birth_date": "equal", "phone": "equal"}),
        ({"full_name": "NGUYỄN THỊ HÒA"}, "exact", {"full_name": "format_only"}),
        ({"phone": "0987654321"}, "exact", {"id_number": "equal", "phone": "not_equal"}),
        ({"birth_date": "30/12/1990"}, "review", {"birth_date": "one_digit", "sex": "equal"}),
        ({"full_name": "Nguyễn Thị Hoa"}, "review", {"full_name": "marks_missing"}),
        ({"id_number": "079190000132"}, "review", {"id_number": "transposed"}),
        ({"id_number": "012345678", "phone": ""}, "never", {"full_name": None}),
    ],
)
def test_why_it_is_that_persons_field_by_field(
    desk: Desk, changes: dict[str, str], tier: str, kinds: dict[str, str | None]
) -> None:
    desk.world.take_in(FIRST, {**SECOND, **changes})
    record = shown(desk, 2)
    assert record.tier == tier
    fields = {one.field: one for one in record.fields}
    assert {field: fields[field].kind for field in kinds} == kinds
    for field, value in changes.items():
        assert fields[field].record == value
    assert desk.told() == ["tram record.show record 2"]


def test_the_first_of_a_person_was_compared_with_nobody(desk: Desk) -> None:
    desk.world.take_in(FIRST)
    record = shown(desk, 1)
    assert record.tier == "new"
    assert {one.kind for one in record.fields} == {None}
    assert record.dose["injected_on"] == "16/06/2021"


def test_its_history(desk: Desk) -> None:
    desk.world.take_in(FIRST, {**SECOND, "birth_date": "30/12/1990"})
    (item,) = desk.world.waiting()
    desk.do(queue.decide, "tram", item.id, ReviewDecision.SAME, reason="the card was looked at")
    desk.do(withdraw_record, "hue", 2, "entered twice")
    desk.do(restore_record, "hue", 2, "it was not")
    record = shown(desk, 2)
    assert [(one.operator, one.what, one.reason) for one in record.steps] == [
        ("tram", "review -> accepted", "the card was looked at"),
        ("hue", "accepted -> withdrawn", "entered twice"),
        ("hue", "withdrawn -> accepted", "it was not"),
        ("dosepass", f"waits as item {item.id}", ""),
    ]
    assert record.state is RecordState.ACCEPTED


def test_what_waited_waits_again_when_it_is_put_back(desk: Desk) -> None:
    desk.world.take_in(FIRST, {**SECOND, "birth_date": "30/12/1990"})
    desk.do(withdraw_record, "hue", 2, "entered twice")
    assert desk.world.waiting() == []
    desk.do(restore_record, "hue", 2, "it was not")
    assert shown(desk, 2).state is RecordState.REVIEW
    (item,) = desk.world.waiting()
    assert [one["kind"] for one in item.differences] == ["DOB_ONE_DIGIT"]
    desk.world.issuing().run()
    assert [one.colour.word for one in desk.world.issued()] == ["yellow"]


@pytest.mark.parametrize("who", ["tram2", "saigon", "kiem"])
def test_others_see_and_change_nothing(desk: Desk, who: str) -> None:
    desk.world.take_in(FIRST)
    with pytest.raises(NotAllowedError):
        shown(desk, 1, who)
    for door in (withdraw_record, restore_record):
        with pytest.raises(NotAllowedError):
            desk.do(door, who, 1, "a good reason")
    assert desk.told() == []


def test_what_cannot_be_taken_back_or_put_back(desk: Desk) -> None:
    desk.world.take_in(FIRST)
    with pytest.raises(ReasonError):
        desk.do(withdraw_record, "tram", 1, "")
    with pytest.raises(ChangeError):
        desk.do(restore_record, "tram", 1, "it stands already")
    desk.do(withdraw_record, "tram", 1, "entered twice")
    with pytest.raises(ChangeError):
        desk.do(withdraw_record, "tram", 1, "entered twice")
    with pytest.raises(ChangeError, match="no such record"):
        shown(desk, 9, "bo")
