"""Sources: folders, videos, lines and the camera's thread, with real files and a real pipe."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from scanner_app.errors import SourceError
from scanner_app.sources import Line, PictureFolder, SourceEnd, TextLines, VideoFile
from tests.scanner_app.pictures import png_bytes, qr_picture

WAIT = 5.0


def names_in(folder: PictureFolder) -> list[tuple[str, bool]]:
    names: list[tuple[str, bool]] = []
    while True:
        try:
            frame = folder.read(0)
        except SourceEnd:
            return names
        names.append((frame.name, frame.picture is not None))


def test_pictures_come_by_name_with_numbers_in_natural_order(tmp_path: Path) -> None:
    for name in ("b10.png", "b9.PNG", "a.png"):
        (tmp_path / name).write_bytes(png_bytes(qr_picture("X")))
    (tmp_path / "notes.txt").write_text("not a picture")
    folder = PictureFolder(tmp_path)
    assert len(folder) == 3
    assert [name for name, _ in names_in(folder)] == ["a.png", "b9.PNG", "b10.png"]


def test_a_broken_picture_is_told_and_the_next_one_comes(tmp_path: Path) -> None:
    whole = png_bytes(qr_picture("X"))
    (tmp_path / "1-cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "2-empty.png").write_bytes(b"")
    (tmp_path / "3-text.jpg").write_bytes(b"this is text")
    (tmp_path / "4-folder.png").mkdir()
    (tmp_path / "5-ĐƯỢC.png").write_bytes(whole)
    read = dict(names_in(PictureFolder(tmp_path)))
    assert read.keys() == {"1-cut.png", "2-empty.png", "3-text.jpg", "4-folder.png", "5-ĐƯỢC.png"}
    assert read["5-ĐƯỢC.png"] is True
    assert not any(read[name] for name in ("2-empty.png", "3-text.jpg", "4-folder.png"))


def test_one_picture_is_a_folder_of_one(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(png_bytes(qr_picture("X")))
    assert names_in(PictureFolder(path)) == [("one.png", True)]


def test_what_is_no_file_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "1-pipe.png")
    (tmp_path / "2-device.png").symlink_to("/dev/zero")
    (tmp_path / "3-nowhere.png").symlink_to("nowhere")
    with (tmp_path / "4-large.png").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    assert [known for _, known in names_in(PictureFolder(tmp_path))] == [False] * 4


def test_a_small_file_of_many_pixels_is_refused(tmp_path: Path) -> None:
    """OpenCV takes the limit when it is loaded, so another process looks."""
    path = tmp_path / "bomb.png"
    written, data = cv2.imencode(".png", np.zeros((12_000, 12_000), np.uint8))
    assert written
    path.write_bytes(data.tobytes())
    program = f"""if True:
        from pathlib import Path
        from scanner_app.sources import PictureFolder
        print(PictureFolder(Path({str(path)!r})).read(0).picture is None)"""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "True\n"


def test_a_file_name_stays_one_line(tmp_path: Path) -> None:
    names = ["a\nb.jpg: accepted ok.png", "\x1b[31mred.png", os.fsdecode(b"b\xff.png")]
    for name in names:
        (tmp_path / name).write_bytes(png_bytes(qr_picture("X")))
    read = dict(names_in(PictureFolder(tmp_path)))
    assert len(read) == 3
    assert all(read.values())
    assert all(name.isprintable() for name in read)


def test_a_code_on_a_transparent_ground_is_seen(tmp_path: Path) -> None:
    code = qr_picture("DP1:CLEAR")
    clear = np.zeros((*code.shape[:2], 4), np.uint8)
    clear[:, :, 3] = 255 - code[:, :, 0]
    (tmp_path / "clear.png").write_bytes(png_bytes(clear))
    picture = PictureFolder(tmp_path).read(0).picture
    assert picture is not None
    assert np.array_equal(picture, code)


@pytest.mark.parametrize("make", [lambda path: path / "absent", lambda path: path])
def test_a_folder_without_pictures_is_an_error(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    with pytest.raises(SourceError):
        PictureFolder(make(tmp_path))


def make_video(path: Path, frames: int = 12, rate: float = 10) -> Path:
    code = cv2.resize(qr_picture("DP1:VIDEO"), (320, 320))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (320, 320))
    assert writer.isOpened()
    for number in range(frames):
        writer.write(np.full_like(code, 20 * number) if number < 2 else code)
    writer.release()
    return path


def test_a_video_gives_its_frames_with_its_own_time(tmp_path: Path) -> None:
    video = VideoFile(make_video(tmp_path / "v.avi"))
    frames = [video.read(0) for _ in range(12)]
    assert frames[0].name == "frame 1"
    assert frames[11].at == pytest.approx(1.1)
    assert all(frame.picture is not None for frame in frames)
    with pytest.raises(SourceEnd):
        video.read(0)
    video.close()
    video.close()
    with pytest.raises(SourceEnd):
        video.read(0)


@pytest.mark.parametrize("content", [None, b"", b"RIFF no video at all"])
def test_what_is_no_video_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "v.avi"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match="no video"):
        VideoFile(path)


def all_lines(lines: TextLines) -> list[Line]:
    found: list[Line] = []
    while True:
        try:
            line = lines.read(WAIT)
        except SourceEnd:
            return found
        assert line is not None
        found.append(line)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", []),
        ("DP1:A\n", ["DP1:A"]),
        ("DP1:A\r\nDP1:B", ["DP1:A", "DP1:B"]),
        ("DP1:A \n", ["DP1:A "]),
        ("\n   \n\nDP1:A\n", ["DP1:A"]),
        ("x" * 20_000 + "\nDP1:A\n", ["x" * 8192, "DP1:A"]),
        ("x" * 8191 + "\nDP1:A\n", ["x" * 8191, "DP1:A"]),
        ("x" * 8192 + "\nDP1:A\n", ["x" * 8192, "DP1:A"]),
    ],
)
def test_lines(content: str, expected: list[str]) -> None:
    assert [line.text for line in all_lines(TextLines(io.StringIO(content), "test"))] == expected


def test_lines_are_named_by_their_number(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"one\n\nthr\xffee\n")
    lines = TextLines.of_file(path)
    assert [line.name for line in all_lines(lines)] == ["line 1", "line 3"]
    with pytest.raises(SourceEnd):
        lines.read(0)


def test_more_lines_than_the_queue_holds_all_come() -> None:
    content = "".join(f"{number}\n" for number in range(500))
    assert len(all_lines(TextLines(io.StringIO(content), "test"))) == 500


def test_a_keyboard_that_is_silent_keeps_nobody_waiting() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as stream, os.fdopen(writing, "w") as keyboard:
        lines = TextLines(stream, "keyboard", live=True)
        assert lines.read(0.01) is None
        keyboard.write("DP1:A\n")
        keyboard.flush()
        line = lines.read(WAIT)
        assert line is not None
        assert line.text == "DP1:A"
        lines.close()
        with pytest.raises(SourceEnd):
            lines.read(WAIT)
        keyboard.close()
        lines._thread.join(WAIT)
