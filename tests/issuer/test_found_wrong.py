"""What was found wrong does not count by coming again: it waits for somebody who looks."""

from collections.abc import Callable
from typing import Final

import pytest

from issuer.csv_file import open_csv
from issuer.intake import Intake, RowOutcome
from issuer.reasons import Finding, ReasonCode
from issuer.register import proposals
from issuer.register.changes import withdraw
from issuer.register.people_models import ReviewDecision
from issuer.register.undoing import undo_import
from issuer.status_rules import Action
from tests.issuer.desk import TABLE, Desk
from tests.issuer.test_fhir import dose, message, second
from tests.issuer.test_fhir import take_in as take_in_message
from tests.issuer.world import World, row

FIRST: Final = row(site="46001")
SECOND: Final = row(site="46001", injected_on="20/08/2021", lot="AZ-2")


@pytest.fixture
def world(desk: Desk) -> World:
    """Two doses of one person, and the green that follows."""
    desk.world.issue(FIRST, SECOND)
    return desk.world


def undo(world: World, import_id: int = 1) -> None:
    world.clock.advance(60)
    with world.register.writing() as connection:
        undo_import(connection, import_id, "lan", "a wrong file", world.clock.now())
    world.clock.advance(60)


def again(world: World, desk: Desk) -> list[RowOutcome]:
    """The same file again, as it was."""
    intake = Intake(
        register=world.register, rules=desk.rules, table=TABLE, clock=world.clock, again=True
    )
    source = open_csv(world.folder / "records.csv")
    return [outcome for batch in intake.run(source) for outcome in batch]


def take_back(world: World, record: int = 2, operator: str = "hue") -> None:
    world.clock.advance(60)
    with world.register.writing() as connection:
        withdraw(connection, [record], operator, "the day is wrong", world.clock.now())


def revoke(world: World) -> None:
    world.clock.advance(60)
    world.change(Action.REVOKE, world.certificates()[-1:], "the birth date is wrong")


def agree(world: World) -> None:
    world.issuing().run()
    with world.register.writing() as connection:
        proposals.decide(connection, 1, "bo", world.clock.now(), agree=True)
    world.issuing().run()


def nothing(_: World) -> None: ...


def revoke_after_undoing(world: World) -> None:
    undo(world)
    revoke(world)


def fall_with_the_import(world: World) -> None:
    undo(world)
    agree(world)


def suspend(world: World) -> None:
    world.change(Action.SUSPEND, world.certificates())


CASES: Final[dict[str, tuple[Callable[[World], None], bool, list[str]]]] = {
    "nothing was found": (nothing, True, []),
    "suspended, and nothing more": (suspend, True, []),
    "the certificate fell with the import": (fall_with_the_import, False, []),
    "revoked by hand": (revoke, True, ["row:FOUND_WRONG"] * 2),
    "revoked by hand after the undoing": (revoke_after_undoing, False, ["row:FOUND_WRONG"] * 2),
    "one was taken back by an officer": (take_back, True, ["row:FOUND_WRONG"]),
}


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize(("found", "undone_after", "waits"), CASES.values(), ids=CASES)
def test_what_waits_when_it_comes_again(
    desk: Desk, world: World, found: Callable[[World], None], *, undone_after: bool,
    waits: list[str],
) -> None:  # fmt: skip
    found(world)
    if undone_after:
        undo(world)
    outcomes = again(world, desk)
    said = [
        f"{finding.field}:{finding.code}" for one in outcomes for finding in one.findings
        if finding.code is ReasonCode.FOUND_WRONG
    ]  # fmt: skip
    assert said == waits
    assert [one.result for one in outcomes].count("waiting") == len(waits)
    assert len(world.waiting()) == len(waits)


def test_nothing_is_issued_while_it_waits_and_who_looked_is_believed(
    desk: Desk, world: World
) -> None:
    revoke(world)
    undo(world)
    again(world, desk)
    world.issuing().run()
    assert world.states() == ["revoked"]
    world.clock.advance(60)
    for item in world.waiting():
        world.decide(item, ReviewDecision.SAME)
    world.issuing().run()
    assert world.states() == ["revoked", "issued"]
    undo(world)
    assert [one.result for one in again(world, desk)] == ["accepted", "accepted"], "looked at"


def test_a_certificate_that_did_not_show_a_dose_says_nothing_of_it(
    desk: Desk, world: World
) -> None:
    take_back(world)
    agree(world)
    undo(world)
    world.change(Action.REVOKE, world.certificates()[-1:], "the birth date is wrong")
    assert [one.result for one in again(world, desk)] == ["waiting", "waiting"]
    (one, other) = world.waiting()
    assert [kind["kind"] for kind in one.differences] == ["FOUND_WRONG"]
    assert other.record_id == 2, "for it was taken back by itself"


@pytest.mark.parametrize(
    ("changes", "result"),
    [({}, "waiting"), ({"lot": "AZ-9"}, "accepted"), ({"injected_on": "21/08/2021"}, "accepted")],
    ids=["as it was", "another lot", "mended"],
)
def test_in_another_file(world: World, changes: dict[str, str], result: str) -> None:
    take_back(world)
    undo(world)
    outcomes = world.take_in(SECOND | changes)
    assert [one.result for one in outcomes] == [result]


def test_while_another_import_that_brought_it_stands(world: World) -> None:
    world.take_in(SECOND, FIRST)
    undo(world)
    take_back(world)
    (outcome, _) = world.take_in(SECOND, row(vaccine="?"))
    assert (outcome.result, outcome.findings) == (
        "waiting", (Finding("row", ReasonCode.FOUND_WRONG),),
    )  # fmt: skip


def test_what_its_sender_took_back(desk: Desk) -> None:
    world, sent = desk.world, message(dose(), second())
    take_in_message(world, sent, "tram")
    world.clock.advance(60)
    take_in_message(world, message(second(status="entered-in-error")), "tram")
    undo(world)
    results = [one.result for one in take_in_message(world, message(dose(), second(), id="x"))]
    assert results == ["accepted", "waiting"]
