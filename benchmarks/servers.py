"""Real servers on loopback, each on one core, and what they cost in processor time.

The time of processes, not the clock on the wall, is what is compared: what else runs on the machine
takes turns with both sides, and a side that waits costs nothing.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from spec.certificate import Timestamp
from tests.authority import Authority, time_of
from tests.trust_folder import store_bundle

__all__ = ["LATE", "Server", "certificate_of", "country", "empty", "free_port", "node", "ours"]

_ROOT: Final = Path(__file__).parent.parent
LATE: Final = time_of("2099-01-01")
_PATIENCE: Final = 15.0


class Server:
    """A server process with its children, on one core."""

    def __init__(self, command: Sequence[str], port: int, core: int | None) -> None:
        self.port = port
        self.began = time.perf_counter()
        self.process = subprocess.Popen(  # noqa: S603  # our own commands
            command,
            cwd=_ROOT,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
            stdout=subprocess.DEVNULL,
            preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
        )
        self._wait()
        self.ready_in = time.perf_counter() - self.began

    def seconds(self) -> float:
        """Processor time of all its processes so far."""
        return sum(map(_seconds, self.pids()))

    def pids(self) -> list[int]:
        """Its process and all below it."""
        return list(_family(self.process.pid))

    def close(self) -> None:
        """Stop it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def _wait(self) -> None:
        end = time.perf_counter() + _PATIENCE
        while time.perf_counter() < end:
            if self.process.poll() is not None:
                raise RuntimeError("the server has ended")
            with contextlib.suppress(OSError), socket.socket() as line:
                line.settimeout(1)
                line.connect(("127.0.0.1", self.port))
                line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                if line.recv(12).startswith(b"HTTP/1.1 "):
                    return
            time.sleep(0.01)
        self.process.kill()
        raise RuntimeError("the server does not answer")


def country() -> Authority:
    """A country whose certificates the machine's own clock finds valid."""
    authority = Authority()
    authority.change_key("active", verifies_until=LATE)
    return authority


def certificate_of(authority: Authority) -> str:
    """One of its certificates, good for a long time."""
    return authority.sign(authority.certificate(expires_at=LATE))


@contextlib.contextmanager
def ours(
    authority: Authority, folder: Path, *options: str, core: int | None = None, workers: int = 1
) -> Iterator[Server]:
    """`dosepass-verifier serve`."""
    store_bundle(authority, folder, fresh_until=Timestamp(LATE))
    port = free_port()
    program = [sys.executable, "-m", "verifier.cli", "serve", "--trust", str(folder)]
    settings = ["--port", str(port), "--workers", str(workers), *options]
    with contextlib.closing(Server([*program, *settings], port, core)) as server:
        yield server


@contextlib.contextmanager
def empty(core: int | None = None) -> Iterator[Server]:
    """A Flask endpoint that does nothing, run as our service is."""
    port = free_port()
    program = [sys.executable, "-m", "benchmarks.empty_server", str(port)]
    with contextlib.closing(Server(program, port, core)) as server:
        yield server


@contextlib.contextmanager
def node(authority: Authority, core: int | None = None) -> Iterator[Server]:
    """A plain Node server with a COSE reader over node:crypto; raises RuntimeError without Node."""
    program = shutil.which("node")
    if program is None:
        raise RuntimeError("Node.js is not installed")
    port = free_port()
    numbers = authority.keys["active"].private_key.public_key().public_numbers()  # type: ignore[union-attr]
    point = [number.to_bytes(32).hex() for number in (numbers.x, numbers.y)]  # type: ignore[union-attr]
    command = [program, "benchmarks/node_server.mjs", str(port), *point]
    with contextlib.closing(Server(command, port, core)) as server:
        yield server


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                yield from _family(int(child))


def _seconds(pid: int) -> float:
    spent = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            spent += int(task.read_text().split()[0])
    return spent / 1e9
