"""A status falls only when a second person agrees: who that is, and who it cannot be."""

import pytest

from issuer.access.rights import NotAllowedError
from issuer.desk import falls, queue
from issuer.desk.falls import ShownFall
from issuer.desk.telling import ReasonError
from issuer.register.changes import restore, withdraw
from issuer.register.people_models import ReviewDecision
from issuer.register.proposals import ProposalError, ProposalState
from tests.issuer.desk import Desk
from tests.issuer.world import row

WHY = "the dose was entered twice"


@pytest.fixture(autouse=True)
def withdrawn(desk: Desk) -> None:
    """The person in Huế has a green, and `hue` has withdrawn the second dose."""
    desk.world.issue(row(site="46001"), row(site="46001", injected_on="20/08/2021", lot="AZ-2"))
    take_back(desk, 2, "hue", WHY)
    desk.world.issuing().run()


def take_back(desk: Desk, record: int, who: str, why: str) -> None:
    with desk.acting() as connection:
        withdraw(connection, [record], who, why, desk.world.clock.now())


def listed(desk: Desk, who: str) -> list[ShownFall]:
    with desk.acting() as connection:
        return falls.list_falls(connection, desk.actors[who])


def colours(desk: Desk) -> list[str]:
    desk.world.issuing().run()
    return [one.colour.word for one in desk.world.issued()]


def test_the_certificate_stands_and_the_fall_is_listed(desk: Desk) -> None:
    assert colours(desk) == ["green"]
    (fall,) = listed(desk, "bo")
    assert (fall.doses_before, fall.doses_after, fall.colour.word) == (2, 1, "green")
    assert (fall.proposed_by, fall.reason, fall.named) == ("hue", WHY, True)


@pytest.mark.parametrize(
    ("who", "sees"),
    [("bo", 1), ("hue", 1), ("thanh", 1), ("tram", 0), ("saigon", 0), ("kiem", 0)],
)
def test_who_sees_it(desk: Desk, who: str, sees: int) -> None:
    assert len(listed(desk, who)) == sees


@pytest.mark.usefixtures("either_database")
def test_a_second_person_confirms_and_it_falls(desk: Desk) -> None:
    fall = desk.do(falls.confirm_fall, "bo", 1, "the slip shows one dose")
    assert fall.state is ProposalState.APPROVED
    assert colours(desk) == ["yellow"]
    assert [one.state for one in desk.world.certificates()] == ["revoked", "issued"]
    assert listed(desk, "bo") == []
    assert desk.told() == ["bo fall.confirm fall 1"]


def test_a_second_person_refuses_and_it_stands(desk: Desk) -> None:
    desk.do(falls.refuse_fall, "thanh", 1, "the slip shows two doses")
    assert colours(desk) == ["green"]
    assert listed(desk, "bo") == []
    with desk.acting() as connection:
        restore(connection, 2, "hue", "it was right", desk.world.clock.now())
    assert colours(desk) == ["green"]


@pytest.mark.parametrize("door", [falls.confirm_fall, falls.refuse_fall])
def test_the_first_person_is_not_the_second(desk: Desk, door: object) -> None:
    with pytest.raises(ProposalError, match="had a hand in it"):
        desk.do(door, "hue", 1, WHY)
    assert colours(desk) == ["green"]


@pytest.mark.usefixtures("either_database")
def test_a_later_change_of_another_does_not_make_the_first_a_second(desk: Desk) -> None:
    desk.world.take_in(row(site="46001", injected_on="20/10/2021", birth_date="30/12/1990"))
    (item,) = desk.world.waiting()
    desk.do(queue.decide, "tram", item.id, ReviewDecision.REFUSED, reason="not this person's")
    take_back(desk, 1, "thanh", "the whole row was a mistake")
    desk.world.issuing().run()
    (fall,) = listed(desk, "bo")
    assert (fall.proposed_by, fall.doses_after) == ("thanh", 0)
    for who in ("hue", "thanh"):
        with pytest.raises(ProposalError):
            desk.do(falls.confirm_fall, who, fall.id, WHY)
    desk.do(falls.confirm_fall, "bo", fall.id, WHY)
    assert colours(desk) == []
    assert set(desk.world.states()) == {"revoked"}


@pytest.mark.parametrize("who", ["tram", "tram2", "saigon", "kiem"])
@pytest.mark.parametrize("door", [falls.confirm_fall, falls.refuse_fall, falls.name_fall])
def test_who_may_not(desk: Desk, who: str, door: object) -> None:
    with pytest.raises(NotAllowedError):
        desk.do(door, who, 1, WHY)


@pytest.mark.parametrize("reason", ["", "no", "x" * 201])
def test_a_reason_is_needed(desk: Desk, reason: str) -> None:
    with pytest.raises(ReasonError):
        desk.do(falls.confirm_fall, "bo", 1, reason)


def test_it_is_decided_once(desk: Desk) -> None:
    desk.do(falls.confirm_fall, "bo", 1, WHY)
    for door in (falls.confirm_fall, falls.refuse_fall, falls.name_fall):
        with pytest.raises(ProposalError):
            desk.do(door, "cuc", 1, WHY)
    with pytest.raises(ProposalError, match="no such proposal"):
        desk.do(falls.confirm_fall, "cuc", 9, WHY)


def test_a_fall_that_no_change_explains_needs_two_persons_all_the_same(desk: Desk) -> None:
    with desk.acting() as connection:
        connection.exec_driver_sql("UPDATE proposals SET proposed_by = 'dosepass'")
    assert not listed(desk, "bo")[0].named
    with pytest.raises(ProposalError, match="nobody stands behind"):
        desk.do(falls.confirm_fall, "bo", 1, WHY)
    desk.do(falls.name_fall, "bo", 1, "the table asks for three doses now")
    with pytest.raises(ProposalError, match="had a hand in it"):
        desk.do(falls.confirm_fall, "bo", 1, WHY)
    desk.do(falls.confirm_fall, "cuc", 1, WHY)
    assert colours(desk) == ["yellow"]
