"""The QR engines behind one Protocol: each may be absent, and each may fail on a hostile code."""

import importlib
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Corners",
    "Decoder",
    "Found",
    "MissingEngine",
    "OpenCvDecoder",
    "Picture",
    "PyzbarDecoder",
    "ZxingDecoder",
    "as_picture",
    "available_decoders",
    "luminance",
]

Picture: TypeAlias = NDArray[np.uint8]
"""Rows, columns and, where there are colours, blue-green-red channels."""

Corners: TypeAlias = tuple[tuple[int, int], ...]
"""The corner points of a code in pixels, x before y, in order around it."""

_SMALLEST_SIDE: Final = 21
"""Pixels: the smallest QR code has 21 modules, so nothing smaller can hold one."""
_GREATEST_SIDE: Final = 4096
"""Pixels: larger pictures are shrunk first, which bounds time and memory for hostile ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One code that an engine read."""

    data: bytes
    """The bytes in the code, before any guess at their alphabet where the engine gives them."""
    corners: Corners
    engine: str
    guess: str
    """What the engine takes the bytes to say."""

    @property
    def text(self) -> str:
        """The bytes as UTF-8, else what the engine guessed.

        Certificates are pure ASCII, so no guess can spoil them. Engines that guess the alphabet
        first misread a third of Vietnamese identity cards.
        """
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError:
            return self.guess


@dataclass(frozen=True, slots=True)
class MissingEngine:
    """An engine that cannot be used here, and what would change that."""

    name: str
    hint: str


class Decoder(Protocol):
    """Reads QR codes out of pictures."""

    name: str

    def decode(self, frame: Picture) -> list[Found]:
        """Give all QR codes in a picture; empty for none, and for a picture that is not one."""
        ...


class ZxingDecoder:
    """zxing-cpp: the fastest engine, and the one that reads the most."""

    name = "zxing-cpp"

    def __init__(self, *, downscale: bool = True) -> None:
        """With `downscale` it also looks at the picture halved, which only large codes need."""
        self._downscale = downscale
        self._zxing: Any = importlib.import_module("zxingcpp")
        # Model 2 only: the plain QRCode format takes in Micro QR, which misreads noise as codes.
        self._format = self._zxing.BarcodeFormat.QRCodeModel2

    def decode(self, frame: Picture) -> list[Found]:
        """Read with the raw bytes of each code."""
        gray = luminance(frame)
        if gray is None:
            return []
        try:
            codes = self._zxing.read_barcodes(
                gray,
                formats=self._format,
                try_downscale=self._downscale,
                text_mode=self._zxing.TextMode.Plain,
            )
            return [self._found(code) for code in codes if code.valid]
        except Exception:  # Any engine may raise anything on a hostile code; the next frame counts.
            return []

    def _found(self, code: Any) -> Found:
        position = code.position
        points = (
            position.top_left,
            position.top_right,
            position.bottom_right,
            position.bottom_left,
        )
        corners = tuple((int(point.x), int(point.y)) for point in points)
        data = bytes(code.bytes)
        return Found(data=data, corners=corners, engine=self.name, guess=str(code.text))


class PyzbarDecoder:
    """pyzbar over libzbar: reads some codes that zxing-cpp misses, twenty times slower."""

    name = "pyzbar"

    def __init__(self) -> None:
        self._pyzbar: Any = importlib.import_module("pyzbar.pyzbar")
        self._symbols = [self._pyzbar.ZBarSymbol.QRCODE]

    def decode(self, frame: Picture) -> list[Found]:
        """Read; libzbar has already guessed the alphabet of anything that is not ASCII."""
        gray = luminance(frame)
        if gray is None:
            return []
        try:
            codes = self._pyzbar.decode(gray, symbols=self._symbols)
            return [self._found(code) for code in codes]
        except Exception:  # Structured Append, for one, ends in a ValueError inside pyzbar.
            return []

    def _found(self, code: Any) -> Found:
        corners = tuple((int(point.x), int(point.y)) for point in code.polygon)
        data = bytes(code.data)
        return Found(data=data, corners=corners, engine=self.name, guess=data.decode("latin-1"))


class OpenCvDecoder:
    """The QR detector inside OpenCV: always there when the scanner is, and the weakest reader."""

    name = "opencv"

    def __init__(self) -> None:
        self._detector = cv2.QRCodeDetector()

    def decode(self, frame: Picture) -> list[Found]:
        """Read with the raw bytes of each code."""
        gray = luminance(frame)
        if gray is None:
            return []
        try:
            read, datas, quads, _ = self._detector.detectAndDecodeBytesMulti(gray)
            if not read:
                return []
            pairs = zip(datas, quads, strict=True)
            return [self._found(bytes(data), quad) for data, quad in pairs if data]
        except Exception:  # cv2.error, UnicodeDecodeError: codes it half understands.
            return []

    def _found(self, data: bytes, quad: Any) -> Found:
        corners = tuple((int(x), int(y)) for x, y in quad)
        return Found(data=data, corners=corners, engine=self.name, guess=data.decode("latin-1"))


_ENGINES: Final = (
    (ZxingDecoder, "pip install zxing-cpp"),
    (PyzbarDecoder, "pip install pyzbar, and libzbar (Debian: apt install libzbar0)"),
    (OpenCvDecoder, "pip install opencv-python"),
)


def available_decoders() -> tuple[list[Decoder], list[MissingEngine]]:
    """Give the engines that work here, best first, and those that are missing."""
    decoders: list[Decoder] = []
    missing = []
    for engine, hint in _ENGINES:
        try:
            decoders.append(engine())
        except (ImportError, OSError, AttributeError):  # No package, no library, or one too old.
            missing.append(MissingEngine(engine.name, hint))
    return decoders, missing


def luminance(frame: Picture) -> Picture | None:
    """Give the grey picture that the engines read, or None where no code can be."""
    if frame.dtype != np.uint8 or frame.ndim not in (2, 3) or min(frame.shape) < 1:
        return None
    height, width = frame.shape[:2]
    if min(height, width) < _SMALLEST_SIDE:
        return None
    if max(height, width) > _GREATEST_SIDE:
        scale = _GREATEST_SIDE / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        frame = as_picture(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))
    return _gray(frame)


def _gray(frame: Picture) -> Picture | None:
    if frame.ndim == 2:
        return np.ascontiguousarray(frame)
    if frame.shape[2] == 1:
        return np.ascontiguousarray(frame[:, :, 0])
    conversions = {3: cv2.COLOR_BGR2GRAY, 4: cv2.COLOR_BGRA2GRAY}
    conversion = conversions.get(frame.shape[2])
    return None if conversion is None else as_picture(cv2.cvtColor(frame, conversion))


def as_picture(array: Any) -> Picture:
    """Take OpenCV's word that a picture of bytes stays one."""
    picture: Picture = array
    return picture
