"""Photograph-like camera frames of cards, paper and codes: what a webcam at a barrier might see.

Everything is drawn from a seed, so that the same call gives the same frame. The demo reads its
certificates from such frames, the tests measure the engines on them. As a program:
`python -m benchmarks.frames PICTURE OUT.jpg --kind tilted --seed 1`.
"""

import argparse
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.bending import bent
from benchmarks.optics import (
    FOCAL,
    HEIGHT,
    WIDTH,
    Conditions,
    Floats,
    Picture,
    Random,
    as_picture,
    exposed,
    levels_of,
    room,
    shaded,
    with_glare,
    with_moire,
)

__all__ = [
    "HEIGHT",
    "KINDS",
    "WIDTH",
    "Conditions",
    "Subject",
    "empty_scene",
    "frame_of",
    "held",
    "on_paper",
    "on_phone",
    "photograph",
]

_SUBJECT_HEIGHT: Final = 1400
"""Pixels of a drawn phone or sheet before it is photographed."""

_SKIN: Final = ((128, 158, 208), (100, 128, 178))
"""In light and in shade."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A thing held before the camera."""

    pixels: Picture
    mask: Picture
    """255 where the thing is."""
    shiny: bool
    """Glass reflects lamps, paper does not."""


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
    held = _empty_phone(width, height)
    pixels = held.pixels.copy()
    screen = _fitted(picture, screen_width, screen_height)
    left = (pixels.shape[1] - width) // 2 + rim
    pixels[top : top + screen_height, left : left + screen_width] = screen
    _add_thumb(pixels, *_SKIN)
    return replace(held, pixels=pixels)


@lru_cache(maxsize=4)
def _empty_phone(width: int, height: int) -> Subject:
    """The phone in its hand before anything is shown: it costs as much as the photograph."""
    phone: Picture = np.full((height, width, 3), (22, 20, 18), np.uint8)
    top = height // 26
    mask = _rounded(width, height, height // 18)
    # The edge of the case catches the light, the camera hole does not.
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((7, 7), np.uint8))
    phone[edge > 0] = (92, 90, 88)
    cv2.circle(phone, (width // 2, top // 2), top // 7, (48, 38, 30), -1, cv2.LINE_AA)
    return _in_hand(phone, mask)


def _in_hand(phone: Picture, phone_mask: Picture) -> Subject:
    """Add fingers behind the left edge, and room for a thumb over the right one."""
    height, width = phone_mask.shape
    side = height // 11
    pixels = np.zeros((height, width + 2 * side, 3), np.uint8)
    mask = np.zeros((height, width + 2 * side), np.uint8)
    skin, shade = _SKIN
    for number in range(4):
        centre = (side, round(height * (0.5 + 0.085 * number)))
        axes = (round(side * (0.62 - 0.06 * abs(number - 1))), height // 26)
        cv2.ellipse(pixels, centre, axes, -8, 0, 360, shade, -1, cv2.LINE_AA)
        cv2.ellipse(pixels, centre, (axes[0] - 6, axes[1] - 10), -8, 0, 360, skin, -1, cv2.LINE_AA)
        cv2.ellipse(mask, centre, axes, -8, 0, 360, 255, -1, cv2.LINE_AA)
    inside = phone_mask > 127
    pixels[:, side : side + width][inside] = phone[inside]
    mask[:, side : side + width] = np.maximum(mask[:, side : side + width], phone_mask)
    _add_thumb(mask, 255, 255)
    return Subject(pixels=pixels, mask=mask, shiny=True)


def _add_thumb(drawn: Picture, skin: Any, shade: Any) -> None:
    """Lay a thumb over the right edge of a phone in its hand."""
    height, width = drawn.shape[:2]
    side = height // 11
    thumb = (width - side + side // 4, round(height * 0.66))
    for tone, smaller in ((shade, 0), (skin, 9)):
        size = (round(side * 0.5) - smaller, height // 10 - smaller)
        cv2.ellipse(drawn, thumb, size, 14, 0, 360, tone, -1, cv2.LINE_AA)


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
        pixels=levels_of(pixels * shade),
        mask=np.full((height, width), 255, np.uint8),
        shiny=False,
    )


def photograph(subject: Subject, conditions: Conditions, seed: int) -> Picture:
    """Hold a subject before a scene and take a frame of 1280x720 blue-green-red pixels."""
    random = np.random.default_rng(seed)
    behind = room(random)
    pixels, mask = held(subject, conditions, random)
    behind = shaded(behind, mask)
    if subject.shiny:
        pixels = with_moire(pixels, conditions.moire, random)
        pixels = with_glare(pixels, conditions.glare, random)
    opacity = mask[:, :, None]
    seen = behind * (1 - opacity) + pixels * opacity
    return exposed(seen, conditions, random)


def empty_scene(seed: int, conditions: Conditions = KINDS["plain"]) -> Picture:
    """A frame with nothing held before the camera."""
    random = np.random.default_rng(seed)
    return exposed(room(random), conditions, random)


# The subject in space


def held(subject: Subject, conditions: Conditions, random: Random) -> tuple[Floats, Floats]:
    """Turn a subject in space and project it; gives its pixels and opacity over the frame."""
    height, width = subject.mask.shape
    scale = conditions.height * HEIGHT / height
    scale = min(scale, 0.9 * WIDTH / width)
    # Shrinking first keeps fine lines from flickering, as the camera's optics would.
    size = (max(2, round(2 * width * scale)), max(2, round(2 * height * scale)))
    pixels = cv2.resize(subject.pixels, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(subject.mask, size, interpolation=cv2.INTER_AREA)
    if conditions.curve:
        pixels, mask = bent(pixels, conditions.curve), bent(mask, conditions.curve)
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
    depth = 2 * FOCAL
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


# Pixels


def _fitted(picture: Picture, width: int, height: int) -> Picture:
    """Show a picture as large as a screen allows, on white."""
    if picture.ndim == 2:
        picture = as_picture(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
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
    frame = frame_of(as_picture(picture), given.kind, given.seed, paper=given.paper)
    cv2.imwrite(str(given.out), frame)


if __name__ == "__main__":
    main()
