"""Runs a command for each result: a gate's relay, a lamp, a bell. A companion.

No shell sees it, it learns nothing about anybody, and nothing it does stops the scanner.
"""

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Thread
from typing import Final

from keys.errors import HintedError
from scanner_app.counts import Result
from scanner_app.desk import Companion
from spec.verdicts import Outcome

__all__ = ["HookError", "Hooks", "hook_command"]

_LONGEST_SECONDS: Final = 5.0
"""A command that takes longer is ended."""
_STALE_SECONDS: Final = 3.0
"""What could not begin within this time is left out: a gate must not open for the next person."""
_WAITING: Final = 4


class HookError(HintedError):
    """A command of the settings cannot be run."""

    code = "hook"


@dataclass(frozen=True, slots=True)
class _Due:
    outcome: Outcome
    reason: str
    at: float


def hook_command(text: str) -> list[str]:
    """Split a command into its words, the first made a path; raises HookError."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise HookError(f"the command {text} cannot be read: {error}") from None
    program = shutil.which(words[0]) if words else None
    if program is None:
        raise HookError(
            f"there is no program for the command {text}",
            hint="no shell reads it: give a program or its path, and its arguments",
        )
    return [str(Path(program).absolute()), *words[1:]]


class Hooks(Companion):
    """Runs the commands one after the other in a thread of its own.

    Raises HookError at the start for a command that cannot be run. `say` is told of one that fails.
    """

    def __init__(
        self,
        commands: Mapping[Outcome, str],
        say: Callable[[str], None],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._commands = {outcome: hook_command(text) for outcome, text in commands.items()}
        self._say = say
        self._seconds = seconds
        self._due: Queue[_Due | None] = Queue(maxsize=_WAITING)
        self._thread = Thread(target=self._run, name="hooks", daemon=True)
        self._thread.start()

    def count(self, result: Result) -> None:
        """Have the command of a result run."""
        if result.outcome in self._commands:
            try:
                self._due.put_nowait(_Due(result.outcome, result.reason, self._seconds()))
            except Full:
                self._say("a command is left out: the ones before it take too long")

    def close(self) -> None:
        """End the thread after the command it is at."""
        try:
            while True:
                self._due.get_nowait()
        except Empty:
            self._due.put(None)
        self._thread.join(timeout=_LONGEST_SECONDS + 1)

    def _run(self) -> None:
        while (due := self._due.get()) is not None:
            if self._seconds() - due.at > _STALE_SECONDS:
                self._say("a command is left out: the one before it took too long")
                continue
            fault = self._fault_of(due)
            if fault is not None:
                self._say(f"the command for {due.outcome.value} {fault}")

    def _fault_of(self, due: _Due) -> str | None:
        """Run a command; what went wrong, in words."""
        try:
            done = subprocess.run(  # noqa: S603 - what the settings name, without a shell
                self._commands[due.outcome],
                env=_environment(due),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"was ended after {_LONGEST_SECONDS:g} s"
        except OSError as error:
            return f"could not be run: {error.strerror}"
        return f"ended with {done.returncode}" if done.returncode else None


def _environment(due: _Due) -> dict[str, str]:
    """The environment without our own settings, which may name secrets, and the two codes."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("DOSEPASS_")
    }
    return {**inherited, "DOSEPASS_OUTCOME": due.outcome.value, "DOSEPASS_REASON": due.reason}
