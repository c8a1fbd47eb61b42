"""The webcam: a thread keeps the newest frame, so that a verdict is never about the past."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Event, Thread
from typing import Any, Final, Protocol

import cv2
import numpy as np

from scanner_app.decoders import Picture
from scanner_app.errors import SourceError
from scanner_app.sources import Frame

__all__ = ["Camera", "CameraMode", "Capture", "open_camera"]

_WIDTH: Final = 1280
_HEIGHT: Final = 720
_RATE: Final = 30
_REOPEN_SECONDS: Final = 1.0
"""Pause before a camera that gives nothing is opened again."""
_TOLERATED_MISSES: Final = 10
"""Reads without a picture in a row before the camera counts as lost."""


class Capture(Protocol):
    """The part of cv2.VideoCapture that the camera needs."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Whether the device answers."""
        ...

    def read(self) -> tuple[bool, Any]:
        """Wait for the next picture."""
        ...

    def get(self, propId: int, /) -> float:  # noqa: N803 - OpenCV's name
        """Read a setting back."""
        ...

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803 - OpenCV's name
        """Ask for a setting."""
        ...

    def release(self) -> None:
        """Let go of the device."""
        ...


class CameraMode:
    """What a camera said it would do, read back after asking."""

    def __init__(self, capture: Capture) -> None:
        self.width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        self.height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        self.rate = capture.get(cv2.CAP_PROP_FPS)
        self.format = _fourcc(int(capture.get(cv2.CAP_PROP_FOURCC)))

    @property
    def as_asked(self) -> bool:
        """Whether the camera took the resolution that was asked for."""
        return (self.width, self.height) == (_WIDTH, _HEIGHT)

    def __str__(self) -> str:
        return f"{self.width}x{self.height} {self.format} {self.rate:g} frames a second"


class Camera:
    """A live source of frames; raises SourceError when the camera cannot be opened.

    `open_capture` opens the device, also again after it was lost.
    """

    live = True
    single = False

    def __init__(self, name: str, open_capture: Callable[[], Capture]) -> None:
        self.name = name
        self._open = open_capture
        self._capture = self._opened()
        self.mode = CameraMode(self._capture)
        self._fresh = Condition()
        self._newest: Frame | None = None
        self._fault: Exception | None = None
        self._stopped = Event()
        self._start = time.monotonic()
        self._thread = Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def read(self, timeout: float) -> Frame | None:
        """Give the newest frame that was not given yet, and forget it.

        Raises SourceError when the thread ended by a fault that nobody foresaw.
        """
        with self._fresh:
            self._fresh.wait_for(lambda: self._newest is not None, timeout)
            if self._fault is not None:
                raise SourceError(f"{self.name} stopped: {self._fault}") from self._fault
            frame, self._newest = self._newest, None
            return frame

    def close(self) -> None:
        """Stop the thread and let go of the device."""
        self._stopped.set()
        self._thread.join(timeout=2)

    def _opened(self) -> Capture:
        capture = self._open()
        if not capture.isOpened():
            capture.release()
            raise SourceError(
                f"{self.name} cannot be opened",
                hint="is it plugged in, and is no other program using it?",
            )
        return capture

    def _run(self) -> None:
        try:
            self._capture_frames()
        except Exception as fault:  # read() tells it; a thread that dies alone is not noticed
            with self._fresh:
                self._fault = fault
        finally:
            self._capture.release()

    def _capture_frames(self) -> None:
        misses = 0
        while not self._stopped.is_set():
            grabbed, picture = self._grab()
            misses = 0 if grabbed else misses + 1
            if grabbed:
                self._keep(picture)
            elif misses >= _TOLERATED_MISSES:
                misses = 0
                self._reopen()

    def _grab(self) -> tuple[bool, Any]:
        try:
            grabbed, picture = self._capture.read()
        except cv2.error:
            return False, None
        return grabbed and isinstance(picture, np.ndarray) and picture.dtype == np.uint8, picture

    def _keep(self, picture: Picture) -> None:
        frame = Frame(name=self.name, picture=picture, at=time.monotonic() - self._start)
        with self._fresh:
            self._newest = frame
            self._fresh.notify()

    def _reopen(self) -> None:
        self._capture.release()
        self._stopped.wait(_REOPEN_SECONDS)
        if not self._stopped.is_set():
            # While the device is absent this may raise as well as give a closed capture.
            with suppress(cv2.error):
                self._capture = self._open()


def open_camera(device: str) -> Camera:
    """Open a camera by its number (`0` is the first) or by its path, such as `/dev/video2`."""
    target: int | str = int(device) if device.isdecimal() and len(device) < 4 else device
    return Camera(f"camera {device}", lambda: _configured(target))


def _configured(target: int | str) -> Capture:
    """Open a device and ask for 1280x720 as motion JPEG.

    Uncompressed, many webcams reach 10 frames a second at this size. The settings are wishes: what
    the camera made of them is read back as CameraMode.
    """
    backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
    capture = cv2.VideoCapture(target, backend)
    wishes = (
        (cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG"))),
        (cv2.CAP_PROP_FRAME_WIDTH, _WIDTH),
        (cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT),
        (cv2.CAP_PROP_FPS, _RATE),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    )
    for setting, value in wishes:
        capture.set(setting, value)
    return capture


def _fourcc(code: int) -> str:
    letters = code.to_bytes(4, "little", signed=code < 0).decode("latin-1")
    return letters if letters.isprintable() and letters.strip() else "unknown format"
