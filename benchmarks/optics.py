"""Light, lens and sensor: what lies between a thing before the camera and the camera's JPEG."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FOCAL",
    "HEIGHT",
    "WIDTH",
    "Conditions",
    "Floats",
    "Picture",
    "Random",
    "as_picture",
    "exposed",
    "levels_of",
    "room",
    "shaded",
    "smeared",
    "with_glare",
    "with_moire",
]

Picture: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
Random: TypeAlias = np.random.Generator

WIDTH: Final = 1280
HEIGHT: Final = 720
FOCAL: Final = 1100.0
"""Pixels: a webcam with a horizontal view of 60 degrees."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """How a photograph is taken. Angles in degrees, lengths in pixels of the frame."""

    height: float = 0.9
    """Share of the frame's height that the subject takes."""
    yaw: float = 6.0
    pitch: float = 5.0
    roll: float = 4.0
    blur: float = 0.7
    """Standard deviation of the lens's blur."""
    motion: float = 0.0
    """Length of the smear of a moving hand."""
    light: float = 1.0
    """Share of good light."""
    noise: float = 3.0
    """Standard deviation of the sensor's noise in levels of 255, at half brightness."""
    glare: float = 0.25
    """How strongly a lamp is reflected; 1 turns its streak white."""
    moire: float = 0.0
    """How strongly the pixels of a screen and of the sensor interfere; 1 takes all light."""
    curve: float = 0.0
    """Half the angle that a bent sheet takes of a cylinder; 0 is flat."""
    quality: int = 85
    """Of the JPEG that the camera sends."""


def room(random: Random) -> Floats:
    """A room out of focus: a wall, a counter, a few dark shapes and lamps, in muted colours."""
    width, height = WIDTH // 4, HEIGHT // 4
    scene = np.empty((height, width, 3), np.float32)
    horizon = int(random.uniform(0.6, 0.85) * height)
    scene[:horizon] = _muted(random, random.uniform(110, 175))
    scene[horizon:] = _muted(random, random.uniform(60, 110))
    for _ in range(7):
        left, top = int(random.uniform(-0.1, 1) * width), int(random.uniform(-0.2, 0.7) * height)
        right = left + int(random.uniform(0.05, 0.25) * width)
        bottom = top + int(random.uniform(0.2, 0.8) * height)
        tone = _muted(random, random.uniform(35, 190))
        cv2.rectangle(scene, (left, top), (right, bottom), tone, -1)
    for _ in range(3):
        centre = (int(random.uniform(0, width)), int(random.uniform(0, height // 3)))
        cv2.circle(scene, centre, int(random.uniform(4, 11)), (190, 225, 245), -1)
    scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), random.uniform(3, 6)), np.float32)
    fall = np.linspace(random.uniform(0.7, 1), random.uniform(0.7, 1), width, dtype=np.float32)
    lit = cv2.resize(scene * fall[None, :, None], (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(lit, np.float32)


def _muted(random: Random, level: float) -> tuple[float, float, float]:
    """A colour of a brightness, not far from grey."""
    blue, green, red = (float(level + shift) for shift in random.uniform(-16, 16, 3))
    return blue, green, red


def shaded(scene: Floats, mask: Floats) -> Floats:
    """The subject darkens what is right behind it."""
    moved = np.roll(mask, (14, 10), axis=(0, 1))
    soft = cv2.GaussianBlur(moved, (0, 0), 18)
    darker: Floats = scene * (1 - 0.45 * soft[:, :, None])
    return darker


def with_glare(pixels: Floats, strength: float, random: Random) -> Floats:
    """A slanting streak of a lamp, and a weak veil over all of the glass."""
    angle = random.uniform(0.5, 1.1)
    x = np.arange(WIDTH, dtype=np.float32)[None, :] - WIDTH * random.uniform(0.4, 0.6)
    y = np.arange(HEIGHT, dtype=np.float32)[:, None] - HEIGHT * random.uniform(0.3, 0.7)
    across = x * float(np.cos(angle)) + y * float(np.sin(angle))
    streak = np.exp(-((across / random.uniform(26, 48)) ** 2))
    streak += 0.4 * np.exp(-(((across - 110) / 16) ** 2))
    amount = (strength * streak + 0.05)[:, :, None].clip(0, 1)
    lit: Floats = pixels * (1 - amount) + 250 * amount
    return lit


def with_moire(pixels: Floats, strength: float, random: Random) -> Floats:
    """Slanting bands, a little apart for each colour, where two grids of pixels almost agree."""
    if not strength:
        return pixels
    x = np.arange(WIDTH, dtype=np.float32)[None, :]
    y = np.arange(HEIGHT, dtype=np.float32)[:, None]
    dimmed = pixels
    for _ in range(2):
        angle, period = random.uniform(0, np.pi), random.uniform(3.5, 14)
        along = (x * float(np.cos(angle)) + y * float(np.sin(angle))) * float(2 * np.pi / period)
        shift = random.uniform(0, 2 * np.pi) + np.array((0.0, 0.5, 1.0), np.float32)
        bands = 0.5 + 0.5 * np.sin(along[:, :, None] + shift.astype(np.float32))
        dimmed = dimmed * (1 - strength / 2 * bands)
    return np.asarray(dimmed, np.float32)


def exposed(scene: Floats, conditions: Conditions, random: Random) -> Picture:
    """Lens, shutter, sensor and the camera's JPEG, in this order."""
    seen = cv2.GaussianBlur(scene, (0, 0), conditions.blur)
    if conditions.motion >= 1:
        angle = random.uniform(0, np.pi)
        length = conditions.motion
        seen = smeared(seen, length * float(np.cos(angle)), length * float(np.sin(angle)))
    levels = np.asarray(seen, np.float32) * conditions.light
    # Light arrives in quanta: brighter parts vary more, and a dim sensor adds its own noise.
    spread = conditions.noise * np.sqrt(0.35 + levels / 196)
    levels = levels + random.standard_normal(levels.shape, np.float32) * spread
    quality = [cv2.IMWRITE_JPEG_QUALITY, conditions.quality]
    _, jpeg = cv2.imencode(".jpg", levels_of(levels), quality)
    return as_picture(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))


def smeared(scene: Any, across: float, down: float) -> Floats:
    """Move a scene by so many pixels while the shutter is open; less than one leaves no trace."""
    length = float(np.hypot(across, down))
    if length < 1:
        return np.asarray(scene, np.float32)
    side = 2 * int(length) + 3
    kernel = np.zeros((side, side), np.float32)
    middle = side / 2 - 0.5
    for step in np.linspace(-0.5, 0.5, 8 * side):
        kernel[round(middle + step * down), round(middle + step * across)] += 1
    return np.asarray(cv2.filter2D(scene, -1, kernel / kernel.sum()), np.float32)


def levels_of(values: Any) -> Picture:
    """Cut values to the 256 levels of a byte."""
    return as_picture(np.clip(values, 0, 255).astype(np.uint8))


def as_picture(array: Any) -> Picture:
    """Take OpenCV's word that a picture of bytes stays one."""
    picture: Picture = array
    return picture
