"""The real server process: workers over one register, a file sent, the end, and refusals."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from issuer.access.accounts import insert_account
from issuer.access.passwords import hash_password
from issuer.access.rights import NATION, Level
from issuer.register.database import Register
from keys.clock import SystemClock
from keys.settings import to_toml
from tests.issuer.api.service import DESCRIPTION, PASSWORD, ROOT, Answer
from tests.issuer.world import csv_text, stranger
from tests.postgresql import DATABASE_FILE

WORKERS = 2


def command(*options: object) -> list[str]:
    program = "from issuer.start import main; main()"
    return [sys.executable, "-c", program, "serve", *map(str, options)]


def make_home(folder: Path) -> Path:
    home = folder / "authority"
    home.mkdir()
    (home / "authority.toml").write_bytes(to_toml("VN"))
    return home


class Server:
    """A `dosepass-issuer serve` of its own, with one account."""

    def __init__(self, folder: Path, *more: object) -> None:
        """`more` are options, of which the last counts."""
        home = make_home(folder)
        database: Path | str = home / "register.sqlite3"
        if (folder / DATABASE_FILE).exists():
            database = (folder / DATABASE_FILE).read_text()
        register = Register.open(database)
        with register.writing() as connection:
            now = SystemClock().now()
            insert_account(connection, "nation", hash_password(PASSWORD), Level.NATION, NATION, now)
        register.close()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.out, self.err = folder / "out", folder / "err"
        options: list[object] = ["--home", home, "--port", self.port]
        options += ["--workers", WORKERS, "--max-file", 1, *more]
        if isinstance(database, str):
            options += ["--register", database]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(  # noqa: S603  # our own command
                command(*options), stdout=out, stderr=err, cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
            )  # fmt: skip
        try:
            self.wait_for("worker_started", WORKERS)
            self.wait_until_it_listens()
        except AssertionError:
            self.close()
            raise
        self.token = self.request(
            "POST", "/v1/session", json.dumps({"account": "nation", "password": PASSWORD}).encode()
        ).json["token"]

    def log(self) -> list[dict[str, Any]]:
        whole = self.out.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def wait_for(self, event: str, count: int) -> None:
        for _ in range(2400):
            if len([line for line in self.log() if line["event"] == event]) >= count:
                return
            assert self.process.poll() is None, self.err.read_text()
            time.sleep(0.05)
        raise AssertionError(f"no {event} within two minutes")

    def wait_until_it_listens(self) -> None:
        for _ in range(200):
            with suppress(ConnectionRefusedError), self.connect():
                return
            time.sleep(0.02)
        raise AssertionError("nothing listens")

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def request(
        self, method: str, path: str, body: Any = None, media_type: str = "application/json"
    ) -> Answer:
        headers = {"Content-Type": media_type}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(connection):
            connection.request(
                method, path, body, headers, encode_chunked=not isinstance(body, bytes | None)
            )
            response = connection.getresponse()
            answer = Answer(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        DESCRIPTION.hold(path.partition("?")[0], method, answer.status, answer.headers, answer.body)
        return answer

    def close(self) -> int:
        """End it and its workers, however far it came."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)


@pytest.fixture
def server(tmp_path: Path, either_database: str) -> Iterator[Server]:
    with closing(Server(tmp_path)) as running:
        yield running


def test_a_day_of_the_service(server: Server) -> None:
    """Workers answer side by side over one register; at the end nothing is left, nothing told."""
    for path in ("/healthz", "/readyz", "/openapi.yaml"):
        assert server.request("GET", path).status == 200
    files = [csv_text(*(stranger(20 * part + number) for number in range(20))) for part in range(6)]
    with ThreadPoolExecutor(6) as pool:
        sent = list(
            pool.map(
                lambda text: server.request("POST", "/v1/imports", text.encode(), "text/csv"), files
            )
        )
    assert [one.status for one in sent] == [200] * 6
    assert [one.json["run"]["accepted"] for one in sent] == [20] * 6
    chunks = iter([files[0][:100].encode(), files[0][100:].encode()])
    again = server.request("POST", "/v1/imports", chunks, "text/csv")
    assert again.json["run"]["repeated"] == 20
    assert server.request("POST", "/v1/imports", b"x" * 1_500_000, "text/csv").status == 413
    assert server.request("GET", "/v1/audit/verification").json["holds"] is True
    assert "dosepass_register_workers 2" in server.request("GET", "/metrics").body.decode()
    assert server.close() == 0
    events = [line["event"] for line in server.log()]
    assert (events[0], events[-1]) == ("starting", "stopped")
    out = server.out.read_text() + server.err.read_text()
    assert "Nguyễn" not in out
    assert "0791" not in out
    assert PASSWORD not in out


def test_sigterm_lets_a_request_in_flight_finish(tmp_path: Path) -> None:
    with closing(Server(tmp_path)) as server, server.connect() as client:
        body = json.dumps({"account": "nation", "password": PASSWORD}).encode()
        head = (
            b"POST /v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
        )
        client.sendall(head + body[:10])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        client.sendall(body[10:])
        answer = b""
        while part := client.recv(65_536):
            answer += part
        assert answer.startswith(b"HTTP/1.1 201")
        assert server.close() == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "--reachable"),  # noqa: S104  # refused is what is tested
        (["--host", "192.0.2.1", "--reachable"], "cannot listen"),
        (["--host", "no such host", "--reachable"], "host"),
        (["--port", "0"], "--port"),
        (["--workers", "0"], "--workers"),
        (["--max-file", "0"], "--max-file"),
        (["--register", "nonsense://"], "register"),
        (["--sites", "missing.txt"], "missing.txt"),
    ],
)
def test_it_says_why_it_cannot_start(tmp_path: Path, options: list[str], said: str) -> None:
    home = make_home(tmp_path)
    done = subprocess.run(  # noqa: S603  # our own command
        command("--home", home, *options), capture_output=True, encoding="utf-8", cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
