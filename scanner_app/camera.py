"""The webcam: a thread keeps the newest frame, so that a verdict is never about the past."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Event, Thread
from typing import Any, Final, Protocol

import cv2
import numpy as np

from scanner_app.decoders import Picture
from scanner_app.devices import Target, cameras, chosen
from scanner_app.errors import SourceError
from scanner_app.sources import Frame

__all__ = [
    "ANY_FORMAT",
    "Camera",
    "CameraMode",
    "Capture",
    "Wishes",
    "open_camera",
    "reopen_pause",
]

ANY_FORMAT: Final = "any"
_RATE: Final = 30
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 8.0
"""Seconds before a camera that gives nothing is opened again: soon at first, since a plug was only
touched; then seldom, since some drivers wedge when they are asked all the time."""
_SELECT_VARIABLE: Final = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"
_SELECT_SECONDS: Final = "3"
"""How long one read may wait for a camera that is there and silent; by itself OpenCV waits 10."""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What a camera is asked for.

    Uncompressed (YUYV), many webcams reach 10 frames a second at 1280x720; as motion JPEG, 30.
    """

    width: int = 1280
    height: int = 720
    format: str = "MJPG"


class CameraMode:
    """What a camera said it would do, read back after asking."""

    def __init__(self, capture: Capture) -> None:
        self.width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        self.height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        self.rate = capture.get(cv2.CAP_PROP_FPS)
        self.format = _fourcc(int(capture.get(cv2.CAP_PROP_FOURCC)))

    def differs(self, wishes: Wishes) -> str | None:
        """What the camera did not take, in words; None when it took all."""
        asked, taken = f"{wishes.width}x{wishes.height}", f"{self.width}x{self.height}"
        if taken != asked:
            return f"the camera did not take {asked}; codes are read from another distance"
        if wishes.format not in (ANY_FORMAT, self.format):
            return f"the camera did not take {wishes.format}; it may be slower"
        return None

    def __str__(self) -> str:
        return f"{self.width}x{self.height} {self.format} {self.rate:g} frames a second"


class Camera:
    """A live source of frames.

    `open_capture` opens the device, also again after it was lost. A camera that cannot be opened
    at the start raises SourceError, unless it is `awaited`: then it counts as lost.
    """

    live = True
    single = False

    def __init__(
        self, name: str, open_capture: Callable[[], Capture], *, awaited: bool = False
    ) -> None:
        self.name = name
        self.mode: CameraMode | None = None
        self._open = open_capture
        self._fresh = Condition()
        self._newest: Frame | None = None
        self._fault: Exception | None = None
        self._stopped = Event()
        self._start = self._alive_at = time.monotonic()
        self._capture = self._first(awaited=awaited)
        self._thread = Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    @property
    def silent_for(self) -> float:
        """Seconds since the thread last came back from the driver, with a picture or without."""
        return time.monotonic() - self._alive_at

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

    def _first(self, *, awaited: bool) -> Capture | None:
        capture = self._opened()
        if capture is None and not awaited:
            raise SourceError(
                f"{self.name} cannot be opened",
                hint="is it plugged in, and is no other program using it? --list-cameras names all",
            )
        return capture

    def _opened(self) -> Capture | None:
        """Open the device; None while it is not there, which OpenCV says in two ways."""
        with suppress(cv2.error):
            capture = self._open()
            if capture.isOpened():
                self.mode = CameraMode(capture)
                return capture
            capture.release()
        return None

    def _run(self) -> None:
        try:
            self._capture_frames()
        except Exception as fault:  # read() tells it; a thread that dies alone is not noticed
            with self._fresh:
                self._fault = fault
        finally:
            self._release()

    def _capture_frames(self) -> None:
        misses = failures = 0
        while not self._stopped.is_set():
            grabbed, picture = self._grab()
            self._alive_at = time.monotonic()
            if grabbed:
                misses = failures = 0
                self._keep(picture)
                continue
            misses += 1
            if self._capture is None or misses >= _TOLERATED_MISSES:
                self._release()
                self._stopped.wait(reopen_pause(failures))
                misses, failures = 0, failures + 1
                self._capture = None if self._stopped.is_set() else self._opened()

    def _grab(self) -> tuple[bool, Any]:
        if self._capture is None:
            return False, None
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

    def _release(self) -> None:
        if self._capture is not None:
            self._capture.release()
        self._capture = None


def open_camera(device: str, wishes: Wishes, *, awaited: bool = False) -> Camera:
    """Open a camera by number (`0` is the first), path, or part of its name; see `chosen`."""
    return Camera(
        f"camera {device}",
        lambda: _configured(chosen(device, cameras()), wishes),
        awaited=awaited,
    )


def reopen_pause(failures: int) -> float:
    """Seconds to wait before a lost camera is opened again, after so many vain attempts."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures, 10))


def _configured(target: Target, wishes: Wishes) -> Capture:
    """Open a device and ask for a mode; what the camera made of it is read back as CameraMode."""
    os.environ.setdefault(_SELECT_VARIABLE, _SELECT_SECONDS)
    backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
    capture = cv2.VideoCapture(target, backend)
    settings = [
        (cv2.CAP_PROP_FRAME_WIDTH, wishes.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, wishes.height),
        (cv2.CAP_PROP_FPS, _RATE),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ]
    if wishes.format != ANY_FORMAT:
        # First: some drivers offer large pictures in this format alone.
        settings.insert(0, (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*wishes.format)))
    for setting, value in settings:
        capture.set(setting, float(value))
    return capture


def _fourcc(code: int) -> str:
    letters = code.to_bytes(4, "little", signed=code < 0).decode("latin-1")
    return letters if letters.isprintable() and letters.strip() else "unknown format"
