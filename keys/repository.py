"""The trust bundle as a TUF repository: signed metadata and targets as plain static files.

Every file is written atomically, and in an order in which a reader at any moment, or after a kill
at any point, finds a whole older state or a whole newer one: targets, then the metadata that names
them, the timestamp last. Versioned files are never rewritten; `publish` goes on from whatever the
last run left.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import (
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import (
    TOP_LEVEL_ROLE_NAMES,
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.repository import Repository

from keys.algorithms import PrivateKey
from keys.errors import PublishError
from keys.files import sweep, write_atomically

__all__ = ["ROLES", "Lives", "StaticRepository", "found"]

ROLES: Final = tuple(sorted(TOP_LEVEL_ROLE_NAMES))
"""root, snapshot, targets, timestamp: each with a key of its own."""

_TIMESTAMP_FILE: Final = "timestamp.json"
_RESTORE: Final = "restore the directory public/ from a backup, then publish again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lives:
    """How long each role's metadata count, from their signing; in seconds."""

    root: int
    targets: int
    snapshot: int
    timestamp: int

    def of(self, role: str) -> timedelta:
        """The life of one role's metadata."""
        return timedelta(seconds=getattr(self, role))


def found(public: Path, keys: Mapping[str, PrivateKey], lives: Lives, now: datetime) -> Path:
    """Make an empty repository whose first root names a key for each role; gives the root's path.

    This file is what every verifier pins: all later trust follows from it.
    """
    for folder in (public / "metadata", public / "targets"):
        folder.mkdir(parents=True)
    root = Root(consistent_snapshot=True, expires=now + lives.of(Root.type))
    for role in ROLES:
        root.add_key(CryptoSigner(keys[role]).public_key, role)
    metadata = Metadata(root)
    metadata.sign(CryptoSigner(keys[Root.type]))
    path = public / "metadata" / "1.root.json"
    write_atomically(path, metadata.to_bytes())
    return path


class StaticRepository(Repository):
    """The repository in a directory, edited with the private keys of some roles at one time."""

    def __init__(
        self, public: Path, keys: Mapping[str, PrivateKey], lives: Lives, now: datetime
    ) -> None:
        self._metadata = public / "metadata"
        self._targets = public / "targets"
        self._signers = {role: CryptoSigner(key) for role, key in keys.items()}
        self._lives = lives
        self._now = now

    def publish(self, contents: Mapping[str, bytes]) -> None:
        """Publish targets by name; afterwards nothing else is published.

        Metadata of content that did not change are kept until half of their life is over; only
        the timestamp is always new. Raises PublishError.
        """
        try:
            self._check_root()
            for folder in (self._metadata, self._targets):
                sweep(folder)
            for name, data in contents.items():
                self._write_target(name, data)
            self._publish_targets(contents)
            self.do_snapshot(force=self._aging(self.snapshot()))
            self.do_timestamp(force=True)
        except UnsignedMetadataError as error:
            raise PublishError(
                f"a role key is not the one that the root names: {error}",
                hint="restore the directory private/ from a backup, then publish again",
            ) from None
        except (RepositoryError, ValueError) as error:
            raise PublishError(
                f"the repository contradicts itself: {error}", hint=_RESTORE
            ) from None
        except OSError as error:
            raise PublishError(
                f"{error.filename or 'the repository'} cannot be written: {error.strerror}",
                hint="what is published stays as it was; mend this and publish again",
            ) from None

    def content(self, name: str) -> bytes | None:
        """The newest target of this name; None when there is none, or it is damaged.

        Raises PublishError when the metadata cannot be read.
        """
        try:
            target = self.targets().targets.get(name)
        except (RepositoryError, OSError) as error:
            raise PublishError(f"the metadata cannot be read: {error}", hint=_RESTORE) from None
        if target is None:
            return None
        try:
            data = (self._targets / f"{target.hashes['sha256']}.{name}").read_bytes()
            target.verify_length_and_hashes(data)
        except (LengthOrHashMismatchError, OSError):
            return None
        return data

    def root_expires(self) -> datetime:
        """When the root ends: no verifier accepts anything after that."""
        return self.root().expires

    def fresh_until(self) -> datetime:
        """When the newest publication ends."""
        return min(part.expires for part in (self.timestamp(), self.snapshot(), self.targets()))

    def open(self, role: str) -> Metadata[Any]:
        """Load a role's newest metadata, or make some that are not signed yet (TUF's interface)."""
        path = self._newest(role)
        if path is not None:
            return Metadata.from_file(str(path))
        if role == Root.type:
            raise RepositoryError("the root metadata are missing")
        return Metadata(_unsigned(role))

    def close(self, role: str, md: Metadata[Any]) -> None:
        """Sign a role's next version and write it (TUF's interface)."""
        md.signed.version += 1
        md.signed.expires = self._now + self._lives.of(role)
        md.sign(self._signers[role])
        # A key file that the root does not name must not put a broken version online.
        self.root().verify_delegate(role, md.signed_bytes, md.signatures)
        write_atomically(self._metadata / _file_name(role, md.signed.version), md.to_bytes())

    @property
    def targets_infos(self) -> dict[str, MetaFile]:
        """The targets version that the next snapshot names (TUF's interface)."""
        return {"targets.json": MetaFile(version=self.targets().version)}

    @property
    def snapshot_info(self) -> MetaFile:
        """The snapshot version that the next timestamp names (TUF's interface)."""
        return MetaFile(version=self.snapshot().version)

    def _check_root(self) -> None:
        if self.root_expires() <= self._now:
            raise PublishError(
                "the root metadata have expired: no verifier would accept a publication",
                hint="check the clock of this machine",
            )

    def _write_target(self, name: str, data: bytes) -> None:
        path = self._targets / f"{hashlib.sha256(data).hexdigest()}.{name}"
        if not path.exists() or path.read_bytes() != data:
            write_atomically(path, data)

    def _publish_targets(self, contents: Mapping[str, bytes]) -> None:
        wanted = {
            name: TargetFile.from_data(name, data, ["sha256"]) for name, data in contents.items()
        }
        current = self.targets()
        if current.targets == wanted and not self._aging(current):
            return
        with self.edit_targets() as targets:
            targets.targets = wanted

    def _aging(self, signed: Signed) -> bool:
        """Whether half of the life of some metadata is over."""
        return signed.expires - self._now < self._lives.of(signed.type) / 2

    def _newest(self, role: str) -> Path | None:
        """The file with a role's highest version, published or left by an interrupted run."""
        if role == Timestamp.type:
            path = self._metadata / _TIMESTAMP_FILE
            return path if path.exists() else None
        versions = [
            int(number)
            for path in self._metadata.glob(f"*.{role}.json")
            if (number := path.name.split(".", 1)[0]).isdecimal()
        ]
        return self._metadata / _file_name(role, max(versions)) if versions else None


def _unsigned(role: str) -> Signed:
    """Metadata of version 0, which is never written: closing them makes version 1."""
    kinds: dict[str, Callable[[], Signed]] = {
        Targets.type: Targets,
        Snapshot.type: Snapshot,
        Timestamp.type: Timestamp,
    }
    signed = kinds[role]()
    signed.version = 0
    return signed


def _file_name(role: str, version: int) -> str:
    return _TIMESTAMP_FILE if role == Timestamp.type else f"{version}.{role}.json"
