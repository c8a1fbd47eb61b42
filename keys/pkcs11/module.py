"""A PKCS#11 module in this process: loaded once, used by one thread at a time, new after a fork."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

from pkcs11 import Session, Token, TokenFlag
from pkcs11._pkcs11 import lib as Library  # noqa: N812 - it is a class
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked, PKCS11Error

from keys.errors import SecretError, SignerError
from keys.pkcs11.errors import FOREIGN, signer_error
from keys.pkcs11.uri import Pkcs11Uri
from keys.secrets import SecretsHandler

__all__ = ["MODULE_VARIABLE", "Module", "module_for", "release_tokens"]

MODULE_VARIABLE: Final = "DOSEPASS_PKCS11_MODULE"
"""Environment variable: path of the module for URIs that name none."""


class Module:
    """One module with its sessions.

    Two things are of the whole process in PKCS#11, and so they are here: the module is initialised
    once, and a login holds for all sessions with a token. Modules are not told of our threads, so
    one lock stands before all of it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.epoch = 0
        """Goes up whenever handles of sessions and keys became worthless."""
        self._lock = RLock()
        self._library: Library | None = None
        self._inherited: Library | None = None
        self._sessions: dict[int, Session] = {}
        self._refused: set[tuple[bytes, bytes]] = set()

    @contextmanager
    def used(self, where: str) -> Iterator[Library]:
        """Hold the module, and turn what it raises into SignerError about `where`.

        After any failure everything is given back, so that the next use begins from the start: a
        token that is there again works again, without a new process.
        """
        with self._lock:
            try:
                yield self._started()
            except SignerError:
                self._stop()
                raise
            except FOREIGN as error:
                self._stop()
                raise signer_error(error, where) from None

    def session(self, token: Token, secrets: SecretsHandler) -> Session:
        """The session with a token, logged in; the PIN is asked for when the first one begins.

        Raises SignerError, and SecretError when there is no PIN to be had.
        """
        slot = token.slot.slot_id
        if slot not in self._sessions:
            self._sessions[slot] = self._log_in(token, secrets)
        return self._sessions[slot]

    def release(self) -> None:
        """Log out and give the module back; the next use begins from the start."""
        with self._lock:
            self._stop()

    def after_fork(self) -> None:
        """Forget what belongs to the parent; for the child alone."""
        self._lock = RLock()
        self._sessions = {}
        self.epoch += 1
        if self._library is not None:
            _kept.append(self._library)
            self._inherited, self._library = self._library, None

    def _log_in(self, token: Token, secrets: SecretsHandler) -> Session:
        where = f"the token {token.label}"
        if token.flags & TokenFlag.USER_PIN_LOCKED:
            raise signer_error(PinLocked(), where)
        pin = secrets.pin(where)
        if (token.serial, pin) in self._refused:
            raise SignerError(
                f"{where} refused this PIN before, so it is not sent again",
                hint="check the PIN, then start the program again",
            )
        try:
            return token.open(user_pin=_text(pin))
        except (PinIncorrect, PinInvalid, PinLenRange):
            self._refused.add((token.serial, pin))
            raise

    def _started(self) -> Library:
        try:
            if self._library is None:
                self._library = self._loaded()
            self._library.initialize()  # does nothing unless it was given back
        except PKCS11Error:
            if not self.path.is_file():
                raise _cannot_load(self.path, "is missing") from None
            raise _cannot_load(self.path, "cannot be loaded or started") from None
        return self._library

    def _loaded(self) -> Library:
        """Load the module; a child that was forked initialises it anew, as PKCS#11 asks.

        Some modules (SoftHSM, unless told otherwise) take a child as initialised already, and have
        to be given back before; to the others that could seem to come from the parent.
        """
        if self._inherited is None:
            return Library(str(self.path))
        try:
            return Library(str(self.path))
        except PKCS11Error:
            self._inherited.finalize()
            return Library(str(self.path))

    def _stop(self) -> None:
        self.epoch += 1
        self._sessions.clear()
        try:
            if self._library is not None:
                self._library.finalize()
        except PKCS11Error:
            pass  # it was broken already; `initialize` is what tells


def module_for(uri: Pkcs11Uri) -> Module:
    """The module that a URI names, else the environment; raises SignerError when neither does."""
    name = uri.module_path or os.environ.get(MODULE_VARIABLE)
    if not name:
        raise SignerError(
            "no PKCS#11 module is named",
            hint=f"set {MODULE_VARIABLE} to its path, or add ?module-path=/path/of/module.so",
        )
    path = Path(name)
    if not path.is_absolute():
        raise _cannot_load(path, "is not an absolute path")
    if uri.module_name not in (None, path.name.partition(".")[0].removeprefix("lib")):
        raise _cannot_load(path, f"is not the module {uri.module_name} of the URI")
    # One file under two names is one library, which is initialised once.
    path = path.resolve()
    return _modules.setdefault(str(path), Module(path))


def release_tokens() -> None:
    """Log out of all tokens and give all modules back."""
    for module in list(_modules.values()):
        module.release()


def _cannot_load(path: Path, why: str) -> SignerError:
    return SignerError(
        f"the PKCS#11 module {path} {why}",
        hint=f"name the library that came with the token in module-path or {MODULE_VARIABLE}, "
        "and see that the token's own tool works",
    )


def _text(pin: bytes) -> str:
    try:
        return pin.decode()
    except UnicodeDecodeError:
        raise SecretError("the PIN is not UTF-8, so no token has it") from None


def _after_fork() -> None:
    for module in _modules.values():
        module.after_fork()


_modules: Final[dict[str, Module]] = {}
_kept: Final[list[Library]] = []
"""What children inherited: an object that ends would end the module for its parent as well."""

os.register_at_fork(after_in_child=_after_fork)
