"""A register of the first version is brought up to date with all that it holds, in either
database."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, insert, inspect, select, text, update

from issuer.register.database import Register, StatementLimits
from issuer.register.due import count_due
from issuer.register.models import CertificateState, DoseRow, RecordState
from issuer.status_rules import Action
from spec.limits import STATUS_LIST_SIZE
from spec.names import bare_letters, canonical_name
from tests.authority import DAY
from tests.issuer.world import World, database_of, stranger
from tests.postgresql import DATABASE_FILE, Server

PEOPLE = 30
REFUSED: dict[str, dict[str, str]] = {
    "full_name:NAME_DIFFERS lot:LOT_MISSING": {"full_name": "Nguyễn Thị Hoa", "lot": ""},
    "full_name:NAME_DIFFERS vaccine:VACCINE_UNKNOWN": {"full_name": "Lê Lan", "vaccine": "?"},
}
"""Rows as the main job refused them: one for its person, one for itself too."""

TABLES = ("imports", "persons", "dose_records", "certificates")


def strangers(**changes: str) -> list[dict[str, str]]:
    return [stranger(number, **changes) for number in range(PEOPLE)]


def config_of(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", "issuer:migrations")
    config.attributes["connection"] = connection
    return config


@pytest.fixture(scope="module")
def first_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite register of version 0001: real certificates, some of them superseded."""
    folder = tmp_path_factory.mktemp("first")
    source = World(folder)
    source.issue(*strangers())
    source.clock.advance(DAY)
    source.issue(*strangers(injected_on="20/08/2021")[:10])
    source.register.close()
    first = folder / "first.sqlite3"
    _make_first(f"sqlite:///{first}")
    _copy(folder / "register.sqlite3", first)
    return first


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, first_version: Path, tmp_path: Path) -> Iterator[Path]:
    """The folder of a register of version 0001, in either database."""
    if request.param == "sqlite":
        shutil.copyfile(first_version, tmp_path / "register.sqlite3")
        yield tmp_path
        return
    with request.getfixturevalue("postgresql").database(empty=True) as url:
        _make_first(url)
        _carry_over(first_version, url)
        (tmp_path / DATABASE_FILE).write_text(url)
        yield tmp_path


def _make_first(url: str) -> None:
    """The tables of the first version, without a row."""
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(config_of(connection), "0001")
    engine.dispose()


def _carry_over(first: Path, url: str) -> None:
    """The same rows in PostgreSQL, and its sequences behind them."""
    source, target = create_engine(f"sqlite:///{first}"), create_engine(url)
    tables = MetaData()
    tables.reflect(target)
    with source.connect() as rows, target.begin() as connection:
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            if found := [dict(row) for row in rows.execute(select(table)).mappings()]:
                connection.execute(insert(table), found)
            if "id" in table.c:
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                connection.execute(text(f"SELECT setval({sequence}, max(id)) FROM {table.name}"))  # noqa: S608 - names of ours
    source.dispose()
    target.dispose()


