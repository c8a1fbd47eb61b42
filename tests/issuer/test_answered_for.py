"""Who answers for a person, as a condition of a query: the same as asked place by place."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import event, select

from issuer.access.rights import Action, Area, allowed
from issuer.desk.falls import list_falls
from issuer.desk.merging import list_doubles, list_merges
from issuer.register.changes import withdraw
from issuer.register.merges import merge
from issuer.register.models import PersonRow
from issuer.register.people_models import ReviewDecision
from issuer.register.places import answered_for, places_of_people
from issuer.register.waiting import reopen
from tests.issuer.desk import Desk
from tests.issuer.world import row, stranger

SITES = ("46001", "46002", "79001", "Đội lưu động 3", "")


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """One person for each site, one with two sites, two who are one, and one without a record."""
    world = desk.world
    world.issue(*(stranger(number, site=site) for number, site in enumerate(SITES)))
    world.issue(stranger(0, site="79001", injected_on="20/08/2021"))
    twin = stranger(2, site="46002", injected_on="20/09/2021", id_number="012345678", phone="")
    world.issue(twin)
    world.take_in(row(site="46001", id_number="", phone=""))
    (item,) = world.waiting()
    world.decide(item, ReviewDecision.NEW)
    world.issuing().run()
    with desk.acting() as connection:
        now = world.clock.now()
        reopen(connection, item.id, "hue", now)
        merge(connection, 3, 6, "lan", "one card", now)
        withdraw(connection, [1], "hue", "entered twice", now)
    world.issuing().run()
    return desk


@pytest.mark.usefixtures("either_database")
def test_it_is_what_the_places_say(filled: Desk) -> None:
    with filled.world.register.reading() as connection:
        people = list(connection.execute(select(PersonRow.id)).scalars())
        for actor, person in product(filled.actors.values(), people):
            places = places_of_people(connection, [person])
            query = select(PersonRow.id).where(
                PersonRow.id == person, answered_for(actor.area, PersonRow.id)
            )
            said = connection.execute(query).first() is not None
            if places:
                assert said == any(actor.area.holds(one) for one in places), (actor.name, person)
            else:
                assert said == (actor.area == Area()), "without a record it is the nation's"
            assert said or not allowed(actor, Action.REVIEW, places)


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize(
    ("who", "falls", "merges"),
    [
        ("bo", [1, 7], [3]),
        ("cuc", [1, 7], [3]),
        ("hue", [1], [3]),
        ("thanh", [1], []),
        ("tram", [], []),
        ("tram2", [], [3]),
        ("saigon", [1], [3]),
        ("kiem", [], []),
    ],
)
def test_who_sees_what(filled: Desk, who: str, falls: list[int], merges: list[int]) -> None:
    with filled.acting() as connection:
        actor = filled.actors[who]
        assert [one.person_id for one in list_falls(connection, actor)] == falls
        assert [one.kept_id for one in list_merges(connection, actor)] == merges


@pytest.mark.parametrize(
    ("who", "seen"), [("bo", 2), ("hue", 1), ("tram", 1), ("tram2", 0), ("saigon", 0), ("kiem", 0)]
)
def test_of_doubles_both_have_to_be_ones_own(desk: Desk, who: str, seen: int) -> None:
    near = {"id_number": "012345678", "phone": "", "injected_on": "20/10/2021"}
    other = near | {"id_number": "012345679", "injected_on": "20/11/2021"}
    desk.world.take_in(
        stranger(1, site="46001"), stranger(1, site="46001", **near),
        stranger(2, site="46001"), stranger(2, site="79001", **other),
    )  # fmt: skip
    with desk.acting() as connection:
        assert len(list_doubles(connection, desk.actors[who])) == seen
        assert len(list_doubles(connection, desk.actors[who], limit=1)) == min(seen, 1)


def test_the_lists_are_one_query_whatever_they_pass_over(filled: Desk) -> None:
    statements: list[Any] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        statements.extend([statement] if statement.startswith("SELECT") else [])

    with filled.world.register.snapshot() as connection:
        event.listen(connection, "before_cursor_execute", count)
        list_falls(connection, filled.actors["saigon"])
        list_merges(connection, filled.actors["saigon"])
        list_doubles(connection, filled.actors["tram2"])
    assert len(statements) == 3
