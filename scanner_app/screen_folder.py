"""Keeps shown screens as pictures, for documentation: the one place that writes personal data."""

import os
from pathlib import Path

import cv2

from keys.clock import Clock
from scanner_app.answer import Answer
from scanner_app.bar import bar_of
from scanner_app.checks import Checker
from scanner_app.counts import Counts
from scanner_app.decoders import Picture
from scanner_app.errors import SourceError
from scanner_app.states import Showing
from scanner_app.view import Screen, render

__all__ = ["ScreenFolder", "result_screen"]

_WIDTH, _HEIGHT = 1280, 720


class ScreenFolder:
    """Writes screens as PNG files that only their owner can read."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._count = 0

    def save(self, name: str, screen: Picture) -> None:
        """Write one screen, named by its turn and by the item that it is about."""
        self._count += 1
        stem = "".join(letter if letter.isalnum() else "-" for letter in Path(name).stem)
        path = self._directory / f"{self._count:03}-{stem}.png"
        encoded, data = cv2.imencode(".png", screen)
        if not encoded:
            raise SourceError(f"the screen cannot be written as a picture: {path.name}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(data.tobytes())


def result_screen(answer: Answer, checker: Checker, clock: Clock, language: str) -> Picture:
    """Draw the screen of a result without a window."""
    now = clock.now()
    trust = answer.trust or checker.trust()
    screen = Screen(
        state=Showing(answer, 0.0, 1.0, 0.0),
        language=language,
        picture=None,
        has_camera=False,
        bar=bar_of(trust, now, Counts(), checker=checker.name, remarks=(), language=language),
        elapsed=0.0,
    )
    return render(screen, _WIDTH, _HEIGHT)
