"""The proxy's configuration in a real nginx, in front of two real verifiers."""

import http.client
import json
import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.deploy.conftest import DEPLOY, program
from tests.verifier.test_serve import BODY, Server, free_port

JSON = {"Content-Type": "application/json"}


@dataclass
class Proxy:
    """A running nginx, and the two verifiers behind it."""

    port: int
    verifiers: list[Server]
    folder: Path

    def connect(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=15, context=context)

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        with closing(self.connect()) as line:
            line.request(method, path, body, JSON)
            answer = line.getresponse()
            return answer.status, answer.read()


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "tls.crt").write_bytes(certificate.public_bytes(pem))
    (folder / "tls.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def configuration(folder: Path, port: int, verifiers: list[Server]) -> Path:
    """The file as it is, with the addresses and folders of this test."""
    text = (DEPLOY / "nginx.conf").read_text()
    for number, verifier in enumerate(verifiers, start=1):
        text = text.replace(f"verifier-{number}:8080", f"127.0.0.1:{verifier.port}")
    text = text.replace("listen 8443", f"listen 127.0.0.1:{port}")
    text = text.replace(" /tmp/", f" {folder}/").replace("/etc/nginx/tls/", f"{folder}/")
    text = re.sub(r"/dev/std(out|err)", rf"{folder}/\1.log", text)
    path = folder / "nginx.conf"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    nginx = program("nginx", "nginx-light")
    folder = tmp_path_factory.mktemp("proxy")
    write_certificate(folder)
    folders = [folder / "1", folder / "2"]
    for one in folders:
        one.mkdir()
    with (
        closing(Server(folders[0], 1, options=("--client-timeout", "3"))) as first,
        closing(Server(folders[1], 1, options=("--client-timeout", "3"))) as second,
    ):
        port = free_port()
        path = configuration(folder, port, [first, second])
        command = [nginx, "-c", str(path), "-p", str(folder), "-g", "daemon off;"]
        subprocess.run([*command, "-t"], check=True, capture_output=True)  # noqa: S603
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            running = Proxy(port, [first, second], folder)
            for _ in range(100):
                with suppress(OSError), closing(running.connect()) as line:
                    line.connect()
                    break
                time.sleep(0.05)
            yield running
        finally:
            process.terminate()
            process.wait(10)


def test_verdicts_come_through(proxy: Proxy) -> None:
    for _ in range(20):
        status, body = proxy.ask("POST", "/v1/verify", BODY)
        assert (status, json.loads(body)["code"]) == (200, "ok")
    counts = [
        sum(line["event"] == "request" for line in verifier.log()) for verifier in proxy.verifiers
    ]
    assert min(counts) > 3


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/openapi.yaml", "/v1/trust"])
def test_what_people_and_programs_need_is_there(proxy: Proxy, path: str) -> None:
    assert proxy.ask("GET", path)[0] == 200


def test_metrics_stay_inside(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/metrics")[0] == 404


def test_refusals_are_those_of_the_service(proxy: Proxy) -> None:
    status, body = proxy.ask("POST", "/v1/verify", b" " * 20_000)
    assert (status, json.loads(body)["type"]) == (413, "/problems/too-large")
    assert proxy.ask("POST", "/v1/verify", b" " * 2_000_000)[0] == 413


def test_slow_bodies_do_not_reach_the_verifiers(proxy: Proxy) -> None:
    """Sixty silent clients are nginx's own: verdicts come at once, and nobody is cut off."""
    silent = [proxy.connect() for _ in range(60)]
    try:
        for line in silent:
            line.putrequest("POST", "/v1/verify")
            line.putheader("Content-Type", "application/json")
            line.putheader("Content-Length", str(len(BODY)))
            line.endheaders(BODY[:10])
        began = time.monotonic()
        for _ in range(10):
            assert proxy.ask("POST", "/v1/verify", BODY)[0] == 200
        assert time.monotonic() - began < 3
        for line in silent[:5]:
            line.send(BODY[10:])
            assert line.getresponse().status == 200
    finally:
        for line in silent:
            line.close()


def test_lines_come_back_while_others_are_sent(proxy: Proxy) -> None:
    line = BODY + b"\n"
    with closing(proxy.connect()) as connection:
        connection.putrequest("POST", "/v1/verify/batch")
        connection.putheader("Content-Type", "application/x-ndjson")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        for _ in range(3):
            connection.send(b"%x\r\n" % len(line) + line + b"\r\n")
        answer = connection.getresponse()
        assert json.loads(answer.readline())["verdict"]["code"] == "ok"
        connection.send(b"0\r\n\r\n")
        assert len(answer.read().splitlines()) == 2


def test_one_verifier_less_costs_nobody_an_answer(proxy: Proxy) -> None:
    proxy.verifiers[1].close()
    assert [proxy.ask("POST", "/v1/verify", BODY)[0] for _ in range(20)] == [200] * 20


def test_the_log_of_the_proxy_holds_nothing_personal(proxy: Proxy) -> None:
    proxy.ask("GET", "/healthz?name=Nguyen")
    time.sleep(0.2)
    text = (proxy.folder / "out.log").read_text()
    assert "/v1/verify 200" in text
    assert "Nguyen" not in text
