"""Where codes come from: one door for pictures and lines of text, live or recorded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import IO, Any, Final, Protocol, Self, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner_app.decoders import Picture
from scanner_app.errors import SourceError

__all__ = [
    "PICTURE_SUFFIXES",
    "Frame",
    "Item",
    "Line",
    "PictureFolder",
    "Source",
    "SourceEnd",
    "TextLines",
    "VideoFile",
]

PICTURE_SUFFIXES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
)

_LARGEST_FILE: Final = 64 * 1024 * 1024
"""Bytes of a picture's file: a phone's have a tenth."""

_LONGEST_LINE: Final = 8192
"""Characters; no QR code holds as many, so the rest of a longer line is only skipped."""
_ROOM_WAIT: Final = 0.2
"""Seconds between looks at whether the lines are still wanted."""
_FALLBACK_RATE: Final = 25.0
"""Frames a second of a video that does not say."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Frame:
    """One picture, or the note that it could not be read."""

    name: str
    picture: Picture | None
    at: float
    """Seconds since the source began, by its own time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of text, as keyboard-wedge scanners type it."""

    name: str
    text: str
    at: float


Item: TypeAlias = Frame | Line


class SourceEnd(Exception):  # noqa: N818 - an end is no error, as with StopIteration
    """A recorded source has given its last item."""


class Source(Protocol):
    """Gives pictures or lines, one at a time."""

    name: str
    live: bool
    """Live sources go on whether or not anybody reads; recorded ones wait."""
    single: bool
    """Each item stands for itself, as pictures of a folder do and frames of a video do not."""

    def read(self, timeout: float) -> Item | None:
        """Give the next item, or None when none came within `timeout` seconds.

        Raises SourceEnd after the last item of a recorded source.
        """
        ...

    def close(self) -> None:
        """Let go of the device or file."""
        ...


class PictureFolder:
    """The pictures of a folder by name, numbers in their natural order; or a single picture.

    Raises SourceError when there are none.
    """

    live = False
    single = True

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._paths = _pictures(path)
        self._next = 0

    def __len__(self) -> int:
        return len(self._paths)

    def read(self, timeout: float) -> Frame:
        """Give the next picture; one that cannot be read comes without its picture."""
        if self._next == len(self._paths):
            raise SourceEnd
        path = self._paths[self._next]
        self._next += 1
        return Frame(
            name=_one_line(path.name), picture=_read_picture(path), at=float(self._next - 1)
        )

    def close(self) -> None:
        """Nothing is held open."""


class VideoFile:
    """The frames of a video in order; raises SourceError for a file that is not one."""

    live = False
    single = False

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._capture = cv2.VideoCapture(str(path)) if path.is_file() else None
        if self._capture is None or not self._capture.isOpened():
            raise SourceError(f"no video that can be read: {path}")
        self._rate = self._capture.get(cv2.CAP_PROP_FPS) or _FALLBACK_RATE
        self._count = 0

    def read(self, timeout: float) -> Frame:
        """Give the next frame, named by its number from 1 on."""
        grabbed, picture = self._capture.read() if self._capture else (False, None)
        if not grabbed:
            raise SourceEnd
        self._count += 1
        at = (self._count - 1) / self._rate
        return Frame(name=f"frame {self._count}", picture=_bytes_only(picture), at=at)

    def close(self) -> None:
        """Close the file."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


class TextLines:
    """Lines of text from a stream; a thread reads them, so that a screen need not wait.

    Only a line's end is taken off here: what else a keyboard did is looked at where it is judged.
    """

    single = True

    def __init__(
        self, stream: IO[str], name: str, *, live: bool = False, owned: bool = False
    ) -> None:
        """Read from a stream; an `owned` one is closed at the end."""
        self.name = name
        self.live = live
        self._stream = stream
        self._owned = owned
        self._lines: Queue[Line | None] = Queue(maxsize=16)
        self._closed = Event()
        self._thread = Thread(target=self._pump, name="lines", daemon=True)
        self._thread.start()

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Open a file of lines; raises OSError."""
        # A stray byte spoils its own line only.
        return cls(path.open(encoding="utf-8", errors="replace"), str(path), owned=True)

    def read(self, timeout: float) -> Line | None:
        """Give the next line that is not empty."""
        if self._closed.is_set():
            raise SourceEnd
        try:
            line = self._lines.get(timeout=timeout)
        except Empty:
            return None
        if line is None:
            self.close()
            raise SourceEnd
        return line

    def close(self) -> None:
        """Stop giving lines; a thread that waits for a keyboard ends with the process."""
        self._closed.set()
        if self._owned:
            self._thread.join(timeout=2)

    def _pump(self) -> None:
        for number, text in enumerate(_bounded_lines(self._stream), start=1):
            if text.strip():
                self._put(Line(name=f"line {number}", text=text, at=float(number - 1)))
            if self._closed.is_set():
                break
        if self._owned:
            self._stream.close()
        self._put(None)

    def _put(self, line: Line | None) -> None:
        """Wait for room in the queue, unless nobody reads any more."""
        while not self._closed.is_set():
            try:
                self._lines.put(line, timeout=_ROOM_WAIT)
            except Full:
                continue
            return


def _bounded_lines(stream: IO[str]) -> Iterator[str]:
    """Give the lines of a stream without their ends, each cut at the greatest length."""
    try:
        while text := stream.readline(_LONGEST_LINE):
            whole = text.endswith("\n")
            yield text.rstrip("\r\n")
            while not whole and (rest := stream.readline(_LONGEST_LINE)):
                whole = rest.endswith("\n")
    except (OSError, ValueError):
        # The stream was closed or broke: what came until then was given.
        return


def _pictures(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise SourceError(f"no such folder or picture: {path}")
    files = (file for file in path.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES)
    pictures = sorted(files, key=lambda file: _natural(file.name))
    if not pictures:
        kinds = ", ".join(sorted(PICTURE_SUFFIXES))
        raise SourceError(f"no pictures in {path}", hint=f"pictures end in {kinds}")
    return pictures


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key: `frame-10` comes after `frame-9`."""
    parts: list[str] = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _read_picture(path: Path) -> Picture | None:
    """Read a picture; None for a file that is not one, is cut short or is far too large."""
    try:
        # Opening a named pipe would wait for ever, and reading a device has no end.
        if not path.is_file() or not 0 < path.stat().st_size <= _LARGEST_FILE:
            return None
        data = np.frombuffer(path.read_bytes(), np.uint8)
        picture = _bytes_only(cv2.imdecode(data, cv2.IMREAD_COLOR))
        return picture if picture is None or picture.any() else _on_white(data, picture)
    except (OSError, cv2.error):
        return None


def _on_white(data: NDArray[np.uint8], black: Picture) -> Picture:
    """Put on white a picture that is all black without its transparency: that shows the code."""
    picture = _bytes_only(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
        return black
    white: Picture = np.repeat(255 - picture[:, :, 3:], 3, axis=2)
    return white


def _one_line(name: str) -> str:
    """Show a file's name without what would break a line or steer a terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name
    )


def _bytes_only(picture: Any) -> Picture | None:
    """Keep pictures of bytes: what OpenCV gives as anything else is not for the engines."""
    return picture if isinstance(picture, np.ndarray) and picture.dtype == np.uint8 else None
