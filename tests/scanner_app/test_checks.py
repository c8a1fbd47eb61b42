"""Who judges: the real service over loopback, hostile ones, the bundle on disk, the fallback."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from keys.client import BUNDLE_FILE
from keys.errors import TrustBundleError
from scanner_app.answer import Answer, Trouble, Trust
from scanner_app.checks import OfflineChecker
from scanner_app.errors import SourceError
from scanner_app.service import ServiceChecker, is_exposed, read_api_key
from scanner_app.worker import CheckWorker
from spec.certificate import Timestamp
from spec.status_list import Status
from spec.verdicts import Outcome, VerdictCode
from tests.authority import DAY, Authority
from tests.scanner_app.answers import GREEN
from tests.trust_folder import store_bundle
from verifier.logs import Log
from verifier.service import create_app
from verifier.trust import TrustSource

# Offline


def test_offline_accepts_and_discloses(authority: Authority, trust_directory: Path) -> None:
    checker = OfflineChecker(trust_directory, authority.clock)
    answer = checker.check(authority.sign())
    assert answer.outcome is Outcome.ACCEPTED
    assert answer.accepted is not None
    assert answer.accepted.name == "Nguyễn Thị Minh Châu"
    assert checker.trust() == Trust(
        issued_at=authority.now,
        fresh_until=Timestamp(authority.now + 7 * DAY),
        status_issued_at=authority.now,
        status_fresh_until=Timestamp(authority.now + 7 * DAY),
        newest_time=authority.now,
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://example.com", "not_a_certificate"),
        ("DP1:", "malformed"),
        ("DP1:\ud800", "malformed"),
        ("DP1:" + "A" * 2000, "malformed"),
    ],
)
def test_offline_refuses(authority: Authority, trust_directory: Path, text: str, code: str) -> None:
    assert OfflineChecker(trust_directory, authority.clock).check(text).code == code


def test_offline_says_when_its_data_are_stale(authority: Authority, trust_directory: Path) -> None:
    checker = OfflineChecker(trust_directory, authority.clock)
    authority.clock.advance(8 * DAY)
    answer = checker.check(authority.sign())
    assert (answer.outcome, answer.code) == (Outcome.UNDETERMINED, "trust_stale")
    assert answer.accepted is None


def test_offline_says_when_its_status_lists_are_stale(authority: Authority, tmp_path: Path) -> None:
    store_bundle(authority, tmp_path, status_until=Timestamp(authority.now + DAY))
    checker = OfflineChecker(tmp_path, authority.clock)
    assert checker.check(authority.sign()).outcome is Outcome.ACCEPTED
    authority.clock.advance(DAY)
    answer = checker.check(authority.sign())
    assert (answer.outcome, answer.code) == (Outcome.UNDETERMINED, "status_stale")
    assert checker.trust().end == authority.now


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.INVALID, "revoked"),
        (Status.SUSPENDED, "suspended"),
        (Status.SUPERSEDED, "superseded"),
    ],
)
def test_offline_knows_the_status(
    authority: Authority, tmp_path: Path, status: Status, code: str
) -> None:
    certificate = authority.certificate()
    authority.set_status(certificate.status, status)
    checker = OfflineChecker(store_bundle(authority, tmp_path), authority.clock)
    answer = checker.check(authority.sign(certificate))
    assert answer.code == code
    assert (answer.accepted is None) == (code != "superseded")


def test_offline_takes_up_a_fresh_bundle(authority: Authority, trust_directory: Path) -> None:
    checker = OfflineChecker(trust_directory, authority.clock)
    authority.clock.advance(8 * DAY)
    store_bundle(authority, trust_directory)
    assert checker.check(authority.sign()).outcome is Outcome.ACCEPTED


def test_offline_goes_on_with_a_damaged_file(authority: Authority, trust_directory: Path) -> None:
    checker = OfflineChecker(trust_directory, authority.clock)
    (trust_directory / BUNDLE_FILE).write_bytes(b"damaged")
    authority.clock.advance(60)
    assert checker.check(authority.sign()).outcome is Outcome.ACCEPTED


def test_offline_without_a_bundle_does_not_start(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(TrustBundleError) as caught:
        OfflineChecker(tmp_path, authority.clock)
    assert caught.value.hint is not None


# The service


@contextmanager
def real_service(authority: Authority, trust_directory: Path) -> Iterator[str]:
    """The Flask application behind a real socket."""
    log = Log(authority.clock, lambda _: None)
    app = create_app(TrustSource(trust_directory, authority.clock, log), authority.clock, log)
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_real_service_answers_as_offline_does(
    authority: Authority, trust_directory: Path
) -> None:
    offline = OfflineChecker(trust_directory, authority.clock)
    texts = [
        authority.sign(),
        authority.sign(key=authority.make_key("thief")),
        authority.sign(authority.certificate(expires_at=authority.now)),
        "DP1:ABC",
        "https://example.com",
    ]
    with real_service(authority, trust_directory) as url:
        service = ServiceChecker(url + "/", authority.clock)
        assert service.trust() is None
        for text in texts:
            ours, theirs = offline.check(text), service.check(text)
            assert (theirs.outcome, theirs.code) == (ours.outcome, ours.code)
            assert theirs.accepted == ours.accepted
        assert service.trust() == offline.trust()


Handler = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server_that(handle: Handler) -> Iterator[str]:
    """A server that answers each POST with a function of the test's."""

    class Handling(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            handle(self)

        def do_GET(self) -> None:
            handle(self)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handling)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sends(status: int, body: bytes, **headers: str) -> Handler:
    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return handle


