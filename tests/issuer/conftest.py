"""Desks over a register that was set up once: to run all migrations for each test takes longer."""

import shutil
from pathlib import Path

import pytest

from tests.issuer.desk import Desk
from tests.issuer.world import World
from tests.postgresql import DATABASE_FILE


@pytest.fixture(scope="session")
def desk_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite register with listed sites and the accounts of all officers."""
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(World(folder))
    desk.world.register.close()
    return folder / "register.sqlite3"


@pytest.fixture
def desk(desk_register: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """Officers before a register of their own; on PostgreSQL where the test asks for both."""
    if "either_database" in request.fixturenames:  # before us, whatever else came first
        request.getfixturevalue("either_database")
    if (tmp_path / DATABASE_FILE).exists():
        return Desk(World(tmp_path))
    shutil.copyfile(desk_register, tmp_path / "register.sqlite3")
    return Desk(World(tmp_path))
