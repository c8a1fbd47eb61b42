"""What the tests of the verifier share: a country, its trust on disk, and a running application."""

import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from flask import Flask

from tests.authority import Authority
from tests.trust_folder import store_bundle
from tests.verifier import description
from verifier.cli import main
from verifier.logs import Log
from verifier.service import create_app
from verifier.trust import TrustSource


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def trust_directory(authority: Authority, tmp_path: Path) -> Path:
    return store_bundle(authority, tmp_path / "trust")


class LogLines:
    """Collects what is logged."""

    def __init__(self) -> None:
        self.raw = b""

    def write(self, line: bytes) -> None:
        self.raw += line

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.raw.splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == name]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


class Service:
    """The application without a server; every answer is held against the description."""

    def __init__(self, app: Flask, log: LogLines) -> None:
        self.app = app
        self.log = log
        self._client = app.test_client(use_cookies=True)

    def call(self, method: str, path: str, **options: Any) -> Answer:
        response = self._client.open(path, method=method, **options)
        answer = Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers},
            body=response.data,
        )
        description.hold(path.partition("?")[0], method, answer.status, answer.headers, answer.body)
        return answer

    def raw(self, body: BinaryIO, **environ: object) -> Answer:
        """Call with a WSGI environment of one's own, as a server that ends streams itself would."""
        started: list[tuple[str, list[tuple[str, str]]]] = []
        whole: dict[str, object] = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/v1/verify",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8080",
            "CONTENT_TYPE": "application/json",
            "wsgi.url_scheme": "http",
            "wsgi.input": body,
            "wsgi.input_terminated": True,
        }

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
            started.append((status, headers))

        content = b"".join(self.app(whole | environ, start))
        status, headers = started[-1]
        return Answer(int(status[:3]), {name.lower(): value for name, value in headers}, content)

    def post(self, body: bytes, **headers: str) -> Answer:
        return self.call(
            "POST",
            "/v1/verify",
            data=body,
            headers={"Content-Type": "application/json"}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def verify(self, text: str, *disclose: str, **headers: str) -> Answer:
        asked: dict[str, object] = {"text": text}
        if disclose:
            asked["disclose"] = list(disclose)
        return self.post(json.dumps(asked).encode(), **headers)


@pytest.fixture
def log() -> LogLines:
    return LogLines()


@pytest.fixture
def service(authority: Authority, trust_directory: Path, log: LogLines) -> Service:
    written = Log(authority.clock, log.write)
    trust = TrustSource(trust_directory, authority.clock, written)
    return Service(create_app(trust, authority.clock, written), log)


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for variable in [name for name in os.environ if name.startswith("DOSEPASS_VERIFIER_")]:
        monkeypatch.delenv(variable)

    def run_main(*arguments: object, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "argv", ["dosepass-verifier", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as end:
            main()
        return Ended(int(end.value.code or 0), *capsys.readouterr())

    return run_main
