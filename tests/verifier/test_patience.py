"""Clients that are slow, silent or greedy against the real server: the others are answered."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.slow_clients import opened
from tests.verifier.test_serve import BODY, Server, everything, head

TIMEOUT = 2
"""Seconds that these servers give a client: `client_timeout`."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker, so that whoever holds it up holds up everybody."""
    options = ("--client-timeout", str(TIMEOUT), "--connections", "256")
    with closing(Server(tmp_path_factory.mktemp("patience"), 1, options=options)) as running:
        yield running


@pytest.fixture
def crowd(server: Server) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack
    time.sleep(0.5)


def slowest(server: Server, seconds: float) -> float:
    """The longest that somebody else waits for a verdict meanwhile."""
    worst, end = 0.0, time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        assert server.request("POST", "/v1/verify", BODY).status == 200
        worst = max(worst, time.monotonic() - began)
    return worst


def drip(client: socket.socket, body: bytes) -> None:
    for byte in body:
        client.sendall(bytes([byte]))
        time.sleep(0.2)


def pour(client: socket.socket, piece: bytes, seconds: float) -> None:
    """Send in chunks for so long as it is taken."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        client.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")


def is_closed(client: socket.socket, within: float) -> bool:
    """Raises TimeoutError where it is not."""
    client.settimeout(within)
    with suppress(ConnectionResetError):
        everything(client)
    return True


@pytest.mark.parametrize("count", [10, 40, 240])
def test_silent_clients_do_not_hold_up_the_others(
    server: Server, crowd: ExitStack, count: int
) -> None:
    """More of them than the 32 threads of a worker: they wait for bodies that never come."""
    clients = opened(server.port, crowd, count, head(len(BODY)) + BODY[:20])
    assert slowest(server, TIMEOUT + 1) < TIMEOUT
    assert all(is_closed(client, TIMEOUT + 1) for client in clients)


def test_a_silent_client_is_cut_off_in_its_time(server: Server, crowd: ExitStack) -> None:
    began = time.monotonic()
    [client] = opened(server.port, crowd, 1, head(len(BODY)))
    assert everything(client) == b""
    assert TIMEOUT <= time.monotonic() - began < TIMEOUT + 2


def test_a_body_in_drops_is_cut_off_too(server: Server, crowd: ExitStack) -> None:
    """The time is for the whole body, so that a byte now and then wins nothing."""
    began = time.monotonic()
    [client] = opened(server.port, crowd, 1, head(len(BODY)))
    with pytest.raises(OSError, match=r"."):
        drip(client, BODY)
    assert time.monotonic() - began < TIMEOUT + 3


def test_a_slow_but_honest_body_arrives(server: Server, crowd: ExitStack) -> None:
    [client] = opened(server.port, crowd, 1, head(len(BODY)))
    for start in range(0, len(BODY), 100):
        client.sendall(BODY[start : start + 100])
        time.sleep(0.2)
    assert everything(client).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "sent", [b"", b"POST", b"POST /v1/verify HTTP/1.1\r\nHost: x\r\n"], ids=["none", "word", "half"]
)
def test_a_head_that_does_not_come_ends_the_line(
    server: Server, crowd: ExitStack, sent: bytes
) -> None:
    clients = opened(server.port, crowd, 50, sent)
    assert slowest(server, 1) < 1
    assert all(is_closed(client, TIMEOUT + 3) for client in clients)


def test_idle_connections_hold_up_nobody_and_end(server: Server, crowd: ExitStack) -> None:
    """Kept alive after an answer, and as many as would fill the places of the worker."""
    ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    clients = opened(server.port, crowd, 200, ask)
    assert slowest(server, 1) < 1
    for client in clients:
        client.settimeout(TIMEOUT + 3)
        assert everything(client).startswith(b"HTTP/1.1 200")


def test_a_client_that_takes_no_answer_is_cut_off(server: Server, crowd: ExitStack) -> None:
    """It asks for much and reads nothing: its connection ends, and nobody waited for it."""
    ask = b"GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n"
    client = crowd.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", server.port))
    client.settimeout(0.2)
    with suppress(OSError):
        client.sendall(ask * 3_000)
    before = open_lines(server)
    assert slowest(server, 1) < 1
    for _ in range(60):
        if open_lines(server) < before:
            return
        time.sleep(0.25)
    pytest.fail("the line of one that reads nothing stays")


def test_a_stream_whose_client_takes_nothing_is_cut_off(server: Server, crowd: ExitStack) -> None:
    client = crowd.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", server.port))
    line = json.dumps({"text": "DP1:NO"}).encode() + b"\n"
    client.sendall(
        b"POST /v1/verify/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    client.settimeout(TIMEOUT + 8)
    with pytest.raises(OSError, match=r"."):
        pour(client, line * 500, TIMEOUT + 12)
    assert server.request("POST", "/v1/verify", BODY).status == 200


def open_lines(server: Server) -> int:
    """Established connections to the port of a server."""
    text = Path("/proc/net/tcp").read_text()
    return len(re.findall(rf"^ *\d+: 0100007F:{server.port:04X} \S+ 01 ", text, re.MULTILINE))


def test_all_that_was_cut_off_is_no_fault(server: Server) -> None:
    assert [line for line in server.log() if line["event"] == "fault"] == []
    assert server.err.read_text() == ""
