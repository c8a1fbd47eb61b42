"""Kill -9 at random moments of publish, tick, rotate and compromise: nothing lost, nothing twice.

`DOSEPASS_KILLS=300 DOSEPASS_SEED=7 pytest tests/keys/test_kills.py` does it for longer.
"""

import contextlib
import io
import multiprocessing
import os
import random
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from keys.authority import Authority
from keys.cli import main
from keys.errors import KeyScheduleError
from keys.plans import Plan, plan_compromise, plan_rotation, plan_tick
from keys.schedule import choose_signing_key, state_of
from spec.certificate import Timestamp
from spec.trust_list import KeyState
from tests.keys.homes import DAY, HOUR, after, at, fetch, found_and_publish, root_of
from tests.keys.registers import certificates, issue
from verifier.pipeline import check

KILLS: Final = int(os.environ.get("DOSEPASS_KILLS", "16"))
SEED: Final = int(os.environ.get("DOSEPASS_SEED", "2021"))
FORK: Final = multiprocessing.get_context("fork")
LONGEST: Final = 0.25
"""Seconds within which a command is killed; most take a little less."""


def run(arguments: list[str], moment: Timestamp) -> None:
    """A command, in a process of its own."""
    sys.argv = ["dosepass-keys", *arguments]
    with at(moment), contextlib.redirect_stdout(io.StringIO()):
        main()


class World:
    """An authority that is disturbed at its work, and a verifier that follows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chance = random.Random(SEED)  # noqa: S311 - moments to kill at, no secret
        self.authority = found_and_publish(folder / "authority")
        (folder / "passphrase").write_text("correct horse battery\n")
        self.moment = after(HOUR)
        self.kills = 0
        self.people = 0

    def command(self, operation: str) -> list[str]:
        arguments = [operation, "--home", str(self.authority.home)]
        arguments += ["--passphrase-file", str(self.folder / "passphrase")]
        if operation == "compromise":
            return [*arguments, "--yes", self.kid().hex()]
        return arguments

    def kid(self) -> bytes:
        """The newest key that is not stolen yet, or else the newest of all."""
        records = self.authority.records()
        whole = [r for r in records if state_of(r, self.moment) is KeyState.ACTIVE]
        return (whole or records)[-1].kid

    def plan(self, operation: str) -> Plan | None:
        records, settings = self.authority.records(), self.authority.settings
        match operation:
            case "rotate":
                return plan_rotation(records, settings, self.moment, at_once=False)
            case "tick":
                return plan_tick(records, settings, self.moment)
            case "compromise":
                kids = [record.kid for record in records if record.kid == self.kid()]
                return plan_compromise(records, kids, settings, self.moment, at_once=False)
        return None

    def disturb(self, command: list[str]) -> None:
        """Run a command and kill it at a random moment, unless it is done before."""
        process = FORK.Process(target=run, args=(command, self.moment))
        process.start()
        process.join(self.chance.uniform(0, LONGEST))
        process.kill()
        process.join()
        assert process.exitcode in (-9, 0, 1)
        self.kills += process.exitcode == -9

    def complete(self, command: list[str]) -> None:
        process = FORK.Process(target=run, args=(command, self.moment))
        process.start()
        process.join()
        assert process.exitcode in (0, 1)

    def check(self) -> None:
        """A verifier gets a whole bundle, and every genuine certificate passes under it."""
        url, root = self.authority.public.as_uri(), root_of(self.authority)
        bundle = fetch(self.folder / "trust", url, root, self.moment)
        known = {record.kid for record in self.authority.records()}
        assert set(bundle.keys) <= known
        for row in certificates(self.authority.home):
            code = check(row.text, bundle, self.moment).code.value
            assert code == ("expired" if self.moment >= row.reserved_at + 365 * DAY else "ok")

    def issue(self) -> None:
        with suppress(KeyScheduleError):
            choose_signing_key(self.authority.records(), self.moment)
            issue(self.authority, 2, self.moment, first=self.people)
            self.people += 2


def test_killed_at_random_moments(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.issue()
    while world.kills < KILLS:
        operation = world.chance.choice(["publish", "tick", "rotate", "compromise"])
        command, plan = world.command(operation), world.plan(operation)
        before = world.authority.records()
        for _ in range(world.chance.randrange(1, 4)):
            world.disturb(command)
            world.check()
        world.complete(command)
        world.check()

        records = Authority.open(world.authority.home).records()
        assert len(records) == len(before) + (plan is not None and plan.make is not None)
        assert [record.kid for record in records[: len(before)]] == [one.kid for one in before]
        assert all(record.published_at is not None for record in records)
        assert not list(world.authority.home.glob(".*.part"))
        assert not list(world.authority.home.glob(".spool-*"))
        states = [state_of(record, world.moment) for record in records]
        assert states.count(KeyState.COMPROMISED) == sum(
            r.compromised_at is not None for r in records
        )
        assert KeyState.COMPROMISED in states or operation != "compromise"
        assert world.authority.published().newest == world.moment or operation == "rotate"

        world.moment = Timestamp(world.moment + world.chance.randrange(HOUR, 4 * DAY))
        if world.chance.random() < 0.3:
            world.issue()
            world.complete(world.command("publish"))


def test_four_at_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.issue()
    world.moment = after(95 * DAY)
    commands = ("tick", "rotate", "tick", "publish")
    processes = [FORK.Process(target=run, args=(world.command(c), world.moment)) for c in commands]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert all(process.exitcode in (0, 1) for process in processes)
    assert len(world.authority.records()) == 2
    world.check()
