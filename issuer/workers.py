"""Several processes share the queue of due persons, where the database can give each its own.

PostgreSQL does, by row locks that others skip; on SQLite one worker does the same. A worker that
dies takes nothing along: what it reserved is signed, and what it had not is issued, by the process
that started it.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Event
from typing import ClassVar, Final

from issuer.issuing import Issuing, IssuingSummary
from keys.errors import HintedError
from spec.errors import DosepassError

__all__ = ["Opener", "WorkerError", "cores", "issue_together"]

Opener = Callable[[], AbstractContextManager[Issuing]]
"""Opens the register anew, with the issuing cycle over it: processes share no connection."""

_FORK: Final = multiprocessing.get_context("fork")
"""A key that is open stays open in a forked process: no secret is asked for again."""


class WorkerError(HintedError):
    """A worker could not go on; what all of them committed until then stands."""

    code: ClassVar[str] = "worker"


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def issue_together(
    opener: Opener,
    workers: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> IssuingSummary:
    """Issue everything that is due, by so many processes; None takes one for each core.

    Few persons, or a database that lets only one write, are left to this process alone. Raises what
    `Issuing.run` raises, and WorkerError for what happened in a worker.
    """
    summary = IssuingSummary()
    count = cores() if workers is None else workers
    with opener() as issuing:
        few = workers is None and issuing.waiting() <= issuing.batch * count
        if issuing.can_share and count > 1 and not few:
            issuing.complete_former(progress)
            issuing.close_connections()  # none may be open in two processes
            if _share(opener, count, summary, progress):
                return summary
        mine = issuing.run(progress)
        summary.add(mine.issued_to, mine.abandoned)
    return summary


def _share(
    opener: Opener, count: int, summary: IssuingSummary, progress: Callable[[int], None]
) -> bool:
    """Let workers empty the queue, and tell whether all of them lived to its end.

    Raises WorkerError when one of them says why it cannot go on.
    """
    stop = _FORK.Event()
    failed: list[WorkerError] = []
    with _started(opener, count, stop) as (processes, pipes):
        while pipes:
            for pipe in wait(pipes):
                assert isinstance(pipe, Pipe)  # noqa: S101 - what `wait` was given
                try:
                    told = pipe.recv()
                except EOFError:  # it is done, or dead: then what it left is done afterwards
                    pipes.remove(pipe)
                    continue
                if isinstance(told, WorkerError):
                    failed.append(told)
                    stop.set()
                    continue
                looked_at, issued_to, abandoned = told
                summary.add(issued_to, abandoned)
                progress(looked_at)
    if failed:
        raise failed[0]
    return all(process.exitcode == 0 for process in processes)


@contextmanager
def _started(
    opener: Opener, count: int, stop: Event
) -> Iterator[tuple[list[ForkProcess], list[Pipe]]]:
    """Workers with a pipe from each; left early, they end after the batch they are at."""
    processes: list[ForkProcess] = []
    pipes: list[Pipe] = []
    try:
        for _ in range(count):
            ours, theirs = _FORK.Pipe(duplex=False)
            process = _FORK.Process(target=_work, args=(opener, theirs, stop), daemon=True)
            process.start()
            theirs.close()
            processes.append(process)
            pipes.append(ours)
        yield processes, pipes
    finally:
        stop.set()
        for process in processes:
            process.join()


def _work(opener: Opener, pipe: Pipe, stop: Event) -> None:
    """What a worker does; an interruption from the terminal is its parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with opener() as issuing:

            def tell(looked_at: int) -> None:
                done = issuing.summary
                pipe.send((looked_at, done.issued_to, done.abandoned))
                issuing.summary = IssuingSummary()

            issuing.work(tell, stop.is_set)
    except DosepassError as error:
        pipe.send(WorkerError(str(error), hint=getattr(error, "hint", None)))
    except BrokenPipeError:
        pass  # nobody waits for the rest; what was committed stands
