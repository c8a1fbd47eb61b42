"""A real window on a virtual display; skipped, and said so, where there is none."""

import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from scanner_app.errors import DisplayError
from scanner_app.window import require_display
from tests.scanner_app.displays import Screen, virtual_display

RED = (29, 28, 183)

SHOW = """
import select
import sys
import numpy as np
from scanner_app.window import Window, require_display

held = require_display()
window = Window(held)
if "full" in sys.argv:
    window.toggle_full_screen()
while not select.select([sys.stdin], [], [], 0.02)[0]:
    width, height = window.size()
    window.show(np.full((height, width, 3), (29, 28, 183), np.uint8))
    window.strokes()
print(window.size(), window.closed(), flush=True)
if "full" in sys.argv:
    window.toggle_full_screen()
window.close()
"""

LISTEN = """
import sys
import time
import numpy as np
from scanner_app.typing_hand import Typed, TypingHand
from scanner_app.window import Window, require_display

held = require_display()
window, hand = Window(held), TypingHand()
until = time.monotonic() + 30
shown = 0
while time.monotonic() < until:
    window.show(np.zeros((720, 1280, 3), np.uint8))
    time.sleep(1 / 30)  # as the station waits for a frame
    for pressed in hand.after(window.strokes(), time.monotonic()):
        print(pressed, flush=True)
        if isinstance(pressed, Typed):
            until = time.monotonic() + 0.5
    shown += 1
    if shown == 20:
        print("ready", flush=True)
window.close()
"""


@pytest.fixture
def display(tmp_path: Path) -> Iterator[Screen]:
    with virtual_display(tmp_path) as screen:
        yield screen


def red_share(display: Screen) -> float:
    try:
        return float(np.mean((display.picture() == RED).all(axis=2)))
    except (OSError, ValueError, struct.error):
        return 0.0  # the server is writing its first picture


def until_red(display: Screen, share: float) -> None:
    """Wait for the window to be there: a busy machine takes its time to map and paint it."""
    deadline = time.monotonic() + 30
    while red_share(display) < share:
        assert time.monotonic() < deadline, "the window stayed black"
        time.sleep(0.1)


def line_of(program: "subprocess.Popen[str]") -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def end(program: "subprocess.Popen[str]") -> str:
    out, errors = program.communicate("\n", timeout=30)
    assert program.returncode == 0, errors
    assert errors == ""
    return out


@pytest.mark.parametrize("start", range(3))
def test_a_real_window_draws_on_a_bare_display(display: Screen, start: int) -> None:
    """It stayed black in two of five starts while the test for a display was its first client."""
    del start
    with display.running(SHOW) as program:
        until_red(display, 1280 * 720 / (1366 * 768) - 0.01)
        assert end(program) == "(1280, 720) False\n"


def test_full_screen_covers_all_of_it(display: Screen) -> None:
    with display.running(SHOW, "full") as program:
        until_red(display, 0.999)  # the pointer stands on it
        assert end(program) == "(1366, 768) False\n"


def test_what_a_reader_types_into_the_window_arrives_whole(display: Screen) -> None:
    """OpenCV alone gave 17 of 84 such keys."""
    code = "DP1:RRQT 9O60GO06%4N$ED+0VB-18:CK./*" * 6
    with display.running(LISTEN) as program:
        assert line_of(program) == "ready"
        display.press("search", "--sync", "--name", "dosepass", "windowfocus", "--sync")
        display.press("key", "l")
        time.sleep(0.3)
        display.press("type", "--delay", "2", code + "\n")
        assert end(program) == f"Command(key='l')\nTyped(text={code!r})\n"


def test_no_display_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(DisplayError) as caught:
        require_display()
    assert caught.value.hint is not None
    assert "--headless" in caught.value.hint


def test_a_display_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library under OpenCV would abort the process; the attempt is made in another one."""
    monkeypatch.setenv("DISPLAY", ":9871")
    started = time.monotonic()
    with pytest.raises(DisplayError):
        require_display()
    assert time.monotonic() - started < 20
