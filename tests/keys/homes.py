"""A real authority on disk, and a web server before what it publishes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import time_machine

from keys import client
from keys.authority import Authority
from keys.bundle import TrustBundle
from keys.clock import FixedClock
from keys.secrets import FixedSecret
from spec.certificate import Timestamp
from spec.cose import Algorithm

HOUR: Final = 3600
DAY: Final = 24 * HOUR
NOW: Final = Timestamp(int(datetime(2021, 10, 1, 8, tzinfo=UTC).timestamp()))
SECRET: Final = FixedSecret(b"correct horse battery")


def after(seconds: int) -> Timestamp:
    return Timestamp(NOW + seconds)


def found(home: Path, issuer: str = "VN") -> Authority:
    """An authority without a signing key."""
    return Authority.create(home, issuer, SECRET, FixedClock(NOW))


def found_and_publish(home: Path) -> Authority:
    """An authority whose first key signs at once and is published."""
    authority = found(home)
    authority.generate(Algorithm.ES256, SECRET, NOW, at_once=True)
    authority.publish(NOW, SECRET)
    return authority


def root_of(authority: Authority) -> bytes:
    return (authority.public / "metadata" / "1.root.json").read_bytes()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up early is what some tests are about."""


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base names it so
        pass


class Answers(BaseHTTPRequestHandler):
    """Gives one and the same answer to every request."""

    answer: Callable[[BaseHTTPRequestHandler], None]

    def do_GET(self) -> None:
        type(self).answer(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base names it so
        pass


@contextmanager
def serving(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """A web server on loopback in a thread; gives its address."""
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def served(directory: Path) -> AbstractContextManager[str]:
    """A web server before a directory."""
    return serving(partial(_Files, directory=str(directory)))


def at(moment: Timestamp) -> time_machine.travel:
    """Stop the system clock, which TUF reads, at a moment."""
    return time_machine.travel(datetime.fromtimestamp(moment, UTC), tick=False)


def fetch(
    directory: Path, url: str, root: bytes | None = None, moment: Timestamp = NOW
) -> TrustBundle:
    """Refresh a directory at a moment."""
    with at(moment):
        return client.refresh(directory, url, root, FixedClock(moment))
