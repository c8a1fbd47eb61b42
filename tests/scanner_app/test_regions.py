"""Where something code-like is: found wherever it is held, and not where there is none."""

import cv2
import numpy as np
import pytest

from benchmarks.frames import Conditions, empty_scene, on_paper, on_phone, photograph
from scanner_app.attention import Attention
from scanner_app.decoders import Picture, ZxingDecoder, luminance
from scanner_app.regions import Region, find_regions
from tests.authority import Authority
from tests.scanner_app.pictures import qr_picture

TEXT = Authority().sign()
CONDITIONS = {
    "still": Conditions(),
    "tilted": Conditions(yaw=50, pitch=30, roll=40),
    "blurred": Conditions(blur=2.6),
    "moving": Conditions(motion=11),
    "dark": Conditions(light=0.2, noise=6),
    "glare": Conditions(glare=1.0),
    "moire": Conditions(moire=0.8),
    "far": Conditions(height=0.35),
    "bent": Conditions(curve=1.0),
}


def grey(picture: Picture) -> Picture:
    gray = luminance(picture)
    assert gray is not None
    return gray


@pytest.mark.parametrize("kind", CONDITIONS)
@pytest.mark.parametrize("paper", [False, True], ids=["phone", "paper"])
def test_the_code_lies_in_the_first_region(kind: str, paper: bool) -> None:
    subject = (on_paper if paper else on_phone)(qr_picture(TEXT, scale=8))
    gray = grey(photograph(subject, CONDITIONS[kind], 4))
    (clear,) = ZxingDecoder().decode(photograph(subject, _clear(CONDITIONS[kind]), 4))
    region = find_regions(gray)[0]
    for x, y in clear.corners:
        assert region.left - 2 <= x <= region.right + 2
        assert region.top - 2 <= y <= region.bottom + 2


def _clear(conditions: Conditions) -> Conditions:
    """Held in the same way, under the best of lights."""
    return Conditions(
        height=conditions.height, yaw=conditions.yaw, pitch=conditions.pitch,
        roll=conditions.roll, curve=conditions.curve, glare=0,
    )  # fmt: skip


@pytest.mark.parametrize("light", [1.0, 0.3, 0.1])
def test_an_empty_scene_has_no_region(light: float) -> None:
    for seed in range(4):
        assert find_regions(grey(empty_scene(seed, Conditions(light=light)))) == []


def stripes() -> Picture:
    """A shirt, or a blind: it changes in one direction only."""
    frame = np.full((720, 1280), 90, np.uint8)
    frame[100:600, 300:900] = np.where(np.arange(600) // 6 % 2, 200, 60)[None, :]
    return frame


def edge() -> Picture:
    frame = np.full((720, 1280), 40, np.uint8)
    frame[:, 640:] = 220
    return frame


NOT_CODES = {
    "black": np.zeros((720, 1280), np.uint8),
    "white": np.full((720, 1280), 255, np.uint8),
    "stripes": stripes(),
    "an edge": edge(),
    "too small": np.full((40, 60), 80, np.uint8),
    "one row": np.full((1, 4000), 80, np.uint8),
}


@pytest.mark.parametrize("name", NOT_CODES)
def test_what_changes_nowhere_or_in_one_direction_is_no_region(name: str) -> None:
    assert find_regions(NOT_CODES[name]) == []


def board(left: int, top: int, *, shape: tuple[int, int] = (720, 1280)) -> Picture:
    """Random modules in an otherwise flat frame."""
    frame = np.full(shape, 180, np.uint8)
    modules = np.random.default_rng(2).integers(0, 2, (40, 40), np.uint8) * 255
    frame[top : top + 160, left : left + 160] = np.kron(modules, np.ones((4, 4), np.uint8))
    return frame


def test_a_code_that_was_read_is_left_out() -> None:
    both = np.minimum(board(200, 200), board(800, 300))
    assert len(find_regions(both)) == 2
    known = ((200, 200), (360, 200), (360, 360), (200, 360))
    (other,) = find_regions(both, (known,))
    assert other.left > 700


@pytest.mark.parametrize("corners", [(), ((5, 5),), ((-90, -90), (9999, 0), (0, 9999))])
def test_corners_of_any_kind_do_no_harm(corners: tuple[tuple[int, int], ...]) -> None:
    find_regions(board(200, 200), (corners,))


def test_of_very_many_regions_only_a_few_are_given() -> None:
    crowd = np.full((720, 1280), 180, np.uint8)
    for left in range(20, 1000, 300):
        for top in (20, 380):
            crowd = np.minimum(crowd, board(left, top))
    assert 1 <= len(find_regions(crowd)) <= 3


def test_a_large_picture_is_measured_by_its_own_pixels() -> None:
    large = cv2.resize(board(200, 200), (5120, 2880), interpolation=cv2.INTER_NEAREST)
    (region,) = find_regions(np.asarray(large, np.uint8))
    assert region.left <= 800 <= 1440 <= region.right
    assert region.side == pytest.approx(640, abs=130)


def test_regions_stay_inside_the_frame() -> None:
    for left, top in ((0, 0), (1120, 560), (0, 560)):
        (region,) = find_regions(board(left, top))
        assert 0 <= region.left < region.right <= 1280
        assert 0 <= region.top < region.bottom <= 720
        assert region.cut_from(board(left, top)).size > 0


# Attention


def at(left: int) -> list[Region]:
    return find_regions(board(left, 200))


def test_what_stays_in_its_place_tires() -> None:
    attention = Attention()
    tired = [attention.given(at(200))[0].tired for _ in range(70)]
    assert not any(tired[:60])
    assert all(tired[60:])


def test_what_moves_does_not_tire() -> None:
    attention = Attention()
    for number in range(70):
        assert not attention.given(at(100 + 90 * (number % 10)))[0].tired


def test_a_new_thing_comes_before_a_tired_one() -> None:
    attention = Attention()
    for _ in range(70):
        attention.given(at(200))
    first, second = attention.given([*at(200), *at(900)])
    assert first.region.left > 800
    assert second.tired


def test_a_thing_that_was_away_is_new_again() -> None:
    attention = Attention()
    for _ in range(70):
        attention.given(at(200))
    for _ in range(5):
        attention.given([])
    assert attention.given(at(200))[0].tired
    for _ in range(20):
        attention.given([])
    assert not attention.given(at(200))[0].tired


def test_the_turn_goes_on_from_frame_to_frame() -> None:
    attention = Attention()
    attention.given(at(200))[0].turn += 3
    assert attention.given(at(204))[0].turn == 3
