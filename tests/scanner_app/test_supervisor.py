"""The supervisor over real scanners that crash, hang, are killed and come back."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scanner_app.counts import Counts, Result
from scanner_app.lifeline import Lifeline, Shift, read_line
from scanner_app.supervisor import pause_after
from spec.verdicts import Outcome
from tests.authority import NOW

ROOT = Path(__file__).parents[2]
WAIT = 60.0


class Kept:
    """`keep-running` over a headless scanner that reads typed lines."""

    def __init__(self, process: "subprocess.Popen[str]", counts: Path) -> None:
        self.process = process
        self._counts = counts

    def type(self, text: str) -> dict[str, Any]:
        """Type a line and give the verdict on it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def scanner(self) -> int:
        """The process number of the scanner that runs now."""
        own = self.process.pid
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
            if children:
                return int(children[0])
            time.sleep(0.05)
        raise AssertionError("no scanner runs")

    def next_scanner(self, former: int) -> int:
        """The scanner after a former one has gone."""
        end = time.monotonic() + WAIT
        while (present := self.scanner()) == former and time.monotonic() < end:
            time.sleep(0.05)
        assert present != former
        return present

    def table(self) -> list[str]:
        """The shift's only table, without its times."""
        (path,) = self._counts.glob("shift-*.csv")
        return [",".join(row.split(",")[2:5]) for row in path.read_text().splitlines()[1:]]


@pytest.fixture
def kept(trust_directory: Path, tmp_path: Path) -> Iterator[Kept]:
    with keeping(trust_directory, tmp_path / "counts") as running:
        yield running


@contextmanager
def keeping(trust: Path, counts: Path) -> Iterator[Kept]:
    options = ("--headless", "--json", "--lines", "-", "--patience", "3")
    with subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "scanner_app.cli", "keep-running", *options,
         "--trust", str(trust), "--counts", str(counts)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            yield Kept(process, counts)
        finally:
            process.kill()


def test_the_shift_goes_on_after_a_crash_a_hang_and_a_kill(kept: Kept) -> None:
    assert kept.type("DP1:1")["code"] == "malformed"
    scanner = kept.scanner()
    for number, (deed, told) in enumerate(
        [
            (signal.SIGSEGV, "the scanner was ended by SIGSEGV"),
            (signal.SIGSTOP, "the scanner hangs"),
            (signal.SIGKILL, "the scanner was ended by SIGKILL"),
        ],
        start=2,
    ):
        os.kill(scanner, deed)
        scanner = kept.next_scanner(scanner)
        assert kept.type(f"DP1:{number}")["code"] == "malformed"
        assert kept.process.stderr is not None
        line = kept.process.stderr.readline()
        assert line.startswith(f"dosepass-scanner: {told}; it starts again in ")
    out, errors = kept.process.communicate(timeout=WAIT)
    assert (kept.process.returncode, out, errors) == (1, "", "")
    assert kept.table() == ["rejected,malformed,4"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_both(kept: Kept, number: signal.Signals) -> None:
    kept.type("DP1:1")
    scanner = kept.scanner()
    if number == signal.SIGINT:
        os.kill(scanner, number)  # Ctrl-C at a terminal reaches both
    kept.process.send_signal(number)
    assert kept.process.wait(timeout=WAIT) == 0
    assert kept.process.stderr is not None
    errors = kept.process.stderr.read()
    assert "Traceback" not in errors
    assert not Path(f"/proc/{scanner}").exists()


def test_a_scanner_ends_when_its_supervisor_is_killed(kept: Kept) -> None:
    """Else two of them would want one camera after the next log-in."""
    kept.type("DP1:1")
    scanner = kept.scanner()
    kept.process.kill()
    kept.process.wait(timeout=WAIT)
    end = time.monotonic() + WAIT
    while Path(f"/proc/{scanner}/cmdline").exists() and time.monotonic() < end:
        if not Path(f"/proc/{scanner}/cmdline").read_bytes():
            break  # it ended, and waits to be collected
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{scanner}/cmdline").exists()


def test_what_is_missing_is_waited_for(trust_directory: Path, tmp_path: Path) -> None:
    """After a power cut the laptop may be there before its data are."""
    elsewhere = trust_directory.rename(tmp_path / "later")
    with keeping(trust_directory, tmp_path / "counts") as kept:
        assert kept.process.stderr is not None
        said = [kept.process.stderr.readline() for _ in range(3)]
        assert "no trust bundle" in said[0]
        assert re.fullmatch(r".*the scanner ended with 2; it starts again in 1 s\n", said[2])
        elsewhere.rename(trust_directory)
        assert kept.type("DP1:1")["code"] == "malformed"


def test_the_next_start_waits_longer_after_each_failure() -> None:
    assert [pause_after(failures) for failures in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert pause_after(10_000) == 30


def test_a_wedged_thread_silences_the_scanner() -> None:
    ours, its = socket.socketpair()
    silence = 0.0
    with ours:
        ours.sendall(json.dumps(Shift(began=NOW).to_json()).encode() + b"\n")
        lifeline = Lifeline(its.detach(), [lambda: silence])
        lifeline.beat()
        assert ours.recv(100) == b"{}\n"
        lifeline.beat()  # too soon
        lifeline._next = float("-inf")
        silence = 31.0
        lifeline.beat()
        lifeline.count(Result(outcome=Outcome.ACCEPTED, reason="green", seconds=2.0))
        shift = Shift.from_json(read_line(ours.recv(1000)))
        assert shift.counts.persons == 1
        lifeline.done(0)


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"\xff", b"{}", b'{"began": "x", "counts": []}']
)
def test_what_is_no_shift(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # JSON's own or ours
        Shift.from_json(read_line(line))


def test_counts_pass_whole() -> None:
    counts = Counts()
    for number in range(9):
        result = Result(outcome=list(Outcome)[number % 3], reason="x", seconds=number / 3)
        counts = counts.plus(result)
    line = json.loads(json.dumps(Shift(began=NOW, counts=counts).to_json()))
    assert Shift.from_json(line).counts == counts
