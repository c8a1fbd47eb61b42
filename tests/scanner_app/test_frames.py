"""The generator of frames, and how the engines fare on what it makes."""

from functools import cache

import numpy as np
import pytest

from benchmarks.frames import HEIGHT, KINDS, WIDTH, empty_scene, frame_of, on_paper, on_phone
from scanner_app.cascade import EVERY_MISS, Cascade
from scanner_app.decoders import Picture, ZxingDecoder, available_decoders
from tests.authority import Authority
from tests.scanner_app.pictures import qr_picture

TEXT = Authority().sign()
CASCADE = Cascade(available_decoders()[0], effort=EVERY_MISS)
SEEDS = range(2)


@cache
def frame(kind: str, seed: int) -> Picture:
    return frame_of(qr_picture(TEXT, scale=8), kind, seed, paper=seed % 2 == 1)


@pytest.mark.parametrize("kind", KINDS)
def test_certificates_are_read_from_photographs(kind: str) -> None:
    read = 0
    for seed in SEEDS:
        found = [code.text for code in CASCADE.decode(frame(kind, seed))]
        assert found in ([], [TEXT])
        read += bool(found)
    # A lamp's streak may hide more than the code can repair; nothing else may stop the engines.
    assert read == len(SEEDS) or kind == "glare"


def test_the_first_engine_reads_nearly_all_alone() -> None:
    first = ZxingDecoder()
    frames = [frame(kind, seed) for kind in KINDS for seed in SEEDS]
    read = sum(bool(first.decode(picture)) for picture in frames)
    assert read >= 0.8 * len(frames)


def test_the_same_seed_gives_the_same_frame() -> None:
    again = frame_of(qr_picture(TEXT, scale=8), "mixed", 0)
    assert np.array_equal(again, frame("mixed", 0))
    other = frame_of(qr_picture(TEXT, scale=8), "mixed", 2)
    assert not np.array_equal(again, other)


def test_frames_are_those_of_a_webcam() -> None:
    for picture in (frame("plain", 0), empty_scene(0)):
        assert picture.shape == (HEIGHT, WIDTH, 3) == (720, 1280, 3)
        assert picture.dtype == np.uint8


def test_an_empty_scene_holds_no_code() -> None:
    assert all(CASCADE.decode(empty_scene(seed)) == [] for seed in SEEDS)


@pytest.mark.parametrize("shape", [(400, 400), (400, 400, 3), (300, 900, 3), (1920, 1080, 3)])
def test_pictures_of_any_shape_can_be_held(shape: tuple[int, ...]) -> None:
    for subject in (on_phone(np.zeros(shape, np.uint8)), on_paper(np.zeros(shape, np.uint8))):
        assert subject.pixels.shape[:2] == subject.mask.shape
        assert subject.mask.max() == 255
