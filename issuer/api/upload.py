"""Takes a body that is too large for memory into a file of its own, which is gone afterwards."""

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
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


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A body on the disk."""

    path: Path
    """Where this process has it open; others of its user may read it there too."""
    size: int
    digest: bytes
    """SHA-256 over its bytes."""


@contextmanager
def uploaded(call: Call, media_types: Collection[str], most: int) -> Iterator[Uploaded]:
    """The body as a file without a name, while the block runs: killed, the service leaves none.

    Raises ProblemError when it is of another type, empty, longer than `most`, or broken off.
    """
    check_media_type(call.environ, media_types)
    announced = announced_length(call.environ)
    if announced is not None and announced > most:
        if announced <= 2 * most:
            pass_over_body(call.environ, announced)
        raise too_large(most)
    with TemporaryFile(dir=call.parts.folder) as file:
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
        file.flush()
        yield Uploaded(Path(f"/proc/{os.getpid()}/fd/{file.fileno()}"), size, digest.digest())