def says_no_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()


def keeps_silent(_: BaseHTTPRequestHandler) -> None:
    time.sleep(0.4)


def drips(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    try:
        for _ in range(8):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.08)
    except OSError:
        return


def drips_headers(request: BaseHTTPRequestHandler) -> None:
    """Each byte comes in time, the end never does."""
    try:
        for _ in range(30):
            request.wfile.write(b"X")
            request.wfile.flush()
            time.sleep(0.08)
    except OSError:
        return


PROBLEM = b'{"type":"about:blank","status":503}'
HOSTILE: dict[str, tuple[Handler, Trouble]] = {
    "an error page": (sends(500, b"<html>"), Trouble.SERVICE_REFUSED),
    "a problem": (sends(503, PROBLEM), Trouble.SERVICE_BUSY),
    "too many requests": (sends(429, PROBLEM, Retry_After="1"), Trouble.SERVICE_BUSY),
    "a key is wanted": (sends(401, PROBLEM, WWW_Authenticate="Bearer"), Trouble.KEY_WANTED),
    "another key is wanted": (sends(403, PROBLEM), Trouble.KEY_WANTED),
    "no such address": (sends(404, b""), Trouble.SERVICE_REFUSED),
    "created": (sends(201, b"{}"), Trouble.SERVICE_REFUSED),
    "no content": (sends(204, b""), Trouble.SERVICE_REFUSED),
    "a redirect": (sends(307, b"", Location="http://127.0.0.1:1/"), Trouble.SERVICE_REFUSED),
    "an empty answer": (sends(200, b""), Trouble.SERVICE_ANSWER),
    "HTML": (sends(200, b"<html>ok</html>"), Trouble.SERVICE_ANSWER),
    "accepted without a person": (
        sends(200, b'{"outcome":"accepted","code":"ok"}'),
        Trouble.SERVICE_ANSWER,
    ),
    "far too much": (sends(200, b" " * 70_000), Trouble.SERVICE_ANSWER),
    "deep nesting": (sends(200, b"[" * 60_000), Trouble.SERVICE_ANSWER),
    "cut short": (sends(200, b"{", Content_Length="100"), Trouble.SERVICE_ANSWER),
    "no HTTP": (says_no_http, Trouble.SERVICE_UNREACHABLE),
    "hanging up": (hangs_up, Trouble.SERVICE_UNREACHABLE),
    "silence": (keeps_silent, Trouble.SERVICE_UNREACHABLE),
    "dripping": (drips, Trouble.SERVICE_UNREACHABLE),
    "dripping headers": (drips_headers, Trouble.SERVICE_UNREACHABLE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_service_is_cannot_check_and_never_invalid(authority: Authority, name: str) -> None:
    handle, expected = HOSTILE[name]
    with server_that(handle) as url:
        started = time.monotonic()
        answer = ServiceChecker(url, authority.clock, timeout=0.2).check("DP1:SECRET")
        assert time.monotonic() - started < 1.5
    assert answer.outcome is Outcome.UNDETERMINED
    assert answer.trouble is expected
    assert answer.code is None
    assert "SECRET" not in repr(answer)


def test_what_is_asked(authority: Authority) -> None:
    bodies = []

    def handle(request: BaseHTTPRequestHandler) -> None:
        bodies.append((request.path, request.rfile.read(int(request.headers["Content-Length"]))))
        sends(500, b"")(request)

    with server_that(handle) as url:
        ServiceChecker(url, authority.clock).check("DP1:A B%")
    ((path, body),) = bodies
    assert path == "/v1/verify"
    assert json.loads(body) == {
        "text": "DP1:A B%",
        "disclose": ["name", "birth_date", "id_suffix", "doses"],
    }


def test_the_api_key_goes_to_the_service_and_into_no_answer(
    authority: Authority, tmp_path: Path
) -> None:
    file, heard = tmp_path / "key", list[str | None]()
    file.write_text("dpk_SECRET\nsecond line\n")

    def handle(request: BaseHTTPRequestHandler) -> None:
        heard.append(request.headers["Authorization"])
        sends(401, b"")(request)

    with server_that(handle) as url:
        key = read_api_key(file)
        answer = ServiceChecker(url, authority.clock, key=key).check("DP1:X")
        ServiceChecker(url, authority.clock).check("DP1:X")
    assert heard == ["Bearer dpk_SECRET", None]
    assert "SECRET" not in repr(answer)


@pytest.mark.parametrize(
    "content", [None, b"", b"\n", b"two words", b"\xff\xfe", b"a\tb", b"x" * 201]
)
def test_what_is_no_api_key(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match="no API key"):
        read_api_key(path)


def test_a_strange_code_never_leaves_the_scanner(authority: Authority) -> None:
    asked = []
    with server_that(lambda request: asked.append(request.path)) as url:
        answer = ServiceChecker(url, authority.clock).check("001087004821||Nguyễn Văn A|14031987")
    assert answer.code == VerdictCode.NOT_A_CERTIFICATE
    assert asked == []


def test_a_redirect_is_not_followed(authority: Authority) -> None:
    asked = []

    def other(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        sends(200, b"{}")(request)

    with server_that(other) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            with server_that(sends(status, b"", Location=elsewhere)) as url:
                answer = ServiceChecker(url, authority.clock).check("DP1:X")
                assert answer.trouble is Trouble.SERVICE_REFUSED
    assert asked == []


def test_nobody_listening(authority: Authority) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        answer = ServiceChecker(url, authority.clock, timeout=0.5).check("DP1:X")
    assert answer.trouble is Trouble.SERVICE_UNREACHABLE
    assert answer.checked_at == authority.now


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://host",
        "file:///etc/passwd",
        "host:8080",
        "http://",
        "http://h:x",
        "http://[",
        "http://h:0",
    ],
)
def test_an_address_that_is_none(authority: Authority, url: str) -> None:
    with pytest.raises(SourceError):
        ServiceChecker(url, authority.clock)


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
        ("http://localhost", False),
        ("https://verify.example", False),
        ("http://verify.example", True),
        ("http://192.168.1.7", True),
    ],
)
def test_an_unencrypted_way_is_noticed(url: str, *, exposed: bool) -> None:
    assert is_exposed(url) is exposed


