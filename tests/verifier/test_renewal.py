"""Workers that are renewed, killed or stopped under load: no request is lost."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from benchmarks.client import Asking
from tests.trust_folder import store_bundle
from tests.verifier.test_serve import BODY, COUNTRY, LATE, Server


def is_ok(status: int, content: bytes) -> bool:
    return status == 200 and json.loads(content)["code"] == "ok"


def asking(server: Server) -> Asking:
    return Asking(server.port, BODY, is_ok, threads=4, pause=0.005)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Two workers, and a file of settings that a test may change."""
    (tmp_path / "verifier.toml").write_text("max_body = 16384\n")
    options = ("--config", str(tmp_path / "verifier.toml"))
    with closing(Server(tmp_path, workers=2, options=options)) as running:
        yield running


def pids(server: Server) -> list[int]:
    return [line["pid"] for line in server.log() if line["event"] == "worker_started"]


def test_sighup_renews_all_workers_with_new_settings(server: Server, tmp_path: Path) -> None:
    long = b" " * 8_000 + BODY
    assert server.request("POST", "/v1/verify", long).status == 200
    (tmp_path / "verifier.toml").write_text("max_body = 4096\n")
    with asking(server) as client:
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("worker_started", 4)
        time.sleep(3)
    assert client.outcome.failed == 0, client.outcome
    assert client.outcome.answered > 200
    assert [line["event"] for line in server.log()].count("renewing") == 1
    assert len(set(pids(server))) == 4
    assert [server.request("POST", "/v1/verify", long).status for _ in range(6)] == [413] * 6
    assert server.stop() == 0


def test_settings_that_are_no_good_renew_nothing(server: Server, tmp_path: Path) -> None:
    wrong = ["prot = 1\n", 'keys = "none.json"\n', "max_body = 5\n", "["]
    for count, text in enumerate(wrong, start=1):
        (tmp_path / "verifier.toml").write_text(text)
        server.process.send_signal(signal.SIGHUP)
        line = server.wait_for("renewal_failed", count)[-1]
        assert line["error_type"] in ("SettingsError", "ApiKeyError")
    assert len(pids(server)) == 2
    assert server.request("POST", "/v1/verify", BODY).status == 200


def test_killed_workers_cost_nobody_an_answer(server: Server) -> None:
    """A client that repeats what broke, once, is always answered."""
    with asking(server) as client:
        time.sleep(0.5)
        os.kill(pids(server)[0], signal.SIGKILL)
        server.wait_for("worker_started", 3)
        time.sleep(1)
    assert client.outcome.failed == 0, client.outcome
    assert client.outcome.answered > 100


def test_workers_that_are_killed_again_and_again_come_back(server: Server) -> None:
    """Whoever kills them does not end the service, however soon they do it again."""
    for count in range(2, 7):
        started = server.wait_for("worker_started", count)
        os.kill(started[-1]["pid"], signal.SIGKILL)
    for pid in pids(server)[:1]:  # both at one moment
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.wait_for("worker_started", 8)
    server.wait_until_it_listens()
    assert server.request("POST", "/v1/verify", BODY).status == 200
    assert not [line for line in server.log() if line["event"] == "giving_up"]


def test_a_worker_that_dies_after_a_renewal_comes_back_with_the_new_settings(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "verifier.toml").write_text("max_body = 4096\n")
    server.process.send_signal(signal.SIGHUP)
    server.wait_for("worker_started", 4)
    for pid in pids(server)[2:]:
        os.kill(pid, signal.SIGKILL)
    server.wait_for("worker_started", 6)
    server.wait_until_it_listens()
    long = b" " * 8_000 + BODY
    assert [server.request("POST", "/v1/verify", long).status for _ in range(4)] == [413] * 4


def test_a_new_bundle_is_taken_up_without_a_lost_request(server: Server, tmp_path: Path) -> None:
    with asking(server) as client:
        store_bundle(COUNTRY, tmp_path / "trust", fresh_until=LATE)
        server.wait_for("trust_loaded", 4)
    assert client.outcome.failed == client.outcome.repeated == 0, client.outcome
