"""The loop, with a display in memory: what a person at the barrier would see and press."""

import threading
from pathlib import Path

import numpy as np
import pytest

from keys.clock import FixedClock
from scanner_app.answer import Answer
from scanner_app.cascade import Cascade
from scanner_app.checks import OfflineChecker
from scanner_app.decoders import OpenCvDecoder, Picture, ZxingDecoder
from scanner_app.drawing import bgr
from scanner_app.session import Times
from scanner_app.sources import Frame, Item, Line, PictureFolder, SourceEnd
from scanner_app.station import Station
from spec.palette import EXPIRED, GREEN, REJECTED, YELLOW
from tests.authority import DAY, NOW, Authority, doses
from tests.scanner_app.pictures import png_bytes, qr_picture


class Screenshots:
    """A display that keeps the colour of its corner, and presses keys at given pictures."""

    def __init__(self, keys: dict[int, str] | None = None, close_after: int = 10_000) -> None:
        self.corners: list[tuple[int, ...]] = []
        self.full_screen = 0
        self._keys = keys or {}
        self._close_after = close_after

    def size(self) -> tuple[int, int]:
        return 320, 180

    def show(self, picture: Picture) -> None:
        corner = tuple(int(level) for level in picture[2, 2])
        if not self.corners or self.corners[-1] != corner:
            self.corners.append(corner)
        self._close_after -= 1

    def key(self) -> str | None:
        self._close_after -= 1
        return self._keys.pop(min(self._keys)) if self._keys else None

    def closed(self) -> bool:
        return self._close_after <= 0

    def toggle_full_screen(self) -> None:
        self.full_screen += 1


class Script:
    """A live source that gives what a test wrote down, then nothing."""

    name = "script"
    live = True

    def __init__(self, items: list[Item | None], *, single: bool = False) -> None:
        self.single = single
        self.items = items

    def read(self, timeout: float) -> Item | None:
        if not self.items:
            raise SourceEnd
        threading.Event().wait(min(timeout, 0.005))
        return self.items.pop(0)

    def close(self) -> None:
        self.items = []


QUICK = Times(show=0.3, keep=0.05, cooldown=0.2, note=0.1)


def station(
    source: Script | PictureFolder,
    display: Screenshots,
    trust_directory: Path,
    shown: list[tuple[str, Answer]] | None = None,
) -> Station:
    clock = FixedClock(NOW)
    return Station(
        source=source,
        decoder=Cascade([ZxingDecoder(), OpenCvDecoder()]),
        checker=OfflineChecker(trust_directory, clock),
        display=display,
        clock=clock,
        language="vi",
        times=QUICK,
        on_shown=None if shown is None else lambda name, answer, _: shown.append((name, answer)),
    )


@pytest.fixture(autouse=True)
def _pictures_pass_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner_app.station._PICTURE_SECONDS", 0.05)


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
    station(source, Screenshots({0: key}), trust_directory).run()
    assert len(source.items) > 900


def test_closing_the_window_ends_it(trust_directory: Path) -> None:
    source = Script([frame(EMPTY)] * 1000)
    station(source, Screenshots(close_after=6), trust_directory).run()
    assert len(source.items) > 900


def test_other_keys_change_language_and_screen_and_clear(
    authority: Authority, trust_directory: Path
) -> None:
    display = Screenshots({0: "l", 1: "f", 2: "x", 3: "space", 4: "l", 5: "f"})
    source = Script([frame(EMPTY)] * 10)
    running = station(source, display, trust_directory)
    running.run()
    assert display.full_screen == 2


def test_no_thread_is_left(trust_directory: Path) -> None:
    before = threading.active_count()
    station(Script([frame(EMPTY)] * 3), Screenshots(), trust_directory).run()
    assert threading.active_count() == before
