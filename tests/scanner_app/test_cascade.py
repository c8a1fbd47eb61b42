"""The cascade: which engine and step is asked when, within which time, and what it tells.

Frames come from the generator of `benchmarks`; what must be read there is read by a step that the
test names, so that a step which stops working fails here.
"""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
import segno

from benchmarks.frames import Conditions, empty_scene, on_phone, photograph
from scanner_app.cascade import EVERY_MISS, LIVE, Cascade, Effort
from scanner_app.decoders import Found, Picture, available_decoders, luminance
from scanner_app.regions import find_regions
from scanner_app.restoring import Crop
from scanner_app.sight import NOTHING
from scanner_app.steps import steps_for
from tests.authority import Authority
from tests.scanner_app.pictures import code_picture, qr_picture

ENGINES, MISSING = available_decoders()
TEXT = Authority().sign()
needs_pyzbar = pytest.mark.skipif(bool(MISSING), reason="libzbar is not here")


class Counting:
    """An engine that reads nothing, or one text, and counts how often it was asked."""

    def __init__(self, text: str | None = None, *, from_time: int = 1) -> None:
        """Read `text` from the so-manieth time on."""
        self.name = "counting"
        self.asked = 0
        self._text = text
        self._from = from_time

    def decode(self, frame: Picture) -> list[Found]:
        self.asked += 1
        if self._text is None or self.asked < self._from:
            return []
        return [Found(data=self._text.encode(), corners=(), engine=self.name, guess=self._text)]


class Seconds:
    """Processor time that goes by at each look."""

    def __init__(self, step: float) -> None:
        self._now, self._step = 0.0, step

    def __call__(self) -> float:
        self._now += self._step
        return self._now


FLAT = np.full((120, 160), 128, np.uint8)


@pytest.fixture(scope="module")
def textured() -> Picture:
    """A frame with something code-like that no engine reads: random modules without a code."""
    modules = np.random.default_rng(5).integers(0, 2, (50, 50), np.uint8) * 255
    frame = np.full((720, 1280), 200, np.uint8)
    frame[200:400, 500:700] = np.repeat(np.repeat(modules, 4, axis=0), 4, axis=1)
    return frame


def texts(cascade: Cascade, picture: Picture) -> list[str]:
    return list(cascade.look(picture).texts)


def frame(conditions: Conditions, seed: int = 0, text: str = TEXT) -> Picture:
    return photograph(on_phone(qr_picture(text, scale=8)), conditions, seed)


# Which is asked


def test_a_hit_of_the_first_engine_asks_no_other() -> None:
    first, second = Counting("DP1:A"), Counting("DP1:B")
    assert texts(Cascade([first, second], effort=EVERY_MISS), FLAT) == ["DP1:A"]
    assert (first.asked, second.asked) == (1, 0)


def test_a_picture_without_texture_is_given_to_all_engines() -> None:
    first, second, third = Counting(), Counting("DP1:B"), Counting("DP1:C")
    assert texts(Cascade([first, second, third], effort=EVERY_MISS), FLAT) == ["DP1:B"]
    assert (first.asked, second.asked, third.asked) == (1, 1, 0)


def test_a_live_frame_without_texture_costs_the_first_engine_only() -> None:
    first, second = Counting(), Counting("DP1:B")
    assert Cascade([first, second]).look(FLAT) == NOTHING
    assert (first.asked, second.asked) == (1, 0)


def test_a_code_beside_the_certificate_is_no_hit() -> None:
    first, second, third = Counting("001087004821||A"), Counting("DP1:B"), Counting("DP1:C")
    found = texts(Cascade([first, second, third], effort=EVERY_MISS), FLAT)
    assert found == ["001087004821||A", "DP1:B"]
    assert (second.asked, third.asked) == (1, 0)


def test_one_engine_alone_is_a_cascade_and_none_is_not() -> None:
    assert Cascade([Counting()]).decode(FLAT) == []
    with pytest.raises(ValueError, match="at least one"):
        Cascade([])


# Within which time


