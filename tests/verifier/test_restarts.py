"""Workers that start while what they need is broken on disk: the last good state serves on."""

import json
import os
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from keys.files import write_atomically
from keys.kept.bundle_folder import BUNDLE_FILE
from spec.status_list import Status
from tests.authority import DAY
from tests.trust_folder import store_bundle
from tests.vectors.policies import example, rule
from tests.verifier.test_serve import BODY, COUNTRY, LATE, Server, country
from verifier.api_keys import ApiKey, ApiKeys, change
from verifier.rate import Rate

NOW_OR_LATER = {"days_since_dose": 0}
POLICY = json.dumps(
    example(rule(colours={"green": NOW_OR_LATER}, words={"vi": "Đủ liều", "en": "Complete"}))
).encode()
REFUSED = "dosepass_trust_file_refused 1.0"


def replace_a_worker(server: Server, number: int = 0) -> None:
    """Kill one of the first workers, and wait for the one in its place."""
    started = server.wait_for("worker_started", 1)
    os.kill(started[number]["pid"], signal.SIGKILL)
    server.wait_for("worker_started", len(started) + 1)
    server.wait_until_it_listens()


def metrics(server: Server) -> str:
    return server.request("GET", "/metrics").body.decode()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def without_rules(path: Path) -> None:
    """A newer bundle, whose authority has withdrawn its policy."""
    store_bundle(COUNTRY, path.parent, fresh_until=LATE)


def older(path: Path) -> None:
    """A sound bundle of a time at which the certificate was revoked."""
    former = country()
    former.clock.advance(-DAY)
    former.set_status(former.certificate().status, Status.INVALID)
    store_bundle(former, path.parent, fresh_until=LATE, policy=POLICY)


DAMAGES = (cut, Path.unlink, without_rules, older)


def test_new_workers_have_the_last_good_bundle(tmp_path: Path) -> None:
    """Whatever became of the file; each says so, and none has to be started twice."""
    trust = store_bundle(COUNTRY, tmp_path / "trust", fresh_until=LATE, policy=POLICY)
    options = ["--place", "restaurant"]
    with closing(Server(tmp_path, len(DAMAGES), options=options)) as server:
        for number, damage in enumerate(DAMAGES):
            damage(trust / BUNDLE_FILE)
            replace_a_worker(server, number)
            codes = {server.request("POST", "/v1/verify", BODY).json["code"] for _ in range(12)}
            assert codes == {"ok"}
        failed = server.wait_for("trust_load_failed", len(DAMAGES))
        assert {line["level"] for line in failed} == {"error"}
        kinds = {line["error_type"] for line in failed}
        assert kinds == {"TrustBundleError", "NoEntryRulesError"}
        assert len(server.wait_for("worker_started", 1)) == 2 * len(DAMAGES)
        assert REFUSED in metrics(server)
        assert server.err.read_text() == ""


def test_a_renewal_goes_on_with_the_last_good_bundle_until_the_file_is_good(tmp_path: Path) -> None:
    trust = store_bundle(COUNTRY, tmp_path / "trust", fresh_until=LATE)
    whole = (trust / BUNDLE_FILE).read_bytes()
    with closing(Server(tmp_path, 1)) as server:
        write_atomically(trust / BUNDLE_FILE, b"junk")
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("renewing", 1)
        server.wait_for("trust_load_failed", 1)
        server.wait_for("worker_started", 2)
        assert server.request("POST", "/v1/verify", BODY).json["code"] == "ok"
        write_atomically(trust / BUNDLE_FILE, whole)
        for _ in range(150):
            if REFUSED not in metrics(server) and server.wait_for("trust_loaded", 2)[2:]:
                return
            time.sleep(0.1)
    pytest.fail("the good file is not taken up")


def test_a_new_worker_has_the_last_good_keys_and_policy(tmp_path: Path) -> None:
    keys, policy = tmp_path / "keys.json", tmp_path / "policy.json"
    key, said = ApiKey.make("shop-1", Rate.parse("100/minute"), COUNTRY.now)
    gone, revoked = ApiKey.make("shop-2", Rate.parse("100/minute"), COUNTRY.now)
    change(keys, lambda _: ApiKeys([key, gone]))
    policy.write_bytes(POLICY)
    options = ["--keys", str(keys), "--policy", str(policy), "--place", "restaurant"]
    with closing(Server(tmp_path, 1, options=options)) as server:

        def status(presented: str) -> int:
            allowed = {"Authorization": f"Bearer {presented}"}
            return server.request("POST", "/v1/verify", BODY, **allowed).status

        change(keys, lambda before: before.revoked("shop-2", COUNTRY.now))
        for _ in range(100):  # a worker looks at the file once a second
            if status(revoked) == 401:
                break
            time.sleep(0.1)
        keys.write_bytes(b"{")
        policy.unlink()
        replace_a_worker(server)
        assert (status(said), status(revoked)) == (200, 401)
        assert server.wait_for("keys_load_failed", 1)
