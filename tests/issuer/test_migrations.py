"""A register of the first version is brought up to date with all that it holds."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from issuer.register.models import CertificateState
from issuer.status_rules import Action
from spec.limits import STATUS_LIST_SIZE
from tests.authority import DAY
from tests.issuer.world import World, row

PEOPLE = 30
TABLES = ("imports", "persons", "dose_records", "certificates")


def strangers(**changes: str) -> list[dict[str, str]]:
    return [row(id_number=f"0791900{number:05}", phone="", **changes) for number in range(PEOPLE)]


def config_of(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", "issuer:migrations")
    config.attributes["connection"] = connection
    return config


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a register of version 0001: real certificates, some of them superseded."""
    source = World(tmp_path)
    source.issue(*strangers())
    source.clock.advance(DAY)
    source.issue(*strangers(injected_on="20/08/2021")[:10])
    source.register.close()
    folder = tmp_path / "old"
    folder.mkdir()
    engine = create_engine(f"sqlite:///{folder / 'register.sqlite3'}")
    with engine.begin() as connection:
        command.upgrade(config_of(connection), "0001")
    engine.dispose()
    _copy(tmp_path / "register.sqlite3", folder / "register.sqlite3")
    return folder


def _copy(source: Path, target: Path) -> None:
    """The rows as the first version wrote them: that of the list has no seed."""
    database = sqlite3.connect(target, isolation_level=None)
    database.execute("ATTACH ? AS source", (f"{source}",))
    for table in TABLES:
        database.execute(f"INSERT INTO {table} SELECT * FROM source.{table}")  # noqa: S608 - names of ours
    database.execute(
        "INSERT INTO status_lists SELECT issuer, number, taken FROM source.status_lists"
    )
    database.close()


def opened(folder: Path) -> World:
    world = World(folder)
    world.clock.advance(2 * DAY)
    return world


def test_what_was_issued_stands_as_it_was(old: Path) -> None:
    with sqlite3.connect(old / "register.sqlite3") as database:
        before = database.execute("SELECT * FROM certificates ORDER BY id").fetchall()
    database.close()
    world = opened(old)
    assert [tuple(one) for one in world.certificates()] == before  # type: ignore[call-overload]  # rows
    assert len(world.issued()) == PEOPLE


def test_old_lists_are_closed_and_nothing_is_given_twice(old: Path) -> None:
    world = opened(old)
    world.issue(*strangers(injected_on="21/10/2021"))
    positions = [one.position for one in world.certificates()]
    assert len(set(positions)) == len(positions) == 2 * PEOPLE + 10
    assert [one // STATUS_LIST_SIZE for one in positions] == [0] * (PEOPLE + 10) + [1] * PEOPLE
    assert len(world.issued()) == PEOPLE
    with world.register.reading() as connection:
        lists = connection.exec_driver_sql("SELECT number, taken, seed IS NULL FROM status_lists")
        assert [tuple(one) for one in lists] == [(0, PEOPLE + 10, 1), (1, PEOPLE, 0)]


def test_former_supersessions_are_in_the_trail(old: Path) -> None:
    world = opened(old)
    superseded = world.certificates(CertificateState.SUPERSEDED)
    newer = {one.person_id: one for one in world.certificates(CertificateState.ISSUED)}
    assert len(superseded) == 10
    said = ("dosepass", "a newer certificate was issued", "issued", "superseded")
    assert world.trail() == [(one.id, *said) for one in superseded]
    with world.register.reading() as connection:
        times = connection.exec_driver_sql("SELECT at FROM status_changes ORDER BY id").scalars()
        assert list(times) == [newer[one.person_id].issued_at for one in superseded]


def test_old_certificates_are_revoked_like_any_other(old: Path) -> None:
    world = opened(old)
    world.change(Action.REVOKE, world.certificates())
    assert set(world.states()) == {"revoked"}
    assert len(world.trail()) == PEOPLE + 20


def test_an_upgrade_that_is_cut_off_changes_nothing(old: Path) -> None:
    path = old / "register.sqlite3"
    with sqlite3.connect(path) as database:
        before = list(database.iterdump())
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config_of(connection), "head")
        connection.rollback()
    engine.dispose()
    assert list(database.iterdump()) == before
    database.close()
    assert len(opened(old).issued()) == PEOPLE


def test_it_is_upgraded_once(old: Path) -> None:
    opened(old).register.close()
    world = opened(old)
    assert world.count("status_changes") == 10


def test_there_is_no_way_back_to_a_register_without_revocations(old: Path) -> None:
    world = opened(old)
    with pytest.raises(NotImplementedError, match="lost"), world.register.writing() as connection:
        command.downgrade(config_of(connection), "0001")
    assert world.count("status_changes") == 10
