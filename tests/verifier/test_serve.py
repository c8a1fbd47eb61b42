"""The real server process: answers on loopback, bad clients, the end, and what it leaves."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from spec.status_list import Status
from tests.authority import Authority, time_of
from tests.keys.static_repository import Country, World, mirrored
from tests.trust_folder import store_bundle
from tests.verifier import description
from tests.verifier.conftest import Answer

ROOT = Path(__file__).parents[2]
LATE = time_of("2099-01-01")
"""The process lives by the machine's own clock, so what it reads here is good for a long time."""


def country() -> Authority:
    authority = Authority()
    authority.change_key("active", verifies_until=LATE)
    return authority


COUNTRY = country()
TEXT = COUNTRY.sign(COUNTRY.certificate(expires_at=LATE))
BODY = json.dumps({"text": TEXT, "disclose": ["name"]}).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*options: object) -> list[str]:
    return [sys.executable, "-m", "verifier.cli", "serve", *map(str, options)]


class Server:
    """A `dosepass-verifier serve` of its own."""

    def __init__(
        self,
        directory: Path,
        workers: int,
        program: list[str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.port = free_port()
        self.out, self.err = directory / "out", directory / "err"
        trust = directory / "trust"
        if not trust.exists():
            store_bundle(COUNTRY, trust, fresh_until=LATE)
        given = command("--trust", trust, "--port", self.port, "--workers", workers, *options)
        if program is not None:
            given = [part.format(port=self.port) for part in program]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(  # noqa: S603  # our own command
                given,
                stdout=out,
                stderr=err,
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        try:
            self.wait_for("worker_started", workers)
            self.wait_until_it_listens()
        except AssertionError:
            self.close()
            raise

    def wait_for(self, event: str, count: int) -> list[dict[str, Any]]:
        """Wait until an event has been logged so many times."""
        for _ in range(200):
            found = [line for line in self.log() if line["event"] == event]
            if len(found) >= count:
                return found
            assert self.process.poll() is None, self.err.read_text()
            time.sleep(0.05)
        raise AssertionError(f"no {event} within ten seconds")

    def wait_until_it_listens(self) -> None:
        """A worker listens a moment after it has started."""
        for _ in range(100):
            with suppress(ConnectionRefusedError), self.connect():
                return
            time.sleep(0.02)
        raise AssertionError("nothing listens")

    def log(self) -> list[dict[str, Any]]:
        whole = self.out.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection):
            connection.request(
                method, path, body, {"Content-Type": "application/json"} | headers,
                encode_chunked=not isinstance(body, bytes | None),
            )  # fmt: skip
            response = connection.getresponse()
            answer = Answer(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        description.hold(path, method, answer.status, answer.headers, answer.body)
        return answer

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)

    def close(self) -> None:
        """End it and its workers, however far it came."""
        if self.process.poll() is None:
            self.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with closing(Server(tmp_path_factory.mktemp("server"), workers=2)) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """One that a test may end."""
    with closing(Server(tmp_path, workers=1)) as running:
        yield running


def head(length: int) -> bytes:
    return (
        b"POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nConnection: close\r\n\r\n" % length
    )


def everything(client: socket.socket) -> bytes:
    received = b""
    while part := client.recv(65_536):
        received += part
    return received


def test_a_certificate_is_verified(server: Server) -> None:
    answer = server.request("POST", "/v1/verify", BODY, **{"Accept-Language": "en"})
    assert answer.status == 200
    assert answer.json["words"]["title"] == "GREEN – COMPLETE"
    assert answer.json["disclosed"] == {"name": "Nguyễn Thị Minh Châu"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.yaml"])
def test_it_is_well(server: Server, path: str) -> None:
    assert server.request("GET", path).status == 200


@pytest.mark.parametrize("length", [16_385, 200_000])
@pytest.mark.parametrize("announced", [True, False])
def test_an_oversize_body(server: Server, length: int, announced: bool) -> None:
    body = b" " * length
    answer = server.request("POST", "/v1/verify", body if announced else iter([body]))
    assert (answer.status, answer.json["type"]) == (413, "/problems/too-large")


def test_a_body_in_chunks(server: Server) -> None:
    pieces = (BODY[start : start + 50] for start in range(0, len(BODY), 50))
    assert server.request("POST", "/v1/verify", pieces).json["code"] == "ok"


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "BREW"])
def test_a_wrong_method(server: Server, method: str) -> None:
    assert server.request(method, "/v1/verify").status == 405


@pytest.mark.parametrize(
    "sent",
    [
        b"Nguy\xe1\xbb\x85n Th\xe1\xbb\x8b Minh Ch\xc3\xa2u\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /Nguy\xe1\xbb\x85n HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"\0" * 1000,
    ],
)
def test_garbage_gets_a_4xx_or_a_closed_line(server: Server, sent: bytes) -> None:
    with server.connect() as client:
        received = b""
        with suppress(OSError):  # the server may close the line before all is sent
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            received = everything(client)
    assert received == b"" or received.startswith(b"HTTP/1.1 4")
    assert server.request("GET", "/healthz").status == 200


def test_a_body_that_breaks_off_harms_nobody(server: Server) -> None:
    with server.connect() as client:
        client.sendall(head(len(BODY)) + BODY[:20])
    assert server.request("POST", "/v1/verify", BODY).status == 200


def test_slow_clients_do_not_stop_the_others(server: Server) -> None:
    slow = [server.connect() for _ in range(10)]
    for client in slow:
        client.sendall(head(len(BODY)) + BODY[:20])
    for _ in range(20):
        assert server.request("POST", "/v1/verify", BODY).status == 200
    for client in slow:
        with client:
            client.sendall(BODY[20:])
            assert everything(client).startswith(b"HTTP/1.1 200")


def test_one_connection_carries_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with closing(connection):
        for _ in range(5):
            connection.request("POST", "/v1/verify", BODY, {"Content-Type": "application/json"})
            assert connection.getresponse().read().startswith(b'{"outcome":"accepted"')


def test_nothing_personal_came_out(server: Server) -> None:
    """After all that was sent above: the log is JSON of known events, and stderr is silent."""
    server.request("POST", "/v1/verify", BODY)
    assert {line["event"] for line in server.log()} <= {
        "starting", "trust_loaded", "worker_started", "request",
    }  # fmt: skip
    assert server.err.read_text() == ""
    said = server.out.read_text()
    assert not [word for word in ("Nguy", "Ch\u00e2u", "4821", TEXT[4:24]) if word in said]


def test_sigterm_lets_requests_in_flight_finish_and_ends_with_0(own_server: Server) -> None:
    with own_server.connect() as client:
        client.sendall(head(len(BODY)) + BODY[:20])
        time.sleep(0.3)
        own_server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        client.sendall(BODY[20:])
        assert everything(client).startswith(b"HTTP/1.1 200")
    assert own_server.process.wait(10) == 0
    assert own_server.log()[-1]["event"] == "stopped"
    with pytest.raises(ConnectionRefusedError):
        own_server.connect()


def test_a_worker_that_dies_is_replaced(own_server: Server) -> None:
    [started] = own_server.wait_for("worker_started", 1)
    os.kill(started["pid"], signal.SIGKILL)
    own_server.wait_for("worker_started", 2)
    own_server.wait_until_it_listens()
    assert own_server.wait_for("worker_died", 1)[0]["level"] == "error"
    assert own_server.request("POST", "/v1/verify", BODY).status == 200
    assert own_server.stop() == 0


def test_workers_end_with_a_killed_supervisor(own_server: Server) -> None:
    own_server.process.kill()
    for _ in range(100):
        try:
            own_server.connect().close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)
    pytest.fail("a worker goes on alone")


