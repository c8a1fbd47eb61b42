"""Counts over several processes: nothing is lost, also when one is killed."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from keys.serving.tally import SharedTally, Tally

ROOT = Path(__file__).parents[2]

ONE = ("dosepass_requests_total", "/v1/verify", "200")
OTHER = ("dosepass_verdicts_total", "accepted", "ok")

COUNTING = (
    "import sys, time; from pathlib import Path; from keys.serving.tally import SharedTally\n"
    "tally = SharedTally(Path(sys.argv[1]), 'worker')\n"
    "for _ in range(int(sys.argv[2])):\n"
    "    ok = ('dosepass_verdicts_total', 'accepted', 'ok')\n"
    "    tally.add([(ok, 1), (('own', sys.argv[2]), 2)])\n"
    "print('counted', flush=True); time.sleep(60)\n"
)


def counting(directory: Path, times: int) -> "subprocess.Popen[str]":
    """A process that has counted so many times, and lives."""
    process = subprocess.Popen(  # noqa: S603  # our own code
        [sys.executable, "-c", COUNTING, str(directory), str(times)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"
    return process


@pytest.fixture(params=["alone", "shared"])
def tally(request: pytest.FixtureRequest, tmp_path: Path) -> Tally:
    return Tally() if request.param == "alone" else SharedTally(tmp_path, "worker")


def test_it_adds_up(tally: Tally) -> None:
    assert tally.totals() == {}
    tally.add([(ONE, 1), (OTHER, 0.5)])
    tally.add([(ONE, 2)])
    assert tally.totals() == {ONE: 3, OTHER: 0.5}
    assert tally.processes("worker") == 1


def test_threads_lose_nothing(tally: Tally) -> None:
    threads = [
        threading.Thread(target=lambda: [tally.add([(ONE, 1)]) for _ in range(2_000)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.totals() == {ONE: 8_000}


def test_processes_add_to_the_same_counts_and_the_dead_keep_theirs(tmp_path: Path) -> None:
    ours = SharedTally(tmp_path, "worker")
    ours.add([(ONE, 1)])
    others = [counting(tmp_path, times) for times in (10, 20)]
    try:
        assert ours.totals() == {ONE: 1, OTHER: 30, ("own", "10"): 20, ("own", "20"): 40}
        assert ours.processes("worker") == 3
        assert ours.processes("supervisor") == 0
    finally:
        for process in others:
            process.kill()
            process.communicate()
    assert ours.processes("worker") == 1
    assert ours.totals()[OTHER] == 30

    again = counting(tmp_path, 5)  # it goes on with the row of a dead one
    again.kill()
    again.communicate()
    assert ours.totals()[OTHER] == 35
    assert len(list(tmp_path.glob("worker-*"))) == 3


def test_a_row_that_is_just_being_made_counts_nothing(tmp_path: Path) -> None:
    ours = SharedTally(tmp_path, "worker")
    ours.add([(ONE, 1)])
    (tmp_path / "worker-9").touch()
    assert ours.totals() == {ONE: 1}


def test_more_series_than_there_is_room_for_stop_nothing(tmp_path: Path) -> None:
    ours = SharedTally(tmp_path, "worker")
    (tmp_path / "names").write_text("".join(f'["a", "{n}"]\n' for n in range(4096)))
    ours.add([(ONE, 1)])
    assert ONE not in ours.totals()
