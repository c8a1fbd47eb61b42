"""Batches sent to the real server process: streams both ways, and clients that take nothing."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.verifier.test_serve import BODY, COUNTRY, TEXT, Server
from verifier.api_keys import ApiKey, ApiKeys, change
from verifier.rate import Rate

PATH = "/v1/verify/batch"
LINES = "application/x-ndjson"
MUCH = 200_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with closing(Server(tmp_path_factory.mktemp("server"), workers=1)) as running:
        yield running


def head(framing: str) -> bytes:
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {LINES}\r\n{framing}\r\n\r\n"
    ).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def memory_of(server: Server) -> int:
    """Kilobytes that the worker has in memory."""
    [started] = server.wait_for("worker_started", 1)
    status = Path(f"/proc/{started['pid']}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def send_until_it_stands(client: socket.socket, line: bytes) -> int:
    """Send lines, take no answer, and give the bytes that went before nothing more would."""
    sent = 0
    with suppress(OSError):
        while sent < MUCH:
            client.sendall(line * 100)
            sent += len(line) * 100
    return sent


def until(client: socket.socket, wanted: bytes, count: int = 1) -> bytes:
    got = b""
    while got.count(wanted) < count:
        piece = client.recv(65_536)
        assert piece, got
        got += piece
    return got


def test_a_json_batch(server: Server) -> None:
    answer = server.request("POST", PATH, json.dumps({"texts": [TEXT] * 300}).encode())
    assert {verdict["code"] for verdict in answer.json["verdicts"]} == {"ok"}


def test_each_answer_comes_before_the_next_line_is_sent(server: Server) -> None:
    with closing(server.connect()) as client:
        client.sendall(head("Transfer-Encoding: chunked"))
        for number, line in enumerate((BODY, b"{", BODY), start=1):
            client.sendall(chunk(line + b"\n" + b" " * 63 + b"\n"))
            got = until(client, b'"line":')
            assert b'"line":%d' % (2 * number - 1) in got
        client.sendall(b"0\r\n\r\n")
        until(client, b"0\r\n\r\n")


def test_a_stream_of_known_length_is_answered_whole(server: Server) -> None:
    answer = server.request("POST", PATH, (BODY + b"\n") * 500, **{"Content-Type": LINES})
    assert [json.loads(line)["line"] for line in answer.body.splitlines()] == list(range(1, 501))


def test_who_takes_no_answers_is_not_read_and_takes_no_memory(server: Server) -> None:
    before = memory_of(server)
    line = BODY + b"\n"
    with closing(server.connect()) as client:
        client.settimeout(1.5)
        client.sendall(head(f"Content-Length: {len(line) * 1_000_000}"))
        assert send_until_it_stands(client, line) < MUCH
        assert memory_of(server) - before < 8_192
    assert server.request("POST", PATH, json.dumps({"texts": [TEXT]}).encode()).status == 200


def test_a_client_that_goes_gives_its_place_back(server: Server) -> None:
    for _ in range(12):
        with closing(server.connect()) as client:
            client.sendall(head("Transfer-Encoding: chunked") + chunk(BODY + b"\n" * 65))
            until(client, b'"line":')
    for _ in range(100):
        answer = server.request("POST", PATH, json.dumps({"texts": [TEXT]}).encode())
        if answer.status == 200:
            return
        time.sleep(0.1)
    raise AssertionError("no place within ten seconds")


def test_a_stream_without_end_ends_with_its_rate(tmp_path: Path) -> None:
    """The client is told so in the last line of a whole answer, and the service goes on."""
    key, said = ApiKey.make("shop-1", Rate.parse("120/hour"), COUNTRY.now)
    change(tmp_path / "keys.json", lambda _: ApiKeys([key]))
    options = ["--keys", str(tmp_path / "keys.json")]
    with closing(Server(tmp_path, workers=1, options=options)) as server:
        with server.connect() as client:
            framing = f"Authorization: Bearer {said}\r\nTransfer-Encoding: chunked"
            client.sendall(head(framing))
            lines = chunk(BODY + b"\n") * 10
            for _ in range(30):
                client.sendall(lines)
            got = until(client, b"/problems/rate-exceeded")
        assert 120 <= got.count(b'"code":"ok"') < 200
        allowed = {"Authorization": f"Bearer {said}"}
        assert server.request("POST", "/v1/verify", BODY, **allowed).status == 429
        statuses = {line["status"] for line in server.wait_for("request", 2)}
        assert statuses == {200, 429}
        assert server.err.read_text() == ""
