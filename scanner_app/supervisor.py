"""Keeps a scanner running: starts it again after a crash or a hang, and hands it its counts.

It imports nothing that could crash with the scanner: no OpenCV, no camera, no window.
"""

import json
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from keys.clock import Clock
from scanner_app.lifeline import Shift, read_line

__all__ = ["Supervisor", "pause_after", "scanner_command"]

_START_SECONDS: Final = 60.0
"""To the first sign of life: an old laptop loads for long after it was switched on."""
_STEADY_SECONDS: Final = 60.0
"""A scanner that ran so long was well; the next fault is the first one again."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
"""A queue is waiting, and what is missing may have been plugged in meanwhile."""
_END_SECONDS: Final = 10.0
"""From asking a scanner to end to ending it."""
_LOOK_SECONDS: Final = 0.2

Say = Callable[[str], None]


def pause_after(failures: int) -> float:
    """Seconds before the next start, after so many failures in a row (1 or more)."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures - 1, 10))


class Supervisor:
    """Runs `command` with the arguments of a scanner until it is done, or a signal ends both."""

    def __init__(
        self,
        command: Sequence[str],
        arguments: Sequence[str],
        clock: Clock,
        say: Say,
        *,
        patience: float,
    ) -> None:
        """`patience` is how many seconds without a sign of life are a hang."""
        self._command = tuple(command)
        self._arguments = tuple(arguments)
        self._say = say
        self._patience = patience
        self._shift = Shift(began=clock.now())
        self._stopping = False
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Start the scanner again and again; gives its exit code once it is done."""
        failures = 0
        with self._signals():
            while True:
                started = time.monotonic()
                done, why = self._once()
                if self._stopping:
                    return 0
                if done is not None:
                    return done
                steady = time.monotonic() - started >= _STEADY_SECONDS
                failures = 1 if steady else failures + 1
                pause = pause_after(failures)
                self._say(f"the scanner {why}; it starts again in {pause:g} s")
                self._wait(pause)
                if self._stopping:
                    return 0

    def _once(self) -> tuple[int | None, str]:
        """Run one scanner to its end: its exit code if it was done, else what happened to it."""
        ours, its = socket.socketpair()
        with ours:
            with its:
                self._child = subprocess.Popen(  # noqa: S603 - our own program
                    [*self._command, *self._arguments, "--supervisor-fd", str(its.fileno())],
                    pass_fds=[its.fileno()],
                )
            try:
                ours.sendall(json.dumps(self._shift.to_json()).encode() + b"\n")
                return self._watch(ours)
            except OSError:  # it ended before it listened
                return None, self._end_of_child()
            finally:
                self._kill()

    def _watch(self, line: socket.socket) -> tuple[int | None, str]:
        heard, limit, rest = time.monotonic(), _START_SECONDS, b""
        done = None
        while True:
            if select.select([line], [], [], _LOOK_SECONDS)[0]:
                data = line.recv(1 << 16)
                if not data:
                    return done, self._end_of_child()
                *whole, rest = (rest + data).split(b"\n")
                for text in whole:
                    done = self._hear(text, done)
                heard, limit = time.monotonic(), self._patience
            if self._stopping and time.monotonic() - heard > _END_SECONDS:
                return 0, "did not end"
            if not self._stopping and time.monotonic() - heard > limit:
                return None, "hangs"

    def _hear(self, text: bytes, done: int | None) -> int | None:
        """Take in one line; what is none of ours is left out, for a crash may cut it."""
        with suppress(ValueError):
            line = read_line(text)
            if "counts" in line:
                self._shift = Shift.from_json(line)
            if type(line.get("done")) is int:
                return int(line["done"])
        return done

    def _end_of_child(self) -> str:
        assert self._child is not None  # noqa: S101 - there is one while it is watched
        try:
            code = self._child.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            return "hangs at its end"
        if code >= 0:
            return f"ended with {code}"
        with suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
        return f"was ended by signal {-code}"

    def _kill(self) -> None:
        if self._child is not None:
            # Not with a signal that writes its memory to the disk: there may be people in it.
            self._child.kill()
            self._child.wait()
            self._child = None

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """End with the scanner. Ctrl-C reaches both by itself."""

        def stop(number: int, _: FrameType | None) -> None:
            self._stopping = True
            if number == signal.SIGTERM and self._child is not None:
                self._child.terminate()

        former = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def scanner_command() -> Sequence[str]:
    """How this same scanner is started, whatever PATH says."""
    return (sys.executable, "-m", "scanner_app.cli")
