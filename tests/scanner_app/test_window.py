"""A real window on a virtual display; skipped, and said so, where there is no Xvfb."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner_app.errors import DisplayError
from scanner_app.window import require_display

XVFB = shutil.which("Xvfb")
ROOT = Path(__file__).parents[2]

SHOW = """
import sys
import numpy as np
from scanner_app.window import Window, require_display

require_display()
window = Window()
for _ in range(20):
    window.show(np.full((720, 1280, 3), (29, 28, 183), np.uint8))
    window.key()
print(window.size(), window.closed())
window.toggle_full_screen()
window.toggle_full_screen()
window.close()
"""


@pytest.fixture
def display() -> Iterator[str]:
    if XVFB is None:
        pytest.skip("no real window was tested: Xvfb is not installed (apt install xvfb)")
    reading, writing = os.pipe()
    server = subprocess.Popen(  # noqa: S603  # found by its name
        [XVFB, "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as numbers:
        number = numbers.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_a_real_window(display: str) -> None:
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", SHOW],
        env={**os.environ, "DISPLAY": display},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(1280, 720) False"
    assert done.stderr == ""


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
