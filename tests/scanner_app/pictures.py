"""Pictures of codes for the scanner's tests."""

import io

import cv2
import numpy as np
import segno

from scanner_app.decoders import Picture

__all__ = ["code_picture", "png_bytes", "qr_picture"]


def qr_picture(text: str | bytes, *, scale: int = 6, border: int = 4) -> Picture:
    """A clean QR code at level M, as the issuer makes them."""
    return code_picture(segno.make(text, error="m", micro=False, boost_error=False), scale, border)


def code_picture(code: segno.QRCode, scale: int = 6, border: int = 4) -> Picture:
    """Any code of segno as pixels."""
    buffer = io.BytesIO()
    code.save(buffer, kind="png", scale=scale, border=border)
    picture = cv2.imdecode(np.frombuffer(buffer.getvalue(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def png_bytes(picture: Picture) -> bytes:
    """A picture as a PNG file."""
    written, data = cv2.imencode(".png", picture)
    assert written
    return bytes(data.tobytes())
