"""The cameras of this machine by name, so that nobody has to guess numbers."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

__all__ = ["SYSFS", "CameraDevice", "Target", "cameras", "chosen"]

Target: TypeAlias = int | str
"""What OpenCV opens: a number, or a path."""

SYSFS: Final = Path("/sys/class/video4linux")
_MOST_DIGITS: Final = 3
"""A longer number is no camera's; OpenCV would take part of it for another backend."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class CameraDevice:
    """One camera."""

    number: int
    name: str
    """As its maker calls it, in one printable line."""

    @property
    def path(self) -> str:
        """Its file on Linux."""
        return f"/dev/video{self.number}"


def cameras(sysfs: Path = SYSFS) -> Sequence[CameraDevice]:
    """List the cameras by number; empty where the system does not tell, as outside Linux.

    One webcam has several files; only the first of each gives pictures.
    """
    if not sysfs.is_dir():
        return []
    found = [_read(entry) for entry in sysfs.iterdir() if entry.name.startswith("video")]
    return sorted(device for device in found if device is not None)


def chosen(device: str, present: Sequence[CameraDevice]) -> Target:
    """What to open for a number, a path, or a part of a name in any case.

    A name is looked up each time, since a camera that is plugged in again may get another number.
    """
    if device.isdecimal() and len(device) <= _MOST_DIGITS:
        return int(device)
    wanted = device.casefold()
    for camera in present:
        if wanted in camera.name.casefold():
            return camera.path if sys.platform == "linux" else camera.number
    return device


def _read(entry: Path) -> CameraDevice | None:
    number = entry.name.removeprefix("video")
    try:
        name, index = ((entry / file).read_text(errors="replace") for file in ("name", "index"))
    except OSError:
        return None
    if not number.isdecimal() or index.strip() != "0":
        return None
    printable = "".join(letter for letter in name.strip() if letter.isprintable())
    return CameraDevice(number=int(number), name=printable or entry.name)
