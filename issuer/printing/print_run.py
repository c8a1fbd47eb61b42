"""Drawing many certificates with all cores: most of the time goes into the pictures.

Pages of certificates are handed out, so that memory does not grow with the register. A run can be
stopped anywhere and repeated: what is whole is left alone (`issuer/printing/drawing.py`).
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ClassVar, Final

from issuer.printing.drawing import draw
from issuer.register.certificates import StandingCertificate
from issuer.workers import cores
from keys.errors import HintedError
from spec.vaccines import VaccineTable

__all__ = ["PrintRunError", "draw_many"]

_SHARE: Final = 8
"""Certificates that a process is handed at once: a tenth of a second each."""
_PAGE: Final = 32 * _SHARE


class PrintRunError(HintedError):
    """A process that draws ended before its work was done."""

    code: ClassVar[str] = "print_run"


def draw_many(
    certificates: Iterable[StandingCertificate],
    out: Path,
    table: VaccineTable,
    processes: int | None = None,
) -> Iterator[bool]:
    """Draw certificates below a folder; tells of each whether it had to be drawn.

    Raises OSError when a file cannot be written, PrintRunError when a process was ended.
    """
    drawing = partial(_draw, out=out, table=table)
    count = cores() if processes is None else processes
    waiting = iter(certificates)
    first = list(islice(waiting, _SHARE))
    if count == 1 or len(first) < _SHARE:  # not worth a process
        yield from map(drawing, first)
        yield from map(drawing, waiting)
        return
    yield from _side_by_side(drawing, first, waiting, count)


def _side_by_side(
    drawing: Callable[[StandingCertificate], bool],
    page: list[StandingCertificate],
    waiting: Iterator[StandingCertificate],
    count: int,
) -> Iterator[bool]:
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(count, fork, initializer=_leave_interruptions) as pool:
        try:
            while page:
                yield from pool.map(drawing, page, chunksize=_SHARE)
                page = list(islice(waiting, _PAGE))
        except BrokenProcessPool:
            raise PrintRunError(
                "a process that draws was ended",
                hint="run the same command again: it goes on behind what is drawn",
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _draw(certificate: StandingCertificate, *, out: Path, table: VaccineTable) -> bool:
    # One of a person whose data were erased has no text.
    return certificate.text is not None and draw(certificate, out, table)


def _leave_interruptions() -> None:
    """An interruption from the terminal is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
