"""Requests that cannot be judged: each gets a problem that says what to change, none a 5xx."""

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verifier import description
from tests.verifier.conftest import Service
from verifier.request import DEFAULT_MAX_BODY

TEXT = b'{"text": "x"}'


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 400, "not-json"),
        (b" ", 400, "not-json"),
        (b"{", 400, "not-json"),
        (b'{"text": "x",}', 400, "not-json"),
        (b'{"text": "x"} {}', 400, "not-json"),
        (b"{'text': 'x'}", 400, "not-json"),
        (b'{"text": "a\nb"}', 400, "not-json"),
        (b'{"text": "x", "text": "y"}', 400, "not-json"),
        (b'{"text": NaN}', 400, "not-json"),
        (b'{"text": -Infinity}', 400, "not-json"),
        (b'{"text": ' + b"9" * 16_000 + b"}", 400, "not-json"),
        (b"\xef\xbb\xbf" + TEXT, 400, "not-json"),
        (b"text=x", 400, "not-json"),
        (b"\xff", 400, "not-utf-8"),
        (b'{"text": "Ch\xe2u"}', 400, "not-utf-8"),
        (b'{"text": "\xed\xa0\x80"}', 400, "not-utf-8"),
        ('{"text": "x"}'.encode("utf-16"), 400, "not-utf-8"),
        (b"[]", 422, "invalid-request"),
        (b"null", 422, "invalid-request"),
        (b'"DP1:"', 422, "invalid-request"),
        (b"1e999", 422, "invalid-request"),
        (b"{}", 422, "invalid-request"),
        (b'{"Text": "x"}', 422, "invalid-request"),
        (b'{"text": null}', 422, "invalid-request"),
        (b'{"text": ["x"]}', 422, "invalid-request"),
        (b'{"text": 1}', 422, "invalid-request"),
        (b'{"text": true}', 422, "invalid-request"),
        (b'{"text": "x", "at": "2021-12-01T00:00:00Z"}', 422, "invalid-request"),
        (b'{"text": "x", "": ""}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": null}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": "name"}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": {"name": true}}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": ["phone"]}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": ["name", "name"]}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": ["Name"]}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": ["\\ud800"]}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": [null]}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": [["name"]]}', 422, "invalid-request"),
        (b'{"text": "x", "disclose": [{}]}', 422, "invalid-request"),
        (b" " * (DEFAULT_MAX_BODY + 1), 413, "too-large"),
    ],
)
def test_bodies(service: Service, body: bytes, status: int, kind: str) -> None:
    answer = service.post(body)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{kind}")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 8_000 + b"]" * 8_000,
        b'{"text":' + b'{"a":' * 2_500 + b"0" + b"}" * 2_501,
    ],
)
def test_deep_nesting(service: Service, body: bytes) -> None:
    """How deep JSON may nest is up to the Python version; refused it is in any."""
    answer = service.post(body)
    assert (answer.status, answer.json["type"]) in {
        (400, "/problems/not-json"),
        (422, "/problems/invalid-request"),
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"[]", "#"),
        (b'{"text": "x", "at": 0}', "#"),
        (b"{}", "#/text"),
        (b'{"text": "x", "disclose": 0}', "#/disclose"),
        (b'{"text": "x", "disclose": ["name", "phone"]}', "#/disclose/1"),
    ],
)
def test_a_wrong_form_is_pointed_at(service: Service, body: bytes, pointer: str) -> None:
    assert service.post(body).json["pointer"] == pointer


def test_the_longest_body_is_read(service: Service) -> None:
    body = TEXT + b" " * (DEFAULT_MAX_BODY - len(TEXT))
    assert service.post(body).json["code"] == "not_a_certificate"


def test_the_longest_text_fits_also_when_every_character_is_escaped(service: Service) -> None:
    body = b'{"text": "DP1:' + b"\\u0030" * 1_020 + b'"}'
    assert service.post(body).json["code"] == "malformed"
    assert 2 * len(body) < DEFAULT_MAX_BODY


@pytest.mark.parametrize("length", ["1048577", "1000000000", "9" * 5_000])
def test_an_announced_great_oversize_is_refused_unread(service: Service, length: str) -> None:
    stream = io.BytesIO(TEXT)
    answer = service.raw(stream, CONTENT_LENGTH=length)
    assert answer.status == 413
    assert str(DEFAULT_MAX_BODY) in answer.json["detail"]
    assert stream.tell() == 0


@pytest.mark.parametrize("size", [DEFAULT_MAX_BODY + 1, 10 * DEFAULT_MAX_BODY])
@pytest.mark.parametrize("announced", [True, False])
def test_an_oversize_is_taken_off_the_line_and_refused(
    service: Service, size: int, announced: bool
) -> None:
    stream = io.BytesIO(b" " * size)
    length = {"CONTENT_LENGTH": str(size)} if announced else {}
    assert service.raw(stream, **length).status == 413
    assert stream.tell() == size


def test_a_body_of_another_type_is_taken_off_the_line(service: Service) -> None:
    stream = io.BytesIO(b" " * 300_000)
    assert service.raw(stream, CONTENT_TYPE="image/png").status == 415
    assert stream.tell() == 300_000


