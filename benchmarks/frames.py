"""Photograph-like camera frames of cards, paper and codes: what a webcam at a barrier might see.

Everything is drawn from a seed, so that the same call gives the same frame. The demo reads its
certificates from such frames, the tests measure the engines on them. As a program:
`python -m benchmarks.frames PICTURE OUT.jpg --kind tilted --seed 1`.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "KINDS",
    "Conditions",
    "Subject",
    "empty_scene",
    "frame_of",
    "on_paper",
    "on_phone",
    "photograph",
]

Picture: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
Random: TypeAlias = np.random.Generator

WIDTH: Final = 1280
HEIGHT: Final = 720

_FOCAL: Final = 1100.0
"""Pixels: a webcam with a horizontal view of 60 degrees."""
_SUBJECT_HEIGHT: Final = 1400
"""Pixels of a drawn phone or sheet before it is photographed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A thing held before the camera."""

    pixels: Picture
    mask: Picture
    """255 where the thing is."""
    shiny: bool
    """Glass reflects lamps, paper does not."""


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
    quality: int = 85
    """Of the JPEG that the camera sends."""


KINDS: Final = {
    "plain": Conditions(),
    "tilted": Conditions(yaw=32, pitch=22, roll=14),
    "far": Conditions(height=0.62, blur=0.8),
    "blurred": Conditions(blur=1.9),
    "moving": Conditions(motion=7, blur=0.8),
    "dark": Conditions(light=0.22, noise=7, glare=0.1),
    "glare": Conditions(glare=0.95),
    "noisy": Conditions(noise=14, quality=45),
    "mixed": Conditions(
        height=0.8, yaw=20, pitch=14, roll=10, blur=1.1, motion=3, light=0.6, noise=7, glare=0.6
    ),
}
"""Kinds of difficulty. The angles are the greatest: each frame draws its own below them."""


def frame_of(picture: Picture, kind: str, seed: int, *, paper: bool = False) -> Picture:
    """Photograph a picture shown on a phone, or printed on paper, in one of KINDS."""
    subject = on_paper(picture) if paper else on_phone(picture)
    return photograph(subject, KINDS[kind], seed)


def on_phone(picture: Picture) -> Subject:
    """Show a picture on a phone with a dark rim and round corners, held in a hand."""
    height = _SUBJECT_HEIGHT
    rim, top = height // 70, height // 26
    screen_height = height - 2 * top
    screen_width = min(round(screen_height * 0.56), round(screen_height * _aspect(picture, 0.56)))
    width = screen_width + 2 * rim
    phone: Picture = np.full((height, width, 3), (22, 20, 18), np.uint8)
    screen = _fitted(picture, screen_width, screen_height)
    phone[top : top + screen_height, rim : rim + screen_width] = screen
    mask = _rounded(width, height, height // 18)
    # The edge of the case catches the light, the camera hole does not.
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((7, 7), np.uint8))
    phone[edge > 0] = (92, 90, 88)
    cv2.circle(phone, (width // 2, top // 2), top // 7, (48, 38, 30), -1, cv2.LINE_AA)
    return _in_hand(phone, mask)


def _in_hand(phone: Picture, phone_mask: Picture) -> Subject:
    """Add fingers behind the left edge and a thumb over the right one, clear of the screen."""
    height, width = phone_mask.shape
    side = height // 11
    pixels = np.zeros((height, width + 2 * side, 3), np.uint8)
    mask = np.zeros((height, width + 2 * side), np.uint8)
    skin, shade = (128, 158, 208), (100, 128, 178)
    for number in range(4):
        centre = (side, round(height * (0.5 + 0.085 * number)))
        axes = (round(side * (0.62 - 0.06 * abs(number - 1))), height // 26)
        cv2.ellipse(pixels, centre, axes, -8, 0, 360, shade, -1, cv2.LINE_AA)
        cv2.ellipse(pixels, centre, (axes[0] - 6, axes[1] - 10), -8, 0, 360, skin, -1, cv2.LINE_AA)
        cv2.ellipse(mask, centre, axes, -8, 0, 360, 255, -1, cv2.LINE_AA)
    inside = phone_mask > 127
    pixels[:, side : side + width][inside] = phone[inside]
    mask[:, side : side + width] = np.maximum(mask[:, side : side + width], phone_mask)
    thumb = (side + width + side // 4, round(height * 0.66))
    axes = (round(side * 0.5), height // 10)
    for drawn, tone, smaller in ((pixels, shade, 0), (pixels, skin, 9), (mask, 255, 0)):
        size = (axes[0] - smaller, axes[1] - smaller)
        cv2.ellipse(drawn, thumb, size, 14, 0, 360, tone, -1, cv2.LINE_AA)
    return Subject(pixels=pixels, mask=mask, shiny=True)


def on_paper(picture: Picture) -> Subject:
    """Print a picture on a sheet with a margin; the paper is a little grey and uneven."""
    height = _SUBJECT_HEIGHT
    inner = round(height * 0.84)
    width = round(inner * _aspect(picture, 1.0)) + height - inner
    pixels: Picture = np.full((height, width, 3), (236, 241, 243), np.uint8)
    margin = (height - inner) // 2
    fitted = _fitted(picture, width - 2 * margin, inner)
    part = pixels[margin : margin + inner, margin : width - margin]
    part[:] = np.minimum(part, np.maximum(fitted, 28))
    bend = np.linspace(0, np.pi, width, dtype=np.float32)
    shade = 1 - 0.08 * np.sin(bend)[None, :, None]
    return Subject(
        pixels=_levels(pixels * shade),
        mask=np.full((height, width), 255, np.uint8),
        shiny=False,
    )


def photograph(subject: Subject, conditions: Conditions, seed: int) -> Picture:
    """Hold a subject before a scene and take a frame of 1280x720 blue-green-red pixels."""
    random = np.random.default_rng(seed)
    scene = _scene(random)
    pixels, mask = _held(subject, conditions, random)
    scene = _shadow(scene, mask)
    if subject.shiny:
        pixels = _with_glare(pixels, conditions.glare, random)
    opacity = mask[:, :, None]
    seen = scene * (1 - opacity) + pixels * opacity
    return _exposed(seen, conditions, random)


def empty_scene(seed: int, conditions: Conditions = KINDS["plain"]) -> Picture:
    """A frame with nothing held before the camera."""
    random = np.random.default_rng(seed)
    return _exposed(_scene(random), conditions, random)


# The subject in space


def _held(subject: Subject, conditions: Conditions, random: Random) -> tuple[Floats, Floats]:
    """Turn a subject in space and project it; gives its pixels and opacity over the frame."""
    height, width = subject.mask.shape
    scale = conditions.height * HEIGHT / height
    scale = min(scale, 0.9 * WIDTH / width)
    # Shrinking first keeps fine lines from flickering, as the camera's optics would.
    size = (max(2, round(2 * width * scale)), max(2, round(2 * height * scale)))
    pixels = cv2.resize(subject.pixels, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(subject.mask, size, interpolation=cv2.INTER_AREA)
    matrix = _homography(size, conditions, random)
    frame = (2 * WIDTH, 2 * HEIGHT)
    turned = [cv2.warpPerspective(part, matrix, frame) for part in (pixels, mask)]
    small = [
        cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)
        for part in turned
    ]
    return small[0], small[1] / np.float32(255)


def _homography(size: tuple[int, int], conditions: Conditions, random: Random) -> Any:
    """The projection of a flat thing that is turned by angles and held a little off the middle."""
    angles = [
        np.radians(random.uniform(0.6, 1.0) * random.choice((-1, 1)) * angle)
        for angle in (conditions.pitch, conditions.yaw, conditions.roll)
    ]
    pitch, yaw, roll = angles
    turn = _rotation(2, roll) @ _rotation(1, yaw) @ _rotation(0, pitch)
    half_width, half_height = size[0] / 2, size[1] / 2
    corners = np.array(
        [(x, y, 0.0) for y in (-half_height, half_height) for x in (-half_width, half_width)]
    )
    in_space = corners @ turn.T
    depth = 2 * _FOCAL
    flat = in_space[:, :2] * (depth / (depth + in_space[:, 2:]))
    offset = (
        WIDTH + random.uniform(-0.12, 0.12) * WIDTH,
        HEIGHT + random.uniform(-0.03, 0.03) * HEIGHT,
    )
    source = (corners[:, :2] + (half_width, half_height)).astype(np.float32)
    return cv2.getPerspectiveTransform(source, (flat + offset).astype(np.float32))


def _rotation(axis: int, angle: float) -> NDArray[np.float64]:
    first, second = (number for number in range(3) if number != axis)
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix


# Light


def _scene(random: Random) -> Floats:
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


def _shadow(scene: Floats, mask: Floats) -> Floats:
    """The subject darkens what is right behind it."""
    moved = np.roll(mask, (14, 10), axis=(0, 1))
    soft = cv2.GaussianBlur(moved, (0, 0), 18)
    shaded: Floats = scene * (1 - 0.45 * soft[:, :, None])
    return shaded


def _with_glare(pixels: Floats, strength: float, random: Random) -> Floats:
    """A slanting streak of a lamp, and a weak veil over all of the glass."""
    angle = random.uniform(0.5, 1.1)
    x, y = np.meshgrid(
        np.arange(WIDTH, dtype=np.float32) - WIDTH * random.uniform(0.4, 0.6),
        np.arange(HEIGHT, dtype=np.float32) - HEIGHT * random.uniform(0.3, 0.7),
    )
    across = x * np.cos(angle) + y * np.sin(angle)
    streak = np.exp(-((across / random.uniform(26, 48)) ** 2))
    streak += 0.4 * np.exp(-(((across - 110) / 16) ** 2))
    amount = (strength * streak + 0.05)[:, :, None].clip(0, 1)
    lit: Floats = pixels * (1 - amount) + 250 * amount
    return lit


def _exposed(scene: Floats, conditions: Conditions, random: Random) -> Picture:
    """Lens, shutter, sensor and the camera's JPEG, in this order."""
    seen = cv2.GaussianBlur(scene, (0, 0), conditions.blur)
    if conditions.motion >= 1:
        seen = cv2.filter2D(seen, -1, _smear(conditions.motion, random))
    levels = np.asarray(seen, np.float32) * conditions.light
    # Light arrives in quanta: brighter parts vary more, and a dim sensor adds its own noise.
    spread = conditions.noise * np.sqrt(0.35 + levels / 196)
    levels = levels + random.standard_normal(levels.shape, np.float32) * spread
    quality = [cv2.IMWRITE_JPEG_QUALITY, conditions.quality]
    _, jpeg = cv2.imencode(".jpg", _levels(levels), quality)
    return _picture(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))


