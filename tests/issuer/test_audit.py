"""The audit trail against those who would change it: by SQL, by deleting, reordering, cutting."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from issuer.access import audit
from issuer.access.audit import Anchor, AuditBrokenError
from issuer.register.database import RegisterError
from spec.certificate import Timestamp
from tests.issuer.world import World

COUNT = 9


@pytest.fixture
def world(tmp_path: Path, either_database: str) -> World:
    world = World(tmp_path)
    for number in range(1, COUNT + 1):
        with world.register.writing() as connection:
            audit.append(
                connection,
                at=Timestamp(1_637_000_000 + number),
                actor="lan",
                action="review.decide",
                subject=f"item {number}",
                decision="same_person",
                note=None,
            )
    return world


def check(world: World, anchor: Anchor | None = None) -> Anchor:
    with world.register.snapshot() as connection:
        return audit.verify(connection, anchor)


def tamper(world: World, *statements: str) -> None:
    """What somebody with the file and no scruples does: the triggers go first."""
    on_table = " ON audit_entries" if world.register.engine.dialect.name == "postgresql" else ""
    with world.register.writing() as connection:
        for trigger in ("audit_entries_unchanged", "audit_entries_stay"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}{on_table}")
        for statement in statements:
            connection.execute(text(statement), {"short": bytes(31), "zeros": bytes(32)})


def test_what_was_written_holds(world: World) -> None:
    newest = check(world)
    assert newest.number == COUNT
    assert check(world, newest) == newest
    assert Anchor.parse(str(newest)) == newest


def test_an_empty_trail_holds(tmp_path: Path) -> None:
    assert check(World(tmp_path)) == Anchor(0, bytes(32))


def test_what_is_nothing_is_left_out(world: World) -> None:
    with world.register.reading() as connection:
        assert audit.entries(connection)[0].details == '{"decision":"same_person"}'


BROKEN: dict[str, tuple[str, int]] = {
    "another actor": ("UPDATE audit_entries SET actor = 'hoa' WHERE id = 4", 4),
    "another action": ("UPDATE audit_entries SET action = 'review.undo' WHERE id = 4", 4),
    "another subject": ("UPDATE audit_entries SET subject = 'item 5' WHERE id = 4", 4),
    "other details": ("UPDATE audit_entries SET details = '{}' WHERE id = 9", 9),
    "another time": ("UPDATE audit_entries SET at = at + 1 WHERE id = 1", 1),
    "another digest": ("UPDATE audit_entries SET digest = :zeros WHERE id = 9", 9),
    "another link": ("UPDATE audit_entries SET previous = :zeros WHERE id = 4", 4),
    "the first gone": ("DELETE FROM audit_entries WHERE id = 1", 1),
    "one gone": ("DELETE FROM audit_entries WHERE id = 5", 5),
    "one moved": ("UPDATE audit_entries SET id = 20 WHERE id = 5", 5),
    "one more": (
        "INSERT INTO audit_entries SELECT 10, at, actor, action, subject, details, digest, "
        ":zeros FROM audit_entries WHERE id = 9",
        10,
    ),
    "one before all": (
        "INSERT INTO audit_entries SELECT 0, at, actor, action, subject, details, previous, "
        ":short FROM audit_entries WHERE id = 1",
        0,
    ),
}


@pytest.mark.parametrize(("statement", "first"), BROKEN.values(), ids=BROKEN)
def test_the_first_broken_entry_is_found(world: World, statement: str, first: int) -> None:
    tamper(world, statement)
    with pytest.raises(AuditBrokenError) as caught:
        check(world)
    assert caught.value.entry == first


def test_two_that_changed_places_are_found(world: World) -> None:
    tamper(
        world,
        "UPDATE audit_entries SET id = 99 WHERE id = 3",
        "UPDATE audit_entries SET id = 3 WHERE id = 4",
        "UPDATE audit_entries SET id = 4 WHERE id = 99",
    )
    with pytest.raises(AuditBrokenError) as caught:
        check(world)
    assert caught.value.entry == 3


def test_a_tail_that_was_cut_off_shows_against_an_anchor_alone(world: World) -> None:
    anchor = check(world)
    tamper(world, "DELETE FROM audit_entries WHERE id > 6")
    assert check(world).number == 6
    with pytest.raises(AuditBrokenError) as caught:
        check(world, anchor)
    assert caught.value.entry == 7


def test_a_trail_written_anew_shows_against_an_anchor_alone(world: World) -> None:
    anchor = check(world)
    tamper(world, "DELETE FROM audit_entries WHERE id > 4")
    for number in range(5, COUNT + 3):
        with world.register.writing() as connection:
            audit.append(
                connection, at=Timestamp(0), actor="hoa", action="none", subject=f"item {number}"
            )
    assert check(world).number == COUNT + 2
    with pytest.raises(AuditBrokenError, match="anchored") as caught:
        check(world, anchor)
    assert caught.value.entry == COUNT


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'hoa' WHERE id = 4",
        "UPDATE audit_entries SET details = details",
        "DELETE FROM audit_entries WHERE id = 9",
        "DELETE FROM audit_entries",
    ],
)
def test_the_database_itself_refuses(world: World, statement: str) -> None:
    with (
        pytest.raises((RegisterError, DBAPIError), match="only added to"),
        world.register.writing() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert check(world).number == COUNT


PARSED: dict[str, Callable[[Anchor], str]] = {
    "empty": lambda _: "",
    "no digest": lambda one: f"{one.number}:",
    "a short digest": lambda one: str(one)[:-1],
    "capitals": lambda one: str(one).upper().replace("1", "A"),
    "a negative number": lambda one: f"-{one}",
    "other digits": lambda one: f"٣:{one.digest.hex()}",
    "two lines": lambda one: f"{one}\n{one}",
}


@pytest.mark.parametrize("spoil", PARSED.values(), ids=PARSED)
def test_no_anchor(world: World, spoil: Callable[[Anchor], str]) -> None:
    with pytest.raises(ValueError, match="NUMBER:DIGEST"):
        Anchor.parse(spoil(check(world)))
