"""The command `fetch`: once, and again and again until it is told to stop, or killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from keys.commands.fetch import fetch
from keys.console import run
from spec.status_list import Status, status_at
from tests.keys.static_repository import Country, World, mirrored

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "from keys.commands.fetch import fetch; from keys.console import run; "
    "run(fetch, 'dosepass-keys')"
)
LONG = 30_000
"""Days: the commands live by the machine's own clock."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with mirrored({}) as mirror:
        world = World(Country(), mirror, tmp_path)
        world.repository.days = dict.fromkeys(world.repository.days, LONG)
        world.repository.publish_root()
        world.publish()
        (tmp_path / "root.json").write_bytes(world.repository.root)
        yield world


def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[object, str, str]:
    monkeypatch.setattr(sys, "argv", ["dosepass-keys", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        run(fetch, "dosepass-keys")
    output = capsys.readouterr()
    return end.value.code, output.out, output.err


def test_once(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    code, out, err = said(
        monkeypatch, capsys, world.url, "--root", tmp_path / "root.json", "--into", world.directory
    )
    assert (code, out) == (0, "fresh until 2104-02-04T02:00:00Z\n")
    assert err == (
        f"dosepass-keys: fetched 1 key and 2 status lists into {world.directory}\n"
        "dosepass-keys: trust list of 2021-12-15T02:00:00Z, status of 2021-12-15T02:00:00Z\n"
    )
    assert said(monkeypatch, capsys, world.url, "--into", world.directory)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{url}", "--into", "{trust}"], "no root is pinned yet"),
        (["{url}", "--into", "{trust}", "--every", "1h"], "no root is pinned in"),
        (["nonsense", "--into", "{trust}", "--every", "1h"], "not one that can be fetched"),
        (["{url}", "--into", "{trust}", "--every", "1"], "such as 30m or 1h"),
        (["{url}", "--into", "{trust}", "--root", "nothing.json"], "cannot be read"),
        (["{url}"], "--into"),
    ],
)
def test_what_cannot_be_fetched(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    words = {"url": world.url, "trust": str(world.directory)}
    code, out, err = said(monkeypatch, capsys, *(one.format(**words) for one in arguments))
    assert (code, out) == (2, "")
    assert err.startswith("dosepass-keys: ")
    assert says in err
    assert "Traceback" not in err


@contextmanager
def fetching(world: World, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The command at work, as at a terminal: it hears Ctrl-C, also where the tests do not."""
    command = [sys.executable, "-c", PROGRAM, world.url, "--into", str(world.directory), *options]
    process = subprocess.Popen(  # noqa: S603  # our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_again_and_again_until_it_is_told_to_stop(
    world: World, tmp_path: Path, number: signal.Signals
) -> None:
    with fetching(world, "--root", str(tmp_path / "root.json"), "--every", "1h") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Z fresh until 2104-02-04T02:00:00Z: 1 key, 2 status lists, status of 2021-" in line
    assert (out, err) == ("", "")
    assert world.load().keys


def test_trouble_is_a_line_with_a_hint_and_no_end(world: World, tmp_path: Path) -> None:
    assert world.mirror is not None
    world.mirror.answers = {"timestamp": lambda request, _: request.send_error(503)}
    with fetching(world, "--root", str(tmp_path / "root.json"), "--every", "1h") as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert line.startswith("dosepass-keys: 20")
    assert "a file is missing or refused: HTTP error occurred with status 503 (check" in line


def test_a_signal_ends_also_a_refresh_under_way(world: World, tmp_path: Path) -> None:
    assert world.mirror is not None
    asked: list[float] = []

    def hang(request: object, data: bytes) -> None:
        asked.append(time.monotonic())
        time.sleep(3)

    world.mirror.answers = {"timestamp": hang}
    with fetching(world, "--root", str(tmp_path / "root.json"), "--every", "1h") as process:
        while not asked:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(2) == 0


LOOP = """
import sys
from pathlib import Path
from keys import client
from keys.clock import SystemClock
while True:
    client.refresh(Path(sys.argv[1]), sys.argv[2], None, SystemClock())
    print(flush=True)
"""


def test_kills_at_any_moment_leave_a_whole_bundle(world: World) -> None:
    """More of them by hand: DOSEPASS_KILLS=200."""
    rounds = int(os.environ.get("DOSEPASS_KILLS", "5"))
    chance = random.Random(3)  # noqa: S311  # moments, no secrets
    world.country.know(world.country.certificate())
    world.first_fetch()
    for turn in range(rounds):
        process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-c", LOOP, str(world.directory), world.url],
            stdout=subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        end = time.monotonic() + chance.uniform(0, 0.2)
        revoked = 0
        while time.monotonic() < end:
            world.country.set_status(revoked := revoked + 1, Status.INVALID)
            world.after(1).publish()
        process.kill()
        process.wait()
        process.stdout.close()
        bundle = world.load()
        assert bundle.status.lists.keys() == {0, 1}
        assert bundle.newest_time <= world.country.now
        world.after(1).publish()
        last = world.fetch()
        assert last.issued_at == world.country.now, turn
        assert all(status_at(last.status.lists[0], n) for n in range(1, revoked))
        assert not [*world.directory.rglob("*.part"), *world.directory.rglob("tmp*")]