def _smear(length: float, random: Random) -> Floats:
    """The path of a point while the shutter is open: a straight line of some direction."""
    side = 2 * int(length) + 3
    kernel = np.zeros((side, side), np.float32)
    angle = random.uniform(0, np.pi)
    middle = side / 2 - 0.5
    for step in np.linspace(-length / 2, length / 2, 8 * side):
        x, y = middle + step * np.cos(angle), middle + step * np.sin(angle)
        kernel[round(y), round(x)] += 1
    smear: Floats = kernel / kernel.sum()
    return smear


# Pixels


def _fitted(picture: Picture, width: int, height: int) -> Picture:
    """Show a picture as large as a screen allows, on white."""
    if picture.ndim == 2:
        picture = _picture(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    shown = cv2.resize(picture[:, :, :3], size, interpolation=method)
    pixels: Picture = np.full((height, width, 3), 255, np.uint8)
    x, y = (width - size[0]) // 2, (height - size[1]) // 2
    pixels[y : y + size[1], x : x + size[0]] = shown
    return pixels


def _aspect(picture: Picture, least: float) -> float:
    return max(least, float(picture.shape[1] / picture.shape[0]))


def _rounded(width: int, height: int, radius: int) -> Picture:
    mask: Picture = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (radius, 0), (width - radius - 1, height), 255, -1)
    cv2.rectangle(mask, (0, radius), (width, height - radius - 1), 255, -1)
    for x in (radius, width - radius - 1):
        for y in (radius, height - radius - 1):
            cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)
    return mask


def _levels(values: Any) -> Picture:
    return _picture(np.clip(values, 0, 255).astype(np.uint8))


def _picture(array: Any) -> Picture:
    """Take OpenCV's word that a picture of bytes stays one."""
    picture: Picture = array
    return picture


def main() -> None:
    """Photograph one picture from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, help="a card or code, PNG or JPEG")
    parser.add_argument("out", type=Path, help="where to write the frame")
    parser.add_argument("--kind", choices=sorted(KINDS), default="plain")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--paper", action="store_true", help="print it instead of a phone")
    given = parser.parse_args()
    picture = cv2.imread(str(given.picture), cv2.IMREAD_COLOR)
    if picture is None:
        parser.error(f"not a picture: {given.picture}")
    frame = frame_of(_picture(picture), given.kind, given.seed, paper=given.paper)
    cv2.imwrite(str(given.out), frame)


if __name__ == "__main__":
    main()
