"""Files of pictures as strangers may send them."""

import io
from typing import Any

import numpy as np
from PIL import Image

from scanner_app.decoders import Picture
from tests.scanner_app.pictures import qr_picture

__all__ = ["encoded", "of_text", "pdf_of", "seeming_codes"]


def encoded(picture: Any, kind: str = "PNG", **options: Any) -> bytes:
    """A file of an array or an image."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def of_text(text: str, kind: str = "PNG", **options: Any) -> bytes:
    """A file of a clean code."""
    return encoded(qr_picture(text), kind, **options)


def pdf_of(*texts: str) -> bytes:
    """A PDF file with a code on each page, and an empty page for an empty text."""
    pages = [
        Image.fromarray(qr_picture(text)) if text else Image.new("RGB", (300, 300), "white")
        for text in texts
    ]
    return encoded(pages[0], "PDF", save_all=True, append_images=pages[1:])


def seeming_codes(side: int) -> Picture:
    """Nothing but the corner marks of QR codes: engines try every three of them for ever."""
    mark = np.full((9, 9), 255, np.uint8)
    mark[1:8, 1:8] = 0
    mark[2:7, 2:7] = 255
    mark[3:6, 3:6] = 0
    return np.tile(mark, (side // 9, side // 9))
