"""A virtual display for real windows, whose screen can be looked at as a picture."""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from scanner_app.decoders import Picture

__all__ = ["ROOT", "Screen", "virtual_display"]

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT = 1366, 768


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """A running display."""

    name: str
    memory: Path

    def picture(self) -> Picture:
        """What is on it now: the server's own memory, in the format of `xwd`."""
        data = self.memory.read_bytes()
        header = struct.unpack(">25I", data[:100])
        size, width, height, stride, colours = (header[n] for n in (0, 4, 5, 12, 19))
        pixels = np.frombuffer(data, np.uint8, stride * height, size + 12 * colours)
        return np.array(pixels.reshape(height, stride // 4, 4)[:, :width, :3])

    def environment(self) -> dict[str, str]:
        """The environment of a program that is to use it."""
        return {**os.environ, "DISPLAY": self.name}

    @contextmanager
    def running(self, program: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """Run a Python program on it, which is ended at the latest with the block."""
        with subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-c", program, *arguments],
            env=self.environment(),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            try:
                yield running
            finally:
                running.kill()

    def press(self, *arguments: str) -> None:
        """Have xdotool act on it."""
        subprocess.run(  # noqa: S603
            [needed("xdotool"), *arguments], env=self.environment(), check=True, timeout=30
        )


def needed(program: str) -> str:
    """Find a program. Without it the test is skipped, but fails where CI=true is set."""
    path = shutil.which(program)
    if path is not None:
        return path
    missing = f"no real window was tested: {program} is not installed (script/setup --for-tests)"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}, and CI=true lets no test be skipped for that")
    pytest.skip(missing)


@contextmanager
def virtual_display(directory: Path) -> Iterator[Screen]:
    """Start a bare X server: no window manager, and a new beginning when the last client leaves."""
    reading, writing = os.pipe()
    server = subprocess.Popen(  # noqa: S603  # found by its name
        [needed("Xvfb"), "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24",
         "-nolisten", "tcp", "-fbdir", str(directory)],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as numbers:
        number = numbers.readline().strip()
    try:
        yield Screen(name=f":{number}", memory=directory / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(timeout=10)
