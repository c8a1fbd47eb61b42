"""Figures over records, and that each counts exactly what it lists."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from issuer.access.rights import NATION, Area
from issuer.figures.backlog import Queue, backlog
from issuer.figures.causes import causes
from issuer.figures.days import Stage
from issuer.figures.drill import record_lines
from issuer.figures.lateness import WITHIN_DAYS, lateness, median
from issuer.figures.selection import UNKNOWN, By, Selection
from issuer.figures.vaccinated import Split, doses, person_lines, persons
from issuer.reasons import ReasonCode
from issuer.register.models import RecordState
from spec.colour import Colour
from tests.authority import vaccine_table
from tests.issuer.figures.country import MOBILE, country
from tests.postgresql import DATABASE_FILE

AREAS = (NATION, Area(province="46"), Area(district="760"), Area(site="79001"), Area(province="99"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    """The register of the country, in both databases."""
    folder = tmp_path_factory.mktemp("country")
    with ExitStack() as until_the_end:
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql")
            (folder / DATABASE_FILE).write_text(until_the_end.enter_context(server.lent()))
        world = country(folder)
        until_the_end.callback(world.register.close)
        yield until_the_end.enter_context(world.register.snapshot())


def listed(connection: Connection, selection: Selection) -> int:
    return len(list(record_lines(connection, selection)))


@pytest.mark.parametrize("area", AREAS, ids=str)
@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("since", [None, date(2021, 12, 5)])
def test_every_figure_counts_what_it_lists(
    connection: Connection, area: Area, by: By, since: date | None
) -> None:
    asked = Selection(area=area, since=since)
    for split in Split:
        for one in doses(connection, asked, by, split):
            assert listed(connection, one.behind(asked)) == one.records
    for late in lateness(connection, asked, by):
        behind = late.behind(asked)
        assert listed(connection, behind) == late.records
        for days, count in zip(WITHIN_DAYS, late.within, strict=True):
            assert listed(connection, behind.narrowed(at_most=days)) == count
    for wait in backlog(connection, asked, by):
        assert listed(connection, wait.behind(asked)) == wait.records
    for cause in causes(connection, asked, by):
        assert listed(connection, cause.behind(asked)) == cause.records
    lines = Counter(
        (one.unit, one.colour) for one in person_lines(connection, asked, by, vaccine_table())
    )
    for row in persons(connection, asked, by, vaccine_table()):
        assert lines[row.unit, row.colour] == row.persons


@pytest.mark.parametrize("by", By)
def test_the_parts_of_a_country_add_up_to_it(connection: Connection, by: By) -> None:
    whole = Selection()
    for split in Split:
        assert sum(one.records for one in doses(connection, whole, by, split)) == 9
    assert sum(one.records for one in backlog(connection, whole, by)) == 2
    assert sum(one.persons for one in persons(connection, whole, by, vaccine_table())) == 6


def test_persons_have_the_colour_of_their_course(connection: Connection) -> None:
    told = {
        (one.unit.code, one.colour): one.persons
        for one in persons(connection, Selection(), By.SITE, vaccine_table())
    }
    assert told == {
        ("46001", Colour.GREEN): 1,
        ("46001", Colour.YELLOW): 2,
        ("79001", Colour.GREEN): 1,  # Janssen, one of one
        ("79001", Colour.YELLOW): 1,  # Abdala, two of three
        (MOBILE, Colour.YELLOW): 1,
    }


def test_doses_given_elsewhere_count_for_the_colour(connection: Connection) -> None:
    here = Selection(area=Area(province="79"))
    (abdala,) = (
        one
        for one in person_lines(connection, here, By.SITE, vaccine_table())
        if one.doses_needed == 3
    )
    assert abdala.doses == 2


def test_figures_as_of_a_day(connection: Connection) -> None:
    then = Selection(until=date(2021, 11, 20))
    (green, yellow) = sorted(
        persons(connection, then, By.NATION, vaccine_table()), key=lambda one: -one.colour
    )
    assert (green.persons, yellow.persons) == (1, 2)


def test_a_dose_that_was_recorded_twice_is_one_dose(connection: Connection) -> None:
    (mobile,) = [
        one for one in doses(connection, Selection(), By.SITE, Split.NOTHING)
        if one.unit.code == MOBILE
    ]  # fmt: skip
    assert (mobile.doses, mobile.records) == (1, 2)


def test_lateness_by_stage(connection: Connection) -> None:
    rows = lateness(connection, Selection(), By.SITE)
    told = {
        (one.stage, one.unit.code): (one.median_days, one.longest_days, one.within) for one in rows
    }
    # The first file comes on 2021-12-15, the second three days later.
    assert told[Stage.RECEIVED, MOBILE] == (2.0, 2, (0, 0, 2, 2, 2, 2))
    assert told[Stage.VALIDATED, MOBILE] == (0.0, 0, (2, 2, 2, 2, 2, 2))
    assert told[Stage.CERTIFIED, "79001"][0] == 0.0
    assert told[Stage.RECEIVED, "46001"] == (10.0, 136, (0, 0, 0, 1, 3, 3))


def test_what_came_after_months_is_late_though_it_is_a_back_load(connection: Connection) -> None:
    (late,) = [
        one for one in lateness(connection, Selection(), By.SITE)
        if one.stage is Stage.RECEIVED and one.unit.code == "46001"
    ]  # fmt: skip
    assert (late.records, late.historical, late.shares[-1]) == (4, 1, 0.75)
    without = lateness(connection, Selection(historical=False), By.SITE)
    assert [one.records for one in without if one.unit.code == "46001"] == [3, 3, 2]


def test_what_waits_longest_comes_first(connection: Connection) -> None:
    told = backlog(connection, Selection(), By.SITE)
    assert [(one.queue, one.unit.code) for one in told] == [
        (Queue.REVIEW, "79001"),
        (Queue.CERTIFICATE, "46001"),
    ]
    assert told[0].oldest_at < told[1].oldest_at


def test_reasons_by_state(connection: Connection) -> None:
    told = {(one.state, one.reason): one for one in causes(connection, Selection(), By.SITE)}
    refused = told[RecordState.REFUSED, ReasonCode.VACCINE_UNKNOWN]
    assert (refused.unit.code, refused.records) == (UNKNOWN, 1)
    assert told[RecordState.REVIEW, ReasonCode.DOB_ONE_DIGIT].records == 1


@given(st.lists(st.integers(-3, 60), min_size=1, max_size=40))
def test_the_median_is_that_of_the_values(values: list[int]) -> None:
    ordered, middle = sorted(values), len(values) // 2
    expected = ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    assert median(Counter(values)) == expected
