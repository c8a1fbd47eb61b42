"""What a file really is, by its content: a JPEG, a PNG or a PDF, whole and of a sane size. Pure.

Nothing is decoded: neither pixels nor scripts. A name or a type that a sender states counts for
nothing.
"""

import struct
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, Final

from keys.errors import HintedError

__all__ = ["MAX_ATTACHMENT_BYTES", "AttachmentError", "PaperKind", "kind_of"]

MAX_ATTACHMENT_BYTES: Final = 8 * 1024 * 1024
"""A photo of a telephone takes two to five million."""
_MAX_SIDE: Final = 20_000
"""Pixels. A larger side is no photo, and a trap for whoever opens it."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_JPEG_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the frame headers, which state height and width."""
_JPEG_SCAN: Final = 0xDA
_PDF: Final = b"%PDF-1."
_PDF_END: Final = b"%%EOF"
_ACTIVE: Final = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
"""What a scan of a paper never has, and what runs when a careless reader opens it."""


class AttachmentError(HintedError):
    """A file cannot be taken as a paper."""

    code: ClassVar[str] = "attachment"


class PaperKind(StrEnum):
    """The kinds that are taken; the value is the ending of the file's name."""

    JPEG = "jpg"
    PNG = "png"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """For whoever hands it out; as an attachment, never to be shown inside a page."""
        return {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}[self.value]


def kind_of(data: bytes) -> PaperKind:
    """The kind of a file; raises AttachmentError for any other, and for one that is cut off."""
    if not data:
        raise AttachmentError("the file is empty")
    if len(data) > MAX_ATTACHMENT_BYTES:
        raise AttachmentError(
            f"the file has more than {MAX_ATTACHMENT_BYTES // 1024 // 1024} MiB",
            hint="take the photo with a lower resolution",
        )
    for kind, begins, is_whole in _CHECKS:
        if data.startswith(begins):
            if not is_whole(data):
                raise AttachmentError(
                    f"the file begins as a {kind.name} and is none, or is cut off",
                    hint="send the paper again",
                )
            return kind
    raise AttachmentError(
        "the file is neither a JPEG nor a PNG nor a PDF", hint="photograph or scan the paper"
    )


def _is_png(data: bytes) -> bool:
    """Whole chunks with right checksums, the header first, the end last and nothing behind it."""
    place = len(_PNG)
    seen: list[bytes] = []
    while place + 12 <= len(data) and b"IEND" not in seen:
        (length,) = struct.unpack_from(">I", data, place)
        chunk = data[place + 4 : place + 8 + length]
        if data[place + 8 + length : place + 12 + length] != struct.pack(">I", zlib.crc32(chunk)):
            return False
        if not seen and not (chunk[:4] == b"IHDR" and _is_size(*struct.unpack(">II", chunk[4:12]))):
            return False
        seen.append(chunk[:4])
        place += 12 + length
    return place == len(data) and b"IDAT" in seen and seen[-1] == b"IEND"


def _is_jpeg(data: bytes) -> bool:
    """Whole segments with a frame's size before the scan, and the end mark at the end."""
    end = data.rstrip(b"\x00")
    return end.endswith(b"\xff\xd9") and any(_is_size(*size) for size in _jpeg_sizes(data))


def _jpeg_sizes(data: bytes) -> Iterator[tuple[int, int]]:
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == _JPEG_SCAN:
            return
        (length,) = struct.unpack_from(">H", data, place + 2)
        if marker in _JPEG_SIZES:
            yield struct.unpack_from(">HH", data, place + 5)
        place += 2 + max(length, 2)


def _is_pdf(data: bytes) -> bool:
    """A whole one without scripts, actions and files inside, as far as they stand open."""
    return _PDF_END in data[-1024:] and not any(word in data for word in _ACTIVE)


def _is_size(one: int, other: int) -> bool:
    return 0 < one <= _MAX_SIDE and 0 < other <= _MAX_SIDE


_CHECKS: Final = (
    (PaperKind.JPEG, _JPEG, _is_jpeg),
    (PaperKind.PNG, _PNG, _is_png),
    (PaperKind.PDF, _PDF, _is_pdf),
)
