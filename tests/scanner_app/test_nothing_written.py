"""No frame and nothing about anybody is ever written: the kernel is the witness.

No file may grow, and whoever writes to one all the same, in Python or in a library below it, is
ended by SIGXFSZ. What a shift may write, its table and its tones, is looked through.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authority import NOW, Authority
from tests.scanner_app.displays import ROOT, virtual_display
from tests.scanner_app.pictures import png_bytes, qr_picture

NAME = "Nguyễn Thị Minh Châu"

FORBID = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
"""
WRITE = "open('written', 'wb', buffering=0).write(b'x')"
OPENCV_WRITES = """
import cv2, numpy
cv2.imwrite('written.png', numpy.zeros((9, 9, 3), numpy.uint8))
"""
SCAN = """
import sys
import time_machine
from scanner_app import sound, station
from scanner_app.cli import cli

station._PICTURE_SECONDS = 0.2
if "silent" in sys.argv:
    sound.shutil.which = lambda _: None  # tones are the one thing that is written to a file
    sys.argv.remove("silent")
with time_machine.travel({now}, tick=True):
    sys.exit(cli.main(prog_name="dosepass-scanner", standalone_mode=False))
"""


@pytest.fixture
def pictures(authority: Authority, tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, text in enumerate([authority.sign(), authority.sign()[:-4] + "0000", "strange"]):
        (folder / f"{number}.png").write_bytes(png_bytes(qr_picture(text)))
    (folder / "3.png").write_bytes(b"broken")
    return folder


def run(
    program: str, home: Path, *arguments: object, display: str | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a program whose every place to write to is one empty folder."""
    home.mkdir()
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), str(home))
    given = {} if display is None else {"DISPLAY": display}
    return subprocess.run(  # noqa: S603  # our own programs
        [sys.executable, "-B", "-c", program, *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **places, **given},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("program", [WRITE, OPENCV_WRITES])
def test_the_witness_sees_everything(tmp_path: Path, program: str) -> None:
    done = run(FORBID + program, tmp_path / "home")
    assert done.returncode == -signal.SIGXFSZ, done.stderr


def test_lines_are_told_and_nothing_is_kept(
    pictures: Path, trust_directory: Path, tmp_path: Path
) -> None:
    options = ("--pictures", pictures, "--trust", trust_directory, "--headless", "--json")
    done = run(FORBID + SCAN.format(now=NOW), tmp_path / "home", *options)
    assert done.returncode == 1, done.stderr
    assert NAME in done.stdout
    assert len(done.stdout.splitlines()) == 4
    assert list((tmp_path / "home").iterdir()) == []


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    memory = tmp_path / "display"
    memory.mkdir()
    with virtual_display(memory) as screen:
        yield screen.name


def test_a_window_shows_people_and_keeps_none(
    pictures: Path, trust_directory: Path, tmp_path: Path, display: str
) -> None:
    options = ("--pictures", pictures, "--trust", trust_directory, "--hold", 1, "silent")
    done = run(FORBID + SCAN.format(now=NOW), tmp_path / "home", *options, display=display)
    assert done.returncode == 1, done.stderr
    assert NAME not in f"{done.stdout}{done.stderr}"
    assert left_in(tmp_path / "home") == {}


def test_what_a_shift_writes_is_about_nobody(
    pictures: Path, trust_directory: Path, tmp_path: Path, display: str
) -> None:
    home = tmp_path / "home"
    options = ("--pictures", pictures, "--trust", trust_directory, "--hold", 1)
    done = run(SCAN.format(now=NOW), home, *options, "--counts", "counts", display=display)
    assert done.returncode == 1, done.stderr
    left = left_in(home)
    assert [Path(name).parent.name for name in left] == ["counts"]
    (table,) = left.values()
    rows = [row.split(",")[2:5] for row in table.decode("ascii").splitlines()]
    assert rows[1:] == [["accepted", "green", "1"], ["rejected", "malformed", "1"]] or rows[1:] == [
        ["accepted", "green", "1"],
        ["rejected", "bad_signature", "1"],
    ]


def left_in(home: Path) -> dict[str, bytes]:
    """All files with content below a folder."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.stat().st_size
    }
