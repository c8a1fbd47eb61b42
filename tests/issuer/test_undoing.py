"""Undoing an import: what its messages took back stands again as it was, or nothing is undone."""

from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import insert, select, update

from issuer.register import merges, proposals
from issuer.register.changes import restore, withdraw
from issuer.register.erasing import erase
from issuer.register.models import DoseRow, PersonRow, RecordState
from issuer.register.people_models import RecordChangeRow
from issuer.register.person_changes import ChangeError
from issuer.register.undoing import Undone, undo_import
from issuer.status_rules import Action
from tests.issuer.desk import Desk
from tests.issuer.test_fhir import PATIENT, dose, message, second, take_in
from tests.issuer.test_migrations import config_of
from tests.issuer.world import World, row

GONE = message(second(status="entered-in-error"))
MINH = PATIENT | {
    "id": "minh",
    "identifier": [{"use": "official", "system": "https://cccd.example", "value": "079085000999"}],
    "name": [{"use": "official", "family": "Trần", "given": ["Văn", "Minh"]}],
    "birthDate": "1985-01-02",
    "gender": "male",
    "telecom": [],
}
WHY = "a wrong message"


@pytest.fixture
def world(desk: Desk) -> World:
    return desk.world


def undo(world: World, import_id: int) -> Undone:
    with world.register.writing() as connection:
        return undo_import(connection, import_id, "lan", WHY, world.clock.now())


def change(world: World, what: Any, *arguments: Any, **more: Any) -> Any:
    with world.register.writing() as connection:
        return what(connection, *arguments, "hue", WHY, world.clock.now(), **more)


def agree(world: World, proposal_id: int = 1) -> None:
    with world.register.writing() as connection:
        proposals.decide(connection, proposal_id, "bo", world.clock.now(), agree=True)
    world.issuing().run()


def record(world: World, key: int) -> Any:
    return next(one for one in world.records() if one.id == key)


def states(world: World) -> list[str]:
    return [one.state for one in world.records()]


def history(world: World, key: int) -> list[tuple[str, str, str, str]]:
    table = RecordChangeRow
    query = select(table.operator, table.reason, table.former_state, table.state).where(
        table.record_id == key
    )
    with world.register.reading() as connection:
        return [tuple(line) for line in connection.execute(query.order_by(table.id))]


def person(world: World, key: int = 1) -> tuple[str | None, str | None]:
    query = select(PersonRow.id_number, PersonRow.phone).where(PersonRow.id == key)
    with world.register.reading() as connection:
        return tuple(connection.execute(query).one())  # type: ignore[return-value]  # a row of two


def doses(world: World) -> list[int]:
    world.issuing().run()
    return [len(one.doses) for one in world.issued()]


@pytest.mark.usefixtures("either_database")
def test_what_was_taken_back_stands_again_exactly(world: World) -> None:
    take_in(world, message(dose(), second()))
    assert doses(world) == [2]
    before = record(world, 2)
    (certificate,) = world.certificates()
    take_in(world, GONE)
    assert (states(world)[:2], record(world, 2).replaced_by) == (["accepted", "withdrawn"], 3)
    world.issuing().run()  # the fall is proposed
    assert undo(world, 2) == Undone(withdrawn=0, restored=1)
    assert record(world, 2) == before
    assert history(world, 2)[1] == (
        "lan", f"import 2 undone: {WHY}", "withdrawn", "accepted",
    )  # fmt: skip
    assert doses(world) == [2]
    assert [one.text for one in world.certificates()] == [certificate.text]


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize("revoked", [False, True])
def test_the_certificate_was_taken_out_of_use_meanwhile(world: World, *, revoked: bool) -> None:
    """Superseded by less, or revoked by hand: what is final stays, and a new one follows."""
    take_in(world, message(dose(), second()), "tram")
    assert doses(world) == [2]
    if revoked:
        world.change(Action.REVOKE, world.certificates())
    take_in(world, GONE, "tram")
    world.issuing().run()
    if not revoked:
        agree(world)
    assert world.states() == ["revoked", "issued"]
    undo(world, 2)
    assert doses(world) == [2]
    assert world.states() == ["revoked", "superseded", "issued"]


def test_a_certificate_that_was_superseded_long_before_stays_so(world: World) -> None:
    take_in(world, message(dose()), "tram")
    world.issuing().run()
    take_in(world, message(second()), "tram")
    assert doses(world) == [2]
    take_in(world, message(dose(status="entered-in-error")), "tram")
    world.issuing().run()
    agree(world)
    assert world.states() == ["revoked", "revoked", "issued"]
    undo(world, 3)
    assert doses(world) == [2]
    assert world.states() == ["revoked", "revoked", "superseded", "issued"]


