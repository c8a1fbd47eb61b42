"""Where passphrases and PINs come from: a prompt, a file, a file descriptor. Nothing else asks."""

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from keys.errors import SecretError
from keys.pins import PinSource, PromptPin
from keys.secret_lines import Kind, from_descriptor, from_file, from_prompt

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
"""Bytes of any passphrase: OpenSSL takes no more."""

_PASSPHRASE: Final = Kind(
    name="passphrase", shortest=1, longest=MAX_PASSPHRASE_LENGTH, option="--passphrase"
)


class SecretsHandler(Protocol):
    """Gives the passphrases and PINs that private keys need.

    `purpose` says what the secret opens, for a person to read; the same purpose means the same
    secret, so a handler may remember it for the length of a command. A passphrase is never given
    as a PIN: tokens count wrong ones and lock.
    """

    def passphrase(self, purpose: str) -> bytes:
        """The passphrase of keys that exist; raises SecretError."""
        ...

    def new_passphrase(self, purpose: str) -> bytes:
        """A passphrase for keys about to be made; raises SecretError also when it is too short."""
        ...

    def pin(self, purpose: str) -> bytes:
        """The PIN of a token; raises SecretError."""
        ...


class FixedSecret:
    """Secrets that the program already has: for tests and drills."""

    def __init__(self, passphrase: bytes, *, pin: bytes | None = None) -> None:
        self._passphrase = passphrase
        self._pin = pin

    def passphrase(self, purpose: str) -> bytes:
        """The passphrase that was given."""
        return self._passphrase

    def new_passphrase(self, purpose: str) -> bytes:
        """The passphrase that was given, however short."""
        return self._passphrase

    def pin(self, purpose: str) -> bytes:
        """The PIN that was given; raises SecretError when none was."""
        if self._pin is None:
            raise SecretError(f"there is no PIN for {purpose}")
        return self._pin


class _WithPins:
    """PINs come from a source of their own; without one they are asked for at the terminal."""

    def __init__(self, pins: PinSource | None) -> None:
        self._pins = PromptPin() if pins is None else pins

    def pin(self, purpose: str) -> bytes:
        """The PIN of a token, as its source gives it; raises SecretError."""
        return self._pins.pin(purpose)


class FileSecrets(_WithPins):
    """The first line of a file."""

    def __init__(self, path: Path, *, pins: PinSource | None = None) -> None:
        super().__init__(pins)
        self._path = path

    def passphrase(self, purpose: str) -> bytes:
        """Read the line, without its line end; raises SecretError."""
        return from_file(self._path, _PASSPHRASE)

    def new_passphrase(self, purpose: str) -> bytes:
        """Read the line, if it is long enough."""
        return _long_enough(self.passphrase(purpose))


class FileDescriptorSecrets(_WithPins):
    """The first line from an open file descriptor, read once and remembered."""

    def __init__(self, descriptor: int, *, pins: PinSource | None = None) -> None:
        super().__init__(pins)
        self._descriptor = descriptor
        self._passphrase: bytes | None = None

    def passphrase(self, purpose: str) -> bytes:
        """Read the descriptor to its end at the first call; raises SecretError."""
        if self._passphrase is None:
            self._passphrase = from_descriptor(self._descriptor, _PASSPHRASE)
        return self._passphrase

    def new_passphrase(self, purpose: str) -> bytes:
        """The same passphrase, if it is long enough."""
        return _long_enough(self.passphrase(purpose))


class PromptSecrets(_WithPins):
    """Asks at the terminal, without showing what is typed; once for each purpose."""

    def __init__(
        self, ask: Callable[[str], str] = getpass.getpass, *, pins: PinSource | None = None
    ) -> None:
        super().__init__(PromptPin(ask) if pins is None else pins)
        self._ask = ask
        self._known: dict[str, bytes] = {}

    def passphrase(self, purpose: str) -> bytes:
        """Ask for the passphrase of keys that exist; raises SecretError without a terminal."""
        if purpose not in self._known:
            answer = self._prompt(f"Passphrase of {purpose}: ")
            self._known[purpose] = _PASSPHRASE.check(answer)
        return self._known[purpose]

    def new_passphrase(self, purpose: str) -> bytes:
        """Ask twice for a passphrase to be; raises SecretError when the two differ."""
        passphrase = _long_enough(self._prompt(f"New passphrase for {purpose}: "))
        if self._prompt("The same again: ") != passphrase:
            raise SecretError("the two passphrases differ", hint="nothing was made; start again")
        self._known[purpose] = passphrase
        return passphrase

    def _prompt(self, text: str) -> bytes:
        return from_prompt(self._ask, text, _PASSPHRASE)


def _long_enough(passphrase: bytes) -> bytes:
    if len(passphrase) < MIN_PASSPHRASE_LENGTH:
        raise SecretError(
            f"the new passphrase has fewer than {MIN_PASSPHRASE_LENGTH} bytes",
            hint="several words taken at random are both long and easy to keep",
        )
    return _PASSPHRASE.check(passphrase)