def test_no_step_begins_after_the_time_of_a_frame(textured: Picture) -> None:
    first = Counting()
    effort = Effort(seconds=0.01, seconds_tired=0.01, live=True)
    Cascade([first], effort=effort, seconds=Seconds(0.004)).look(textured)
    assert first.asked == 1 + 2  # the whole frame, then what begins at 0.004 and 0.008


def test_frames_of_a_live_source_take_the_later_steps_in_turn(textured: Picture) -> None:
    late = len(steps_for([Counting()]))
    first = Counting("DP1:A", from_time=2 * late)
    cascade = Cascade([first], effort=LIVE, seconds=Seconds(0.008))
    read = [bool(texts(cascade, textured)) for _ in range(late)]
    assert not read[0]
    assert any(read)


def test_what_stays_unread_is_tried_less_hard(textured: Picture) -> None:
    first = Counting()
    cascade = Cascade([first], effort=LIVE, seconds=Seconds(0.004))
    asked = []
    for _ in range(70):
        before = first.asked
        cascade.look(textured)
        asked.append(first.asked - before)
    assert min(asked[:60]) > 3
    assert max(asked[61:]) <= 2
    moved = np.roll(textured, 300, axis=1)
    before = first.asked
    cascade.look(moved)
    assert first.asked - before > 3


def test_pictures_that_stand_for_themselves_get_every_step(textured: Picture) -> None:
    first = Counting()
    Cascade([first], effort=replace(EVERY_MISS, seconds=1e9)).look(textured)
    assert first.asked == 1 + len(steps_for([first]))


# What is read


@pytest.mark.parametrize("name", ["blurred", "moving", "far"])
def test_the_steps_read_what_the_first_engine_misses(name: str) -> None:
    conditions = {
        "blurred": Conditions(blur=2.6),
        "moving": Conditions(motion=10.5, blur=0.7),
        "far": Conditions(height=0.4, blur=1.05),
    }[name]
    read_first = read_all = 0
    for seed in range(4):
        picture = frame(conditions, seed)
        read_first += bool(ENGINES[0].decode(picture))
        found = texts(Cascade(ENGINES), picture)
        assert found in ([], [TEXT])
        read_all += bool(found)
    assert read_all > read_first
    assert read_all >= 2


@pytest.mark.parametrize("name", [step.name for step in steps_for(ENGINES)])
def test_each_step_reads_a_clear_code(name: str) -> None:
    """None spoils what is there to read."""
    gray = luminance(frame(Conditions()))
    assert gray is not None
    (step,) = [step for step in steps_for(ENGINES) if step.name == name]
    crop = Crop(find_regions(gray)[0].cut_from(gray))
    found = [code.text for code in step.decoder.decode(step.prepare(crop))]
    assert found == [TEXT] or name in ("opencv", "unsmeared by 8.5", "unsmeared by 11")
    assert found in ([], [TEXT])


def test_corners_of_a_restored_code_lie_in_the_frame() -> None:
    picture = frame(Conditions(blur=2.6))
    assert not ENGINES[0].decode(picture)
    (found,) = Cascade(ENGINES).look(picture).codes
    (clear,) = ENGINES[0].decode(frame(Conditions()))
    for (x, y), (clear_x, clear_y) in zip(found.corners, clear.corners, strict=True):
        assert abs(x - clear_x) < 12
        assert abs(y - clear_y) < 12


TURNS: dict[str, Callable[[Picture], Picture]] = {
    "upside down": lambda picture: picture[::-1, ::-1],
    "mirrored": lambda picture: picture[:, ::-1],
    "on its side": lambda picture: np.rot90(picture),
    "in the corner": lambda picture: np.roll(picture, (-150, -420), axis=(0, 1)),
    "inverted": lambda picture: 255 - picture,
}


@pytest.mark.parametrize("turn", TURNS)
def test_turned_mirrored_inverted_and_off_centre_codes(turn: str) -> None:
    picture = np.ascontiguousarray(TURNS[turn](frame(Conditions(height=0.7))))
    assert texts(Cascade(ENGINES), picture) == [TEXT]


