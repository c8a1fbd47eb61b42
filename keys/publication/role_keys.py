"""The private keys of the TUF roles, found by the key identifiers that the root metadata name."""

import re
from pathlib import Path
from typing import Final

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Root

from keys.algorithms import PrivateKey
from keys.errors import SignerError
from keys.file_signer import load_private_key, save_private_key
from keys.secrets import SecretsHandler

__all__ = ["ONLINE_ROLES", "STATUS", "STATUS_KEY_FIELD", "RoleKeys", "status_keyid"]

STATUS: Final = "status"
"""The role that targets delegate the status lists to."""

ONLINE_ROLES: Final = ("snapshot", STATUS, "targets", "timestamp")
"""The roles whose keys lie on the authority's machine, so that a daily job can sign."""

STATUS_KEY_FIELD: Final = "x-dosepass-status-keyid"
"""Where a root names the key of the status role. TUF's own place for it is the delegation, which
the targets key alone signs; here the custodians see and sign every online key."""

_KEYID: Final = re.compile(r"[0-9a-f]{64}")
_SHORT: Final = 16
"""Hexadecimal digits of the identifier in a file's name."""


class RoleKeys:
    """The encrypted role keys below a home's `private/`, each opened at most once."""

    def __init__(self, private: Path, secrets: SecretsHandler) -> None:
        self._private = private
        self._secrets = secrets
        self._signers: dict[str, CryptoSigner] = {}

    def path(self, keyid: str) -> Path:
        """Where the key of an identifier lies, if we have it; raises SignerError."""
        if not _KEYID.fullmatch(keyid):
            raise SignerError(
                "a role has a key identifier that is not 64 hexadecimal digits",
                hint="the root metadata were not made by dosepass; restore public/ from a backup",
            )
        return self._private / f"role-{keyid[:_SHORT]}.pem"

    def add(self, private_key: PrivateKey, passphrase: bytes) -> str:
        """Keep a new key, encrypted; gives its TUF identifier. Never overwrites: SignerError."""
        keyid = CryptoSigner(private_key).public_key.keyid
        save_private_key(self.path(keyid), private_key, passphrase)
        return keyid

    def has(self, keyid: str) -> bool:
        """Whether there is a file for a key; it may still fail to open."""
        return _KEYID.fullmatch(keyid) is not None and self.path(keyid).is_file()

    def signer(self, keyid: str) -> CryptoSigner:
        """Open a key.

        Raises SignerError when its file is missing, damaged, of another key, or closed to the
        passphrase; SecretError without a passphrase.
        """
        if keyid not in self._signers:
            path = self.path(keyid)
            signer = CryptoSigner(load_private_key(path, self._secrets))
            if signer.public_key.keyid != keyid:
                raise SignerError(
                    f"{path} holds another key than its name says",
                    hint="restore the directory private/ from a backup",
                )
            self._signers[keyid] = signer
        return self._signers[keyid]


def status_keyid(root: Root) -> str | None:
    """The key that a root names for the status role; None for a root of another tool."""
    keyid = root.unrecognized_fields.get(STATUS_KEY_FIELD)
    return keyid if isinstance(keyid, str) else None
