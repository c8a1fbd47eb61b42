"""The camera: its thread over a real video that can be unplugged, its names and its pictures."""

import io
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scanner_app.camera import Camera, Capture, Wishes, open_camera, reopen_pause
from scanner_app.devices import CameraDevice, cameras, chosen
from scanner_app.errors import SourceError
from scanner_app.orientation import Turned, mirrored
from scanner_app.sources import Frame, Line, PictureFolder, TextLines
from tests.scanner_app.pictures import png_bytes
from tests.scanner_app.test_sources import WAIT, make_video


class Device:
    """A camera made of a real video: it can be unplugged, and counts how often it was opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.opened = 0
        self.plugged = True
        self.captures: list[Any] = []

    def open(self) -> Capture:
        self.opened += 1
        capture = Looped(self)
        self.captures.append(capture)
        return capture

    @property
    def path(self) -> str:
        return str(self._path)


class Looped:
    """cv2.VideoCapture over a video that begins again, at 200 frames a second."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._capture = cv2.VideoCapture(device.path)
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self._device.plugged and self._capture.isOpened()

    def read(self) -> tuple[bool, Any]:
        time.sleep(0.005)
        if not self._device.plugged:
            return False, None
        grabbed, picture = self._capture.read()
        if not grabbed:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            grabbed, picture = self._capture.read()
        return grabbed, picture

    def get(self, setting: int, /) -> float:
        return self._capture.get(setting)

    def set(self, setting: int, value: float, /) -> bool:
        return self._capture.set(setting, value)

    def release(self) -> None:
        self.released = True
        self._capture.release()


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(make_video(tmp_path / "camera.avi"))


def read_frame(camera: Camera) -> Frame:
    frame = camera.read(WAIT)
    assert frame is not None
    return frame


def test_the_camera_gives_the_newest_frame_only(device: Device) -> None:
    camera = Camera("camera", device.open)
    try:
        first = read_frame(camera)
        time.sleep(0.2)  # about forty frames pass by
        second, third = read_frame(camera), read_frame(camera)
        assert second.at - first.at > 0.15
        assert third.at > second.at
        assert str(camera.mode) == "320x320 MJPG 10 frames a second"
        assert camera.mode is not None
        remark = "the camera did not take 1280x720; codes are read from another distance"
        assert camera.mode.differs(Wishes()) == remark
        small = Wishes(width=320, height=320)
        assert camera.mode.differs(small) is None
        remark = "the camera did not take YUYV; it may be slower"
        assert camera.mode.differs(replace(small, format="YUYV")) == remark
    finally:
        camera.close()


def test_a_closed_camera_lets_go_of_its_device_and_thread(device: Device) -> None:
    before = threading.active_count()
    camera = Camera("camera", device.open)
    read_frame(camera)
    camera.close()
    assert device.captures[-1].released
    assert threading.active_count() <= before


