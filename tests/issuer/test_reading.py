"""Reading ahead in a second process: the same batches, and an end that is told whatever happens."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from issuer import reading
from issuer.csv_file import open_csv
from issuer.reading import read_batches
from issuer.records import Rules
from issuer.register.models import RecordSource
from issuer.source import RecordFileError, SourceRow
from tests.authority import NOW, vaccine_table
from tests.issuer.world import csv_text, row, stranger

RULES = Rules.of(table=vaccine_table(), now=NOW, sites=frozenset({"46001"}))


@pytest.fixture(autouse=True)
def a_process_for_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


@dataclass(frozen=True)
class Failing:
    """A source that ends with an error behind its first row."""

    how: str
    name: str = "failing.csv"
    digest: bytes = b""
    lines: int = 2
    kind: RecordSource = RecordSource.CSV

    def rows(self) -> Iterator[SourceRow]:
        yield SourceRow(line=2, cells=tuple(row().values()), broken=False)
        if self.how == "unreadable":
            raise RecordFileError("it breaks off", hint="send it again")
        if self.how == "no disk":
            raise OSError(5, "Input/output error")
        os.kill(os.getpid(), signal.SIGKILL)


def test_rows_come_as_from_one_process(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    rows = [stranger(number) for number in range(20)]
    rows += [row(vaccine="?"), row(full_name="", site="nowhere"), row(injected_on="44363")]
    path.write_text(csv_text(*rows), encoding="utf-8", newline="")
    source = open_csv(path)
    ahead = list(read_batches(source, RULES, historical=True, size=5))
    alone = list(reading._batches(source, RULES, True, 5))
    assert ahead == alone
    assert [len(batch) for batch in ahead] == [5, 5, 5, 5, 3]
    names = [(one.record and one.record.identity.canonical) for batch in ahead for one in batch]
    assert names == [
        (one.record and one.record.identity.canonical) for batch in alone for one in batch
    ]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("unreadable", "it breaks off"),
        ("no disk", "cannot be read: Input/output error"),
        ("killed", "the process that reads the file ended"),
    ],
)
def test_what_stops_the_reading_is_told(how: str, said: str) -> None:
    batches = read_batches(Failing(how), RULES, historical=False, size=1)
    assert len(next(batches)) == 1
    with pytest.raises(RecordFileError, match=said) as caught:
        next(batches)
    assert caught.value.hint


def test_who_stops_asking_leaves_no_process_behind(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(csv_text(*[stranger(n) for n in range(400)]), encoding="utf-8", newline="")
    batches = read_batches(open_csv(path), RULES, historical=False, size=1)
    next(batches)
    assert multiprocessing.active_children()
    batches.close()  # type: ignore[attr-defined]  # a generator
    assert not multiprocessing.active_children()


def _ask_for_one_batch(folder: Path, pipe: Connection) -> None:
    """The parent of a reader, in a process that will be killed."""
    batches = read_batches(open_csv(folder / "records.csv"), RULES, historical=False, size=1)
    next(batches)
    (child,) = multiprocessing.active_children()
    pipe.send(child.pid)
    signal.pause()


def test_the_reader_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    rows = csv_text(*[stranger(n) for n in range(2_000)])
    (tmp_path / "records.csv").write_text(rows, encoding="utf-8", newline="")
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    parent = fork.Process(target=_ask_for_one_batch, args=(tmp_path, theirs))
    parent.start()
    child = ours.recv()
    parent.kill()
    parent.join()
    patience = time.monotonic() + 30
    while _is_alive(child):
        assert time.monotonic() < patience, "the reader goes on by itself"
        time.sleep(0.02)


def _is_alive(process: int) -> bool:
    """Tell whether a process runs; one that ended and that nobody asked after does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
