"""Turns the bytes of a PNG, JPEG or PDF file into grey pages, and never into more than announced.

The size that a file declares is held against the bounds before a pixel is decoded. Nothing is read
from a path or written to one.
"""

import io
import warnings
from collections.abc import Iterator
from typing import Final

import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # it has none
from PIL import Image

from scanner_app.decoders import Picture
from verifier.pictures import PictureTooLargeError, UnreadablePictureError

__all__ = ["MAX_PAGES", "MAX_PIXELS", "pages_of"]

MAX_PIXELS: Final = 40_000_000
"""Of one picture: a sheet of A4 scanned at 600 dots an inch has 35 million."""
MAX_PAGES: Final = 10
"""Of one PDF file."""

_LONG_SIDE: Final = 3_000
"""Pixels of the long side of a PDF page as it is drawn, whatever size it declares: A4 at 257 dots
an inch, so that a module of a code one inch wide, less than half of what we print, has four."""
_MOST_FORM: Final = 200
"""The long side of a page over its short side; a thread is no page."""

_UNREADABLE: Final = "Send a whole, sound PNG, JPEG or PDF file."


def pages_of(data: bytes) -> Iterator[Picture]:
    """Give the pages of a PDF file, or the one picture of another, as grey pixels.

    Raises UnreadablePictureError or PictureTooLargeError; MemoryError where memory is bounded.
    """
    if data.startswith(b"%PDF-"):
        yield from _pdf_pages(data)
    else:
        yield _picture(data)


def _picture(data: bytes) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of sizes within our bound
            image: Image.Image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
            if image.width * image.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            return _grey(image)
    except Image.DecompressionBombError:
        raise PictureTooLargeError(f"Send a picture of at most {MAX_PIXELS:,} pixels.") from None
    except MemoryError:
        raise
    except Exception:  # Pillow raises some ten kinds of errors for broken files, and no one root.
        raise UnreadablePictureError(_UNREADABLE) from None


def _grey(image: Image.Image) -> Picture:
    image.draft("L", image.size)  # a JPEG file gives its brightness without its colours
    image.load()
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        white.alpha_composite(coloured)
        image = white
    if image.mode.startswith("I"):  # 16 bits: a plain conversion would cut them off at 255
        return np.asarray(np.asarray(image).astype(np.uint32) >> 8, np.uint8)
    return np.asarray(image.convert("L"), np.uint8)


def _pdf_pages(data: bytes) -> Iterator[Picture]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise UnreadablePictureError(f"{_UNREADABLE} It must ask for no password.") from None
    with document:
        if len(document) > MAX_PAGES:
            raise PictureTooLargeError(f"Send a PDF file of at most {MAX_PAGES} pages.")
        if len(document) == 0:
            raise UnreadablePictureError(_UNREADABLE)
        for number in range(len(document)):
            try:
                yield _drawn(document[number])
            except pypdfium2.PdfiumError:
                raise UnreadablePictureError(_UNREADABLE) from None


def _drawn(page: pypdfium2.PdfPage) -> Picture:
    width, height = page.get_size()
    if not 0 < max(width, height) <= _MOST_FORM * min(width, height):
        raise UnreadablePictureError(_UNREADABLE)
    bitmap = page.render(scale=_LONG_SIDE / max(width, height), grayscale=True)
    try:
        return np.array(bitmap.to_numpy(), np.uint8)
    finally:
        bitmap.close()
        page.close()
