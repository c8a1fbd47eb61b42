"""The files of a root ceremony on disk: read within limits, written once, never overwritten."""

from collections.abc import Iterable
from pathlib import Path

from securesystemslib.signer import SSlibKey

from keys.files import write_atomically
from keys.root.ceremony import PartialSignature, check_present
from keys.root.custodians import CeremonyError, key_from_json
from keys.root.draft import MAX_ROOT_LENGTH, RootFile

__all__ = [
    "read_keys",
    "read_present",
    "read_root",
    "read_signatures",
    "refuse_existing",
    "write_new",
]

_LIMIT = MAX_ROOT_LENGTH + 1


def read_root(path: Path) -> RootFile:
    """Read a root, signed or not; raises CeremonyError."""
    return RootFile.from_json(_read(path), path.name)


def read_present(path: Path) -> RootFile:
    """Read a root that has to be signed by its own custodians; raises CeremonyError."""
    present = read_root(path)
    check_present(present)
    return present


def read_keys(paths: Iterable[Path]) -> list[SSlibKey]:
    """Read the public keys of custodians; raises CeremonyError."""
    return [key_from_json(_read(path), path.name) for path in paths]


def read_signatures(paths: Iterable[Path]) -> dict[str, PartialSignature]:
    """Read partial signatures, each under the path that it came from; raises CeremonyError."""
    return {str(path): PartialSignature.from_json(_read(path), str(path)) for path in paths}


def refuse_existing(path: Path) -> None:
    """Raise CeremonyError when there is something at a path."""
    if path.exists() or path.is_symlink():
        raise CeremonyError(
            f"{path} exists and is not overwritten",
            hint="name another file, or move this one away if it is needed no more",
        )


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, and its folder if need be; raises CeremonyError."""
    refuse_existing(path)
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, data)
    except OSError as error:
        raise CeremonyError(
            f"{path} cannot be written: {error.strerror}",
            hint="name a file in a folder that exists, and that you may write to",
        ) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LIMIT)
    except OSError as error:
        raise CeremonyError(
            f"{path} cannot be read: {error.strerror}", hint="check the name of the file"
        ) from None
