"""Rows read and judged batch by batch; of a large file in a process of its own.

Reading a row takes about as long as matching and storing it does. In a second process it happens
while the register is busy with the batch before, so that two cores are used, and a batch is taken
over while the database is at work. No more than three batches are in memory at a time, whatever the
size of the file.
"""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from multiprocessing.connection import Connection
from typing import Final

from issuer.collector import no_search_for_cycles
from issuer.records import ReadRow, Rules, read_row
from issuer.source import RecordFileError, Source

__all__ = ["read_batches"]

_WORTH_A_PROCESS: Final = 10_000
"""Rows from which on reading ahead pays for the start of an interpreter, about a third of a
second."""
_AGAIN: Final = "take it in again: what was recorded stands"


def read_batches(
    source: Source, rules: Rules, *, historical: bool, size: int
) -> Iterator[list[ReadRow]]:
    """Give the rows of a source in batches of a size, each judged by itself.

    Raises RecordFileError when the source turns out unreadable half way.
    """
    if source.lines < _WORTH_A_PROCESS or len(os.sched_getaffinity(0)) == 1:
        return _batches(source, rules, historical, size)
    return _read_ahead(source, rules, historical, size)


def _batches(source: Source, rules: Rules, historical: bool, size: int) -> Iterator[list[ReadRow]]:
    rows = (read_row(row, rules, historical=historical) for row in source.rows())
    while batch := _next(rows, size):
        yield batch


@no_search_for_cycles()
def _next(rows: Iterator[ReadRow], size: int) -> list[ReadRow]:
    return list(islice(rows, size))


def _read_ahead(
    source: Source, rules: Rules, historical: bool, size: int
) -> Iterator[list[ReadRow]]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(
        target=_send, args=(theirs, source, rules, historical, size), daemon=True
    )
    child.start()
    theirs.close()  # so that the pipe ends when the child does
    with ours, ThreadPoolExecutor(max_workers=1) as hands:
        try:
            coming = hands.submit(_received, ours)
            while batch := coming.result():
                coming = hands.submit(_received, ours)
                yield batch
        finally:
            child.terminate()  # whoever still waits for it hears that the pipe ended
            child.join()


def _received(pipe: Connection) -> list[ReadRow]:
    """The next batch; an empty one is the end."""
    try:
        sent = pipe.recv_bytes()
    except EOFError:
        raise RecordFileError("the process that reads the file ended", hint=_AGAIN) from None
    received = pickle.loads(sent)  # noqa: S301 - our own child pickled it
    if isinstance(received, _Failure):
        raise RecordFileError(received.message, hint=received.hint)
    batch: list[ReadRow] = received
    return batch


class _Failure:
    """What stopped the reading, for the parent to raise."""

    def __init__(self, message: str, hint: str | None) -> None:
        self.message = message
        self.hint = hint


def _send(pipe: Connection, source: Source, rules: Rules, historical: bool, size: int) -> None:
    """The child: it waits in the pipe until the parent takes a batch, and ends with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption means
    try:
        try:
            for batch in _batches(source, rules, historical, size):
                pipe.send_bytes(pickle.dumps(batch, pickle.HIGHEST_PROTOCOL))
            last: list[ReadRow] | _Failure = []
        except RecordFileError as error:
            last = _Failure(str(error), error.hint)
        except BrokenPipeError:
            raise
        except OSError as error:
            last = _Failure(f"the file cannot be read: {error.strerror}", _AGAIN)
        pipe.send_bytes(pickle.dumps(last))
    except BrokenPipeError:
        return
