"""Workers who share the queue: nobody twice, nobody left out, whatever happens to one of them."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from issuer.issuing import Issuing
from issuer.register.models import CertificateState
from issuer.workers import WorkerError, cores, issue_together
from keys.errors import SignerError
from tests.issuer.world import World, stranger
from tests.postgresql import DATABASE_FILE

PEOPLE = 60
BATCH = 5


@pytest.fixture
def world(tmp_path: Path, either_database: str) -> World:
    return _filled(tmp_path)


@pytest.fixture
def shared(tmp_path: Path, postgresql_url: str) -> World:
    """One in PostgreSQL: only there do workers share."""
    (tmp_path / DATABASE_FILE).write_text(postgresql_url)
    return _filled(tmp_path)


def _filled(folder: Path) -> World:
    world = World(folder)
    world.take_in(*(stranger(number) for number in range(PEOPLE)))
    return world


def opener(
    folder: Path, change: Callable[[Issuing], object] = lambda _: None
) -> Callable[[], AbstractContextManager[Issuing]]:
    """Opens the register anew, as each process has to; the parent's is left as it is."""
    parent = os.getpid()

    @contextmanager
    def opened() -> Iterator[Issuing]:
        world = World(folder)
        issuing = world.issuing(batch=BATCH)
        if os.getpid() != parent:
            change(issuing)
        try:
            yield issuing
        finally:
            world.register.close()

    return opened


def check_whole(world: World) -> None:
    assert len(world.issued()) == world.count("certificates") == PEOPLE
    assert len({one.person_id for one in world.certificates()}) == PEOPLE
    assert world.issuing().waiting() == 0


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_they_issue_to_everybody_once(world: World, workers: int) -> None:
    heard: list[int] = []
    summary = issue_together(opener(world.folder), workers, heard.append)
    assert (summary.issued, sum(heard), summary.abandoned) == (PEOPLE, PEOPLE, [])
    check_whole(world)


def test_each_of_them_has_a_share(shared: World, tmp_path: Path) -> None:
    def note(issuing: Issuing) -> None:
        (tmp_path / f"worker-{os.getpid()}").touch()

    issue_together(opener(shared.folder, note), 3)
    assert len(list(tmp_path.glob("worker-*"))) == 3
    check_whole(shared)


def test_few_are_not_worth_a_process(shared: World, tmp_path: Path) -> None:
    def note(issuing: Issuing) -> None:
        (tmp_path / "worker").touch()

    shared.issuing().run()
    shared.take_in(stranger(500))
    assert issue_together(opener(shared.folder, note)).issued == 1
    assert not (tmp_path / "worker").exists()


@pytest.mark.parametrize("moment", ["before a signature", "after the reservation"])
def test_what_a_killed_worker_left_is_done_by_the_others(shared: World, moment: str) -> None:
    def kill(issuing: Any) -> None:
        def die(*_: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        if moment == "before a signature":
            issuing._lint = die
        else:
            issuing._complete = die

    assert issue_together(opener(shared.folder, kill), 2).issued == PEOPLE
    check_whole(shared)


def test_a_worker_without_its_key_says_so_and_nothing_is_lost(shared: World) -> None:
    class Gone:
        def at(self, now: object) -> Any:
            raise SignerError("the token does not answer", hint="put it in again")

    def break_key(issuing: Any) -> None:
        issuing._keys = Gone()

    with pytest.raises(WorkerError, match="does not answer") as caught:
        issue_together(opener(shared.folder, break_key), 2)
    assert caught.value.hint == "put it in again"
    assert shared.certificates(CertificateState.ISSUED) == []
    assert issue_together(opener(shared.folder), 2).issued == PEOPLE
    check_whole(shared)


def test_there_is_a_core() -> None:
    assert cores() >= 1