def test_two_certificates_in_view_are_told_apart() -> None:
    other = Authority().sign(Authority().certificate(name="Trần Văn Hai"))
    one = frame(Conditions(height=0.85), 1)
    two = frame(Conditions(height=0.85), 2, other)
    both = np.hstack([one[:, 340:940], two[:, 340:940]])
    sight = Cascade(ENGINES).look(np.ascontiguousarray(both))
    assert set(sight.texts) == {TEXT, other}


def test_a_strange_code_beside_a_certificate_is_told_too() -> None:
    strange = photograph(on_phone(qr_picture("https://example.com", scale=8)), Conditions(), 3)
    both = np.hstack([frame(Conditions())[:, 340:940], strange[:, 340:940]])
    sight = Cascade(ENGINES).look(np.ascontiguousarray(both))
    assert set(sight.texts) == {TEXT, "https://example.com"}


def test_a_blurred_certificate_is_read_beside_a_clear_strange_code() -> None:
    blurred = frame(Conditions(blur=2.6))
    strange = photograph(on_phone(qr_picture("https://example.com", scale=8)), Conditions(), 3)
    both = np.ascontiguousarray(np.hstack([blurred[:, 340:940], strange[:, 340:940]]))
    assert [code.text for code in ENGINES[0].decode(both)] == ["https://example.com"]
    assert set(Cascade(ENGINES).look(both).texts) == {TEXT, "https://example.com"}


# What must not be read, or stop anything


def test_hostile_codes_stop_nothing() -> None:
    cascade = Cascade(ENGINES)
    for code in segno.make_sequence("DP1:" + "A" * 300, symbol_count=4):
        blurred = photograph(on_phone(code_picture(code, scale=8)), Conditions(blur=1.6), 0)
        cascade.look(blurred)
        cascade.look(code_picture(code))
    assert texts(cascade, frame(Conditions())) == [TEXT]


@pytest.mark.parametrize("effort", [LIVE, EVERY_MISS], ids=["live", "each"])
def test_bytes_of_no_alphabet_stop_nothing(effort: Effort) -> None:
    code = segno.make(b"\xff\xfe\x80 dosepass \x00\x9f" * 9, error="m", mode="byte", micro=False)
    cascade = Cascade(ENGINES, effort=effort)
    for picture in (code_picture(code), cv2.GaussianBlur(code_picture(code), (0, 0), 3)):
        sight = cascade.look(np.asarray(picture, np.uint8))
        assert not any(text.startswith("DP1:") for text in sight.texts)


def test_an_engine_that_raises_on_every_crop_stops_nothing(
    textured: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_something(*_: object, **__: object) -> None:
        raise cv2.error("hostile crop")

    monkeypatch.setattr("scanner_app.restoring.cv2.medianBlur", raise_something)
    monkeypatch.setattr("scanner_app.restoring.cv2.dft", raise_something)
    sight = Cascade(ENGINES, effort=EVERY_MISS).look(textured)
    assert sight.codes == ()
    assert sight.code_like


def test_random_modules_read_as_nothing(textured: Picture) -> None:
    sight = Cascade(ENGINES, effort=EVERY_MISS).look(textured)
    assert sight.codes == ()
    assert sight.code_like


@pytest.mark.parametrize("seed", range(4))
def test_an_empty_scene_shows_nothing(seed: int) -> None:
    assert Cascade(ENGINES).look(empty_scene(seed)) == NOTHING


@needs_pyzbar
def test_pyzbar_reads_what_bands_of_a_screen_hide_from_the_first() -> None:
    step = next(step for step in steps_for(ENGINES) if step.name == "pyzbar")
    read = 0
    for seed in range(4):
        gray = luminance(frame(Conditions(moire=0.9, height=0.8), seed))
        assert gray is not None
        region = find_regions(gray)[0]
        read += bool(step.decoder.decode(region.cut_from(gray)))
    assert read >= 3
