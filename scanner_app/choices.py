"""What the command line asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["DEFAULT_SERVICE", "Choices"]

DEFAULT_SERVICE: Final = "http://127.0.0.1:8080"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """One source, one way to check, and how to tell."""

    camera: str | None
    video: Path | None
    pictures: Path | None
    lines: str | None
    service: str | None
    trust: Path | None
    trust_url: str | None
    headless: bool
    json: bool
    language: str
    hold: float
    compare: str
    kiosk: bool
    mute: bool
    counts: Path | None
    demo_screens: Path | None
