"""A bundle as a source of records: from a file, or as the body of a message."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issuer.fhir.bundle import read_bundle
from issuer.register.models import RecordSource
from issuer.source import RecordFileError, SourceRow

__all__ = ["MAX_BUNDLE_BYTES", "Bundle", "bundle_of", "open_bundle"]

MAX_BUNDLE_BYTES: Final = 32 << 20
"""A bundle is in memory as a whole, unlike the other layouts; this is some ten thousand doses."""

MAX_PARTS: Final = 1 << 21
"""Objects and arrays of one: more than a bundle of that size has, each of which costs memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """A bundle that was read; a `Source`."""

    name: str
    digest: bytes
    """SHA-256 over its bytes."""
    doses: tuple[SourceRow, ...]
    kind: RecordSource = RecordSource.FHIR

    @property
    def lines(self) -> int:
        """How many doses it states."""
        return len(self.doses)

    def rows(self) -> Iterator[SourceRow]:
        """The doses in the order of their entries."""
        return iter(self.doses)


def bundle_of(data: bytes, name: str = "") -> Bundle:
    """Read a message. Raises BundleError for what is no bundle, RecordFileError for too much."""
    if len(data) > MAX_BUNDLE_BYTES:
        raise RecordFileError(
            f"the bundle is larger than {MAX_BUNDLE_BYTES >> 20} MB", hint="send it in parts"
        )
    if data.count(b"{") + data.count(b"[") > MAX_PARTS:
        raise RecordFileError("the bundle has too many parts", hint="send it in parts")
    doses = tuple(read_bundle(data))
    return Bundle(name=name, digest=hashlib.sha256(data).digest(), doses=doses)


def open_bundle(path: Path) -> Bundle:
    """Read a file. Raises as `bundle_of`, and OSError."""
    with path.open("rb") as file:
        data = file.read(MAX_BUNDLE_BYTES + 1)
    return bundle_of(data.removeprefix(b"\xef\xbb\xbf"), path.name)
