"""Commands for a gate: what they are told, and that none can stop the scanner."""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner_app.counts import Result
from scanner_app.hooks import HookError, Hooks, hook_command
from spec.verdicts import Outcome

WRITE = "import json,os,sys;json.dump([sys.argv[2:],dict(os.environ)],open(sys.argv[1],'w'))"


@contextmanager
def hooks(commands: Mapping[Outcome, str], said: list[str]) -> Iterator[Hooks]:
    running = Hooks(commands, said.append)
    try:
        yield running
    finally:
        running.close()


def result(outcome: Outcome, reason: str = "green") -> Result:
    return Result(outcome=outcome, reason=reason, seconds=1.0)


def until(done: Path) -> None:
    end = time.monotonic() + 30
    while not (done.exists() and done.read_bytes()) and time.monotonic() < end:
        time.sleep(0.02)


def test_a_gate_learns_the_outcome_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOSEPASS_SCANNER_SERVICE", "https://user:secret@verify.example")
    written = tmp_path / "it's here $(touch x).json"
    command = f'{sys.executable} -c "{WRITE}" "{written}" "$HOME; ls" \'*\''
    with hooks({Outcome.REJECTED: command}, said := []) as running:
        running.count(result(Outcome.ACCEPTED))
        running.count(result(Outcome.REJECTED, "another_person"))
        until(written)
    arguments, environ = json.loads(written.read_text())
    assert arguments == ["$HOME; ls", "*"]  # no shell has read them
    own = {name: value for name, value in environ.items() if name.startswith("DOSEPASS")}
    assert own == {"DOSEPASS_OUTCOME": "rejected", "DOSEPASS_REASON": "another_person"}
    assert environ["PATH"] == os.environ["PATH"]
    assert said == []


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("raise SystemExit(3)", "the command for accepted ended with 3"),
        ("import time; time.sleep(60)", "the command for accepted was ended after 0.5 s"),
        ("import os; os.kill(os.getpid(), 9)", "the command for accepted ended with -9"),
    ],
)
def test_a_command_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch, program: str, told: str
) -> None:
    monkeypatch.setattr("scanner_app.hooks._LONGEST_SECONDS", 0.5 if "sleep" in program else 30)
    with hooks({Outcome.ACCEPTED: f'{sys.executable} -c "{program}"'}, said := []) as running:
        running.count(result(Outcome.ACCEPTED))
        end = time.monotonic() + 30
        while not said and time.monotonic() < end:
            time.sleep(0.02)
    assert said == [told]


def test_a_program_that_went_away_is_told(tmp_path: Path) -> None:
    program = tmp_path / "gate"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    with hooks({Outcome.ACCEPTED: str(program)}, said := []) as running:
        program.unlink()
        running.count(result(Outcome.ACCEPTED))
        end = time.monotonic() + 30
        while not said and time.monotonic() < end:
            time.sleep(0.02)
    assert said == ["the command for accepted could not be run: No such file or directory"]


def test_a_gate_never_opens_late_for_the_next_person(tmp_path: Path) -> None:
    """What waited behind a slow command is left out, and a full queue takes no more."""
    opened = tmp_path / "opened"
    command = f"""{sys.executable} -c "open('{opened}','a').write('x')" """
    now, asked = 0.0, threading.Event()
    said: list[str] = []

    def seconds() -> float:
        asked.set()
        return now

    running = Hooks({Outcome.ACCEPTED: command}, said.append, seconds)
    running._due.put(None)  # its thread ends: whatever comes now waits
    running._thread.join()
    for _ in range(5):
        running.count(result(Outcome.ACCEPTED))
    assert said == ["a command is left out: the ones before it take too long"]
    now = 3.5
    running._due.put(None) if not running._due.full() else running._due.get()
    running._due.put(None)
    running._run()
    assert said[1:] == ["a command is left out: the one before it took too long"] * 3
    assert not opened.exists()


@pytest.mark.parametrize(
    "command", ["", "  ", "no-such-program-anywhere x", "'unclosed", "/etc/passwd", "/etc", "cd /"]
)
def test_what_cannot_be_run_is_refused_at_the_start(command: str) -> None:
    with pytest.raises(HookError):
        hook_command(command)


def test_a_program_is_found_once_and_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    program, argument = hook_command("sh -c")
    assert Path(program).is_absolute()
    assert argument == "-c"
