"""Where passphrases come from: a prompt, a file, a file descriptor. Nothing else ever asks."""

import getpass
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from keys.errors import SecretError

__all__ = [
    "MAX_PASSPHRASE_LENGTH",
    "MIN_PASSPHRASE_LENGTH",
    "FileDescriptorSecrets",
    "FileSecrets",
    "FixedSecret",
    "PromptSecrets",
    "SecretsHandler",
]

MIN_PASSPHRASE_LENGTH: Final = 12
"""Bytes of a new passphrase. Key files can be copied and then guessed at without limit, and the
key derivation that OpenSSL writes (PBKDF2, 2048 rounds) slows that down but little."""

MAX_PASSPHRASE_LENGTH: Final = 1023
"""Bytes of any passphrase: OpenSSL takes no more. Also stops a wrong file from being read whole."""

_NO_TERMINAL: Final = "give --passphrase-file FILE or --passphrase-fd N where no terminal is"


class SecretsHandler(Protocol):
    """Gives the passphrases that private keys need.

    `purpose` says what the passphrase opens, for a person to read; the same purpose means the
    same passphrase, so a handler may remember it for the length of a command.
    """

    def passphrase(self, purpose: str) -> bytes:
        """The passphrase of keys that exist; raises SecretError."""
        ...

    def new_passphrase(self, purpose: str) -> bytes:
        """A passphrase for keys about to be made; raises SecretError also when it is too short."""
        ...


class FixedSecret:
    """A passphrase that the program already has: for tests and drills."""

    def __init__(self, passphrase: bytes) -> None:
        self._passphrase = passphrase

    def passphrase(self, purpose: str) -> bytes:
        """The passphrase that was given."""
        return self._passphrase

    def new_passphrase(self, purpose: str) -> bytes:
        """The passphrase that was given, however short."""
        return self._passphrase


class FileSecrets:
    """The first line of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def passphrase(self, purpose: str) -> bytes:
        """Read the line, without its line end; raises SecretError."""
        try:
            with self._path.open("rb") as file:
                return _first_line(file.read(MAX_PASSPHRASE_LENGTH + 3), str(self._path))
        except OSError as error:
            raise SecretError(
                f"the passphrase file {self._path} cannot be read: {error.strerror}",
                hint="name a file whose first line is the passphrase",
            ) from None

    def new_passphrase(self, purpose: str) -> bytes:
        """Read the line, if it is long enough."""
        return _long_enough(self.passphrase(purpose))


class FileDescriptorSecrets:
    """The first line from an open file descriptor, read once and remembered."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._passphrase: bytes | None = None

    def passphrase(self, purpose: str) -> bytes:
        """Read the descriptor to its end at the first call; raises SecretError."""
        if self._passphrase is None:
            self._passphrase = self._read()
        return self._passphrase

    def new_passphrase(self, purpose: str) -> bytes:
        """The same passphrase, if it is long enough."""
        return _long_enough(self.passphrase(purpose))

    def _read(self) -> bytes:
        where = f"file descriptor {self._descriptor}"
        try:
            with os.fdopen(os.dup(self._descriptor), "rb") as file:
                return _first_line(file.read(MAX_PASSPHRASE_LENGTH + 3), where)
        except OSError as error:
            raise SecretError(
                f"{where} cannot be read: {error.strerror}",
                hint="open it for the command, as in: --passphrase-fd 3 3< FILE",
            ) from None


class PromptSecrets:
    """Asks at the terminal, without showing what is typed; once for each purpose."""

    def __init__(self, ask: Callable[[str], str] = getpass.getpass) -> None:
        self._ask = ask
        self._known: dict[str, bytes] = {}

    def passphrase(self, purpose: str) -> bytes:
        """Ask for the passphrase of keys that exist; raises SecretError without a terminal."""
        if purpose not in self._known:
            self._known[purpose] = _within_bounds(self._prompt(f"Passphrase of {purpose}: "))
        return self._known[purpose]

    def new_passphrase(self, purpose: str) -> bytes:
        """Ask twice for a passphrase to be; raises SecretError when the two differ."""
        passphrase = _long_enough(self._prompt(f"New passphrase for {purpose}: "))
        if self._prompt("The same again: ") != passphrase:
            raise SecretError("the two passphrases differ", hint="nothing was made; start again")
        self._known[purpose] = passphrase
        return passphrase

    def _prompt(self, text: str) -> bytes:
        try:
            with warnings.catch_warnings():
                # getpass warns where it would have to show what is typed; we then do not ask.
                warnings.simplefilter("error", getpass.GetPassWarning)
                return self._ask(text).encode()
        except (getpass.GetPassWarning, EOFError):
            raise SecretError(
                "a passphrase is needed and there is no terminal to ask at", hint=_NO_TERMINAL
            ) from None


def _first_line(data: bytes, where: str) -> bytes:
    line = data.split(b"\n", 1)[0].removesuffix(b"\r")
    if not line:
        raise SecretError(
            f"the passphrase in {where} is empty", hint="write the passphrase on its first line"
        )
    return _within_bounds(line)


def _within_bounds(passphrase: bytes) -> bytes:
    if not 0 < len(passphrase) <= MAX_PASSPHRASE_LENGTH:
        raise SecretError(f"a passphrase has from 1 to {MAX_PASSPHRASE_LENGTH} bytes")
    return passphrase


def _long_enough(passphrase: bytes) -> bytes:
    if len(passphrase) < MIN_PASSPHRASE_LENGTH:
        raise SecretError(
            f"the new passphrase has fewer than {MIN_PASSPHRASE_LENGTH} bytes",
            hint="several words taken at random are both long and easy to keep",
        )
    return _within_bounds(passphrase)