def test_workers_that_cannot_live_end_the_service(own_server: Server, tmp_path: Path) -> None:
    """Bundle and lists are gone when a worker is replaced: an orchestrator must see the end."""
    shutil.rmtree(tmp_path / "trust")
    os.kill(own_server.wait_for("worker_started", 1)[0]["pid"], signal.SIGKILL)
    assert own_server.process.wait(15) == 2
    assert own_server.log()[-1]["event"] == "giving_up"
    assert "dosepass-verifier: the workers do not stay alive\nhint: " in own_server.err.read_text()


@pytest.fixture
def published(tmp_path: Path) -> Iterator[World]:
    """A country whose publications are good for a long time by the machine's own clock."""
    country_ = Country(lists=1)
    country_.change_key("active", verifies_until=LATE)
    with mirrored({}) as mirror:
        world = World(country_, mirror, tmp_path)
        world.directory = tmp_path / "trust"
        world.repository.days = dict.fromkeys(world.repository.days, 30_000)
        world.repository.publish_root()
        world.publish()
        world.first_fetch()
        yield world


EVERY_SECOND = (
    "import sys; from pathlib import Path\n"
    "from verifier.serve import serve; from verifier.settings import Settings\n"
    "if __name__ == '__main__':\n"
    "    trust, port, url = sys.argv[1:]\n"
    "    serve(Settings(trust=Path(trust), host='127.0.0.1', port=int(port), workers=1,\n"
    "                        trust_url=url, refresh=1))\n"
)
"""A service that refreshes oftener than the command line lets it, for tests that do not wait."""


