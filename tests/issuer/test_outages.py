"""The database goes away in the middle: it is said, with what to do, and the next run completes."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import event

from issuer.register import database
from issuer.register.database import RegisterError
from issuer.register.models import CertificateState
from issuer.workers import WorkerError, issue_together
from tests.issuer.test_workers import opener
from tests.issuer.world import World, stranger
from tests.postgresql import DATABASE_FILE, Server

PEOPLE: Final = 30
ROWS: Final = [stranger(number) for number in range(PEOPLE)]


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server that a test may stop."""
    with Server() as server:
        yield server


@pytest.fixture
def world(own_server: Server, tmp_path: Path) -> Iterator[World]:
    with own_server.lent() as url:
        (tmp_path / DATABASE_FILE).write_text(url)
        yield World(tmp_path)


def check_whole(world: World) -> None:
    assert len(world.issued()) == world.count("certificates") == PEOPLE
    assert world.count("persons") == world.count("dose_records") == PEOPLE
    assert world.issuing().waiting() == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_stops_while_records_are_taken_in(
    own_server: Server, world: World, how: signal.Signals
) -> None:
    commits = 0

    def on_commit(_: object) -> None:
        nonlocal commits
        commits += 1
        if commits == 3:  # of the import's start, of ten rows, and not of ten more
            own_server.stop(how)

    event.listen(world.register.engine, "commit", on_commit)
    with pytest.raises(RegisterError) as caught:
        world.take_in(*ROWS, size=10)
    event.remove(world.register.engine, "commit", on_commit)
    assert caught.value.hint is not None
    assert "again" in caught.value.hint
    own_server.start()
    world.issue(*ROWS)
    check_whole(world)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_stops_while_certificates_are_issued(
    own_server: Server, world: World, how: signal.Signals
) -> None:
    world.take_in(*ROWS)
    stopped = False

    def stop(_: int) -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            own_server.stop(how)

    with pytest.raises(RegisterError):
        world.issuing(batch=10).run(stop)
    own_server.start()
    assert len(world.certificates(CertificateState.ISSUED)) == 10
    world.issuing(batch=10).run()
    check_whole(world)


def test_a_server_that_stops_under_several_workers(own_server: Server, world: World) -> None:
    world.take_in(*ROWS)
    stopped = False

    def stop(_: int) -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            own_server.stop(signal.SIGQUIT)

    with pytest.raises((RegisterError, WorkerError), match="cannot be used") as caught:
        issue_together(opener(world.folder), 2, stop)
    assert caught.value.hint is not None
    own_server.start()
    issue_together(opener(world.folder), 2)
    check_whole(world)


def test_a_file_that_somebody_keeps_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_MILLISECONDS", 50)
    world = World(tmp_path)
    world.take_in(*ROWS)
    with closing(sqlite3.connect(tmp_path / "register.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegisterError, match="locked") as caught:
            world.issuing().run()
        assert caught.value.hint is not None
        other.execute("ROLLBACK")
    world.issuing().run()
    check_whole(world)
