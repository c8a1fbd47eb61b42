"""What all tests share: properties have no deadline, since a busy machine is not a bug.

And a PostgreSQL server, started by the first test that asks for one.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgresql import DATABASE_FILE, Server

settings.register_profile("dosepass", deadline=None)
settings.load_profile("dosepass")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """The server of this run, for tests that need not stop it."""
    with Server() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql: Server) -> Iterator[str]:
    """The URL of a new register in PostgreSQL."""
    with postgresql.lent() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Run the test on both databases: `World` opens the one that its folder names."""
    if request.param == "sqlite":
        yield request.param
        return
    with request.getfixturevalue("postgresql").lent() as url:
        (tmp_path / DATABASE_FILE).write_text(url)
        yield request.param
