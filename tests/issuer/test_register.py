"""The register: its schema, its promises, and what it refuses."""

import stat
import traceback
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, ProgrammingError

from issuer.register.database import Register, RegisterError, StatementLimits
from issuer.register.locks import lock_matching
from issuer.register.models import Base, CertificateRow, PersonRow
from issuer.register.positions import draw_positions
from issuer.status_rules import Action
from tests.issuer.world import HOA, PowerCutError, World, row, stranger


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def either(tmp_path: Path, either_database: str) -> World:
    """A register in SQLite and one in PostgreSQL, in turn."""
    return World(tmp_path)


def test_the_migrations_build_what_the_models_say(either: World) -> None:
    with either.register.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_sqlite_keeps_its_promises(world: World) -> None:
    with world.register.reading() as connection:
        for pragma, value in {
            "journal_mode": "wal",
            "foreign_keys": 1,
            "synchronous": 2,
            "busy_timeout": 30_000,
        }.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_only_its_owner_reads_the_file(world: World) -> None:
    world.issue(row())
    for file in world.folder.glob("register.sqlite3*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_it_is_opened_again_with_all_it_held(either: World) -> None:
    either.issue(row())
    either.register.close()
    again = World(either.folder)
    assert again.count("dose_records") == 1


def test_a_database_of_a_newer_version_is_left_alone(world: World) -> None:
    path = world.folder / "register.sqlite3"
    with world.register.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RegisterError, match="newer version") as caught:
        Register.open(path)
    assert caught.value.hint is not None


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "register.sqlite3").write_bytes(b"not a database, by any reading" * 100)
    with pytest.raises(RegisterError, match="not a database"):
        Register.open(tmp_path / "register.sqlite3")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="No such file"):
        Register.open(tmp_path / "nowhere" / "register.sqlite3")


def test_a_url_without_its_driver() -> None:
    with pytest.raises(RegisterError, match="cannot be opened"):
        Register.open("nosuchdatabase://host/name")


def test_a_certificate_of_nobody_is_refused(either: World) -> None:
    with pytest.raises(IntegrityError), either.register.writing() as connection:
        connection.execute(
            insert(CertificateRow),
            {
                "person_id": 99, "issuer": "VN", "position": 1, "number": "VN-1", "state": "issued",
                "kid": "", "facts_digest": b"", "payload": b"", "reserved_at": 0,
            },
        )  # fmt: skip


@pytest.mark.parametrize("state", ["issued", "reserved"])
def test_nobody_has_two_certificates_at_a_time(either: World, state: str) -> None:
    either.issue(row())
    (certificate,) = either.certificates()
    copy = dict(certificate._mapping) | {"state": state}  # type: ignore[attr-defined]  # a row
    for key in (1, 2):
        copy |= {"id": 100 + key, "position": 100 + key, "number": f"VN-{key}"}
        if key == 1 and state == "reserved":
            with either.register.writing() as connection:
                connection.execute(insert(CertificateRow), copy)
    with pytest.raises(IntegrityError), either.register.writing() as connection:
        connection.execute(insert(CertificateRow), copy)


def test_a_failed_transaction_leaves_nothing(either: World) -> None:
    with either.failing_at_commit(1), pytest.raises(PowerCutError):
        _draw_three(either)
    assert either.count("status_lists") == 0


def test_a_full_disk_is_said_without_anybodys_data_and_loses_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.issue(row())
    with world.register.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    people = [stranger(number + 1000) for number in range(300)]
    with pytest.raises(RegisterError, match="cannot be used: database or disk is full") as caught:
        world.issue(*people)
    told = "".join(traceback.format_exception(caught.value)) + str(caught.value.hint)
    assert HOA["full_name"] not in told
    assert "0791901" not in told
    world.register.close()
    again = World(tmp_path)
    assert again.count("persons") == 1
    again.issue(*people)
    assert len(again.issued()) == again.count("persons") == 301


def test_a_register_that_may_only_be_read(world: World) -> None:
    with world.register.writing() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(RegisterError, match="readonly"):
        world.issue(row())


def test_what_the_database_refuses_is_told_without_the_data_it_refused(either: World) -> None:
    person = {"name": HOA["full_name"]}
    with pytest.raises(IntegrityError) as caught, either.register.writing() as connection:
        connection.execute(insert(PersonRow), person)
    assert HOA["full_name"] not in "".join(traceback.format_exception(caught.value))


def test_a_register_damaged_in_the_middle(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.issue(*(stranger(number) for number in range(300)))
    world.register.close()
    path = tmp_path / "register.sqlite3"
    data = bytearray(path.read_bytes())
    data[8192:-8192] = b"\xa5" * (len(data) - 16384)
    path.write_bytes(data)
    with pytest.raises(RegisterError, match=r"malformed|not a database"):
        World(tmp_path).issue(row(injected_on="20/08/2021"))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE certificates SET state = 'issued'", "a revoked certificate stays revoked"),
        ("UPDATE certificates SET state = 'superseded'", "a revoked certificate stays revoked"),
        ("DELETE FROM certificates", "certificates are never deleted"),
        ("UPDATE status_changes SET reason = 'another'", "the trail is only added to"),
        ("UPDATE status_changes SET at = 0 WHERE id = 1", "the trail is only added to"),
        ("DELETE FROM status_changes", "the trail is only added to"),
    ],
)
def test_the_database_itself_refuses_what_must_never_happen(
    either: World, statement: str, said: str
) -> None:
    either.issue(row())
    either.change(Action.REVOKE, either.certificates())
    before = either.certificates()
    # What a trigger says is of another class in PostgreSQL.
    refusals = (IntegrityError, ProgrammingError)
    with pytest.raises(refusals, match=said), either.register.writing() as connection:
        connection.exec_driver_sql(statement)
    assert either.certificates() == before
    assert either.count("status_changes") == 1


def test_a_revoked_certificate_may_be_written_as_revoked_again(either: World) -> None:
    either.issue(row())
    either.change(Action.REVOKE, either.certificates())
    with either.register.writing() as connection:
        connection.exec_driver_sql("UPDATE certificates SET state = 'revoked'")


def test_a_snapshot_sees_nothing_of_what_others_write(either: World) -> None:
    either.issue(row())
    count = "SELECT count(*) FROM certificates"
    with either.register.snapshot() as connection:
        assert connection.exec_driver_sql(count).scalar() == 1
        World(either.folder).issue(row(injected_on="20/08/2021"))
        assert connection.exec_driver_sql(count).scalar() == 1
    assert either.count("certificates") == 2


def _draw_three(world: World) -> None:
    with world.register.writing() as connection:
        draw_positions(connection, "VN", 3)


def test_a_statement_ends_at_its_limit(postgresql_url: str) -> None:
    """Whether it works or waits for somebody's lock; the next one has its time again."""
    limits = StatementLimits(working=2, waiting=1)
    with (
        closing(Register.open(postgresql_url)) as patient,
        closing(Register.open(postgresql_url, limits)) as limited,
        patient.writing() as holder,
    ):
        with pytest.raises(RegisterError, match="statement timeout"), limited.reading() as one:
            one.exec_driver_sql("SELECT pg_sleep(20)")
        lock_matching(holder)
        for _ in range(2):
            with pytest.raises(RegisterError, match="lock timeout"), limited.writing() as one:
                lock_matching(one)
        with limited.reading() as one:
            assert one.exec_driver_sql("SELECT 1").scalar() == 1
