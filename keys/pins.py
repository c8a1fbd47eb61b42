"""Where the PIN of a token comes from. It is a secret of its own, never the passphrase."""

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from keys.secret_lines import Kind, from_descriptor, from_file, from_prompt

__all__ = ["PIN", "FileDescriptorPin", "FilePin", "PinSource", "PromptPin"]

PIN: Final = Kind(name="PIN", shortest=4, longest=255, option="--pin")
"""The lengths that tokens take. A short PIN is strong enough: a token locks after a few wrong
ones. For the same reason nothing here ever gives a second PIN after a refused one."""


class PinSource(Protocol):
    """Gives the PINs that tokens need, when a token is first used."""

    def pin(self, purpose: str) -> bytes:
        """The PIN of what `purpose` names, for a person to read; raises SecretError."""
        ...


class FilePin:
    """The first line of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pin(self, purpose: str) -> bytes:
        """Read the line, without its line end; raises SecretError."""
        return from_file(self._path, PIN)


class FileDescriptorPin:
    """The first line from an open file descriptor, read once and remembered."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pin: bytes | None = None

    def pin(self, purpose: str) -> bytes:
        """Read the descriptor to its end at the first call; raises SecretError."""
        if self._pin is None:
            self._pin = from_descriptor(self._descriptor, PIN)
        return self._pin


class PromptPin:
    """Asks at the terminal, without showing what is typed; once for each purpose."""

    def __init__(self, ask: Callable[[str], str] = getpass.getpass) -> None:
        self._ask = ask
        self._known: dict[str, bytes] = {}

    def pin(self, purpose: str) -> bytes:
        """Ask for the PIN; raises SecretError without a terminal."""
        if purpose not in self._known:
            self._known[purpose] = PIN.check(from_prompt(self._ask, f"PIN of {purpose}: ", PIN))
        return self._known[purpose]
