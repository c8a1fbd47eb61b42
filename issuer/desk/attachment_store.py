"""The folder of attached papers: random names, readable by the owner alone, never overwritten."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Final, NamedTuple

from issuer.desk.paper_kinds import AttachmentError, PaperKind, kind_of
from keys.files import create_private
from spec.certificate import Timestamp

__all__ = ["ATTACHMENTS", "AttachmentStore", "Stored", "StoredFile"]

ATTACHMENTS: Final = "attachments"
"""The folder, in the authority's home."""
_FOLDER_MODE: Final = 0o700
_NAME: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """One file as it was stored."""

    name: str
    kind: PaperKind
    size: int
    digest: bytes


class StoredFile(NamedTuple):
    """A file as it lies in the folder."""

    name: str
    size: int
    written_at: Timestamp


class AttachmentStore:
    """A folder whose files only this class names."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first file."""
        self._folder = folder

    def put(self, data: bytes) -> Stored:
        """Store a file whose content is that of a paper; raises AttachmentError, OSError."""
        kind = kind_of(data)
        self._folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        name = secrets.token_hex(16)
        create_private(self._folder / name, data)
        return Stored(name=name, kind=kind, size=len(data), digest=hashlib.sha256(data).digest())

    def get(self, name: str, digest: bytes) -> bytes:
        """Read a file back; raises AttachmentError when it is gone or not what was stored."""
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError:
            raise AttachmentError("the file is gone", hint="restore it from a backup") from None
        if hashlib.sha256(data).digest() != digest:
            raise AttachmentError(
                "the file is not what was stored", hint="restore it from a backup"
            )
        return data

    def remove(self, name: str) -> None:
        """Remove a file; one that is gone already is no fault."""
        self._path(name).unlink(missing_ok=True)

    def files_before(self, moment: Timestamp) -> Iterator[StoredFile]:
        """The files that were written before a time, in the order of their names."""
        paths = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        for path in paths:
            about = path.stat(follow_symlinks=False) if _NAME.fullmatch(path.name) else None
            if about is not None and S_ISREG(about.st_mode) and about.st_mtime < moment:
                yield StoredFile(path.name, about.st_size, Timestamp(int(about.st_mtime)))

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise AttachmentError("that is no name of a stored file")
        return self._folder / name
