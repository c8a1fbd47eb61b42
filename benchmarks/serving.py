"""The verify endpoint inside its process, against an endpoint that does nothing."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask, Response

from benchmarks.measure import Action, Row, compare
from benchmarks.verifying import bare_verify
from tests.authority import Authority
from verifier.logs import Log
from verifier.service import create_app
from verifier.trust import TrustSource

__all__ = ["rows"]

_AT_MOST = 2.0


def rows() -> Iterator[Row]:
    """Measure what a request costs above an empty one, in bare signature checks."""
    authority = Authority()
    text = authority.sign()
    log = Log(authority.clock, lambda line: None)
    trust = TrustSource(Path(), authority.clock, log, load=lambda _: authority.bundle())
    verify = _request(create_app(trust, authority.clock, log), "POST", "/v1/verify", text)
    bare = bare_verify(authority.keys["active"], text)
    _, bare_seconds, ours = compare(verify, bare)
    empty_seconds, _, empty = compare(_request(_empty(), "POST", "/", text), bare)
    above = ours - empty
    yield Row(
        what="verify endpoint, cost above an empty Flask endpoint",
        figure=f"{above:.2f} bare verifies (empty endpoint {empty_seconds * 1e6:.0f} us, bare "
        f"verify {bare_seconds * 1e6:.0f} us)",
        bound=f"at most {_AT_MOST:.0f}",
        holds=above <= _AT_MOST,
    )


def _empty() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: Response("{}"), methods=["POST"])
    return app


def _request(app: Flask, method: str, path: str, text: str) -> Action:
    """A WSGI request without a server; a wrong answer raises."""
    body = json.dumps({"text": text}).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8080",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
    }

    def start(status: str, headers: list[tuple[str, str]], error: object = None) -> Any:
        assert status.startswith("200"), status

    return lambda: b"".join(app({**environ, "wsgi.input": io.BytesIO(body)}, start))
