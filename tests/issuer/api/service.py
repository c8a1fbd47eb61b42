"""The register's service without a server: every answer is held against the description."""

import atexit
import json
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from issuer.access.accounts import find_account, insert_account
from issuer.access.passwords import hash_password
from issuer.access.rights import NATION, Area, Level
from issuer.access.sign_in import issue_token
from issuer.api.application import create_app
from issuer.api.logs import Log
from issuer.api.parts import Parts
from issuer.api.rates import Rates
from issuer.desk.attachment_store import AttachmentStore
from issuer.register.sites import ListedSite, list_sites
from tests.authority import vaccine_table
from tests.issuer.world import World
from tests.openapi import Description
from tests.postgresql import DATABASE_FILE

__all__ = ["ACCOUNTS", "DESCRIPTION", "PASSWORD", "SITES", "Answer", "LogLines", "Service"]

ROOT: Final = Path(__file__).parents[3]
DESCRIPTION: Final = Description(ROOT / "spec" / "openapi" / "issuer.yaml")
PASSWORD: Final = "five words and a 7"
_HASH: Final = hash_password(PASSWORD)

HUE_SITE: Final = Area(province="46", district="474", site="46001")
ACCOUNTS: Final = {
    "nation": (Level.NATION, NATION),
    "auditor": (Level.AUDITOR, NATION),
    "hue": (Level.PROVINCE, Area(province="46")),
    "hue-474": (Level.DISTRICT, Area(province="46", district="474")),
    "vinh-ninh": (Level.SITE, HUE_SITE),
    "hcmc": (Level.PROVINCE, Area(province="79")),
    "hcmc-760": (Level.DISTRICT, Area(province="79", district="760")),
    "ben-nghe": (Level.SITE, Area(province="79", district="760", site="79001")),
}
"""An account of every level in Huế, and all but the nation's once more in another province."""

SITES: Final = (
    ListedSite(code="46001", name="TYT Vĩnh Ninh", province="46", district="474", mobile=False),
    ListedSite(code="79001", name="TYT Bến Nghé", province="79", district="760", mobile=False),
)


class LogLines:
    """Collects what is logged."""

    def __init__(self) -> None:
        self.raw = b""

    def write(self, line: bytes) -> None:
        self.raw += line

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.raw.splitlines()]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def problem(self) -> tuple[int, str]:
        """Status and short type of a problem."""
        return self.status, self.json["type"].removeprefix("/problems/")


class Service:
    """The application over the register of a `World`, with its accounts signed in."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        if (folder / DATABASE_FILE).exists():
            self.world = World(folder)
            self.tokens = _populate(self.world)
        else:
            made, tokens = _populated_file()
            shutil.copy(made, folder / made.name)
            self.world, self.tokens = World(folder), dict(tokens)
        self.log = LogLines()
        clock = self.world.clock
        self.folder = folder / "uploads"
        self.folder.mkdir()
        self.parts = Parts(
            **{
                "register": self.world.register,
                "table": vaccine_table(),
                "clock": clock,
                "issuer": self.world.authority.issuer,
                "sites": None,
                "papers": AttachmentStore(folder / "attachments"),
                "folder": self.folder,
                "max_file": 1_000_000,
                "rates": Rates(clock),
            }
            | changes
        )
        self.app = create_app(self.parts, Log(clock, self.log.write))
        self.correction = self.certificate = ""
        self._client = self.app.test_client(use_cookies=True)

    def token_of(self, name: str, days: int = 365) -> str:
        """A token of an account that lasts, made as at the console."""
        return _token_of(self.world, name, days)

    def second_of_the_nation(self) -> str:
        """Another account of the nation, for what needs two."""
        name = "nation-2"
        with self.world.register.writing() as connection:
            insert_account(connection, name, _HASH, Level.NATION, NATION, self.world.clock.now())
        self.tokens[name] = self.token_of(name)
        return name

    def call(
        self, method: str, path: str, document: object = None, *, by: str | None = "nation",
        headers: dict[str, str] | None = None, **options: Any,
    ) -> Answer:  # fmt: skip
        """Send a request as an account; `document` is sent as JSON."""
        sent = dict(headers or {})
        if by is not None:
            sent["Authorization"] = f"Bearer {self.tokens[by]}"
        if document is not None:
            options |= {"data": json.dumps(document), "content_type": "application/json"}
        response = self._client.open(path, method=method, headers=sent, **options)
        answer = Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers},
            body=response.data,
        )
        DESCRIPTION.hold(path.partition("?")[0], method, answer.status, answer.headers, answer.body)
        return answer

    def get(self, path: str, by: str | None = "nation") -> Answer:
        return self.call("GET", path, by=by)

    def post(self, path: str, document: object, by: str | None = "nation") -> Answer:
        return self.call("POST", path, document, by=by)

    def send_file(
        self, content: str | bytes, by: str = "nation", query: str = "", **more: Any
    ) -> Answer:
        """Send a file of dose records."""
        data = content.encode() if isinstance(content, str) else content
        return self.call(
            "POST", f"/v1/imports{query}", by=by, data=data, content_type="text/csv", **more
        )

    def trail(self) -> list[tuple[str, str, str]]:
        """Actor, action and subject of each entry of the audit trail."""
        query = "SELECT actor, action, subject FROM audit_entries ORDER BY id"
        with self.world.register.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


def _populate(world: World) -> dict[str, str]:
    """List the sites and make the accounts; gives their tokens."""
    with world.register.writing() as connection:
        list_sites(connection, SITES, world.clock.now())
        for name, (level, area) in ACCOUNTS.items():
            insert_account(connection, name, _HASH, level, area, world.clock.now())
    return {name: _token_of(world, name) for name in ACCOUNTS}


def _token_of(world: World, name: str, days: int = 365) -> str:
    with world.register.writing() as connection:
        account = find_account(connection, name)
        assert account is not None
        return issue_token(connection, account, world.clock.now(), days * 86_400).text


@cache
def _populated_file() -> tuple[Path, dict[str, str]]:
    """A SQLite register with all of that, made once, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="dosepass-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = World(folder)
    tokens = _populate(world)
    world.register.close()
    return folder / "register.sqlite3", tokens
