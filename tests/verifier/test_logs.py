"""The log: one JSON object a line, of known fields, and no personal datum whatever happens."""

import io
import json
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner_app.images.reader import ProcessReader, open_reader
from spec.certificate import Certificate, Dose, VaccineCode
from spec.dates import BirthDate
from tests.authority import Authority
from tests.verifier.conftest import Answer, LogLines, Service
from verifier.logs import Event, Level, Line, Log, location_of
from verifier.service import create_app
from verifier.trust import Present, TrustSource

FIELDS = {
    "time", "level", "event", "request_id", "method", "route", "status", "outcome", "code",
    "duration_ms", "error_type", "location", "pid", "workers", "port", "fresh_until",
}  # fmt: skip

# The first letter keeps a name from being one of our own words, which hypothesis likes to try.
NAMES = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=5, max_size=25).map(
    lambda text: unicodedata.normalize("NFC", f"Đ{text}")
)
VIETNAMESE = st.lists(
    st.sampled_from(["Nguyễn", "Trần", "Đặng", "Thị", "Mỹ", "Hạnh", "Phượng", "Châu"]),
    min_size=2,
    max_size=5,
).map(" ".join)
PEOPLE = st.builds(
    lambda name, birth_date, id_suffix, day: {
        "name": name,
        "birth_date": BirthDate.of(birth_date),
        "id_suffix": id_suffix,
        "doses": (Dose(vaccine=VaccineCode(4), day=day),),
    },
    name=NAMES | VIETNAMESE,
    birth_date=st.dates(date(1920, 1, 1), date(2010, 1, 1)),
    id_suffix=st.from_regex(r"[0-9]{4}", fullmatch=True),
    day=st.dates(date(2021, 3, 8), date(2021, 11, 30)),
)
QUIET = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def personal(certificate: Certificate, text: str) -> set[str]:
    """Every spelling of what is personal in a certificate, and of its text."""
    birth = str(certificate.birth_date)
    plain = {certificate.name, birth, "/".join(reversed(birth.split("-"))), text, text[4:]}
    plain.add(f'"{certificate.id_suffix}"')
    plain |= {json.dumps(word)[1:-1] for word in plain}
    return plain | {text[start : start + 24] for start in range(4, len(text) - 24, 24)}


def assert_silent(words: set[str], *places: bytes) -> None:
    for place in places:
        said = place.decode()
        assert not [word for word in words if word in said]


@QUIET
@given(person=PEOPLE, spoil=st.sampled_from(["nothing", "signature", "colour", "end", "json"]))
def test_nothing_personal_is_logged_or_stands_in_a_problem(
    service: Service, authority: Authority, person: dict[str, Any], spoil: str
) -> None:
    service.log.raw = b""
    changes = {"expires_at": authority.now} if spoil == "end" else {}
    certificate = authority.certificate(**person, **changes)
    text = authority.sign(certificate)
    if spoil == "signature":
        text = text[:-6] + "000000"
    asked = {"text": text, "disclose": ["name", "birth_date", "id_suffix", "doses"]}
    body = json.dumps(asked).encode()
    answer = service.post(body[:-1] if spoil == "json" else body)
    words = personal(certificate, text)
    assert_silent(words, service.log.raw)
    if answer.status != 200 or answer.json["outcome"] != "accepted":
        assert_silent(words, answer.body)
    for line in service.log.lines:
        assert line.keys() <= FIELDS


def asking(path: str, text: str, person: dict[str, Any]) -> tuple[str, bytes]:
    """The content type and the body of a request about a person, as a client would send it."""
    one = {"text": text, "disclose": ["name", "birth_date", "id_suffix", "doses"]}
    match path:
        case "/v1/verify/batch":
            many = {"texts": [text, text], "disclose": one["disclose"]}
            return "application/json", json.dumps(many).encode()
        case "/v1/verify/batch?lines":
            return "application/x-ndjson", json.dumps(one).encode() + b"\n{\n"
        case "/v1/verify/image":
            return "image/png", b"\x89PNG\r\n\x1a\n" + text.encode()
        case _:
            identity = {"name": person["name"], "birth_date": str(person["birth_date"])}
            return "application/json", json.dumps({"text": text, "identity": identity}).encode()


@pytest.fixture(scope="module")
def reader() -> Iterator[ProcessReader]:
    with closing(open_reader()) as opened:
        yield opened