@pytest.mark.usefixtures("either_database")
def test_a_record_that_waited_waits_again(world: World) -> None:
    take_in(world, message(dose()))
    near = PATIENT | {"birthDate": "1990-12-13"}
    take_in(world, message(second(), patient=near))
    (item,) = world.waiting()
    take_in(world, GONE)
    assert world.waiting() == []
    assert undo(world, 3) == Undone(withdrawn=0, restored=1)
    (again,) = world.waiting()
    assert (again.record_id, again.differences) == (item.record_id, item.differences)
    assert again.id != item.id
    assert doses(world) == [1]


@pytest.mark.usefixtures("either_database")
def test_who_had_no_dose_left_gets_the_numbers_back(world: World) -> None:
    take_in(world, message(dose()))
    before = person(world)
    take_in(world, message(dose(status="entered-in-error")))
    assert person(world) == (None, None)
    undo(world, 2)
    assert person(world) == before == ("079190000123", "0912345678")


@pytest.mark.usefixtures("either_database")
def test_what_was_replaced_under_its_identifier(world: World) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, message(second(lotNumber="AZ-9") | {"occurrenceDateTime": "2021-08-25"}))
    assert states(world) == ["accepted", "withdrawn", "accepted"]
    assert undo(world, 2) == Undone(withdrawn=1, restored=1)
    assert states(world) == ["accepted", "accepted", "withdrawn"]


def test_a_message_and_its_correction_are_undone_as_one(world: World) -> None:
    wrong = second(
        vaccineCode={"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]}
    )
    right = second() | {"identifier": [{"value": "other"}]}
    take_in(world, message(dose(), wrong))
    take_in(world, message(wrong | {"status": "entered-in-error"}, right))
    assert undo(world, 2) == Undone(withdrawn=1, restored=1)
    assert [one.vaccine for one in world.records(RecordState.ACCEPTED)] == [1, 4]


@pytest.mark.usefixtures("either_database")
def test_what_another_standing_import_took_back_too_stays_taken_back(world: World) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, GONE)
    take_in(world, message(second(status="entered-in-error"), id="again"))
    assert undo(world, 2) == Undone(withdrawn=0, restored=0)
    assert record(world, 2).state == "withdrawn"
    assert undo(world, 3) == Undone(withdrawn=0, restored=1)


def test_taken_in_again_it_takes_back_again(world: World) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, GONE)
    undo(world, 2)
    take_in(world, message(second(status="entered-in-error"), id="once more"))
    assert record(world, 2).state == "withdrawn"
    assert undo(world, 3) == Undone(withdrawn=0, restored=1)
    assert record(world, 2).state == "accepted"


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_what_would_not_stand_without_it_either_stays(world: World, order: tuple[int, int]) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, GONE)
    told = {number: undo(world, number) for number in order}
    assert told[2] == Undone(withdrawn=0, restored=0 if order == (1, 2) else 1)
    assert set(states(world)) == {"withdrawn"}


def test_said_and_taken_back_in_one_message(world: World) -> None:
    take_in(world, message(dose(), dose(status="entered-in-error"), second()))
    assert undo(world, 1) == Undone(withdrawn=1, restored=0)


def test_what_a_person_did_since_stands(world: World) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, GONE)
    change(world, restore, 2)
    assert undo(world, 2) == Undone(withdrawn=0, restored=0), "it stands already"
    take_in(world, message(second(status="entered-in-error"), id="again"))
    change(world, restore, 2)
    change(world, withdraw, [2])
    assert undo(world, 3) == Undone(withdrawn=0, restored=0), "somebody else took it back"
    assert record(world, 2).state == "withdrawn"


@pytest.mark.usefixtures("either_database")
def test_of_whoever_was_erased_nothing_is_put_back(world: World) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, GONE)
    with world.register.writing() as connection:
        erase(connection, [1], WHY, world.clock.now(), revoke=False)
    assert undo(world, 2) == Undone(withdrawn=0, restored=0)


def another(**changes: Any) -> dict[str, Any]:
    """The second dose under another identifier."""
    return second() | {"identifier": [{"value": "came since"}]} | changes


LATER = {
    "another day": (
        message(another(occurrenceDateTime="2021-08-22"), id="l"),
        "record 4 of import 3 states the same dose otherwise",
    ),
    "another vaccine": (
        message(another(vaccineCode={"coding": [{"display": "Comirnaty"}]}), id="l"),
        "record 4 of import 3 states the same dose otherwise",
    ),
    "the same identifier": (
        message(second(lotNumber="AZ-7"), id="l"), "record 4 of import 3 took its place",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize(("later", "said"), LATER.values(), ids=LATER)
def test_what_came_since_stands_in_the_way(world: World, later: bytes, said: str) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, GONE)
    take_in(world, later)
    before = world.records()
    with pytest.raises(ChangeError, match=said) as caught:
        undo(world, 2)
    assert "record 2" in f"{caught.value}"
    assert world.records() == before
    assert undo(world, 3) == Undone(withdrawn=1, restored=0)
    assert undo(world, 2) == Undone(withdrawn=0, restored=1), "the later one first"


@pytest.mark.parametrize(
    "later",
    [
        message(another(), id="l"),  # the same dose again counts once
        message(another(occurrenceDateTime="2021-10-20"), id="l"),
        message(second(status="not-done"), id="l"),
    ],
)
def test_what_does_not_stand_in_the_way(world: World, later: bytes) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, GONE)
    take_in(world, later)
    assert undo(world, 2) == Undone(withdrawn=0, restored=1)