def test_a_camera_that_was_unplugged_comes_back(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner_app.camera._FIRST_PAUSE", 0.02)
    camera = Camera("camera", device.open)
    try:
        read_frame(camera)
        device.plugged = False
        time.sleep(0.25)
        camera.read(0)
        assert camera.read(0.1) is None
        device.plugged = True
        read_frame(camera)
        assert device.opened > 1
    finally:
        camera.close()


def test_a_camera_is_asked_again_soon_and_then_seldom() -> None:
    assert [reopen_pause(failures) for failures in range(6)] == [0.5, 1, 2, 4, 8, 8]
    assert reopen_pause(10_000) == 8


def test_a_camera_that_is_awaited_may_come_later(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner_app.camera._FIRST_PAUSE", 0.02)
    device.plugged = False
    camera = Camera("camera", device.open, awaited=True)
    try:
        assert camera.mode is None
        assert camera.read(0.1) is None
        device.plugged = True
        read_frame(camera)
        assert camera.mode is not None
    finally:
        camera.close()


def test_a_camera_that_never_comes_back_from_its_driver_is_known(device: Device) -> None:
    camera = Camera("camera", device.open)
    read_frame(camera)
    assert camera.silent_for < 1
    release = threading.Event()
    device.captures[-1].read = lambda: (release.wait(), (False, None))[1]
    time.sleep(0.3)
    assert camera.silent_for > 0.2
    assert Turned(camera, 90).silent_for > 0.2
    release.set()
    camera.close()


def test_a_camera_that_raises_as_it_is_opened_is_no_fault(device: Device) -> None:
    def refuse() -> Capture:
        raise cv2.error("no such device")

    with pytest.raises(SourceError, match="camera cannot be opened"):
        Camera("camera", refuse)
    camera = Camera("camera", refuse, awaited=True)
    assert camera.read(0.05) is None
    camera.close()


def make_sysfs(folder: Path, *entries: tuple[str, str, str]) -> Path:
    for number, name, index in entries:
        entry = folder / f"video{number}"
        entry.mkdir()
        (entry / "name").write_text(f"{name}\n", encoding="utf-8")
        (entry / "index").write_text(f"{index}\n")
    return folder


def test_cameras_are_listed_by_name(tmp_path: Path) -> None:
    sysfs = make_sysfs(
        tmp_path,
        ("10", "USB2.0 PC CAMERA", "0"),
        ("2", "HD Pro Webcam C920", "0"),
        ("3", "HD Pro Webcam C920", "1"),  # the same device: no pictures come from it
        ("4", "Bad\x1b[31m\x07 name", "0"),
        ("x", "no number", "0"),
    )
    (tmp_path / "v4l-subdev0").mkdir()
    (tmp_path / "video9").mkdir()
    assert [(camera.path, camera.name) for camera in cameras(sysfs)] == [
        ("/dev/video2", "HD Pro Webcam C920"),
        ("/dev/video4", "Bad[31m name"),
        ("/dev/video10", "USB2.0 PC CAMERA"),
    ]
    assert cameras(tmp_path / "absent") == []


@pytest.mark.parametrize(
    ("device", "target"),
    [
        ("0", 0),
        ("12", 12),
        ("c920", "/dev/video2"),
        ("pc camera", "/dev/video5"),
        ("/dev/video7", "/dev/video7"),
        ("99999999999", "99999999999"),
        ("no such name", "no such name"),
    ],
)
def test_a_camera_is_chosen_by_number_path_or_name(device: str, target: int | str) -> None:
    present = [
        CameraDevice(number=2, name="HD Pro Webcam C920"),
        CameraDevice(number=5, name="USB2.0 PC CAMERA"),
    ]
    assert chosen(device, present) == target


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_pictures_are_turned_upright(tmp_path: Path, degrees: int) -> None:
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[0, 0] = (1, 2, 3)
    path = tmp_path / "turned.png"
    path.write_bytes(png_bytes(np.asarray(np.rot90(picture, degrees // 90), np.uint8)))
    frame = Turned(PictureFolder(path), degrees).read(WAIT)
    assert isinstance(frame, Frame)
    assert np.array_equal(frame.picture, picture)  # type: ignore[arg-type]


def test_what_is_no_picture_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"broken")
    source = Turned(PictureFolder(tmp_path), 90)
    frame = source.read(WAIT)
    assert isinstance(frame, Frame)
    assert frame.picture is None
    lines = Turned(TextLines(io.StringIO("DP1:A\n"), "lines"), 90)
    line = lines.read(WAIT)
    assert isinstance(line, Line)
    lines.close()


def test_a_mirror_swaps_left_and_right_alone() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert np.array_equal(mirrored(picture), picture[:, ::-1])


def test_a_fault_in_the_camera_thread_is_told(device: Device) -> None:
    camera = Camera("camera", device.open)
    read_frame(camera)
    device.captures[-1].read = lambda: 1 / 0
    camera._thread.join(WAIT)
    with pytest.raises(SourceError, match="camera stopped"):
        camera.read(WAIT)
    camera.close()
    assert device.captures[-1].released


def test_a_camera_that_cannot_be_opened_is_an_error(device: Device) -> None:
    device.plugged = False
    with pytest.raises(SourceError, match="camera cannot be opened"):
        Camera("camera", device.open)
    assert device.captures[-1].released


def test_a_device_that_is_not_there_is_an_error() -> None:
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        with pytest.raises(SourceError) as caught:
            open_camera("/dev/video-that-is-not-there", Wishes())
    finally:
        cv2.utils.logging.setLogLevel(level)
    assert caught.value.hint is not None
