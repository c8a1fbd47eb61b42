"""Clients that are slow, silent or break off: others are served, and nothing of theirs stays."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.issuer.api.test_serve import Server
from tests.issuer.world import csv_text, stranger
from tests.slow_clients import opened

TIMEOUT = 2
"""Seconds that this server gives a client."""
THREADS = 2 * 16
"""Of both its workers."""
FILE = csv_text(*(stranger(number) for number in range(40))).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("slow")
    with closing(Server(folder, "--client-timeout", TIMEOUT)) as running:
        yield running


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def signing_in(_: Server) -> bytes:
    """Nobody has to be known to send this."""
    return head("/v1/session", "application/json", 80) + b"{"


def sending(server: Server) -> bytes:
    return head("/v1/imports", "text/csv", len(FILE), server.token) + FILE[:20]


def head(path: str, media_type: str, length: int, token: str = "") -> bytes:
    signed = f"Authorization: Bearer {token}\r\n" if token else ""
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\n{signed}Content-Type: {media_type}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def slowest(server: Server, seconds: float) -> float:
    """The longest that somebody else waits meanwhile."""
    worst, end = 0.0, time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        assert server.request("GET", "/v1/session").status == 200
        worst = max(worst, time.monotonic() - began)
        time.sleep(0.1)  # an account may ask so often
    return worst


def drip(client: socket.socket, body: bytes) -> None:
    for byte in body:
        client.sendall(bytes([byte]))
        time.sleep(0.1)


def everything(client: socket.socket) -> bytes:
    answer = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65_536):
            answer += part
    return answer


def check_nothing_stays(server: Server) -> None:
    """No file of what was broken off, and nothing of it in the register."""
    assert uploads(server) == []
    assert server.request("GET", "/v1/imports").json["imports"] == []


def uploads(server: Server) -> list[Path]:
    """What lies in the service's folder besides its counts."""
    found = server.out.parent.glob("dosepass-register-*/*")
    return [one for one in found if not one.name.startswith(("worker-", "names"))]


@pytest.mark.parametrize("kind", [signing_in, sending])
@pytest.mark.parametrize("count", [THREADS, 100])
def test_silent_clients_hold_up_nobody(
    server: Server, crowd: ExitStack, kind: Callable[[Server], bytes], count: int
) -> None:
    clients = opened(server.port, crowd, count, kind(server))
    assert slowest(server, TIMEOUT + 1) < TIMEOUT
    for client in clients:
        client.settimeout(TIMEOUT + 3)
        everything(client)
    check_nothing_stays(server)


def test_a_file_in_drops_is_cut_off(server: Server, crowd: ExitStack) -> None:
    """The time is for the whole file, so that a byte now and then wins nothing."""
    began = time.monotonic()
    [client] = opened(server.port, crowd, 1, sending(server))
    with pytest.raises(OSError, match=r"."):
        drip(client, FILE[20:])
    assert time.monotonic() - began < TIMEOUT + 4
    check_nothing_stays(server)


def test_a_file_that_is_broken_off_is_not_taken_in(server: Server, crowd: ExitStack) -> None:
    [client] = opened(server.port, crowd, 1, sending(server) + FILE[20:-1])
    client.close()
    check_nothing_stays(server)


def test_a_file_has_no_name_while_it_comes(server: Server, crowd: ExitStack) -> None:
    """So that nobody's data stay on the disk when the service is killed."""
    opened(server.port, crowd, 1, sending(server))
    time.sleep(0.3)
    assert list(server.out.parent.glob("dosepass-register-*/worker-*")) != []
    assert uploads(server) == []


def test_half_a_head_holds_up_nobody(server: Server, crowd: ExitStack) -> None:
    opened(server.port, crowd, 200, b"POST /v1/session HTTP/1.1\r\nHo")
    assert slowest(server, 1) < 1


def test_an_honest_file_passes_through_the_crowd(server: Server, crowd: ExitStack) -> None:
    """It comes in pieces, while silent ones take the places of all others."""
    long = b"\n".join([FILE, b" " * 600_000])
    honest = crowd.enter_context(server.connect())
    opened(server.port, crowd, THREADS - 2, signing_in(server))
    honest.sendall(head("/v1/imports?dry_run=true", "text/csv", len(long), server.token))
    for start in range(0, len(long), 60_000):
        honest.sendall(long[start : start + 60_000])
        time.sleep(0.15)
    honest.settimeout(30)
    assert honest.recv(12) == b"HTTP/1.1 200"
    check_nothing_stays(server)