def test_the_same_identifier_of_another_sender_is_another_record(world: World) -> None:
    take_in(world, message(dose(), second()), "one")
    take_in(world, GONE, "one")
    take_in(world, message(second() | {"occurrenceDateTime": "2021-11-20"}, id="x"), "two")
    assert undo(world, 2) == Undone(withdrawn=0, restored=1)


@pytest.mark.usefixtures("either_database")
def test_a_number_that_is_somebody_elses_by_now(world: World) -> None:
    take_in(world, message(dose()))
    take_in(world, message(dose(status="entered-in-error")))
    world.take_in(row(full_name="Lê Thị Lan", birth_date="01/02/1990", phone=""))
    with pytest.raises(ChangeError, match="identity number is that of person 2"):
        undo(world, 2)
    assert undo(world, 3) == Undone(withdrawn=1, restored=0)
    assert undo(world, 2) == Undone(withdrawn=0, restored=1)


@pytest.mark.usefixtures("either_database")
def test_a_merge_since_that_brought_the_same_dose(world: World) -> None:
    take_in(world, message(dose(), second()))
    minhs = {"patient": {"reference": "Patient/minh"}, "occurrenceDateTime": "2021-08-22"}
    take_in(world, message(MINH, another(**minhs)))
    world.clock.advance(60)
    take_in(world, GONE)
    world.clock.advance(60)
    merge_id = change(world, merges.merge, 1, 2)
    with pytest.raises(ChangeError, match="record 3 of import 2"):
        undo(world, 3)
    change(world, merges.unmerge, merge_id)
    assert undo(world, 3) == Undone(withdrawn=0, restored=1)


@pytest.mark.usefixtures("either_database")
def test_more_doses_than_a_certificate_holds(world: World) -> None:
    take_in(world, message(dose(), second()))
    take_in(world, GONE)
    with world.register.writing() as connection:
        given = connection.execute(select(DoseRow.__table__).where(DoseRow.id == 1)).one()
        for number in range(11):
            further = {
                "id": 100 + number, "content_hash": b"%d" % number, "source_id": None,
                "injected_on": given.injected_on - timedelta(days=30 * (number + 1)),
            }  # fmt: skip
            connection.execute(insert(DoseRow), {**given._mapping, **further})
    with pytest.raises(ChangeError, match="too many doses"):
        undo(world, 2)


def test_an_unknown_import_and_one_that_is_undone(world: World) -> None:
    take_in(world, message(dose()))
    undo(world, 1)
    for number in (1, 9):
        with pytest.raises(ChangeError, match="no such import"):
            undo(world, number)


@pytest.mark.usefixtures("either_database")
def test_what_messages_took_back_before_there_was_a_note_of_it(world: World) -> None:
    take_in(world, message(dose(), second()), "tram")
    take_in(world, message(dose(), second()) + b" ", "tram")
    change(world, withdraw, [1])
    world.clock.advance(60)
    take_in(world, GONE, "tram")
    before = world.records()
    with world.register.writing() as connection:
        command.downgrade(config_of(connection), "0010")
        connection.execute(update(DoseRow).values(replaced_by=None))
        command.upgrade(config_of(connection), "head")
    assert world.records() == before
    assert [one.replaced_by for one in before] == [None, 3, None]
    assert undo(world, 3) == Undone(withdrawn=0, restored=1)


@pytest.mark.usefixtures("either_database")
def test_who_sent_it_in_vain_has_no_say_in_it(desk: Desk) -> None:
    """Refused for one sender, accepted for another: it is the other's to take back, and to undo."""
    world = desk.world
    saigon, tram = (desk.actors[name].area for name in ("saigon", "tram"))
    here = dose(location={"identifier": {"value": "46001"}})
    (refused,) = take_in(world, message(here), "saigon", saigon)
    (accepted,) = take_in(world, message(here, id="b"), "tram", tram)
    assert (refused.result, accepted.result) == ("refused", "accepted")
    gone = message(here | {"status": "entered-in-error"})
    assert take_in(world, gone, "saigon", saigon)[0].result == "refused"
    assert undo(world, 1) == Undone(withdrawn=0, restored=0)
    assert take_in(world, gone + b" ", "tram", tram)[0].result == "withdrawn"
    assert undo(world, 3) == Undone(withdrawn=0, restored=0)
    assert undo(world, 4) == Undone(withdrawn=0, restored=1)
    assert undo(world, 2) == Undone(withdrawn=1, restored=0)
