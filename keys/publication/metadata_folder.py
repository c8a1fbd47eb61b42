"""TUF metadata as versioned files: read by role, written whole, the chain of roots checked."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from keys.files import write_atomically
from keys.publication.role_keys import STATUS

__all__ = ["MetadataFolder", "unsigned"]

_TIMESTAMP_FILE: Final = "timestamp.json"
_VERSION: Final = re.compile(r"[1-9][0-9]{0,9}")


class MetadataFolder:
    """The directory `metadata/` of a repository with consistent snapshots (TUF, section 6.2)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def versions(self, role: str) -> list[int]:
        """The versions that lie here, published or left by an interrupted run; oldest first."""
        numbers = (path.name.split(".", 1)[0] for path in self.path.glob(f"*.{role}.json"))
        return sorted(int(text) for text in numbers if _VERSION.fullmatch(text))

    def file(self, role: str, version: int) -> Path:
        """Where a version of a role lies; the timestamp is one file that is replaced."""
        return self.path / (_TIMESTAMP_FILE if role == Timestamp.type else f"{version}.{role}.json")

    def newest(self, role: str) -> Metadata[Any] | None:
        """A role's newest metadata, if it has any; raises RepositoryError when they are damaged."""
        if role == Timestamp.type:
            path = self.path / _TIMESTAMP_FILE
            return _read(path, role) if path.exists() else None
        versions = self.versions(role)
        return self.read(role, versions[-1]) if versions else None

    def read(self, role: str, version: int) -> Metadata[Any]:
        """One version of a role's metadata, not verified; raises RepositoryError."""
        path = self.file(role, version)
        metadata = _read(path, role)
        if role != Timestamp.type and metadata.signed.version != version:
            raise RepositoryError(f"{path.name} holds version {metadata.signed.version}")
        return metadata

    def write(self, role: str, metadata: Metadata[Any]) -> None:
        """Bring signed metadata online; raises OSError."""
        write_atomically(self.file(role, metadata.signed.version), metadata.to_bytes())

    def roots(self) -> list[Metadata[Root]]:
        """All roots, each verified by itself and by the one before it; raises RepositoryError.

        A client follows every step of this chain, so a gap stops it as surely as a forged root.
        """
        roots = [self.read(Root.type, version) for version in self.versions(Root.type)]
        if not roots or roots[0].signed.version != 1:
            raise RepositoryError("the root metadata are missing")
        for before, after in zip([roots[0], *roots], roots, strict=False):
            if after is not before and after.signed.version != before.signed.version + 1:
                raise RepositoryError(f"root {before.signed.version + 1} is missing")
            for root in (before, after):
                root.signed.verify_delegate(Root.type, after.signed_bytes, after.signatures)
        return roots


def unsigned(role: str) -> Metadata[Any]:
    """New metadata of version 0, which is never written: the first that is signed is version 1."""
    kinds: dict[str, Callable[[], Root | Targets | Snapshot | Timestamp]] = {
        Targets.type: Targets,
        STATUS: Targets,
        Snapshot.type: Snapshot,
        Timestamp.type: Timestamp,
    }
    metadata: Metadata[Any] = Metadata(kinds[role]())
    metadata.signed.version = 0
    return metadata


def _read(path: Path, role: str) -> Metadata[Any]:
    metadata: Metadata[Any] = Metadata.from_bytes(path.read_bytes())
    wanted = Targets.type if role == STATUS else role
    if metadata.signed.type != wanted:
        raise RepositoryError(f"{path.name} holds {metadata.signed.type} metadata")
    return metadata
