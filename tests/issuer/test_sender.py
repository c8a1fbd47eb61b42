"""Who may send the records of which site: a foreign one's are refused, and nothing is lost."""

from pathlib import Path

import pytest

from issuer.access.rights import NATION, Area
from issuer.csv_file import open_csv
from issuer.intake import Intake, RowOutcome, RowResult
from issuer.records import Rules
from issuer.register.models import RecordState
from issuer.register.sites import ListedSite, list_sites, sites_of
from tests.authority import vaccine_table
from tests.issuer.world import World, csv_text, row, stranger

HUE, HCMC = Area(province="46"), Area(province="79")
VINH_NINH = ListedSite(
    code="46001", name="TYT Vĩnh Ninh", province="46", district="474", mobile=False
)
BEN_NGHE = ListedSite(
    code="79001", name="TYT Bến Nghé", province="79", district="760", mobile=False
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    with world.register.writing() as connection:
        list_sites(connection, [VINH_NINH, BEN_NGHE], world.clock.now())
    return world


def send(world: World, area: Area, *rows: dict[str, str]) -> list[RowOutcome]:
    path = world.folder / "sent.csv"
    path.write_text(csv_text(*rows), encoding="utf-8", newline="")
    intake = Intake(
        register=world.register,
        rules=Rules.of(table=vaccine_table(), now=world.clock.now()),
        table=vaccine_table(),
        clock=world.clock,
        area=area,
    )
    return [outcome for batch in intake.run(open_csv(path)) for outcome in batch]


@pytest.mark.parametrize(
    ("area", "site", "refused"),
    [
        (NATION, "46001", False),
        (NATION, "nowhere", False),
        (NATION, "", False),
        (HUE, "46001", False),
        (HUE, "tyt vĩnh ninh", False),
        (HUE, "79001", True),
        (HUE, "TYT Bến Nghé", True),
        (HUE, "79999", True),
        (HUE, "", True),
        (Area(district="474"), "46001", False),
        (Area(district="475"), "46001", True),
        (Area(province="46", site="46001"), "TYT Vĩnh Ninh", False),
        (Area(site="46002"), "46001", True),
        (Area(site="46001"), "somewhere new", True),
    ],
)
def test_whose_records_an_account_may_send(
    world: World, area: Area, site: str, *, refused: bool
) -> None:
    (outcome,) = send(world, area, row(site=site))
    codes = {finding.code for finding in outcome.findings}
    assert (outcome.result is RowResult.REFUSED, "SITE_OUTSIDE" in codes) == (refused, refused)
    assert world.count("persons") == (0 if refused else 1)


def test_a_refused_row_is_kept_and_counts_when_the_right_account_sends_it(world: World) -> None:
    send(world, HCMC, row(site="46001"))
    (kept,) = world.records(RecordState.REFUSED)
    assert kept.findings == "site:SITE_OUTSIDE"
    assert [one.result for one in send(world, HUE, row(site="46001"))] == [RowResult.ACCEPTED]
    assert [one.id for one in world.records(RecordState.ACCEPTED)] == [kept.id]


def test_others_of_the_same_file_count(world: World) -> None:
    outcomes = send(world, HUE, row(site="79001"), stranger(1, site="46001"))
    assert [one.result for one in outcomes] == [RowResult.REFUSED, RowResult.ACCEPTED]


@pytest.mark.parametrize(
    ("sender", "name", "province", "district"),
    [
        (NATION, "Trạm mới", None, None),
        (NATION, "46777", "46", None),
        (HUE, "Trạm mới", "46", None),
        (HUE, "79777", "79", None),
        (Area(province="46", district="474"), "Trạm mới", "46", "474"),
        (Area(province="46", district="474"), "46777", "46", "474"),
        (Area(province="46", district="474"), "79777", "79", None),
    ],
)
def test_where_a_site_lies_that_nobody_listed(
    world: World, sender: Area, name: str, province: str | None, district: str | None
) -> None:
    with world.register.writing() as connection:
        site = sites_of(connection, [name], world.clock.now(), sender)[name]
    assert (site.province, site.district, site.listed) == (province, district, False)


def test_a_site_that_was_first_seen_elsewhere_stays_there(world: World) -> None:
    assert send(world, HUE, row(site="Trạm mới"))[0].result is RowResult.ACCEPTED
    assert send(world, HCMC, stranger(1, site="Trạm mới"))[0].result is RowResult.REFUSED
