"""Where one secret line is read: the first line of a file or descriptor, or a hidden prompt."""

import getpass
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from keys.errors import SecretError

__all__ = ["Kind", "from_descriptor", "from_file", "from_prompt"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of secret: what messages call it, how long it may be, which options give it."""

    name: str
    shortest: int
    """Bytes of an existing one."""
    longest: int
    """Bytes; also stops a wrong file from being read whole."""
    option: str
    """The command line option, without its ending `-file` or `-fd`."""

    def check(self, secret: bytes) -> bytes:
        """Give the secret back, or raise SecretError when its length is not possible."""
        if not self.shortest <= len(secret) <= self.longest:
            raise SecretError(f"a {self.name} has from {self.shortest} to {self.longest} bytes")
        return secret


def from_file(path: Path, kind: Kind) -> bytes:
    """Read the first line of a file, without its line end; raises SecretError."""
    try:
        with path.open("rb") as file:
            return _first_line(file.read(kind.longest + 3), str(path), kind)
    except OSError as error:
        raise SecretError(
            f"the {kind.name} file {path} cannot be read: {error.strerror}",
            hint=f"name a file whose first line is the {kind.name}",
        ) from None


def from_descriptor(descriptor: int, kind: Kind) -> bytes:
    """Read the first line of an open file descriptor; raises SecretError."""
    where = f"file descriptor {descriptor}"
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return _first_line(file.read(kind.longest + 3), where, kind)
    except OSError as error:
        raise SecretError(
            f"{where} cannot be read: {error.strerror}",
            hint=f"open it for the command, as in: {kind.option}-fd 3 3< FILE",
        ) from None


def from_prompt(ask: Callable[[str], str], question: str, kind: Kind) -> bytes:
    """Ask at the terminal, whatever the length of the answer; raises SecretError without one."""
    try:
        with warnings.catch_warnings():
            # getpass warns where it would have to show what is typed; we then do not ask.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return ask(question).encode()
    except (getpass.GetPassWarning, EOFError):
        raise SecretError(
            f"a {kind.name} is needed and there is no terminal to ask at",
            hint=f"give {kind.option}-file FILE or {kind.option}-fd N where no terminal is",
        ) from None


def _first_line(data: bytes, where: str, kind: Kind) -> bytes:
    line = data.split(b"\n", 1)[0].removesuffix(b"\r")
    if not line:
        raise SecretError(
            f"the {kind.name} in {where} is empty",
            hint=f"write the {kind.name} on its first line",
        )
    return kind.check(line)
