"""The loop, with a display in memory: what a person at the barrier would see and press."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from keys.clock import FixedClock
from scanner_app.answer import Answer
from scanner_app.cascade import Cascade
from scanner_app.checks import OfflineChecker
from scanner_app.decoders import OpenCvDecoder, Picture, ZxingDecoder
from scanner_app.desk import Desk
from scanner_app.drawing import bgr
from scanner_app.errors import SourceError
from scanner_app.sources import Frame, Item, Line, PictureFolder, SourceEnd
from scanner_app.states import Showing, Times
from scanner_app.station import Station
from scanner_app.typing_hand import Stroke
from spec.palette import EXPIRED, GREEN, REJECTED, YELLOW
from tests.authority import DAY, NOW, Authority, doses
from tests.scanner_app.pictures import png_bytes, qr_picture


class Screenshots:
    """A display that keeps the colour of its corner, and presses keys at given pictures."""

    def __init__(self, *keys: str, close_after: int = 10_000) -> None:
        """Press each key at every second look, a moment of nothing between them."""
        self.corners: list[tuple[int, ...]] = []
        self.pictures: list[Picture] = []
        self.full_screen = 0
        self.at_once = False
        self._keys = [pressed for key in keys for pressed in (key, None)]
        self._close_after = close_after

    def size(self) -> tuple[int, int]:
        return 320, 180

    def show(self, picture: Picture) -> None:
        corner = tuple(int(level) for level in picture[2, 2])
        if not self.corners or self.corners[-1] != corner:
            self.corners.append(corner)
        self.pictures.append(picture)
        self._close_after -= 1

    def strokes(self) -> list[Stroke]:
        self._close_after -= 1
        if self.at_once:
            keys, self._keys = self._keys, []
            return [Stroke(key, time.monotonic()) for key in keys if key is not None]
        key = self._keys.pop(0) if self._keys else None
        return [] if key is None else [Stroke(key, time.monotonic())]

    def touch(self) -> tuple[float, float] | None:
        return None

    def closed(self) -> bool:
        return self._close_after <= 0

    def toggle_full_screen(self) -> None:
        self.full_screen += 1


class Script:
    """A source, live unless told otherwise, that gives what a test wrote down, then nothing."""

    name = "script"

    def __init__(
        self, items: Sequence[Item | None], *, single: bool = False, live: bool = True
    ) -> None:
        self.single = single
        self.live = live
        self.items = list(items)

    def read(self, timeout: float) -> Item | None:
        if not self.items:
            raise SourceEnd
        threading.Event().wait(min(timeout, 0.005))
        return self.items.pop(0)

    def close(self) -> None:
        self.items = []


QUICK = Times(show=0.3, keep=0.05, cooldown=0.2, note=0.1)


def keep(shown: list[tuple[str, Answer]], name: str, state: Showing) -> None:
    shown.append((name, state.answer))


def station(
    source: Script | PictureFolder,
    display: Screenshots,
    trust_directory: Path,
    shown: list[tuple[str, Answer]] | None = None,
    times: Times = QUICK,
) -> Station:
    clock = FixedClock(NOW)
    return Station(
        source=source,
        cascade=Cascade([ZxingDecoder(), OpenCvDecoder()]),
        checker=OfflineChecker(trust_directory, clock),
        display=display,
        clock=clock,
        desk=Desk(),
        language="vi",
        times=times,
        on_shown=None if shown is None else lambda name, state, _: keep(shown, name, state),
    )


@pytest.fixture(autouse=True)
def _pictures_pass_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner_app.station._PICTURE_SECONDS", 0.05)
    monkeypatch.setattr("scanner_app.typing_hand._ALONE", 0.0)


def frame(picture: Picture, at: float = 0.0) -> Frame:
    return Frame(name="camera", picture=picture, at=at)


EMPTY = np.full((240, 320, 3), 90, np.uint8)


def test_a_folder_is_shown_picture_by_picture(
    authority: Authority, trust_directory: Path, tmp_path: Path
) -> None:
    certificates = {
        "1-green": authority.certificate(),
        "2-yellow": authority.certificate(doses=doses((8, "2021-09-01"), (8, "2021-09-20"))),
        "3-expired": authority.certificate(expires_at=NOW - DAY),
    }
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, certificate in certificates.items():
        (folder / f"{name}.png").write_bytes(png_bytes(qr_picture(authority.sign(certificate))))
    (folder / "4-menu.png").write_bytes(png_bytes(qr_picture("https://example.com")))
    (folder / "5-broken.png").write_bytes(b"broken")
    display = Screenshots()
    shown: list[tuple[str, Answer]] = []
    running = station(PictureFolder(folder), display, trust_directory, shown)
    running.run()
    assert [(name, answer.code) for name, answer in shown] == [
        ("1-green.png", "ok"),
        ("2-yellow.png", "ok"),
        ("3-expired.png", "expired"),
    ]
    colours = [bgr(style.background) for style in (GREEN, YELLOW, EXPIRED)]
    assert [corner for corner in display.corners if corner in colours] == colours
    assert running.tally.exit_code == 1


def test_a_camera_shows_one_result_for_a_phone_held_still(
    authority: Authority, trust_directory: Path
) -> None:
    code = qr_picture(authority.sign())
    source = Script([frame(EMPTY)] * 3 + [frame(code)] * 40 + [None] * 5)
    shown: list[tuple[str, Answer]] = []
    station(source, Screenshots(), trust_directory, shown).run()
    assert [answer.code for _, answer in shown] == ["ok"]


def test_the_result_disappears(authority: Authority, trust_directory: Path) -> None:
    items: list[Item | None] = [frame(qr_picture(authority.sign()))]
    source = Script(items + [frame(EMPTY)] * 80)
    display = Screenshots()
    station(source, display, trust_directory).run()
    green = bgr(GREEN.background)
    assert green in display.corners
    assert display.corners[-1] != green


def test_lines_are_all_judged_though_nobody_repeats_them(
    authority: Authority, trust_directory: Path
) -> None:
    text, forged = authority.sign(), authority.sign()[:-3] + "000"
    lines = [Line(name=f"line {n}", text=t, at=0) for n, t in enumerate((text, forged, text))]
    shown: list[tuple[str, Answer]] = []
    display = Screenshots()
    station(Script(list(lines), single=True), display, trust_directory, shown).run()
    assert [answer.outcome.value for _, answer in shown] == ["accepted", "rejected", "accepted"]
    assert bgr(REJECTED.background) in display.corners


@pytest.mark.parametrize("key", ["q", "escape"])
def test_keys_quit(trust_directory: Path, key: str) -> None:
    source = Script([frame(EMPTY)] * 1000)
    station(source, Screenshots(key), trust_directory).run()
    assert len(source.items) > 900


def test_closing_the_window_ends_it(trust_directory: Path) -> None:
    source = Script([frame(EMPTY)] * 1000)
    station(source, Screenshots(close_after=6), trust_directory).run()
    assert len(source.items) > 900


def test_a_key_changes_the_language(trust_directory: Path) -> None:
    source = Script([frame(EMPTY)] * 6)
    still, changed = Screenshots("x"), Screenshots("l")
    station(Script([frame(EMPTY)] * 6), still, trust_directory).run()
    station(source, changed, trust_directory).run()
    assert np.array_equal(still.pictures[0], changed.pictures[0])
    assert not np.array_equal(still.pictures[-1], changed.pictures[-1])


def test_a_key_fills_the_screen_and_goes_back(trust_directory: Path) -> None:
    display = Screenshots("f", "x", "f")
    station(Script([frame(EMPTY)] * 10), display, trust_directory).run()
    assert display.full_screen == 2


@pytest.mark.parametrize("key", [" ", "enter"])
def test_a_key_ends_a_result(authority: Authority, trust_directory: Path, key: str) -> None:
    times = Times(show=60, keep=0, cooldown=0.2, note=0.1)
    display = Screenshots(*["x"] * 12, key)
    items: list[Item | None] = [frame(qr_picture(authority.sign())), *[frame(EMPTY)] * 20]
    started = time.monotonic()
    station(Script(items), display, trust_directory, times=times).run()
    assert bgr(GREEN.background) in display.corners
    assert time.monotonic() - started < 30


def test_two_certificates_in_a_picture_are_not_judged(
    authority: Authority, trust_directory: Path, tmp_path: Path
) -> None:
    one, other = (
        cv2.resize(qr_picture(authority.sign(authority.certificate(name=name))), (400, 400))
        for name in ("Nguyễn Văn An", "Trần Thị Bình")
    )
    path = tmp_path / "two.png"
    path.write_bytes(png_bytes(np.asarray(np.hstack([one, other]), np.uint8)))
    shown: list[tuple[str, Answer]] = []
    running = station(PictureFolder(path), Screenshots(), trust_directory, shown)
    running.run()
    assert shown == []
    assert running.tally.exit_code == 2


def test_a_video_goes_on_behind_a_result(authority: Authority, trust_directory: Path) -> None:
    """One phone for longer than a result is shown is still one person."""
    code = frame(qr_picture(authority.sign()))
    video = Script([replace(code, at=number / 50) for number in range(36)], live=False)
    shown: list[tuple[str, Answer]] = []
    started = time.monotonic()
    patient = replace(QUICK, cooldown=5)  # a busy machine may need a second for a frame
    station(video, Screenshots(), trust_directory, shown, patient).run()
    assert [answer.code for _, answer in shown] == ["ok"]
    assert time.monotonic() - started > 0.6  # by the video's own time


def test_a_camera_that_fails_is_told(trust_directory: Path) -> None:
    class Failing(Script):
        def read(self, timeout: float) -> Item | None:
            raise SourceError("camera stopped")

    before = threading.active_count()
    with pytest.raises(SourceError, match="camera stopped"):
        station(Failing([]), Screenshots(), trust_directory).run()
    assert threading.active_count() == before


def test_a_reader_may_type_into_the_window_of_a_camera(
    authority: Authority, trust_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no letter of a certificate is a command: each has a Q somewhere."""
    monkeypatch.setattr("scanner_app.typing_hand._ALONE", 0.05)
    shown: list[tuple[str, Answer]] = []
    display = Screenshots(*authority.sign(), "enter")
    display.at_once = True
    source = Script([frame(EMPTY)] * 40)
    station(source, display, trust_directory, shown).run()
    assert [(name, answer.code) for name, answer in shown] == [("reader", "ok")]


def test_no_thread_is_left(trust_directory: Path) -> None:
    before = threading.active_count()
    station(Script([frame(EMPTY)] * 3), Screenshots(), trust_directory).run()
    assert threading.active_count() == before
