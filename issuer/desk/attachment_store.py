"""The folder of attached papers: random names, readable by the owner alone, never overwritten."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issuer.desk.paper_kinds import AttachmentError, PaperKind, kind_of
from keys.files import create_private

__all__ = ["ATTACHMENTS", "AttachmentStore", "Stored"]

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

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise AttachmentError("that is no name of a stored file")
        return self._folder / name
