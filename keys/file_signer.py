"""Private keys in files: encrypted PKCS#8 in PEM, for their owner alone to read."""

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from keys import algorithms
from keys.algorithms import KeyMaterialError, PrivateKey, kid_of, public_key_of
from keys.errors import SignerError
from keys.files import create_private
from keys.secrets import SecretsHandler
from spec.cose import Kid
from spec.trust_list import PublicKey

__all__ = ["FileSigner", "load_private_key", "open_uri", "purpose_of", "save_private_key"]

_ENCRYPTED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_END: Final = b"-----END ENCRYPTED PRIVATE KEY-----"
_PLAIN: Final = b"PRIVATE KEY-----"
_MAX_FILE_SIZE: Final = 16_384
"""Bytes; an encrypted key of ours takes about 400, so anything longer is another file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileSigner:
    """A signer whose private key came from a file and is now in memory."""

    kid: Kid
    public_key: PublicKey
    _private_key: PrivateKey = field(repr=False)

    @classmethod
    def of(cls, private_key: PrivateKey) -> "FileSigner":
        """Take a private key that is already open; raises KeyMaterialError."""
        public_key = public_key_of(private_key)
        return cls(kid=kid_of(public_key), public_key=public_key, _private_key=private_key)

    def sign(self, message: bytes) -> bytes:
        """Give the 64 raw bytes of a COSE signature."""
        return algorithms.sign(self._private_key, message)


def open_uri(uri: str, secrets: SecretsHandler) -> FileSigner:
    """Open `file:/absolute/path.pem`, percent-encoded where needed (RFC 8089).

    Raises SignerError, and SecretError when there is no passphrase to be had.
    """
    path = Path(unquote(uri.removeprefix("file:").removeprefix("//")))
    if not path.is_absolute():
        raise SignerError(
            "the path in a file: key URI is not absolute", hint="write file:/absolute/path.pem"
        )
    return FileSigner.of(load_private_key(path, secrets))


def purpose_of(path: Path) -> str:
    """What a key file's passphrase is for: all the keys of one directory share one."""
    return f"the keys in {path.parent}"


def save_private_key(path: Path, private_key: PrivateKey, passphrase: bytes) -> None:
    """Write a new key file with mode 0600; never overwrites, leaves nothing behind on failure.

    Raises SignerError.
    """
    pem = private_key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)
    )
    try:
        create_private(path, pem)
    except FileExistsError:
        raise SignerError(
            f"{path} exists and is not overwritten",
            hint="move it away first, if it is really needed no more",
        ) from None
    except OSError as error:
        raise SignerError(
            f"{path} cannot be written: {error.strerror}",
            hint="make room or rights there, then run the same command again",
        ) from None


def load_private_key(path: Path, secrets: SecretsHandler) -> PrivateKey:
    """Read and decrypt a key file.

    Raises SignerError when it is missing, open to others, not encrypted, damaged, of a kind that
    dosepass does not use, or closed to this passphrase; SecretError without a passphrase.
    """
    pem = _read(path)
    _check_form(path, pem)
    try:
        private_key = load_pem_private_key(pem, secrets.passphrase(purpose_of(path)))
    except (ValueError, TypeError):
        raise SignerError(
            f"the passphrase does not open {path}",
            hint="check the passphrase; if it is right, the file is damaged: restore a backup",
        ) from None
    except UnsupportedAlgorithm:
        raise _wrong_kind(path) from None
    return _ours(path, private_key)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise SignerError(
                    f"{path} is open to other users of this machine",
                    hint=f"run: chmod 600 {path}; then consider whether somebody has read it",
                )
            return file.read(_MAX_FILE_SIZE + 1)
    except FileNotFoundError:
        raise SignerError(
            f"the key file {path} is missing", hint="restore it from a backup of the authority"
        ) from None
    except OSError as error:
        raise SignerError(f"the key file {path} cannot be read: {error.strerror}") from None


def _check_form(path: Path, pem: bytes) -> None:
    """Tell a file without encryption, a damaged one and one that is no key from each other."""
    if _ENCRYPTED in pem:
        if _END not in pem or len(pem) > _MAX_FILE_SIZE:
            raise SignerError(f"the key file {path} is damaged", hint="restore it from a backup")
    elif _PLAIN in pem:
        raise SignerError(
            f"the private key in {path} is not encrypted",
            hint=f"run: openssl pkcs8 -topk8 -v2 aes-256-cbc -in {path} -out NEW.pem",
        )
    else:
        raise SignerError(f"{path} is not a private key in PEM", hint="restore it from a backup")


def _ours(path: Path, private_key: object) -> PrivateKey:
    try:
        public_key_of(private_key)  # type: ignore[arg-type]  # it tells any other kind apart
    except KeyMaterialError:
        raise _wrong_kind(path) from None
    return private_key  # type: ignore[return-value]  # public_key_of has just said so


def _wrong_kind(path: Path) -> SignerError:
    return SignerError(
        f"the key in {path} is neither on P-256 nor Ed25519",
        hint="make keys with: dosepass-keys generate",
    )
