"""The keys of those who may ask: a file of names, rates and hashes, and the keys in words.

A key is `dpk_`, an identifier by which it is found, and a secret of 256 random bits. The file holds
SHA-256 of the secret: a slow hash is for secrets that can be guessed, and would cost every request.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from keys.errors import HintedError
from keys.files import locked, write_atomically
from keys.times import from_rfc3339, to_rfc3339
from spec.certificate import Timestamp
from verifier.rate import Rate

__all__ = ["ApiKey", "ApiKeyError", "ApiKeys", "change", "load", "parse"]

_PREFIX: Final = "dpk"
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,30}[a-z0-9])?", re.ASCII)
_PRESENTED: Final = re.compile(r"dpk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", re.ASCII)
_SECRET_BYTES: Final = 32
_MODE: Final = 0o640
"""Whoever reads the file learns no key; who may change it decides who may ask."""
_MOST: Final = 4_096
"""Keys in one file: as many as there are counts of rates."""


class ApiKeyError(HintedError):
    """The file of keys cannot be used, or a key in it cannot be changed so."""

    code = "api_keys"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """What is kept of one key."""

    name: str
    """Whose it is, as the log tells it: never that of a person."""
    id: str
    digest: bytes
    """SHA-256 of the secret."""
    rate: Rate
    created_at: Timestamp
    revoked_at: Timestamp | None = None

    @classmethod
    def make(cls, name: str, rate: Rate, now: Timestamp) -> tuple["ApiKey", str]:
        """Make a new key; gives what is kept of it, and the key itself, which is not."""
        _check_name(name)
        identifier, secret = secrets.token_hex(8), secrets.token_urlsafe(_SECRET_BYTES)
        kept = cls(name=name, id=identifier, digest=_digest(secret), rate=rate, created_at=now)
        return kept, f"{_PREFIX}_{identifier}_{secret}"

    def to_json(self) -> dict[str, Any]:
        """A member of the file."""
        return {
            "name": self.name,
            "id": self.id,
            "sha256": self.digest.hex(),
            "rate": str(self.rate),
            "created_at": to_rfc3339(self.created_at),
            "revoked_at": None if self.revoked_at is None else to_rfc3339(self.revoked_at),
        }

    @classmethod
    def from_json(cls, member: Any) -> "ApiKey":
        """Read a member of the file; raises ValueError, KeyError or TypeError."""
        revoked = member["revoked_at"]
        digest = bytes.fromhex(member["sha256"])
        if len(digest) != hashlib.sha256().digest_size or not re.fullmatch(
            r"[0-9a-f]{16}", member["id"]
        ):
            raise ValueError("not a key")
        _check_name(member["name"])
        return cls(
            name=member["name"],
            id=member["id"],
            digest=digest,
            rate=Rate.parse(member["rate"]),
            created_at=from_rfc3339(member["created_at"]),
            revoked_at=None if revoked is None else from_rfc3339(revoked),
        )


class ApiKeys:
    """All keys of a file; names and identifiers are there once."""

    def __init__(self, keys: Iterable[ApiKey] = ()) -> None:
        """Take the keys; raises ApiKeyError when two have one name."""
        self._by_id: dict[str, ApiKey] = {}
        names: set[str] = set()
        for key in keys:
            if key.name in names or key.id in self._by_id:
                raise ApiKeyError(f"there is a key of the name {key.name}", hint=_ANOTHER_NAME)
            names.add(key.name)
            self._by_id[key.id] = key
        if len(self._by_id) > _MOST:
            raise ApiKeyError(f"more than {_MOST} keys", hint="remove revoked ones from the file")

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._by_id.values())

    def find(self, presented: str) -> ApiKey | None:
        """The key that somebody presents, unless it is unknown or revoked.

        It is found by its public part; the secret's hash is compared in constant time.
        """
        match = _PRESENTED.fullmatch(presented)
        if match is None:
            return None
        key = self._by_id.get(match[1])
        if key is None or not hmac.compare_digest(key.digest, _digest(match[2])):
            return None
        return key if key.revoked_at is None else None

    def revoked(self, name: str, now: Timestamp) -> "ApiKeys":
        """The same with one key revoked; raises ApiKeyError when there is none to revoke."""
        found = [key for key in self if key.name == name]
        if not found:
            raise ApiKeyError(f"there is no key of the name {name}", hint="see keys list")
        if found[0].revoked_at is not None:
            raise ApiKeyError(f"the key of {name} is revoked already")
        return ApiKeys(replace(key, revoked_at=now) if key.name == name else key for key in self)


def load(path: Path) -> ApiKeys:
    """Read a file of keys; raises ApiKeyError."""
    try:
        return parse(path.read_bytes(), path)
    except FileNotFoundError:
        raise ApiKeyError(
            f"there is no file of keys at {path}", hint="make one: dosepass-verifier keys add"
        ) from None


def parse(data: bytes, path: Path) -> ApiKeys:
    """Read what a file of keys held; raises ApiKeyError."""
    try:
        document = json.loads(data)
        return ApiKeys(ApiKey.from_json(member) for member in document["keys"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ApiKeyError(f"{path} is not a file of keys") from error


def change(path: Path, edit: Callable[[ApiKeys], ApiKeys]) -> None:
    """Change a file of keys, nobody else doing so meanwhile; without a file there are no keys yet.

    Raises ApiKeyError, or OSError when it cannot be written; the file is then as before.
    """
    with locked(path.with_name(f".{path.name}.lock")):
        keys = load(path) if path.exists() else ApiKeys()
        document = {"keys": [key.to_json() for key in edit(keys)]}
        write_atomically(path, json.dumps(document, indent=1).encode() + b"\n", _MODE)


_ANOTHER_NAME: Final = "choose another; a name is never used again, so that the log stays true"


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ApiKeyError(
            "the name of a key has from 1 to 32 small letters, digits, dots or hyphens"
        )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
