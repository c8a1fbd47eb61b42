"""Takes a body that is too large for memory into a file of its own, which is gone afterwards."""

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from issuer.api.call import Call
from issuer.api.problems import BAD_REQUEST, ProblemError, invalid
from keys.serving.body import (
    announced_length,
    body_stream,
    check_media_type,
    pass_over_body,
    read_piece,
    too_large,
)

__all__ = ["Uploaded", "uploaded"]

_PIECE: Final = 65_536
_PREFIX: Final = "dosepass-upload-"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A body on the disk."""

    path: Path
    size: int
    digest: bytes
    """SHA-256 over its bytes."""


@contextmanager
def uploaded(call: Call, media_types: Collection[str], most: int) -> Iterator[Uploaded]:
    """The body as a file that its owner alone can read, while the block runs.

    Raises ProblemError when it is of another type, empty, longer than `most`, or broken off.
    """
    check_media_type(call.environ, media_types)
    announced = announced_length(call.environ)
    if announced is not None and announced > most:
        if announced <= 2 * most:
            pass_over_body(call.environ, announced)
        raise too_large(most)
    handle, name = mkstemp(prefix=_PREFIX, dir=call.parts.folder)  # mode 0600
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            digest, size = hashlib.sha256(), 0
            stream = body_stream(call.environ)
            while piece := read_piece(stream, _PIECE):
                size += len(piece)
                if size > most:
                    raise too_large(most)
                digest.update(piece)
                file.write(piece)
        if announced is not None and size < announced:
            raise ProblemError(BAD_REQUEST, "Send as many bytes as Content-Length says.")
        if not size:
            raise invalid("Send a body that is not empty.")
        yield Uploaded(path, size, digest.digest())
    finally:
        path.unlink(missing_ok=True)
