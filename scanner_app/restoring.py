"""Undoes, on the small part of a frame where a code is, what lens, hand and screen did to it.

Each of these takes one or two milliseconds on a code of 350 pixels. None knows how strong the
trouble was: each tries one strength, and the engine's error correction covers what is left. A wrong
guess gives a picture that reads as nothing, never as another text.
"""

from functools import cached_property
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner_app.decoders import Picture, as_picture

__all__ = ["Crop"]

_ENLARGED: Final = 1.5
"""Dense codes have three or four pixels a module, and engines want five."""
_LARGEST: Final = 720
"""Pixels of a side after enlarging: larger codes need none, and time grows with the square."""
_MOST: Final = 1400
"""Pixels of a side: a larger part is shrunk first; a code of 77 modules then has 16 a module."""
_EDGE: Final = 16
"""Pixels repeated around a picture before it is turned into a spectrum, whose ends meet."""
_LENS: Final = 0.8
"""Standard deviation in pixels of the blur that every lens adds to a smear."""

_LIFTED: Final = np.asarray(255 * (np.arange(256) / 255) ** 0.5, np.uint8)
"""The root of each level."""

Floats: TypeAlias = NDArray[np.float32]


class Crop:
    """A part of a frame, and the ways to restore it; what several of them need is made once."""

    def __init__(self, pixels: Picture) -> None:
        side = max(pixels.shape)
        shrunk = min(1.0, _MOST / side)
        self.pixels = pixels if shrunk == 1.0 else _resized(pixels, shrunk, cv2.INTER_AREA)
        self._growth = max(1.0, min(_ENLARGED, _LARGEST / side))
        self.scale = shrunk * self._growth
        """How much larger the restored pictures are than the part of the frame."""

    def enlarged(self) -> Picture:
        """Enlarged with a cubic filter."""
        return self._enlarged(self.pixels)

    def sharpened(self, sigma: float, amount: float) -> Picture:
        """Enlarged, and the difference to a blurred copy added: undoes a lens out of focus."""
        picture = self.enlarged()
        blurred = cv2.GaussianBlur(picture, (0, 0), sigma)
        return as_picture(cv2.addWeighted(picture, 1 + amount, blurred, -amount, 0))

    def softened(self, sigma: float) -> Picture:
        """Blurred, then enlarged: takes out noise, and the moire between screen and sensor."""
        return self._enlarged(as_picture(cv2.GaussianBlur(self.pixels, (0, 0), sigma)))

    def softened_and_sharpened(self) -> Picture:
        """Blurred against the noise of a dark frame, then sharpened to bring the modules back."""
        picture = self.softened(sigma=1.0)
        blurred = cv2.GaussianBlur(picture, (0, 0), 5.0)
        return as_picture(cv2.addWeighted(picture, 3.0, blurred, -2.0, 0))

    def cleaned(self) -> Picture:
        """Each pixel replaced by the median around it, then enlarged: takes out single pixels."""
        return self._enlarged(as_picture(cv2.medianBlur(self.pixels, 3)))

    def evened(self) -> Picture:
        """Contrast made equal everywhere, then enlarged: takes out a veil, a shadow, the dusk."""
        equalizer = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4))
        return self._enlarged(as_picture(equalizer.apply(self.pixels)))

    def thresholded(self) -> Picture:
        """Enlarged, and black or white by the mean around each pixel."""
        picture = self.enlarged()
        side = max(3, min(picture.shape) // 10 | 1)
        method, kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
        return as_picture(cv2.adaptiveThreshold(picture, 255, method, kind, side, 0))

    def brightened(self) -> Picture:
        """Enlarged, with dark grey lifted: bands that dim a screen fall apart from its modules."""
        return as_picture(cv2.LUT(self.enlarged(), _LIFTED))

    def refocused(self, sigma: float) -> Picture:
        """Undo a lens's blur of a standard deviation in pixels by a Wiener filter, and enlarge."""
        down, across = self._frequencies
        return self._filtered(_blur(sigma, down) * _blur(sigma, across), noise=0.01)

    def unsmeared(self, length: float) -> Picture:
        """Undo a straight smear of a length in pixels by a Wiener filter, and enlarge.

        Its direction is the one in which the picture changes least.
        """
        down, across = self._frequencies
        angle = self.direction
        along = across * np.float32(np.cos(angle)) + down * np.float32(np.sin(angle))
        kept = _sinc(np.float32(length) * along)
        kept *= _blur(_LENS, down)
        kept *= _blur(_LENS, across)
        return self._filtered(kept, noise=0.03)

    @property
    def direction(self) -> float:
        """The angle in radians, from right to down, along which the picture changes least."""
        return self._tensor[0]

    @property
    def smear(self) -> float:
        """How much less it changes along `direction` than across: 0 not at all, 1 wholly."""
        return self._tensor[1]

    @cached_property
    def _tensor(self) -> tuple[float, float]:
        across = cv2.Sobel(self.pixels, cv2.CV_32F, 1, 0)
        down = cv2.Sobel(self.pixels, cv2.CV_32F, 0, 1)
        xx, yy, xy = (
            float(cv2.mean(cv2.multiply(one, other))[0])
            for one, other in ((across, across), (down, down), (across, down))
        )
        spread = float(np.hypot(xx - yy, 2 * xy))
        most = (xx + yy + spread) / 2
        least = (xx + yy - spread) / 2
        angle = float(np.arctan2(2 * xy, xx - yy)) / 2 + np.pi / 2
        return angle, 1 - least / most if most > 0 else 0.0

    @cached_property
    def _spectrum(self) -> Floats:
        height, width = self.pixels.shape
        below = cv2.getOptimalDFTSize(height + 2 * _EDGE) - height - _EDGE
        beside = cv2.getOptimalDFTSize(width + 2 * _EDGE) - width - _EDGE
        padded = cv2.copyMakeBorder(self.pixels, _EDGE, below, _EDGE, beside, cv2.BORDER_REPLICATE)
        return np.asarray(
            cv2.dft(padded.astype(np.float32), flags=cv2.DFT_COMPLEX_OUTPUT), np.float32
        )

    @property
    def _frequencies(self) -> tuple[Floats, Floats]:
        """Those of the spectrum's rows and columns, in waves a pixel."""
        height, width = self._spectrum.shape[:2]
        down, across = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
        return down.astype(np.float32), across.astype(np.float32)

    def _filtered(self, kept: Floats, noise: float) -> Picture:
        """Give back what was lost, where `kept` is what is left of each frequency.

        `noise` is the sensor's against the picture's power: it stops noise from being given back.
        """
        gain = kept / (kept * kept + np.float32(noise))
        changed = self._spectrum * gain[:, :, None]
        flat = cv2.idft(changed, flags=cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE)
        height, width = self.pixels.shape
        inner = flat[_EDGE : _EDGE + height, _EDGE : _EDGE + width]
        return self._enlarged(as_picture(cv2.convertScaleAbs(np.maximum(inner, 0))))

    def _enlarged(self, picture: Picture) -> Picture:
        if self._growth == 1.0:
            return picture
        return _resized(picture, self._growth, cv2.INTER_CUBIC)


def _resized(picture: Picture, scale: float, method: int) -> Picture:
    height, width = picture.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return as_picture(cv2.resize(picture, size, interpolation=method))


def _blur(sigma: float, frequencies: Floats) -> Floats:
    """What a blur of a standard deviation in pixels keeps of frequencies along one axis."""
    kept: Floats = np.exp(np.float32(-2 * (np.pi * sigma) ** 2) * frequencies**2)
    return kept


def _sinc(values: Floats) -> Floats:
    """The sine of pi x over pi x: a quarter of NumPy's time, for it stays with four bytes."""
    angles = values * np.float32(np.pi)
    angles[angles == 0] = np.float32(1e-6)
    waves: Floats = np.sin(angles) / angles
    return waves