@pytest.fixture
def with_pictures(
    reader: ProcessReader, authority: Authority, trust_directory: Path, log: LogLines
) -> Service:
    written = Log(authority.clock, log.write)
    trust = TrustSource(trust_directory, authority.clock, written)
    return Service(create_app(trust, authority.clock, written, pictures=reader), log)


@QUIET
@given(person=PEOPLE, spoil=st.sampled_from(["nothing", "signature", "half", "field", "type"]))
@pytest.mark.parametrize(
    "path", ["/v1/verify/batch", "/v1/verify/batch?lines", "/v1/match", "/v1/verify/image"]
)
def test_nothing_personal_is_logged_counted_or_complained_of_elsewhere(
    with_pictures: Service, authority: Authority, person: dict[str, Any], spoil: str, path: str
) -> None:
    """Many texts, lines, a comparison, a picture: sound, forged, cut, or with a name as a field."""
    service = with_pictures
    service.log.raw = b""
    certificate = authority.certificate(**person)
    text = authority.sign(certificate)
    if spoil == "signature":
        text = text[:-6] + "000000"
    kind, body = asking(path, text, person)
    if spoil == "half":
        body = body[: len(body) // 2]
    elif spoil == "field":
        body = b'{"%b":1,' % certificate.name.encode() + body[1:]
    elif spoil == "type":
        kind = certificate.name.encode().decode("latin-1")
    answer = service.call("POST", path.partition("?")[0], data=body, headers={"Content-Type": kind})
    assert answer.status < 500
    words = personal(certificate, text)
    assert_silent(words, service.log.raw, service.call("GET", "/metrics").body)
    if answer.status != 200 or spoil == "signature":
        assert_silent(words, answer.body)
    for line in service.log.lines:
        assert line.keys() <= FIELDS | {"verdicts"}


@QUIET
@given(name=NAMES | VIETNAMESE)
@pytest.mark.parametrize("place", ["field", "value", "disclose", "path", "query", "type", "agent"])
def test_a_name_that_a_client_puts_in_the_wrong_place_is_not_repeated(
    service: Service, name: str, place: str
) -> None:
    service.log.raw = b""
    answer = send(service, name, place)
    assert_silent({name, json.dumps(name)[1:-1]}, service.log.raw, answer.body)


def send(service: Service, name: str, place: str) -> Answer:
    match place:
        case "field":
            return service.post(json.dumps({"text": "x", name: 1}).encode())
        case "value":
            return service.post(json.dumps({"text": {name: name}}).encode())
        case "disclose":
            return service.post(json.dumps({"text": "x", "disclose": [name]}).encode())
        case "path":
            return service.call("GET", f"/{name}")
        case "query":
            return service.call("GET", "/healthz", query_string={"q": name})
        case "type":
            return service.post(b"{}", Content_Type=name.encode().decode("latin-1"))
        case _:
            return service.post(b"{}", User_Agent=name.encode().decode("latin-1"))


PLACES = (
    "HTTP_X_REQUEST_ID", "HTTP_ACCEPT_LANGUAGE", "HTTP_HOST", "HTTP_COOKIE", "HTTP_NAME",
    "HTTP_CONTENT_ENCODING", "HTTP_AUTHORIZATION", "CONTENT_TYPE", "CONTENT_LENGTH",
    "QUERY_STRING", "REQUEST_METHOD", "PATH_INFO", "REMOTE_USER", "HTTP_UPGRADE",
)  # fmt: skip


@QUIET
@given(person=PEOPLE)
@pytest.mark.parametrize("place", PLACES)
def test_a_certificate_that_a_client_puts_in_the_wrong_place_is_not_repeated(
    service: Service, authority: Authority, person: dict[str, Any], place: str
) -> None:
    """A QR text, a name, and a link with the text, as a mistaken client may send them."""
    certificate = authority.certificate(**person)
    text = authority.sign(certificate)
    for sent in (text, f"/v1/verify/{text}", f"{certificate.name}, {certificate.birth_date}"):
        service.log.raw = b""
        value = sent.encode().decode("latin-1")
        body = json.dumps({"text": "x"}).encode()
        answer = service.raw(io.BytesIO(body), **{place: value})
        assert answer.status < 500
        assert_silent(personal(certificate, text), service.log.raw, answer.body)
        assert_silent(personal(certificate, text), repr(answer.headers).encode())


class SpeakingError(Exception):
    """Says what it should not."""


class FaultyTrust(TrustSource):
    """Fails with what the test puts into it."""

    says: tuple[object, ...] = ()

    def present(self) -> Present:
        raise SpeakingError(*self.says)


@QUIET
@given(person=PEOPLE)
@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/verify"), ("GET", "/readyz")])
def test_a_fault_is_answered_and_logged_without_its_words(
    authority: Authority, trust_directory: Path, person: dict[str, Any], method: str, path: str
) -> None:
    """In front of Flask or behind it: the answer is a problem; the log has the type and place."""
    lines = LogLines()
    log = Log(authority.clock, lines.write)
    trust = FaultyTrust(trust_directory, authority.clock, log)
    service = Service(create_app(trust, authority.clock, log), lines)
    lines.raw = b""
    certificate = authority.certificate(**person)
    text = authority.sign(certificate)
    trust.says = (certificate, text)
    answer = service.call(method, path, json={"text": text})
    assert (answer.status, answer.json["type"]) == (500, "/problems/internal")
    assert answer.headers["cache-control"] == "no-store"
    assert_silent(personal(certificate, text), service.log.raw, answer.body)
    fault, request = service.log.lines
    assert (fault["event"], fault["error_type"]) == ("fault", "SpeakingError")
    assert fault["location"].startswith("test_logs.py:")
    assert fault["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert (request["status"], request["level"]) == (500, "error")


def test_a_fault_prints_nothing(
    service: Service, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def raise_something() -> Response:
        raise SpeakingError("Nguyễn Thị Minh Châu")

    service.app.view_functions["/healthz"] = raise_something
    assert service.call("GET", "/healthz").status == 500
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_a_fault_in_the_making_of_the_answer_is_caught(service: Service) -> None:
    def answer_in_pieces() -> Response:
        def pieces() -> Any:
            yield b"{"
            raise SpeakingError

        return Response(pieces())

    service.app.view_functions["/healthz"] = answer_in_pieces
    assert service.call("GET", "/healthz").json["type"] == "/problems/internal"


def test_the_line_of_a_request(service: Service, authority: Authority) -> None:
    service.verify(authority.sign(), x_request_id="abc")
    line = service.log.lines[-1]
    assert line.pop("duration_ms") >= 0
    assert line == {
        "time": "2021-12-15T02:00:00Z",
        "event": "request",
        "level": "info",
        "request_id": "abc",
        "method": "POST",
        "route": "/v1/verify",
        "status": 200,
        "outcome": "accepted",
        "code": "ok",
    }


@pytest.mark.parametrize(
    ("method", "path", "logged"),
    [
        ("GET", "/healthz", {"method": "GET", "route": "/healthz", "status": 200}),
        ("GET", "/nothing", {"method": "GET", "status": 404}),
        ("NGUYEN", "/v1/verify", {"method": "other", "route": "/v1/verify", "status": 405}),
    ],
)
def test_the_line_of_other_requests(
    service: Service, method: str, path: str, logged: dict[str, object]
) -> None:
    service.call(method, path)
    line = service.log.lines[-1]
    found = {key: line[key] for key in ("method", "route", "status", "code") if key in line}
    assert found == logged


def test_all_fields_of_a_line_are_in_the_allowlist() -> None:
    assert set(Line.__dataclass_fields__) <= FIELDS


def test_a_line_is_one_line(authority: Authority, log: LogLines) -> None:
    Log(authority.clock, log.write).add(
        Line(event=Event.SERVER, level=Level.WARNING, location='a"\n\u2028b')
    )
    assert log.raw.count(b"\n") == 1
    assert log.lines[0]["location"] == 'a"\n\u2028b'


@pytest.mark.parametrize("error", [BrokenPipeError, OSError(28, "No space left on device")])
def test_a_log_that_cannot_be_written_stops_nothing(
    authority: Authority, trust_directory: Path, error: Any
) -> None:
    def fail(_: bytes) -> None:
        raise error

    Log(authority.clock, fail).add(Line(event=Event.STOPPED))


def test_an_error_without_a_traceback_has_no_place() -> None:
    assert location_of(ValueError()) is None
