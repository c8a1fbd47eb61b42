"""`POST /v1/verify/batch`: many texts as JSON, and lines streamed both ways."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.status_list import Status
from tests.authority import Authority
from tests.verifier.conftest import Answer, LogLines, Service
from verifier.lines import NumberedLine, read_lines
from verifier.logs import Log
from verifier.request import MAX_BATCH, MAX_BATCH_BODY
from verifier.service import create_app
from verifier.trust import TrustSource

PATH = "/v1/verify/batch"
LINES = "application/x-ndjson"


def send(service: Service, body: bytes, kind: str = "application/json", **headers: str) -> Answer:
    return service.call(
        "POST",
        PATH,
        data=body,
        headers={"Content-Type": kind} | {name.replace("_", "-"): v for name, v in headers.items()},
    )


def send_lines(service: Service, *lines: object) -> list[dict[str, Any]]:
    body = b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
    )
    answer = send(service, body, LINES)
    assert answer.status == 200
    return [json.loads(line) for line in answer.body.splitlines()]


def problem_of(answer: dict[str, Any]) -> str:
    found: str = answer["problem"]["type"]
    return found


def test_each_text_has_the_verdict_that_it_would_have_alone(
    service: Service, authority: Authority
) -> None:
    revoked = authority.certificate(name="Trần Văn Bảo")
    texts = [
        authority.sign(),
        "https://example.org/",
        authority.sign(key=authority.make_key("stranger")),
        authority.sign(revoked)[:-1] + "0",
        "",
        authority.sign(),
    ]
    answer = send(service, json.dumps({"texts": texts, "disclose": ["name"]}).encode())
    assert answer.status == 200
    alone = [service.verify(text, "name").json for text in texts]
    assert answer.json == {"verdicts": alone}
    by_lines = send_lines(service, *({"text": text, "disclose": ["name"]} for text in texts))
    assert by_lines == [
        {"line": number, "verdict": verdict} for number, verdict in enumerate(alone, start=1)
    ]


def test_the_greatest_batch_is_judged(service: Service, authority: Authority) -> None:
    texts = [authority.sign()] * MAX_BATCH
    answer = send(service, json.dumps({"texts": texts}).encode())
    assert {verdict["code"] for verdict in answer.json["verdicts"]} == {"ok"}
    assert len(answer.json["verdicts"]) == MAX_BATCH


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"[]", 422, "#"),
        (b'{"text": "DP1:"}', 422, "#"),
        (b"{}", 422, "#/texts"),
        (b'{"texts": []}', 422, "#/texts"),
        (b'{"texts": "DP1:"}', 422, "#/texts"),
        (b'{"texts": {"0": "DP1:"}}', 422, "#/texts"),
        (json.dumps({"texts": [""] * (MAX_BATCH + 1)}).encode(), 422, "#/texts"),
        (b'{"texts": ["", 1]}', 422, "#/texts/1"),
        (b'{"texts": ["", null, ""]}', 422, "#/texts/1"),
        (b'{"texts": ["", ["", ""]]}', 422, "#/texts/1"),
        (b'{"texts": [""], "disclose": ["all"]}', 422, "#/disclose/0"),
        (b'{"texts": [""], "disclose": "name"}', 422, "#/disclose"),
        (b'{"texts": [""], "limit": 1}', 422, "#"),
        (b'{"texts": [""], "texts": ["", ""]}', 400, None),
        (b'{"texts": [""], "te\\u0078ts": ["", ""]}', 400, None),
        (b'{"texts": ["", ]}', 400, None),
        (b"", 400, None),
        (b'{"texts": ["\xff"]}', 400, None),
        (b" " * (MAX_BATCH_BODY + 1), 413, None),
    ],
)  # fmt: skip
def test_a_json_body_of_another_form_is_a_problem(
    service: Service, body: bytes, status: int, pointer: str | None
) -> None:
    answer = send(service, body)
    assert (answer.status, answer.json.get("pointer")) == (status, pointer)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-ndjson2", "multipart/form-data", "", "json"]
)
def test_other_types_are_not_taken(service: Service, kind: str) -> None:
    assert send(service, b'{"texts": [""]}', kind).status == 415


@pytest.mark.parametrize("kind", ["application/json", LINES])
def test_a_coded_body_is_not_taken(service: Service, kind: str) -> None:
    assert send(service, b"{}", kind, Content_Encoding="gzip").status == 415


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_methods(service: Service, method: str) -> None:
    answer = service.call(method, PATH)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (b"{", "/problems/not-json"),
        (b"DP1:ABC", "/problems/not-json"),
        (b'{"text": "\xff"}', "/problems/not-utf-8"),
        (b'{"text": 1}', "/problems/invalid-request"),
        (b'{"texts": [""]}', "/problems/invalid-request"),
        (b'{"text": "", "disclose": ["everything"]}', "/problems/invalid-request"),
        (b'{"text": "a", "text": "b"}', "/problems/not-json"),
        (b'"' + b"x" * 16_384 + b'"', "/problems/too-large"),
        (b"x" * 200_000, "/problems/too-large"),
        (b"[" * 16_000, "/problems/not-json"),
    ],
)
def test_a_bad_line_spoils_no_other(
    service: Service, authority: Authority, bad: bytes, kind: str
) -> None:
    good = {"text": authority.sign()}
    before, wrong, after = send_lines(service, good, bad, good)
    assert before["verdict"]["code"] == after["verdict"]["code"] == "ok"
    assert (wrong["line"], problem_of(wrong), after["line"]) == (2, kind, 3)


def test_each_line_names_the_fields_that_it_needs(service: Service, authority: Authority) -> None:
    text = authority.sign()
    one, other = send_lines(service, {"text": text, "disclose": ["name"]}, {"text": text})
    assert one["verdict"]["disclosed"] == {"name": "Nguyễn Thị Minh Châu"}
    assert other["verdict"]["disclosed"] == {}


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        (b"", []),
        (b"\n\n\n", []),
        (b'\n{"text":""}\n\n \n{"text":""}', [2, 5]),
        (b'{"text":""}\r\n{"text":""}\r\n', [1, 2]),
        (b'{"text":""}', [1]),
        (b'{"text":""}\n{"te', [1, 2]),
    ],
)
def test_lines_are_counted_as_editors_count_them(
    service: Service, body: bytes, numbers: list[int]
) -> None:
    answer = send(service, body, LINES)
    assert [json.loads(line)["line"] for line in answer.body.splitlines()] == numbers


def test_a_stream_is_logged_as_one_request(service: Service, authority: Authority) -> None:
    send_lines(service, {"text": authority.sign()}, {"text": "x"}, b"{", {"text": "y"})
    (line,) = service.log.events("request")
    assert line["route"] == PATH
    assert line["verdicts"] == {"ok": 1, "not_a_certificate": 2}


def test_language_and_headers(service: Service) -> None:
    answer = send(service, b'{"text": ""}', LINES, Accept_Language="en")
    assert answer.headers["content-language"] == "en"
    assert answer.headers["content-type"] == LINES
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.body)["verdict"]["words"]["language"] == "en"


class Conversation(io.RawIOBase):
    """A client that watches how far the service has read when it gets an answer."""

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        data = self._body.read(size)
        self.given += len(data)
        return data


def begin(service: Service, body: Any, **environ: object) -> Iterator[bytes]:
    """Call the application without collecting what it answers."""
    whole: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8080",
        "CONTENT_TYPE": LINES,
        "wsgi.url_scheme": "http",
        "wsgi.input": body,
        "wsgi.input_terminated": True,
    }
    return iter(service.app(whole | environ, lambda *_: lambda _: None))


def test_answers_come_while_the_body_is_still_coming(service: Service) -> None:
    line = b'{"text": "x"}\n'
    client = Conversation(line * 10_000)
    answers = begin(service, client)
    first = next(answers)
    assert json.loads(first.splitlines()[0])["line"] == 1
    assert client.given <= len(line) + 64


def test_memory_does_not_grow_with_the_number_of_lines(service: Service) -> None:
    line = b'{"text": "x"}\n'
    client = Conversation(line * 20_000)
    answers = begin(service, client, CONTENT_LENGTH=str(20_000 * len(line)))
    seen = ahead = 0
    for piece in answers:
        seen += piece.count(b"\n")
        ahead = max(ahead, client.given // len(line) - seen)
    assert seen == 20_000
    assert ahead <= 1


class Broken(io.RawIOBase):
    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)

    def read(self, size: int = -1) -> bytes:
        data = self._body.read(size)
        if not data:
            raise OSError("the line broke")
        return data


def test_a_body_that_breaks_off_ends_the_answer(service: Service) -> None:
    pieces = list(begin(service, Broken(b'{"text": "x"}\n{"text": "y"}')))
    assert [json.loads(line)["line"] for line in b"".join(pieces).splitlines()] == [1]
    assert service.log.events("request")[0]["status"] == 200
    assert service.log.events("fault") == []


def test_more_batches_than_there_is_room_for_are_asked_to_come_again(service: Service) -> None:
    held = [begin(service, io.BytesIO(b'{"text": "x"}\n')) for _ in range(8)]
    answer = send(service, b'{"texts": [""]}')
    assert (answer.status, answer.json["type"]) == (503, "/problems/busy")
    assert answer.headers["retry-after"] == "2"
    next(held[0])
    held[1].close()  # type: ignore[attr-defined]
    assert list(held[2])
    assert send(service, b'{"texts": [""]}').status == 200
    assert send(service, b'{"text": ""}', LINES).status == 200


def test_a_stream_that_is_let_go_gives_its_place_back(service: Service) -> None:
    for _ in range(20):
        begin(service, io.BytesIO(b'{"text": "x"}\n' * 1000))
    assert send(service, b'{"texts": [""]}').status == 200


def test_a_fault_in_the_middle_is_logged_and_breaks_off(
    authority: Authority, trust_directory: Path, log: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Log(authority.clock, log.write)
    trust = TrustSource(trust_directory, authority.clock, written)
    service = Service(create_app(trust, authority.clock, written), log)
    answers = begin(service, io.BytesIO(b'{"text": "x"}\n' * 100))
    next(answers)
    monkeypatch.setattr(trust, "present", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(answers)
    (fault,) = log.events("fault")
    assert fault["error_type"] == "ZeroDivisionError"
    assert len(log.events("request")) == 1


def test_a_suspended_certificate_among_many(authority: Authority, trust_directory: Path) -> None:
    from verifier.pipeline import check, check_all

    authority.set_status(73_482, Status.SUSPENDED)
    bundle = authority.bundle()
    texts = [authority.sign(), "", authority.sign(key=authority.make_key("unknown"))] * 3
    assert check_all(texts, bundle, authority.now) == [
        check(text, bundle, authority.now) for text in texts
    ]
    assert check_all([], bundle, authority.now) == []


@settings(max_examples=200)
@given(
    lines=st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line), max_size=12),
    piece=st.integers(1, 40),
    longest=st.integers(1, 20),
    end=st.sampled_from([b"", b"\n"]),
)
def test_lines_are_those_of_the_body_however_it_is_cut(
    lines: list[bytes], piece: int, longest: int, end: bytes
) -> None:
    body = b"\n".join(lines) + end
    found = [line for some in read_lines(io.BytesIO(body), longest, piece) for line in some]
    expected = []
    for number, line in enumerate(body.split(b"\n"), start=1):
        content = line.removesuffix(b"\r")
        if len(content) > longest:
            expected.append(NumberedLine(number, None))
        elif content.strip():
            expected.append(NumberedLine(number, content))
    assert found == expected