def rows_of(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What a query gives in the database of a folder, without a register that upgrades it."""
    where = database_of(folder)
    engine = create_engine(where if isinstance(where, str) else f"sqlite:///{where}")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    return found


def _copy(source: Path, target: Path) -> None:
    """The rows as the first version wrote them: that of the list has no seed."""
    database = sqlite3.connect(target, isolation_level=None)
    database.execute("ATTACH ? AS source", (f"{source}",))
    for table in (*TABLES, "status_lists"):
        names = (row[1] for row in database.execute(f"PRAGMA table_info({table})"))
        columns = ", ".join("0" if name == "due" else name for name in names)
        query = f"INSERT INTO {table} SELECT {columns} FROM source.{table}"  # noqa: S608 - names of ours
        database.execute(query)
    for number, (findings, changes) in enumerate(REFUSED.items()):
        raw = json.dumps([*stranger(3, **changes).values()])
        database.execute(
            "INSERT INTO dose_records (content_hash, raw, import_id, line, received_at, state, "
            "findings) VALUES (?, ?, 1, ?, 1636000000, 'refused', ?)",
            (f"hash {number}".encode(), raw, 1000 + number, findings),
        )
    database.close()


def opened(folder: Path) -> World:
    world = World(folder)
    world.clock.advance(2 * DAY)
    return world


def test_what_was_issued_stands_as_it_was(old: Path) -> None:
    before = rows_of(old, "SELECT * FROM certificates ORDER BY id")
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
    tables = [*TABLES, "status_lists", "alembic_version"]
    before = [rows_of(old, f"SELECT * FROM {table} ORDER BY 1") for table in tables]  # noqa: S608 - names of ours
    where = database_of(old)
    engine = create_engine(where if isinstance(where, str) else f"sqlite:///{where}")
    with engine.connect() as connection:
        transaction = connection.begin()
        if connection.dialect.name == "sqlite":  # whose driver begins late
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(config_of(connection), "head")
        transaction.rollback()
        assert {*inspect(connection).get_table_names()} == set(tables)
    engine.dispose()
    assert [rows_of(old, f"SELECT * FROM {table} ORDER BY 1") for table in tables] == before  # noqa: S608 - names of ours
    assert len(opened(old).issued()) == PEOPLE


def test_what_was_refused_for_its_person_waits_for_one(old: Path) -> None:
    world = opened(old)
    with world.register.reading() as connection:
        waiting = connection.exec_driver_sql(
            "SELECT d.line, d.full_name, p.id_number, i.differences, i.opened_at "
            "FROM dose_records d JOIN review_items i ON i.record_id = d.id "
            "JOIN persons p ON p.id = i.person_id WHERE d.state = 'review'"
        ).one()
        refused = connection.exec_driver_sql(
            "SELECT line FROM dose_records WHERE state = 'refused'"
        ).scalars()
        assert list(refused) == [1001]
    line, name, number, differences, opened_at = waiting
    assert (line, name, number, opened_at) == (1000, "Nguyễn Thị Hoa", "079190000003", 1636000000)
    assert json.loads(differences) == [
        {
            "field": "full_name",
            "kind": "NAME_DIFFERS",
            "record": "Nguyễn Thị Hoa",
            "person": "Nguyễn Thị Aad",
        }
    ]


def test_old_records_say_what_the_new_columns_ask(old: Path) -> None:
    world = opened(old)
    with world.register.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT full_name, birth_date, sex, d.id_number, phone, validated_at - received_at, "
            "at - received_at, source, part FROM dose_records d JOIN certified_records "
            "ON record_id = d.id WHERE state = 'accepted'"
        ).all()
        bare = connection.exec_driver_sql("SELECT DISTINCT bare_name FROM persons").scalars()
        assert set(bare) == {bare_letters(canonical_name(one["full_name"])) for one in strangers()}
    assert len(rows) == PEOPLE + 10
    assert {row[3] for row in rows} == {f"0791900{number:05}" for number in range(PEOPLE)}
    named = {(one["full_name"], one["birth_date"][:2]) for one in strangers()}
    assert {(row[0], row[1][-2:]) for row in rows} == named
    assert {row[4:] for row in rows} == {(None, 0, 0, "csv", 1)}


def test_refused_rows_get_the_number_that_they_state(old: Path) -> None:
    world = opened(old)
    (refused,) = world.records(RecordState.REFUSED)
    assert refused.id_number == "079190000003"


PLAIN = [*stranger(1, id_number="79190000001", birth_date="02/01/1990", vaccine="?").values()]
PATIENT = {
    "birthDate": "1990-01-02",
    "identifier": [{"use": "old", "value": "012345678"}, {"value": "079190000001"}],
}


@pytest.mark.parametrize(
    ("source", "raw", "number"),
    [
        ("csv", PLAIN, "079190000001"),
        ("api", PLAIN, "079190000001"),
        ("api", {"id_number": "079190000001", "health_card": "x"}, "079190000001"),
        ("fhir", [{"resourceType": "Immunization"}, PATIENT], "079190000001"),
        ("csv", [*PLAIN[:1], "1985", *PLAIN[2:]], None),
        ("csv", [*PLAIN[:3], "12", *PLAIN[4:]], None),
        ("csv", ["079190000001"], None),
        ("csv", [*PLAIN, "079190000001"], None),
        ("fhir", [{"resourceType": "Immunization"}], None),
        ("national", PLAIN, None),
        ("csv", {"erased": True}, None),
    ],
)
def test_which_of_the_rows_before_state_one(
    either_database: str, tmp_path: Path, source: str, raw: object, number: str | None
) -> None:
    world = World(tmp_path)
    world.take_in(stranger(1, vaccine="?"))
    with world.register.writing() as connection:
        command.downgrade(config_of(connection), "0012")
        connection.execute(
            update(DoseRow).values(source=source, raw=json.dumps(raw), id_number=None)
        )
        command.upgrade(config_of(connection), "head")
    assert [one.id_number for one in world.records()] == [number]


def test_the_first_form_of_the_third_version_gets_what_the_second_has(old: Path) -> None:
    place = database_of(old)
    engine = create_engine(place if isinstance(place, str) else f"sqlite:///{place}")
    with engine.begin() as connection:
        command.upgrade(config_of(connection), "0003")
        connection.execute(text("DROP INDEX ix_sites_name_key"))
        connection.execute(text("ALTER TABLE sites DROP COLUMN name_key"))
    engine.dispose()
    with closing(opened(old).register) as register, register.reading() as connection:
        assert "name_key" in {one["name"] for one in inspect(connection).get_columns("sites")}
    world = opened(old)
    world.issue(stranger(PEOPLE, site="TYT Vĩnh Ninh"))
    assert rows_of(old, "SELECT name, name_key FROM sites") == [("TYT Vĩnh Ninh", "tyt vĩnh ninh")]


def test_it_is_upgraded_once(old: Path) -> None:
    opened(old).register.close()
    world = opened(old)
    assert world.count("status_changes") == 10


def test_an_upgrade_is_not_held_to_the_limits_of_a_service(postgresql: Server) -> None:
    """It waits here for a table that somebody holds, for longer than a statement may."""
    limits = StatementLimits(working=1, waiting=1)
    with postgresql.database(empty=True) as url, ThreadPoolExecutor(1) as hands:
        _make_first(url)
        holder = create_engine(url)
        with holder.begin() as connection:
            connection.execute(text("LOCK TABLE dose_records"))
            opening = hands.submit(Register.open, url, limits)
            with pytest.raises(TimeoutError):
                opening.result(timeout=2)
        with closing(opening.result()) as register, register.reading() as connection:
            assert count_due(connection) == 0
        holder.dispose()


def test_there_is_no_way_back_to_a_register_without_revocations(old: Path) -> None:
    world = opened(old)
    with pytest.raises(NotImplementedError, match="lost"), world.register.writing() as connection:
        command.downgrade(config_of(connection), "0001")
    assert world.count("status_changes") == 10
