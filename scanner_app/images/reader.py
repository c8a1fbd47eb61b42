"""The verifier's reader of pictures, by the entry point `dosepass.pictures`.

It imports no engine: a process apart does (`scanner_app.images.child`), so that neither a hang nor
a crash in native code reaches the one that answers requests.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from importlib.util import find_spec
from multiprocessing.connection import Connection, Pipe
from typing import Any, Final

from scanner_app.images.child import ERRORS, MAX_SECONDS, too_long
from verifier.pictures import Pages, ReaderBusyError, UnreadablePictureError

__all__ = ["ProcessReader", "open_reader"]

_MODULE = "scanner_app.images.child"
_PATIENCE: Final = 4.0
"""Seconds that a picture waits for its turn: a person before a screen waits no longer."""
_GRACE: Final = 1.0
"""Seconds that a child gets to end by itself before it is killed."""
_LARGEST_REPLY: Final = 67_108_864
"""Bytes: ten pages of 255 codes of 7,089 digits each, with room."""
_NEEDED: Final = ("cv2", "numpy", "PIL", "pypdfium2")
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def open_reader() -> "ProcessReader":
    """Open a reader; raises ImportError where a package that it needs is not installed."""
    for name in _NEEDED:
        if find_spec(name) is None:
            raise ImportError(f"{name} is missing", name=name)
    return ProcessReader()


class ProcessReader:
    """Reads one picture at a time in a child process, and replaces the child when it ends."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._child: _Child | None = None

    def read(self, picture: bytes) -> Pages:
        """Give the texts on each page; see verifier.pictures.PictureReader."""
        if not self._turn.acquire(timeout=_PATIENCE):
            raise ReaderBusyError("Other pictures are being read.")
        try:
            return _pages(self._running().ask(picture))
        finally:
            self._turn.release()

    def start(self) -> None:
        """Start the child, so that the first picture need not wait for it."""
        with self._turn:
            self._running()

    def close(self) -> None:
        """End the child."""
        with self._turn:
            if self._child is not None:
                self._child.end()

    def _running(self) -> "_Child":
        if self._child is None or self._child.ended:
            self._child = _Child()
        return self._child


class _Child:
    """One running child, and the line to it."""

    def __init__(self) -> None:
        ours, its = Pipe()
        with its:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-m", _MODULE, str(its.fileno())],
                pass_fds=(its.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | _ONE_THREAD,
            )
        self._line: Connection[Any, Any] = ours

    @property
    def ended(self) -> bool:
        """Whether a next picture needs another child."""
        return self._process.poll() is not None

    def ask(self, picture: bytes) -> dict[str, Any]:
        """Have one picture read; raises one of our errors where the child ended over it."""
        try:
            self._line.send_bytes(picture)
            if not self._line.poll(2 * MAX_SECONDS + _GRACE):  # its start counts too
                raise EOFError
            reply: dict[str, Any] = json.loads(self._line.recv_bytes(_LARGEST_REPLY))
        except (EOFError, OSError):
            raise self._why_it_ended() from None
        return reply

    def end(self) -> int:
        """Let it end, kill it where it does not, and give how it ended, as `subprocess` does."""
        self._line.close()
        try:
            return self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _why_it_ended(self) -> Exception:
        ended = self.end()
        if ended in (-signal.SIGALRM, -signal.SIGKILL):
            return too_long()
        if ended < 0:  # native code crashed: what made it do so is no picture to us
            return UnreadablePictureError("Send another picture: this one cannot be read.")
        return RuntimeError("the process that reads pictures does not start")


def _pages(reply: dict[str, Any]) -> Pages:
    for kind in ERRORS:
        if reply.get("error") == kind.code:
            raise kind(reply["detail"])
    pages: Pages = reply["pages"]
    return pages
