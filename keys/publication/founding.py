"""The beginning of a repository: its first root, the delegation to the status role, every life."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import CryptoSigner, Key
from tuf.api.metadata import (
    TOP_LEVEL_ROLE_NAMES,
    DelegatedRole,
    Delegations,
    Metadata,
    Root,
    Targets,
)

from keys.algorithms import PrivateKey
from keys.publication.metadata_folder import MetadataFolder
from keys.publication.role_keys import ONLINE_ROLES, STATUS, STATUS_KEY_FIELD
from keys.settings import Settings

__all__ = ["ROLES", "STATUS_FOLDER", "Lives", "delegations_to", "found"]

ROLES: Final = (Root.type, *ONLINE_ROLES)
"""Each has a key of its own."""

STATUS_FOLDER: Final = f"{STATUS}/"
"""How the names of all targets begin that the status role signs for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lives:
    """How long each role's metadata count, from their signing; in seconds."""

    root: int
    targets: int
    status: int
    snapshot: int
    timestamp: int

    def of(self, role: str) -> timedelta:
        """The life of one role's metadata."""
        return timedelta(seconds=getattr(self, role))

    @classmethod
    def by(cls, settings: Settings) -> "Lives":
        """Take them from the settings of an authority."""
        return cls(
            root=settings.root_life,
            targets=settings.targets_life,
            status=settings.status_life,
            snapshot=settings.snapshot_life,
            timestamp=settings.timestamp_life,
        )


def found(public: Path, keys: Mapping[str, PrivateKey], lives: Lives, now: datetime) -> Path:
    """Make an empty repository whose first root names a key for each role; gives the root's path.

    This file is what every verifier pins: all later trust follows from it.
    """
    for folder in (public / "metadata", public / "targets"):
        folder.mkdir(parents=True)
    signers = {role: CryptoSigner(keys[role]) for role in ROLES}
    status_key = signers[STATUS].public_key
    root = Root(
        consistent_snapshot=True,
        expires=now + lives.of(Root.type),
        unrecognized_fields={STATUS_KEY_FIELD: status_key.keyid},
    )
    for role in TOP_LEVEL_ROLE_NAMES:
        root.add_key(signers[role].public_key, role)
    targets = Targets(expires=now + lives.of(Targets.type), delegations=delegations_to(status_key))
    metadata = MetadataFolder(public / "metadata")
    part: Metadata[Any]
    for part in (Metadata(targets), Metadata(root)):
        part.sign(signers[part.signed.type])
        metadata.write(part.signed.type, part)
    return metadata.file(Root.type, 1)


def delegations_to(status_key: Key) -> Delegations:
    """All of `status/` to the status role, and to no other after it."""
    role = DelegatedRole(
        STATUS, [status_key.keyid], 1, terminating=True, paths=[f"{STATUS_FOLDER}*"]
    )
    return Delegations(keys={status_key.keyid: status_key}, roles={STATUS: role})