def test_an_endless_body_is_given_up(service: Service) -> None:
    stream = io.BytesIO(b" " * 10_000_000)
    assert service.raw(stream).status == 413
    assert stream.tell() < 1_100_000


class Dripping(io.BytesIO):
    """Gives one byte at a time, as a slow line does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 1))


def test_a_body_in_pieces_is_read_to_its_end(service: Service) -> None:
    assert service.raw(Dripping(TEXT)).json["code"] == "not_a_certificate"


@pytest.mark.parametrize("sent", [b"", TEXT[:-1], TEXT])
def test_a_body_that_breaks_off_is_a_problem(service: Service, sent: bytes) -> None:
    answer = service.raw(io.BytesIO(sent), CONTENT_LENGTH=str(len(TEXT) + 1))
    assert (answer.status, answer.json["type"]) == (400, "/problems/bad-request")


class Broken(io.BytesIO):
    """Fails as the line to a client can."""

    def read(self, size: int | None = -1) -> bytes:
        raise ConnectionResetError("Nguyễn Thị Minh Châu")


def test_a_line_that_breaks_is_no_fault_of_ours(service: Service) -> None:
    answer = service.raw(Broken())
    assert (answer.status, answer.json["type"]) == (400, "/problems/bad-request")


@pytest.mark.parametrize("length", ["", "x", "-1", "1e3", "١"])
def test_a_length_that_is_none_does_not_matter(service: Service, length: str) -> None:
    assert service.raw(io.BytesIO(TEXT), CONTENT_LENGTH=length).status == 200


@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/",
     "multipart/form-data; boundary=x", "application/problem+json", "Châu"],
)  # fmt: skip
def test_other_media_types(service: Service, media_type: str) -> None:
    answer = service.post(TEXT, Content_Type=media_type)
    assert (answer.status, answer.json["type"]) == (415, "/problems/unsupported-media-type")


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "APPLICATION/JSON", " application/json ;x"]
)
def test_spellings_of_the_media_type(service: Service, media_type: str) -> None:
    assert service.post(TEXT, Content_Type=media_type).status == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", ""])
def test_a_coded_body_is_not_taken(service: Service, encoding: str) -> None:
    assert service.post(TEXT, Content_Encoding=encoding).status == 415


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/verify", "POST"),
        ("HEAD", "/v1/verify", "POST"),
        ("PUT", "/v1/verify", "POST"),
        ("OPTIONS", "/v1/verify", "POST"),
        ("BREW", "/v1/verify", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("DELETE", "/readyz", "GET, HEAD"),
        ("PATCH", "/openapi.yaml", "GET, HEAD"),
    ],
)
def test_methods(service: Service, method: str, path: str, allow: str) -> None:
    answer = service.call(method, path)
    assert answer.status == 405
    assert sorted(answer.headers["allow"].split(", ")) == allow.split(", ")


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/verify/", "/v1//verify", "/page", "/page/", "/v2/verify", "/V1/verify",
     "/static/x", "/v1/verify%00", "/%ff", "/Nguy%E1%BB%85n", "/../etc/passwd", "/favicon.ico"],
)  # fmt: skip
def test_paths(service: Service, path: str) -> None:
    answer = service.call("GET", path)
    assert (answer.status, answer.json["type"]) == (404, "/problems/not-found")


def test_a_query_is_ignored_and_not_logged(service: Service) -> None:
    answer = service.call(
        "POST", "/v1/verify?text=Ch%C3%A2u", data=TEXT, content_type="application/json"
    )
    assert answer.status == 200
    assert b"Ch" not in service.log.raw


QUIET = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@QUIET
@given(body=st.binary())
def test_no_bytes_give_a_5xx(service: Service, body: bytes) -> None:
    assert service.post(body).status < 500


@QUIET
@given(
    document=JSON
    | st.fixed_dictionaries({"text": st.text() | JSON}, optional={"disclose": JSON})
    | st.fixed_dictionaries(
        {"text": st.text()},
        optional={"disclose": st.lists(st.sampled_from(["name", "doses", "x"]))},
    )
)
def test_what_the_description_allows_is_judged_and_nothing_else(
    service: Service, document: object
) -> None:
    """Python's schema library and our reader are two opinions on one description."""
    answer = service.post(json.dumps(document).encode())
    described = description.is_valid(document, "VerifyRequest")
    try:
        json.dumps(document, allow_nan=False)
    except ValueError:
        described = False
    assert (answer.status == 200) == described


@QUIET
@given(
    method=st.from_regex(r"[A-Z]{1,8}", fullmatch=True),
    path=st.text(st.characters(codec="utf-8"), max_size=20),
    name=st.from_regex(r"[A-Za-z-]{1,20}", fullmatch=True),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
)
def test_no_method_path_or_header_gives_a_5xx(
    service: Service, method: str, path: str, name: str, value: str
) -> None:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/" + path.encode().decode("latin-1"),
        "QUERY_STRING": value,
        "HTTP_HOST": value,
        f"HTTP_{name.upper().replace('-', '_')}": value,
    }
    assert service.raw(io.BytesIO(), **environ).status < 500
