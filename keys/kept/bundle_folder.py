"""The last good trust bundle on disk: one small file, and the lists that it names by their digests.

`bundle.cbor` is replaced last and as a whole, so a reader sees an old state or a new one. A file of
`lists/` never changes under its name: it can be mapped into memory and shared by all processes.
"""

import hashlib
from pathlib import Path
from typing import Final

from keys import files
from keys.algorithms import KeyMaterialError
from keys.bundle import TrustBundle
from keys.errors import TrustBundleError
from keys.kept.mapped_file import map_file
from keys.kept.stored_bundle import FormerVersionError, StoredBundle
from spec.entry_policy import EntryPolicyError
from spec.errors import MalformedError
from spec.vaccines import VaccineTableError

__all__ = ["BUNDLE_FILE", "former", "keep", "list_path", "load", "open_stored", "replace", "sweep"]

BUNDLE_FILE: Final = "bundle.cbor"
_LISTS: Final = "lists"

_MAX_BUNDLE: Final = 8_388_608
"""Bytes of the file: a trust list and a vaccine table of a mebibyte each, and the digests of as
many lists as there are positions for."""
_FETCH_AGAIN: Final = "fetch it again with: dosepass-keys fetch URL --root root.json --into DIR"


def load(directory: Path, file: Path | None = None) -> TrustBundle:
    """The last good bundle of a directory, also when its time is over: the pipeline says so.

    `file` is a copy of the small file that counts in its place. Raises TrustBundleError when there
    is none, or when it or a list of it is damaged.
    """
    path = file or directory / BUNDLE_FILE
    try:
        return open_stored(directory, StoredBundle.from_cbor(_read(path)))
    except FileNotFoundError:
        raise TrustBundleError(
            f"there is no trust bundle in {directory}", hint=_FETCH_AGAIN
        ) from None
    except OSError as error:
        raise TrustBundleError(f"{path} cannot be read: {error.strerror}") from None
    except FormerVersionError:
        raise TrustBundleError(
            f"the trust bundle {path} is of a former version, without status lists",
            hint=_FETCH_AGAIN,
        ) from None
    except (MalformedError, KeyMaterialError, VaccineTableError, EntryPolicyError):
        raise TrustBundleError(f"the trust bundle {path} is damaged", hint=_FETCH_AGAIN) from None


def former(directory: Path) -> StoredBundle | None:
    """What the file says now, before it is replaced; None when there is none that can be read."""
    try:
        return StoredBundle.from_cbor(_read(directory / BUNDLE_FILE))
    except (FileNotFoundError, MalformedError):
        return None


def open_stored(directory: Path, stored: StoredBundle) -> TrustBundle:
    """Load the keys of a bundle and map its lists; each list is read through once.

    Raises TrustBundleError for a list that is missing or damaged, MalformedError,
    KeyMaterialError, VaccineTableError or EntryPolicyError.
    """

    def read(digest: bytes, length: int) -> memoryview:
        path = list_path(directory, digest)
        try:
            view = map_file(path)
        except OSError as error:
            raise TrustBundleError(
                f"the list {path} cannot be read: {error.strerror}", hint=_FETCH_AGAIN
            ) from None
        if len(view) != length or hashlib.sha256(view).digest() != digest:
            raise TrustBundleError(f"the list {path} is damaged", hint=_FETCH_AGAIN)
        return view

    return stored.open(read)


def list_path(directory: Path, digest: bytes) -> Path:
    """Where the list with a SHA-256 lies."""
    return directory / _LISTS / digest.hex()


def keep(directory: Path, data: bytes) -> bytes:
    """Put a list into its place, unless it lies there undamaged; gives its SHA-256."""
    digest = hashlib.sha256(data).digest()
    path = list_path(directory, digest)
    path.parent.mkdir(exist_ok=True)
    # A damaged file is replaced, not mended: processes may have mapped it.
    if not path.exists() or path.read_bytes() != data:
        files.write_atomically(path, data)
    return digest


def replace(directory: Path, stored: StoredBundle, before: StoredBundle | None) -> None:
    """Make a bundle the last good one, and remove lists that neither it nor the one before names.

    Those of the one before stay for processes that are just about to map them.
    """
    files.write_atomically(directory / BUNDLE_FILE, stored.to_cbor())
    bundles = (stored,) if before is None else (stored, before)
    named = {digest.hex() for bundle in bundles for digest in bundle.digests()}
    for path in (directory / _LISTS).glob("*"):
        if path.name not in named:
            path.unlink(missing_ok=True)


def sweep(directory: Path) -> None:
    """Remove what a killed refresh left half written; only for whoever holds the lock."""
    for folder in (directory, directory / _LISTS):
        files.sweep(folder)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MAX_BUNDLE + 1)
