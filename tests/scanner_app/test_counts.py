"""The shift in figures: on the screen and as a table, and never about anybody."""

import csv
import errno
import io
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.clock import FixedClock
from scanner_app.answer import Answer
from scanner_app.comparison import BY_OFFICER, REFUSED_BY_OFFICER
from scanner_app.counts import COLUMNS, Counts, Result, result_of
from scanner_app.counts_file import CountsFile
from scanner_app.desk import Desk
from scanner_app.lifeline import Shift
from scanner_app.states import Comparing, Showing
from spec.certificate import Timestamp
from spec.verdicts import Outcome, VerdictCode
from tests.scanner_app.answers import FORGED, GREEN, NOW, YELLOW, accepted, answer, trouble

SHIFT = Shift(began=NOW)


def shown(what: Answer, **changes: object) -> Showing:
    return replace(Showing(what, 3.0, 11.0, 1.0), **changes)  # type: ignore[arg-type]


ENDS = [
    (shown(GREEN), "accepted green"),
    (shown(YELLOW), "accepted yellow"),
    (shown(answer(VerdictCode.SUPERSEDED)), "accepted green"),
    (shown(GREEN, comparison=BY_OFFICER), "accepted green"),
    (shown(GREEN, comparison=REFUSED_BY_OFFICER), "rejected another_person"),
    (shown(FORGED), "rejected bad_signature"),
    (shown(trouble()), "undetermined service_unreachable"),
    (shown(answer(VerdictCode.TRUST_STALE)), "undetermined trust_stale"),
    (Comparing(GREEN, 2.0, 32.0, 1.0), "undetermined not_compared"),
]


@pytest.mark.parametrize(("state", "expected"), ENDS)
def test_how_a_presentation_ended(state: Showing | Comparing, expected: str) -> None:
    result = result_of(state, 3.0)
    assert f"{result.outcome} {result.reason}" == expected
    assert result.seconds == 2.0


def counted(*states: Showing | Comparing) -> Counts:
    counts = Counts()
    for number, state in enumerate(states):
        counts = counts.plus(result_of(state, 3.0 + number))
    return counts


def test_the_table() -> None:
    data = counted(shown(GREEN), shown(FORGED), shown(GREEN), shown(YELLOW)).to_csv(NOW, NOW)
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row[2:] for row in rows[1:]] == [
        ["accepted", "green", "2", "3.0", "4.0"],
        ["accepted", "yellow", "1", "5.0", "5.0"],
        ["rejected", "bad_signature", "1", "3.0", "3.0"],
    ]
    assert b"Ph\xc6\xb0" not in data


def test_the_memory_of_a_shift_does_not_grow_with_its_length() -> None:
    counts = Counts()
    for number in range(5000):
        counts = counts.plus(Result(outcome=Outcome.ACCEPTED, reason="green", seconds=number % 9))
    assert counts.persons == 5000
    assert len(counts.lines) == 1
    assert counts.mean_seconds == pytest.approx(4, abs=0.01)


class Disk:
    """A disk that is full for as long as somebody says so."""

    full = False

    def write(self, path: Path, data: bytes) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(data)


def test_the_table_is_on_the_disk_soon_and_at_the_end(tmp_path: Path) -> None:
    now = 0.0
    file = CountsFile(tmp_path / "new" / "folder", FixedClock(NOW), print, SHIFT, lambda: now)
    desk = Desk([file])
    desk.beat()
    assert list(tmp_path.rglob("*.csv")) == []
    desk.count(result_of(shown(GREEN), 3.0))
    desk.beat()
    file._thread.join()  # type: ignore[union-attr]
    (path,) = tmp_path.rglob("*.csv")
    assert path.name == "shift-20211220T113320Z.csv"
    assert b"accepted,green,1" in path.read_bytes()
    desk.count(result_of(shown(GREEN), 3.0))
    desk.beat()
    assert b"accepted,green,1" in path.read_bytes()
    desk.close()
    assert b"accepted,green,2" in path.read_bytes()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_full_disk_is_said_once_and_shown_until_it_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, said, now = Disk(), list[str](), 0.0
    monkeypatch.setattr("scanner_app.counts_file.write_atomically", disk.write)
    file = CountsFile(tmp_path, FixedClock(NOW), said.append, SHIFT, lambda: now)
    desk = Desk([file])
    disk.full = True
    for _ in range(3):
        desk.count(result_of(shown(GREEN), 3.0))
        now += 10
        desk.beat()
        file._thread.join()  # type: ignore[union-attr]
    assert len(said) == 1
    assert "No space left" in said[0]
    assert desk.remarks("en") == ("COUNTERS NOT SAVED",)
    assert desk.counts.persons == 3
    disk.full = False
    now += 10
    desk.beat()
    desk.close()
    assert desk.remarks("en") == ()
    (path,) = tmp_path.glob("*.csv")
    assert b"accepted,green,3" in path.read_bytes()


