"""Pictures of codes: what a camera would see, and files to upload."""

from io import BytesIO
from pathlib import Path

import numpy as np
import segno
from PIL import Image

__all__ = ["jpeg_of", "picture_of", "video_of"]

_GREY = 150


def picture_of(*texts: str, size: tuple[int, int] = (1280, 720)) -> Image.Image:
    """A grey wall with the codes of some texts side by side."""
    wall = Image.fromarray(np.full((size[1], size[0], 3), _GREY, np.uint8))
    for number, text in enumerate(texts):
        buffer = BytesIO()
        segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=6)
        code = Image.open(buffer).convert("RGB")
        middle = round(size[0] * (number + 0.5) / len(texts))
        wall.paste(code, (middle - code.width // 2, (size[1] - code.height) // 2))
    return wall


def jpeg_of(picture: Image.Image) -> bytes:
    """The file of a picture."""
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def video_of(text: str, path: Path) -> Path:
    """A film for Chromium's camera of a code that is held still: JPEG pictures in a row."""
    frame = jpeg_of(picture_of(text))
    path.write_bytes(frame * 5)
    return path