# The thread


class Scripted:
    """A checker that gives its answers in turn, the last one for ever."""

    def __init__(self, name: str, *answers: Answer) -> None:
        self.name = name
        self.asked = 0
        self._answers = answers

    def check(self, text: str) -> Answer:
        assert text
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]

    def trust(self) -> Trust | None:
        return None


def test_the_worker_answers_in_its_own_time() -> None:
    worker = CheckWorker(Scripted("checker", GREEN))
    assert worker.poll() is None
    assert judged(worker, "DP1:X") is GREEN
    worker.close()


def judged(worker: CheckWorker, text: str) -> Answer:
    assert worker.submit(text)
    deadline = time.monotonic() + 5
    while (finished := worker.poll()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert finished[0] == text
    return finished[1]


def test_a_fault_in_one_check_does_not_end_the_worker() -> None:
    class Faulty(Scripted):
        def check(self, text: str) -> Answer:
            if text == "DP1:BAD":
                raise RuntimeError("nobody foresaw this")
            return super().check(text)

    worker = CheckWorker(Faulty("checker", GREEN))
    assert judged(worker, "DP1:BAD").trouble is Trouble.NO_ANSWER
    assert judged(worker, "DP1:GOOD") is GREEN
    worker.close()


def test_the_worker_takes_no_endless_queue() -> None:
    release = threading.Event()

    class Slow(Scripted):
        def check(self, text: str) -> Answer:
            release.wait(5)
            return super().check(text)

    worker = CheckWorker(Slow("slow", GREEN))
    taken = [worker.submit("DP1:X") for _ in range(5)]
    assert taken[-1] is False
    release.set()
    worker.close()
