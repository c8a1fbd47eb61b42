"""Correction requests against 48 hours, and that each figure counts what it lists."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from issuer.access.rights import Area
from issuer.desk import corrections
from issuer.desk.answering import ANSWER_SECONDS
from issuer.desk.rejections import Rejection
from issuer.figures.requests import Asked, Requests, Which, request_lines, requests
from issuer.figures.selection import UNKNOWN, By, Unit
from tests.authority import DAY
from tests.issuer.desk import Desk
from tests.issuer.test_corrections import ask
from tests.issuer.world import World, row

HUE, SAIGON = Area(province="46"), Area(province="79")
CHANGES = {"lot": "AZ-7"}


@pytest.fixture
def desk(either_database: str, tmp_path: Path) -> Iterator[Desk]:
    """Four requests: rejected in time, rejected late, overdue, and fresh."""
    world = World(tmp_path)
    desk = Desk(world)
    world.issue(row(site="46001"))
    quick = ask(desk, changes=CHANGES, site="46001")
    late = ask(desk, changes=CHANGES, site="46001")
    desk.do(corrections.reject, "tram", quick, Rejection.PAPER_BLURRED)
    ask(desk, who="bo", changes=CHANGES, site="79001", stated={"full_name": "Lê Lan"})
    world.clock.advance(3 * DAY)
    desk.do(corrections.reject, "tram", late, Rejection.PAPER_BLURRED)
    ask(desk, who="bo", changes=CHANGES, stated={"full_name": "Lê Lan"})
    yield desk
    world.register.close()


def told(desk: Desk, by: By, area: Area | None = None) -> dict[str, Requests]:
    asked = Asked(now=desk.world.clock.now())
    asked = asked if area is None else replace(asked, area=area)
    with desk.acting() as connection:
        return {one.unit.code: one for one in requests(connection, asked, by)}


def counts(one: Requests) -> tuple[int, int, int, int, int]:
    return one.requests, one.open, one.overdue, one.closed, one.in_time


def test_each_site_has_its_own_clock(desk: Desk) -> None:
    by_site = told(desk, By.SITE)
    assert {code: counts(one) for code, one in by_site.items()} == {
        "46001": (2, 0, 0, 2, 1),
        "79001": (1, 1, 1, 0, 0),
        UNKNOWN: (1, 1, 0, 0, 0),
    }
    assert next(iter(by_site)) == "79001"  # what waits longest comes first
    assert by_site["46001"].oldest_at is None


def test_the_country_is_the_sum(desk: Desk) -> None:
    (whole,) = told(desk, By.NATION).values()
    assert counts(whole) == (4, 2, 1, 2, 1)


@pytest.mark.parametrize("area", [HUE, SAIGON, Area(site="79001"), Area(district="474")], ids=str)
def test_nobody_sees_beyond_their_area(desk: Desk, area: Area) -> None:
    expected = 2 if area in (HUE, Area(district="474")) else 1
    assert sum(one.requests for one in told(desk, By.SITE, area).values()) == expected


@pytest.mark.parametrize("by", By)
def test_every_figure_counts_what_it_lists(desk: Desk, by: By) -> None:
    asked = Asked(now=desk.world.clock.now())
    for one in told(desk, by).values():
        figures = {
            Which.ALL: one.requests,
            Which.OPEN: one.open,
            Which.OVERDUE: one.overdue,
            Which.CLOSED: one.closed,
            Which.IN_TIME: one.in_time,
        }
        for which, count in figures.items():
            with desk.acting() as connection:
                lines = list(request_lines(connection, asked.narrowed(which, one.unit)))
            assert len(lines) == count
            assert all(line.due_at - line.opened_at == ANSWER_SECONDS for line in lines)


def test_a_place_without_requests_has_no_row(desk: Desk) -> None:
    nowhere = Asked(now=desk.world.clock.now(), units=(Unit(By.PROVINCE, "01"),))
    with desk.acting() as connection:
        assert requests(connection, nowhere, By.SITE) == []
