"""The hints: on frames that nothing reads, each for its own trouble, and none when unclear."""

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.frames import Conditions, empty_scene, on_paper, on_phone, photograph
from scanner_app.cascade import LIVE, Cascade
from scanner_app.decoders import Picture, available_decoders
from scanner_app.sight import Hint, Sight
from tests.authority import Authority
from tests.scanner_app.pictures import qr_picture

ENGINES, _ = available_decoders()
CODE = qr_picture(Authority().sign(), scale=8)
UNREAD = {
    "moving": (Conditions(motion=17), Hint.HOLD_STILL),
    "moving fast": (Conditions(motion=24, height=0.8), Hint.HOLD_STILL),
    "small": (Conditions(height=0.26, blur=1.1), Hint.TOO_FAR),
    "dark": (Conditions(light=0.03, noise=8), Hint.TOO_DARK),
    "a lamp": (Conditions(glare=1.6), Hint.GLARE),
    "out of focus": (Conditions(blur=5), None),
}


def sights(conditions: Conditions, *, paper: bool = False) -> Sequence[Sight]:
    """What three people's frames show who hold a code in the same trouble."""
    subject = (on_paper if paper else on_phone)(CODE)
    return [
        Cascade(ENGINES, effort=LIVE).look(photograph(subject, conditions, seed))
        for seed in range(3)
    ]


@pytest.mark.parametrize("name", UNREAD)
def test_an_unread_frame_tells_what_would_help(name: str) -> None:
    conditions, wanted = UNREAD[name]
    unread = [sight for sight in sights(conditions) if not sight.codes]
    assert len(unread) >= 2
    assert [sight.hint for sight in unread].count(wanted) >= len(unread) - 1


def test_moving_paper_is_told_to_hold_still() -> None:
    unread = [sight for sight in sights(Conditions(motion=18), paper=True) if not sight.codes]
    assert unread
    assert {sight.hint for sight in unread} == {Hint.HOLD_STILL}


def test_what_was_read_needs_no_hint() -> None:
    for sight in sights(Conditions()):
        assert sight.codes
        assert sight.hint is None


@pytest.mark.parametrize("seed", range(3))
def test_an_empty_scene_in_good_light_needs_none(seed: int) -> None:
    assert Cascade(ENGINES).look(empty_scene(seed)).hint is None


def test_an_empty_scene_in_the_dark_is_told_before_anybody_comes() -> None:
    sight = Cascade(ENGINES).look(empty_scene(1, Conditions(light=0.15)))
    assert sight.hint is Hint.TOO_DARK
    assert not sight.code_like


def test_a_lit_screen_in_a_dark_room_is_not_too_dark() -> None:
    frame = np.full((720, 1280), 6, np.uint8)
    frame[100:600, 400:700] = 190
    assert Cascade(ENGINES).look(frame).hint is None


@pytest.mark.parametrize("size", [(21, 21), (64, 64), (65, 1280), (720, 64)])
def test_frames_of_any_size_get_a_hint_or_none(size: tuple[int, int]) -> None:
    noise: Picture = np.random.default_rng(1).integers(0, 256, size, np.uint8)
    assert Cascade(ENGINES).look(noise).hint in (None, *Hint)
