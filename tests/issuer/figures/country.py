"""A small country of dose records: two provinces, a mobile site on no list, early and late."""

from pathlib import Path

from issuer.register.sites import ListedSite, list_sites
from tests.authority import DAY
from tests.issuer.world import World, row, stranger

SITES = (
    ListedSite(code="46001", name="TYT Vĩnh Ninh", province="46", district="474", mobile=False),
    ListedSite(code="46002", name="TYT Phú Hội", province="46", district="474", mobile=False),
    ListedSite(code="79001", name="TYT Bến Nghé", province="79", district="760", mobile=False),
)
MOBILE = "+Xe tiêm lưu động 7"
"""A name that begins like a formula."""


def country(folder: Path) -> World:
    """Records of three weeks: most are issued, some wait, some were refused, some came late."""
    world = World(folder)
    with world.register.writing() as connection:
        list_sites(connection, SITES, world.clock.now())
    world.issue(
        stranger(1, site="46001", injected_on="2021-08-01"),
        stranger(1, site="46001", injected_on="2021-12-05", lot="AZ-2"),
        stranger(2, site="46001", injected_on="2021-12-05"),
        stranger(3, site="79001", injected_on="2021-09-30", vaccine="Janssen"),
        stranger(4, site=MOBILE, injected_on="2021-12-13"),
        stranger(4, site=MOBILE, injected_on="2021-12-13", lot="AZ-9"),
    )
    world.clock.advance(3 * DAY)
    world.issue(
        stranger(5, site="46002", injected_on="2021-11-20", vaccine="Abdala"),
        stranger(5, site="79001", injected_on="2021-12-05", vaccine="Abdala"),
        stranger(6, site="79001", injected_on="2021-12-14", vaccine="Nobody knows"),
        # One digit of the birth date differs from the first person's.
        stranger(1, site="79001", injected_on="2021-12-15", birth_date="03/01/1990"),
    )
    world.clock.advance(2 * DAY)
    world.take_in(row(site="46001", injected_on="2021-12-15"))
    return world
