"""A page of a queue is read off an index, whatever the area; open rows lie where their sites do."""

from typing import Any, Final

import pytest
from alembic import command
from sqlalchemy import event, select, update

from issuer.access.rights import NATION, Area
from issuer.desk import queue
from issuer.desk.correction_views import list_requests
from issuer.desk.corrections import Asker, CorrectionAsk, open_request
from issuer.desk.queue_views import QueueFilter, list_items
from issuer.register.people_models import ReviewDecision, SiteRow
from issuer.register.places import place
from issuer.register.queue_rows import CORRECTIONS, ITEMS, Asked, count_rows, oldest_rows
from issuer.register.sites import ListedSite, list_sites
from tests.issuer.desk import HUE, SITE, TABLE, Desk
from tests.issuer.test_migrations import config_of
from tests.issuer.world import row

DISTRICT: Final = Area(province="46", district="474")
MOBILE: Final = "Đội lưu động 3"
AREAS: Final = {"open": NATION, "province": HUE, "district": DISTRICT, "site": SITE}


def plans_of(desk: Desk, table: Any, areas: tuple[Area, ...]) -> str:
    """How the database reads a page and its count; PostgreSQL as for a table of many rows."""
    plans: list[str] = []
    is_postgresql = desk.world.register.engine.dialect.name == "postgresql"

    def explain(_: object, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
        if statement.startswith("SELECT"):
            how = "EXPLAIN" if is_postgresql else "EXPLAIN QUERY PLAN"
            asking = cursor.connection.cursor()
            plans.extend(row[-1] for row in asking.execute(f"{how} {statement}", parameters))

    with desk.world.register.snapshot() as connection:
        if is_postgresql:
            for kind in ("seqscan", "bitmapscan"):
                connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
        event.listen(connection, "before_cursor_execute", explain)
        asked = Asked(areas=areas)
        oldest_rows(connection, table, asked, (5, 5), 51)
        count_rows(connection, table, asked)
    return "\n".join(plans)


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize("table", [ITEMS, CORRECTIONS], ids=["items", "requests"])
@pytest.mark.parametrize("name", AREAS)
def test_a_page_is_read_off_the_index_of_its_area(desk: Desk, table: Any, name: str) -> None:
    """Within milliseconds among 200,000 open rows; every other plan goes through all of them."""
    plans = plans_of(desk, table, (NATION, AREAS[name]))
    lines = [line.strip() for line in plans.splitlines()]
    assert f"ix_{table.name}_{name}" in plans, plans
    scans = [line for line in lines if line.startswith("SCAN") or "Seq Scan" in line]
    assert [line for line in scans if "COVERING INDEX" not in line] == [], plans
    sorts = [line for line in lines if "TEMP B-TREE" in line or line.startswith("->  Sort")]
    assert sorts == [], plans


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize("areas", [(HUE, DISTRICT), (DISTRICT, HUE), (NATION, DISTRICT)])
def test_of_two_areas_the_narrower_is_looked_up(desk: Desk, areas: tuple[Area, Area]) -> None:
    assert "ix_review_items_district" in plans_of(desk, ITEMS, areas)


def wait(desk: Desk, *sites: str) -> None:
    """One record for each site that waits, a minute apart."""
    desk.world.take_in(row(site="79001"))
    for number, site in enumerate(sites):
        desk.world.clock.advance(60)
        desk.world.take_in(
            row(birth_date="30/12/1990", site=site, injected_on=f"{10 + number}/10/2021")
        )


def pages(desk: Desk, who: str, size: int, **wanted: Any) -> list[int]:
    """The items that somebody sees, page by page; each page tells how many there are."""
    ids: list[int] = []
    after = None
    with desk.acting() as connection:
        while True:
            page = list_items(
                connection, desk.actors[who], desk.world.clock.now(), QueueFilter(**wanted),
                after=after, limit=size,
            )  # fmt: skip
            ids += [line.id for line in page.lines]
            after = page.next
            if after is None:
                assert page.total == len(ids)
                return ids


@pytest.mark.usefixtures("either_database")
@pytest.mark.parametrize(
    ("who", "wanted", "seen"),
    [
        ("bo", NATION, [1, 2, 3, 4, 5]),
        ("bo", HUE, [1, 3, 5]),
        ("bo", DISTRICT, [1, 5]),
        ("bo", Area(site="46002"), [3]),
        ("bo", Area(province="31"), []),
        ("bo", Area(province="31", district="474"), [1, 5]),
        ("bo", Area(site="?"), []),
        ("hue", NATION, [1, 3, 5]),
        ("hue", Area(district="475"), [3]),
        ("hue", Area(province="79"), []),
        ("thanh", HUE, [1, 5]),
        ("tram", HUE, [1, 5]),
        ("tram2", NATION, [3]),
        ("saigon", NATION, [2]),
        ("saigon", DISTRICT, []),
    ],
)
def test_pages_in_the_order_of_the_queue(
    desk: Desk, who: str, wanted: Area, seen: list[int]
) -> None:
    wait(desk, "46001", "79001", "46002", MOBILE, "46001")
    for size in (1, 2, 50):
        assert pages(desk, who, size, area=wanted) == seen


def listed_sites(desk: Desk, *sites: tuple[str | None, str, str | None, str | None]) -> None:
    with desk.acting() as connection:
        list_sites(
            connection,
            [ListedSite(code=code, name=name, province=province, district=district, mobile=True)
             for code, name, province, district in sites],
            desk.world.clock.now(),
        )  # fmt: skip


def ask(desk: Desk, who: str, site: str) -> None:
    wish = CorrectionAsk(
        asker=Asker.PERSON, doses=(1,), changes={"lot": "AZ-7"}, stated={"full_name": "Lê Lan"},
        site=site,
    )  # fmt: skip
    desk.do(open_request, who, wish, rules=desk.rules, table=TABLE)


def requests(desk: Desk, who: str) -> int:
    with desk.acting() as connection:
        return list_requests(connection, desk.actors[who], desk.world.clock.now()).total


@pytest.mark.usefixtures("either_database")
def test_what_is_open_follows_its_site(desk: Desk) -> None:
    wait(desk, MOBILE, "46002")
    ask(desk, "saigon", MOBILE)
    assert [pages(desk, who, 9) for who in ("hue", "saigon")] == [[2], []]
    assert [requests(desk, who) for who in ("hue", "saigon")] == [0, 1]
    listed_sites(desk, ("46999", MOBILE, "46", "474"), ("46002", "BV", "79", None))
    assert [pages(desk, who, 9) for who in ("hue", "thanh", "saigon")] == [[1], [1], [2]]
    assert [requests(desk, who) for who in ("hue", "thanh", "saigon")] == [1, 1, 0]
    with desk.acting() as connection:
        page = list_items(connection, desk.actors["saigon"], desk.world.clock.now())
    assert page.lines[0].owner == Area(province="79", site="46002"), "no district of another"


@pytest.mark.usefixtures("either_database")
def test_what_waits_anew_lies_where_its_site_is_by_then(desk: Desk) -> None:
    wait(desk, "46001")
    desk.do(queue.decide, "hue", 1, ReviewDecision.REFUSED, reason="not hers")
    listed_sites(desk, ("46001", "TYT Phường Vĩnh Ninh", "79", "760"))
    desk.do(queue.undo, "saigon", 1, "it was hers")
    assert [pages(desk, who, 9) for who in ("hue", "saigon")] == [[], [2]]


@pytest.mark.parametrize(
    ("site", "own", "lies"),
    [
        ((None, None), ("46", "474"), ("46", "474")),
        (("79", "760"), ("46", "474"), ("79", "760")),
        (("79", None), ("46", "474"), ("79", None)),
        (("46", None), ("46", "474"), ("46", "474")),
        (("46", None), (None, "474"), ("46", "474")),
        ((None, "474"), ("46", "475"), ("46", "474")),
        ((None, None), (None, None), (None, None)),
    ],
)
def test_where_something_lies(
    site: tuple[str | None, str | None],
    own: tuple[str | None, str | None],
    lies: tuple[str | None, str | None],
) -> None:
    assert place("46001", *site, *own) == Area(province=lies[0], district=lies[1], site="46001")


@pytest.mark.usefixtures("either_database")
def test_rows_of_before_are_put_where_their_sites_are(desk: Desk) -> None:
    wait(desk, "46001", "46002", MOBILE)
    desk.do(queue.decide, "hue", 2, ReviewDecision.REFUSED, reason="not hers")
    stated = select(ITEMS.c.id, ITEMS.c.province, ITEMS.c.district).order_by(ITEMS.c.id)
    with desk.acting() as connection:
        command.downgrade(config_of(connection), "0011")
        connection.execute(update(ITEMS).values(province="31", district="303"))
        connection.execute(
            update(SiteRow).where(SiteRow.code == "46002").values(province=None, district=None)
        )
        command.upgrade(config_of(connection), "head")
        rows = [tuple(one) for one in connection.execute(stated)]
    assert rows == [(1, "46", "474"), (2, "31", "303"), (3, "31", "303")]
