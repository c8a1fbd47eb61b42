"""Kill -9 at random moments, and several at once: nothing lost, nothing twice."""

import multiprocessing
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from issuer.csv_file import open_csv
from issuer.intake import take_in
from issuer.records import Rules
from issuer.register.models import CertificateState
from issuer.status_changes import StatusChanges
from issuer.status_requests import Request
from issuer.status_rules import Action
from spec.certificate import StatusPosition
from tests.authority import vaccine_table
from tests.issuer.world import World, csv_text, row, stranger

PEOPLE: Final = 300
LEAST_KILLS: Final = 8
FORK: Final = multiprocessing.get_context("fork")

pytestmark = pytest.mark.usefixtures("either_database")


def records() -> str:
    """Two doses of everybody, not side by side, with some rows twice and some refused."""
    first = [stranger(number) for number in range(PEOPLE)]
    second = [stranger(number, injected_on="20/08/2021") for number in range(PEOPLE)]
    refused = [row(vaccine="?", lot=f"{number}") for number in range(9)]
    return csv_text(*first, *second, *first[:20], *refused)


def take_in_and_issue(folder: Path) -> None:
    """What the command does, in small batches; runs in a process of its own."""
    world = World(folder)
    rules = Rules.of(table=vaccine_table(), now=world.clock.now())
    file = open_csv(folder / "records.csv")
    for _ in take_in(world.register, file, rules, vaccine_table(), world.clock, size=40):
        pass
    world.issuing(batch=25).run()


def change_all(folder: Path, action: Action) -> None:
    """What the commands do that change the status of many, in small batches."""
    world = World(folder)
    requests = [
        Request(line=line, position=StatusPosition(one.position), reason="the whole batch")
        for line, one in enumerate(world.certificates())
    ]
    changes = StatusChanges(
        register=world.register, issuer="VN", action=action, operator="minh", clock=world.clock,
        batch=5,
    )  # fmt: skip
    for _ in changes.run(requests):
        pass


def killed_after(
    folder: Path, seconds: float, work: Callable[..., None] = take_in_and_issue, *more: object
) -> bool:
    """Let a process run for a while, then kill it with SIGKILL unless it is done."""
    process = FORK.Process(target=work, args=(folder, *more))
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    assert process.exitcode in (0, -9)
    return process.exitcode != 0


def stored(folder: Path) -> dict[int, tuple[bytes, str | None]]:
    """Payload and text of every certificate, by its id."""
    world = World(folder)
    found = {one.id: (one.payload, one.text) for one in world.certificates()}
    world.register.close()
    return found


def test_killed_at_random_moments(tmp_path: Path) -> None:
    (tmp_path / "records.csv").write_text(records(), encoding="utf-8", newline="")
    chance = random.Random(2021)  # noqa: S311 - moments to kill at, no secret
    before = stored(tmp_path)
    kills, patience = 0, 0.05
    while killed_after(tmp_path, chance.uniform(patience / 2, patience)):
        kills += 1
        patience *= 1.1  # so that the end comes, on a slow machine too
        after = stored(tmp_path)
        for key, (payload, text) in before.items():
            assert after[key][0] == payload
            assert text in (None, after[key][1])
        before = after
    assert kills >= LEAST_KILLS
    check_whole(World(tmp_path), before)


def test_four_at_once_do_the_work_of_one(tmp_path: Path) -> None:
    (tmp_path / "records.csv").write_text(records(), encoding="utf-8", newline="")
    processes = [FORK.Process(target=take_in_and_issue, args=(tmp_path,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    check_whole(World(tmp_path), {})


@pytest.mark.parametrize(
    ("action", "state"), [(Action.REVOKE, "revoked"), (Action.REINSTATE, "issued")]
)
def test_status_changes_killed_at_random_moments(
    tmp_path: Path, action: Action, state: str
) -> None:
    (tmp_path / "records.csv").write_text(records(), encoding="utf-8", newline="")
    take_in_and_issue(tmp_path)
    change_all(tmp_path, Action.SUSPEND)
    chance = random.Random(2022)  # noqa: S311 - moments to kill at, no secret
    patience, done = 0.05, [0]
    while killed_after(tmp_path, chance.uniform(patience / 2, patience), change_all, action):
        patience *= 1.15
        done.append(_done(World(tmp_path), state))
    assert done == sorted(done)
    assert len({count for count in done if 0 < count < PEOPLE}) > 1  # killed half way, and again
    assert _done(World(tmp_path), state) == PEOPLE


def test_four_operators_at_once_leave_one_line_for_each_change(tmp_path: Path) -> None:
    (tmp_path / "records.csv").write_text(records(), encoding="utf-8", newline="")
    take_in_and_issue(tmp_path)
    actions = [Action.SUSPEND, Action.REVOKE, Action.SUSPEND, Action.REVOKE]
    processes = [FORK.Process(target=change_all, args=(tmp_path, action)) for action in actions]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert _done(World(tmp_path), "revoked") == PEOPLE


def _done(world: World, state: str) -> int:
    """How many certificates are in a state, after a look at whether all agree with the trail."""
    trail: dict[int, str] = {}
    for key, _, _, former, new in world.trail():
        assert trail.get(key, "issued") == former
        trail[key] = new
    certificates = world.certificates()
    assert {one.id: one.state for one in certificates} == {
        one.id: trail.get(one.id, "issued") for one in certificates
    }
    world.register.close()
    return sum(one.state == state for one in certificates)


def check_whole(world: World, before: dict[int, tuple[bytes, str | None]]) -> None:
    after = {one.id: (one.payload, one.text) for one in world.certificates()}
    assert all(after[key][0] == payload for key, (payload, _) in before.items())
    assert (world.count("persons"), world.count("dose_records")) == (PEOPLE, 2 * PEOPLE + 9)
    issued = world.certificates(CertificateState.ISSUED)
    assert len(after) == len(issued) == PEOPLE
    assert len({one.person_id for one in issued}) == PEOPLE
    assert all(len(certificate.doses) == 2 for certificate in world.issued())
    assert world.issuing().waiting() == 0
