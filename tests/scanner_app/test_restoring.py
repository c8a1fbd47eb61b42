"""The ways to restore: each undoes what it is for, on pictures whose trouble is known exactly."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from benchmarks.optics import smeared
from scanner_app.decoders import Picture, luminance
from scanner_app.restoring import Crop
from tests.authority import Authority
from tests.scanner_app.pictures import qr_picture


def code(scale: int = 4) -> Picture:
    gray = luminance(qr_picture(Authority().sign(), scale=scale))
    assert gray is not None
    return gray


CLEAR = code()


def likeness(restored: Picture, clear: Picture) -> float:
    """How well two pictures agree: 1 for the same, 0 for no relation."""
    size = (clear.shape[1], clear.shape[0])
    back = cv2.resize(restored, size, interpolation=cv2.INTER_AREA)
    return float(np.corrcoef(back.ravel(), clear.ravel())[0, 1])


def as_bytes(picture: object) -> Picture:
    return np.clip(np.asarray(picture), 0, 255).astype(np.uint8)


def blurred(sigma: float) -> Picture:
    return as_bytes(cv2.GaussianBlur(CLEAR, (0, 0), sigma))


def moved(across: float, down: float) -> Picture:
    return as_bytes(smeared(CLEAR.astype(np.float32), across, down))


def noisy(picture: Picture, sigma: float) -> Picture:
    grain = np.random.default_rng(3).normal(0, sigma, picture.shape)
    return as_bytes(picture.astype(np.float32) + grain)


def speckled(picture: Picture) -> Picture:
    """One pixel in eight is turned into its opposite."""
    turned = np.random.default_rng(3).random(picture.shape) < 0.12
    return np.where(turned, 255 - picture, picture).astype(np.uint8)


def veiled() -> Picture:
    shade = np.linspace(0.15, 1, CLEAR.shape[1], dtype=np.float32)[None, :]
    return as_bytes(CLEAR * shade)


UNDOES: dict[str, tuple[Callable[[], Picture], Callable[[Crop], Picture]]] = {
    "sharpened": (lambda: blurred(2.4), lambda crop: crop.sharpened(sigma=3, amount=1.8)),
    "refocused": (lambda: blurred(2.2), lambda crop: crop.refocused(sigma=2.2)),
    "unsmeared across": (lambda: moved(8.5, 0), lambda crop: crop.unsmeared(length=8.5)),
    "unsmeared down": (lambda: moved(0, 8.5), lambda crop: crop.unsmeared(length=8.5)),
    "unsmeared aslant": (lambda: moved(6, -6), lambda crop: crop.unsmeared(length=8.5)),
    "softened": (lambda: noisy(code(8), 160), lambda crop: crop.softened(sigma=1.0)),
    "cleaned": (lambda: speckled(code(8)), lambda crop: crop.cleaned()),
    "evened": (veiled, lambda crop: crop.evened()),
    "thresholded": (veiled, lambda crop: crop.thresholded()),
    "softened and sharpened": (
        lambda: noisy(blurred(1.5), 40),
        lambda crop: crop.softened_and_sharpened(),
    ),
}


@pytest.mark.parametrize("name", UNDOES)
def test_it_brings_the_code_back(name: str) -> None:
    spoil, restore = UNDOES[name]
    spoiled = spoil()
    before = likeness(Crop(spoiled).enlarged(), CLEAR)
    assert likeness(restore(Crop(spoiled)), CLEAR) > before + 0.02


@pytest.mark.parametrize(("across", "down"), [(9, 0), (0, 9), (6.4, 6.4), (6.4, -6.4), (8, 3)])
def test_the_direction_of_a_smear_is_found(across: float, down: float) -> None:
    crop = Crop(moved(across, down))
    apart = (crop.direction - np.arctan2(down, across)) % np.pi
    assert min(apart, np.pi - apart) < 0.12
    assert crop.smear > 0.5


def test_a_code_at_rest_shows_no_smear() -> None:
    for picture in (CLEAR, blurred(2.5), noisy(CLEAR, 30)):
        assert Crop(picture).smear < 0.2


def test_a_wrong_guess_still_gives_a_picture() -> None:
    restored = Crop(CLEAR).unsmeared(length=11)
    assert restored.dtype == np.uint8
    assert restored.ndim == 2


EVERY_WAY: list[Callable[[Crop], Picture]] = [restore for _, restore in UNDOES.values()]
EVERY_WAY += [Crop.enlarged, Crop.brightened]


@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (3, 400), (400, 3), (33, 47), (1000, 700)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_pictures_of_any_shape_come_back_whole(shape: tuple[int, int], level: int) -> None:
    flat = np.full(shape, level, np.uint8)
    for restore in EVERY_WAY:
        picture = restore(Crop(flat))
        assert picture.dtype == np.uint8
        assert picture.shape[0] >= shape[0]
        assert picture.shape[1] >= shape[1]


def test_a_small_part_is_enlarged_and_a_large_one_is_shrunk() -> None:
    assert Crop(np.zeros((300, 200), np.uint8)).enlarged().shape == (450, 300)
    assert Crop(np.zeros((900, 600), np.uint8)).enlarged().shape == (900, 600)
    assert max(Crop(np.zeros((3000, 2000), np.uint8)).enlarged().shape) == 1400
