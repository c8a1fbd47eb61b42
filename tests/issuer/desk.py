"""Officers at their desks, for tests: accounts of every level, and a register with listed sites."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, select

from issuer.access import audit
from issuer.access.accounts import all_accounts, find_account, insert_account
from issuer.access.rights import NATION, Area, Level
from issuer.records import Rules
from issuer.register.people_models import ReviewItemRow
from issuer.register.sites import ListedSite, list_sites
from spec.certificate import Timestamp
from tests.authority import vaccine_table
from tests.issuer.world import World

__all__ = ["HUE", "OFFICERS", "SITE", "TABLE", "Desk"]

TABLE: Final = vaccine_table()
HUE: Final = Area(province="46")
SITE: Final = Area(province="46", district="474", site="46001")
_SITES: Final = (
    ListedSite(code="46001", name="TYT Phường Vĩnh Ninh", province="46", district="474",
               mobile=False),
    ListedSite(code="46002", name="BV Trung ương Huế", province="46", district="475",
               mobile=False),
    ListedSite(code="79001", name="TYT Bến Nghé", province="79", district="760", mobile=False),
)  # fmt: skip
OFFICERS: Final = {
    "bo": (Level.NATION, NATION),
    "cuc": (Level.NATION, NATION),
    "hue": (Level.PROVINCE, HUE),
    "thanh": (Level.DISTRICT, Area(province="46", district="474")),
    "tram": (Level.SITE, SITE),
    "tram2": (Level.SITE, Area(province="46", district="475", site="46002")),
    "saigon": (Level.PROVINCE, Area(province="79")),
    "kiem": (Level.AUDITOR, NATION),
}
"""Name, level and area of each; two of the ministry's, so that there is a second person."""


class Desk:
    """The doors of the desk over a world, each call a transaction of its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.register.writing() as connection:
            if find_account(connection, "bo") is None:
                _set_up(connection, world.clock.now())
            self.actors = {one.actor.name: one.actor for one in all_accounts(connection)}

    @contextmanager
    def acting(self) -> Iterator[Connection]:
        """One transaction."""
        with self.world.register.writing() as connection:
            yield connection

    def do(self, door: Any, who: str, *arguments: Any, **more: Any) -> Any:
        """Go through a door as an officer, now."""
        with self.acting() as connection:
            return door(connection, self.actors[who], *arguments, self.world.clock.now(), **more)

    @property
    def rules(self) -> Rules:
        """The rules of this moment."""
        return Rules.of(table=TABLE, now=self.world.clock.now())

    def told(self) -> list[str]:
        """Who did what, as the audit trail has it; the chain holds."""
        with self.world.register.reading() as connection:
            audit.verify(connection)
            return [f"{one.actor} {one.action} {one.subject}" for one in audit.entries(connection)]

    def item(self, item_id: int) -> Any:
        """The row of a review item."""
        query = select(ReviewItemRow.__table__).where(ReviewItemRow.id == item_id)
        with self.world.register.reading() as connection:
            return connection.execute(query).one()


def _set_up(connection: Connection, now: Timestamp) -> None:
    list_sites(connection, _SITES, now)
    for name, (level, area) in OFFICERS.items():
        insert_account(connection, name, "no password", level, area, now)
