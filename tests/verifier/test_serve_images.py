"""Pictures sent to the real server process: hostile ones, slow ones, and what they leave."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.scanner_app.image_files import encoded, of_text, seeming_codes
from tests.verifier.conftest import Answer
from tests.verifier.test_serve import COUNTRY, LATE, TEXT, Server, command
from verifier.pictures import MAX_PICTURE

PICTURE = of_text(TEXT)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("server")
    program = command(
        "--trust", directory / "trust", "--port", "{port}", "--workers", 1, "--images"
    )
    with closing(Server(directory, 1, program)) as running:
        yield running


def send(server: Server, picture: bytes, kind: str = "image/png") -> Answer:
    return server.request("POST", "/v1/verify/image", picture, **{"Content-Type": kind})


def children(server: Server) -> list[int]:
    """The processes that read pictures for a server."""
    [started] = server.wait_for("worker_started", 1)
    threads = Path(f"/proc/{started['pid']}/task").iterdir()
    found = [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]
    return [pid for pid in found if b"images.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_picture_is_judged(server: Server) -> None:
    answer = send(server, PICTURE)
    assert [found["verdict"]["code"] for found in answer.json["found"]] == ["ok"]


@pytest.mark.parametrize(
    ("length", "announced"),
    [(MAX_PICTURE + 1, True), (MAX_PICTURE + 1, False), (2 * MAX_PICTURE, True)],
)
def test_an_oversize_picture_gets_its_answer(server: Server, length: int, announced: bool) -> None:
    """The client is in the middle of sending: it must come to read why, not see a broken line."""
    body = bytes(length)
    pieces = (body[at : at + 100_000] for at in range(0, length, 100_000))
    answer = server.request(
        "POST", "/v1/verify/image", body if announced else pieces, **{"Content-Type": "image/png"}
    )
    assert (answer.status, answer.json["type"]) == (413, "/problems/too-large")


def test_the_longest_picture(server: Server) -> None:
    assert send(server, PICTURE + bytes(MAX_PICTURE - len(PICTURE))).json["pages"] == 1


def test_a_picture_that_has_no_end_is_given_up_and_the_next_is_read(server: Server) -> None:
    """It keeps an engine busy for hours; texts are judged meanwhile."""
    hostile = encoded(seeming_codes(4_096))
    with server.connect() as client:
        client.sendall(
            b"POST /v1/verify/image HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(hostile) + hostile
        )
        for _ in range(5):
            body = b'{"text": "x"}'
            assert server.request("POST", "/v1/verify", body).json["code"] == "not_a_certificate"
            time.sleep(0.1)
        client.settimeout(60)
        received = b""
        while part := client.recv(65_536):
            received += part
    assert b"/problems/picture-too-large" in received
    assert send(server, PICTURE).json["found"][0]["verdict"]["code"] == "ok"


def test_nothing_personal_came_out_and_no_process_stays(server: Server) -> None:
    """The last one of this file: it ends the server."""
    send(server, PICTURE)
    pids = children(server)
    assert len(pids) == 1
    assert server.err.read_text() == ""
    said = server.out.read_text()
    name = COUNTRY.certificate(expires_at=LATE).name
    assert not [word for word in (name, name.split()[0], TEXT[4:24]) if word in said]
    assert server.stop() == 0
    for _ in range(100):
        if not any(alive(pid) for pid in pids):
            return
        time.sleep(0.05)
    pytest.fail("a process that reads pictures goes on alone")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or " Z " not in state.read_text()