def test_it_keeps_its_trust_fresh_in_one_process(tmp_path: Path, published: World) -> None:
    """The supervisor fetches, trouble stops nothing, and workers have what it brought."""
    mirror = published.mirror
    assert mirror is not None
    published.country.set_status(published.country.certificate().status, Status.INVALID)
    published.after(60).publish()
    mirror.answers = {"status.json": lambda request, _: request.send_error(500)}
    (tmp_path / "service.py").write_text(EVERY_SECOND)
    program = [sys.executable, str(tmp_path / "service.py"), str(tmp_path / "trust")]
    with closing(Server(tmp_path, 1, [*program, "{port}", published.url])) as server:
        [failed, *_] = server.wait_for("trust_refresh_failed", 1)
        assert (failed["level"], failed["error_type"]) == ("error", "DownloadHTTPError")
        assert server.request("POST", "/v1/verify", BODY).json["code"] == "ok"

        mirror.answers = {}
        server.wait_for("trust_refreshed", 1)
        os.kill(server.wait_for("worker_started", 1)[0]["pid"], signal.SIGKILL)
        server.wait_for("worker_started", 2)
        server.wait_until_it_listens()
        assert server.request("POST", "/v1/verify", BODY).json["code"] == "revoked"
        assert "127.0.0.1" not in server.out.read_text()
        assert server.err.read_text() == ""
        assert server.stop() == 0


LOADED = (
    "import sys, verifier.cli, verifier.serve, verifier.service, keys.serving.patience; "
    "print(*sorted(module.partition('.')[0] for module in sys.modules))"
)


def test_what_few_services_need_is_not_loaded_by_all() -> None:
    """A start takes a third longer with what fetches, reads YAML, or counts for keys."""
    loaded = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-c", LOADED], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout.split()
    assert "granian" in loaded
    rare = {"tuf", "securesystemslib", "pkcs11", "urllib3", "yaml", "limits", "redis", "cv2"}
    assert rare & set(loaded) == set()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--trust-url", "http://127.0.0.1:1/"], "no root is pinned in {trust}\nhint: fetch once"),
        (["--trust-url", "nonsense"], "the address of the trust bundle is not one that can be"),
        (["--port", "{busy}"], "cannot listen on port {busy}: address already in use\nhint: "),
        (["--trust", "{empty}"], "there is no trust bundle in {empty}\nhint: "),
        (
            ["--host", "no.such.host.invalid", "--anyone-may-ask"],
            "the host is not known on this machine\nhint: ",
        ),
        (["--host", "192.0.2.1", "--anyone-may-ask"], "cannot listen on port "),
    ],
)
def test_it_says_why_it_cannot_start(
    server: Server, tmp_path: Path, options: list[str], says: str
) -> None:
    trust = store_bundle(COUNTRY, tmp_path / "trust", fresh_until=LATE)
    empty = tmp_path / "empty"
    empty.mkdir()
    words = {"busy": server.port, "empty": empty, "trust": trust}
    given = [option.format(**words) for option in options]
    ended = subprocess.run(  # noqa: S603  # our own command
        command("--trust", trust, "--port", free_port(), *given),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=15,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("dosepass-verifier: " + says.format(**words))