def test_a_directory_that_cannot_be_made_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        CountsFile(tmp_path / "file" / "counts", FixedClock(NOW), print, SHIFT)


def test_a_shift_that_goes_on_goes_on_in_its_own_table(tmp_path: Path) -> None:
    """As after a crash: the supervisor gives the counts to the next scanner."""
    counts = Counts()
    for minute in range(2):
        shift = Shift(began=NOW, counts=Counts.from_json(counts.to_json()))
        file = CountsFile(tmp_path, FixedClock(Timestamp(NOW + minute * 60)), print, shift)
        desk = Desk([file], shift.counts)
        desk.count(result_of(shown(GREEN), 3.0))
        desk.close()
        counts = desk.counts
    (path,) = tmp_path.glob("*.csv")
    assert (
        b"2021-12-20T11:33:20Z,2021-12-20T11:34:20Z,accepted,green,2,2.0,2.0" in path.read_bytes()
    )


@pytest.mark.parametrize(
    "lines",
    [None, 1, [1], [["accepted"]], [["maybe", "x", 1, 1.0, 1.0]], [["accepted", "x", "y", 1, 1]]],
)
def test_what_are_no_counts(lines: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        Counts.from_json(lines)  # type: ignore[arg-type]


NAMES = st.text(st.characters(categories=["L", "M"], min_codepoint=0x80), min_size=3, max_size=40)


@given(st.lists(st.tuples(NAMES, st.sampled_from(["beside", "officer", "other", "refused"]))))
def test_whoever_comes_the_table_holds_codes_and_numbers_alone(
    people: list[tuple[str, str]],
) -> None:
    counts = Counts()
    for name, how in people:
        state = shown(answer(facts=accepted(name, id_suffix="7N7N")))
        match how:
            case "officer":
                state = replace(state, comparison=BY_OFFICER)
            case "other":
                state = replace(state, comparison=REFUSED_BY_OFFICER)
            case "refused":
                state = shown(replace(answer(VerdictCode.POLICY), reason=f"about {name}"))
        counts = counts.plus(result_of(state, 5.0))
    table = counts.to_csv(NOW, NOW).decode("ascii")
    time_ = r"2021-12-20T11:33:20Z"
    row = rf"{time_},{time_},(accepted|rejected|undetermined),[a-z_]+,\d+,\d+\.\d,\d+\.\d"
    assert all(re.fullmatch(row, line) for line in table.splitlines()[1:])
    assert "7N7N" not in table


def test_a_service_that_makes_codes_up_does_not_fill_the_memory() -> None:
    counts = Counts()
    for number in range(500):
        result = Result(outcome=Outcome.REJECTED, reason=f"code_{number}", seconds=1.0)
        counts = counts.plus(result)
    assert counts.persons == 500
    assert len(counts.lines) == 65
    assert counts.of(Outcome.REJECTED)["other"] == 436


def test_an_end_that_comes_before_the_writing_thread_has_started(tmp_path: Path) -> None:
    file = CountsFile(tmp_path, FixedClock(NOW), print, SHIFT)
    file.count(Result(outcome=Outcome.ACCEPTED, reason="green", seconds=1.0))
    file._thread = threading.Thread()  # as a signal in that moment leaves it
    file.close()
    (path,) = tmp_path.glob("*.csv")
    assert b"accepted,green,1" in path.read_bytes()
