"""What the command line, the environment and the settings file asked for, together."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["DEFAULT_SERVICE", "Choices"]

DEFAULT_SERVICE: Final = "http://127.0.0.1:8080"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """One source, one way to check, and how to tell."""

    camera: str | None
    resolution: tuple[int, int]
    camera_format: str
    rotate: int
    mirror: bool
    video: Path | None
    pictures: Path | None
    lines: str | None
    service: str | None
    api_key_file: Path | None
    trust: Path | None
    trust_url: str | None
    place: str | None
    policy: Path | None
    headless: bool
    json: bool
    language: str
    hold: float
    compare: str
    kiosk: bool
    mute: bool
    counts: Path | None
    on_accept: str | None
    on_reject: str | None
    on_undetermined: str | None
    demo_screens: Path | None
    supervisor_fd: int | None = None
    """Where the supervisor listens, in a process that it started."""
