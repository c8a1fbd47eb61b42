"""Old versions of what is published are removed, except what a refresh that has begun may need."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Snapshot, Targets

from keys.publication.metadata_folder import MetadataFolder
from keys.publication.role_keys import STATUS

__all__ = ["KEPT_VERSIONS", "prune"]

KEPT_VERSIONS: Final = 8
"""Newest versions of each role that stay: a client that read the timestamp before still finds the
snapshot that it names, and everything below it, until eight more publications are out."""

_TARGET_FILE: Final = re.compile(r"[0-9a-f]{64}\.(.+)")


def prune(folder: MetadataFolder, targets: Path) -> None:
    """Remove metadata that no kept snapshot needs, and the targets that only they name.

    Roots stay for ever, since a client follows their whole chain. Files of names that were never
    published are not ours and stay too. Targets go before the metadata that name them, so that an
    interrupted run can be taken up. Raises nothing: a file that cannot be removed waits.
    """
    kept = _kept(folder)
    dropped = [
        (role, version)
        for role in kept
        for version in folder.versions(role)
        if version not in kept[role]
    ]
    if not dropped:
        return
    wanted, known = _targets_of(folder, kept)
    known |= _targets_of(folder, _by_role(dropped))[1]
    _remove(
        [path for path in targets.rglob("*") if _is_old(path, targets, wanted, known)]
        + [folder.file(role, version) for role, version in dropped]
    )


def _kept(folder: MetadataFolder) -> dict[str, set[int]]:
    """The versions that stay: the newest of each role, and whatever a kept snapshot names."""
    roles = (Targets.type, STATUS, Snapshot.type)
    kept = {role: set(folder.versions(role)[-KEPT_VERSIONS:]) for role in roles}
    for version in kept[Snapshot.type]:
        snapshot = _read(folder, Snapshot.type, version)
        for role in (Targets.type, STATUS):
            meta = snapshot.signed.meta.get(f"{role}.json") if snapshot else None
            kept[role] |= {meta.version} if meta else set()
    return kept


def _by_role(versions: list[tuple[str, int]]) -> dict[str, set[int]]:
    return {role: {v for r, v in versions if r == role} for role, _ in versions}


def _targets_of(folder: MetadataFolder, versions: dict[str, set[int]]) -> tuple[set[str], set[str]]:
    """The target files that some metadata name, and their names without the hash."""
    files, names = set(), set()
    for role in versions.keys() & {Targets.type, STATUS}:
        for version in versions[role]:
            metadata = _read(folder, role, version)
            for target in metadata.signed.targets.values() if metadata else ():
                files |= set(target.get_prefixed_paths())
                names.add(target.path)
    return files, names


def _is_old(path: Path, targets: Path, wanted: set[str], known: set[str]) -> bool:
    """Whether a file is a target of ours that nothing names any more."""
    match = _TARGET_FILE.fullmatch(path.name)
    relative = path.relative_to(targets)
    return (
        match is not None
        and relative.as_posix() not in wanted
        and relative.with_name(match[1]).as_posix() in known
    )


def _read(folder: MetadataFolder, role: str, version: int) -> Metadata[Any] | None:
    """A version of some metadata; a damaged or missing one names nothing that anybody can use."""
    try:
        return folder.read(role, version)
    except (RepositoryError, OSError):
        return None


def _remove(paths: list[Path]) -> None:
    for path in paths:
        with suppress(OSError):  # the publication is out; the next run tries again
            path.unlink()
