"""The file of known sites: one name or code a line."""

from pathlib import Path
from typing import Final

from issuer.source import RecordFileError
from spec.names import clean_name

__all__ = ["SITES_FILE", "read_sites"]

SITES_FILE: Final = "sites.txt"
"""Where it lies in the home directory, when no other file is named."""


def read_sites(named: Path | None, default: Path) -> frozenset[str] | None:
    """The list of sites, case folded; without one, no site is unlisted. Raises RecordFileError."""
    path = named or (default if default.exists() else None)
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise RecordFileError("the list of sites is not UTF-8") from None
    return frozenset(clean_name(line).casefold() for line in lines if line.strip())
