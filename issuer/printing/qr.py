"""The QR code of a certificate as PNG and SVG (specification, section 3), drawn on demand.

Alphanumeric mode, error correction level M exactly, the mask by the penalty rules of ISO/IEC 18004
and a quiet zone of four modules. Level M is not raised where the version has room to spare: every
certificate of a version then reads alike, and a test can tell what was asked from what was made.
"""

from io import BytesIO
from typing import Final

import segno
from PIL import Image, ImageOps

from spec.errors import MalformedError

__all__ = ["QUIET_ZONE", "modules", "png", "svg"]

QUIET_ZONE: Final = 4
"""Light modules around the symbol, as ISO/IEC 18004 asks."""

_LIGHT: Final = 0xFF
_DARK: Final = 0x00
_PIXELS: Final = bytes.maketrans(b"\x00\x01", bytes((_LIGHT, _DARK)))
"""From the symbol's modules, 1 for a dark one, to grey values."""


def png(text: str, scale: int = 8) -> bytes:
    """Draw a black and white PNG with `scale` pixels a module, quiet zone included.

    Raises MalformedError as `modules`, ValueError for a scale below 1.
    """
    if scale < 1:
        raise ValueError("scale: less than one pixel a module")
    picture = modules(text)
    size = picture.width * scale
    output = BytesIO()
    # Pillow enlarges and writes in a fifth of the time that segno's own PNG writer takes.
    picture.resize((size, size), Image.Resampling.NEAREST).save(output, "PNG")
    return output.getvalue()


def svg(text: str, quiet_zone: int = QUIET_ZONE) -> bytes:
    """Draw an SVG of one unit a module that fills the space it is given; raises as `modules`.

    Its ground is white and not transparent, so that it also reads on a dark page. Only who leaves
    as much white around it may ask for a narrower quiet zone.
    """
    output = BytesIO()
    _symbol(text).save(
        output, kind="svg", border=quiet_zone, light="#fff", svgclass=None, lineclass=None,
        omitsize=True,
    )  # fmt: skip
    return output.getvalue()


def modules(text: str) -> Image.Image:
    """Draw one black or white pixel a module, quiet zone included.

    Raises MalformedError for a text that alphanumeric mode cannot spell or no version can hold.
    """
    matrix = _symbol(text).matrix
    size = len(matrix)
    pixels = b"".join(matrix).translate(_PIXELS)
    picture = Image.frombytes("L", (size, size), pixels).convert("1", dither=Image.Dither.NONE)
    return ImageOps.expand(picture, border=QUIET_ZONE, fill=_LIGHT)


def _symbol(text: str) -> segno.QRCode:
    try:
        return segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False)
    except ValueError:
        # Not chained: segno quotes the text, which holds a person's data.
        raise MalformedError("QR code: the text is not alphanumeric or too long") from None
