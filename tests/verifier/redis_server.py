"""A real Redis for tests, on a loopback port of its own, without files."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

__all__ = ["RedisServer", "running"]


class RedisServer:
    """One server, which a test may stop and start again."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [
            program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--dir", str(folder), "--daemonize", "no",
        ]  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.process = subprocess.Popen(  # noqa: S603  # our own command
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), timeout=1),
            ):
                return
            time.sleep(0.02)
        raise AssertionError("Redis does not listen")

    def stop(self) -> None:
        """Kill it, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(5)
            self.process = None


@contextmanager
def running(folder: Path) -> Iterator[RedisServer]:
    """A running Redis. Without one tests are skipped, but fail where CI=true is set."""
    program = shutil.which("redis-server")
    if program is None:
        missing = "Redis is not installed (apt-get install redis-server)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{missing}, and CI=true lets no test be skipped for that")
        pytest.skip(missing)
    server = RedisServer(program, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
