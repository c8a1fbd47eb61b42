"""Pictures sent to the service: verdicts on what is in them, bounds, and nothing left behind."""

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scanner_app.images.reader import ProcessReader, open_reader
from tests.authority import Authority
from tests.scanner_app.image_files import of_text, pdf_of
from tests.verifier.conftest import Answer, LogLines, Service
from verifier.image import MEDIA_TYPES
from verifier.logs import Log
from verifier.pictures import (
    MAX_PICTURE,
    Pages,
    PictureTooLargeError,
    ReaderBusyError,
    UnreadablePictureError,
)
from verifier.service import create_app
from verifier.trust import TrustSource

PATH = "/v1/verify/image"
DISCLOSE = "name,birth_date,id_suffix,doses"


@pytest.fixture(scope="module")
def reader() -> Iterator[ProcessReader]:
    with closing(open_reader()) as opened:
        yield opened


def service_with(pictures: Any, authority: Authority, trust: Path, log: LogLines) -> Service:
    written = Log(authority.clock, log.write)
    source = TrustSource(trust, authority.clock, written)
    return Service(create_app(source, authority.clock, written, pictures=pictures), log)


@pytest.fixture
def with_images(
    reader: ProcessReader, authority: Authority, trust_directory: Path, log: LogLines
) -> Service:
    return service_with(reader, authority, trust_directory, log)


def send(service: Service, picture: bytes, kind: str = "image/png", query: str = "") -> Answer:
    return service.call(
        "POST", f"{PATH}?{query}", data=picture, content_type=kind,
        headers={"Accept-Language": "en"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("PDF", "application/pdf")],
)
def test_a_certificate_in_a_picture_is_judged(
    with_images: Service, authority: Authority, kind: str, media_type: str
) -> None:
    text = authority.sign()
    answer = send(with_images, of_text(text, kind), media_type)
    as_text = with_images.verify(text, accept_language="en").json
    assert answer.json == {"pages": 1, "found": [{"page": 1, "verdict": as_text}]}
    assert answer.headers["content-language"] == "en"


@pytest.mark.parametrize("media_type", [*MEDIA_TYPES, "image/png; name=x", "IMAGE/JPEG"])
def test_the_file_itself_says_what_it_is(with_images: Service, media_type: str) -> None:
    assert send(with_images, of_text("x"), media_type).status == 200


def test_several_codes_give_several_verdicts(with_images: Service, authority: Authority) -> None:
    texts = (authority.sign(), "https://a.example", "", authority.sign()[:-3])
    answer = send(with_images, pdf_of(*texts), "application/pdf")
    assert answer.json["pages"] == 4
    found = [(one["page"], one["verdict"]["code"]) for one in answer.json["found"]]
    assert found == [(1, "ok"), (2, "not_a_certificate"), (4, "malformed")]
    line = with_images.log.lines[-1]
    assert line["verdicts"] == {"ok": 1, "not_a_certificate": 1, "malformed": 1}
    assert "code" not in line


def test_one_code_is_logged_as_one_text_is(with_images: Service, authority: Authority) -> None:
    send(with_images, of_text(authority.sign()))
    line = with_images.log.lines[-1]
    assert (line["route"], line["outcome"], line["code"]) == (PATH, "accepted", "ok")


def test_no_code_is_no_problem(with_images: Service) -> None:
    assert send(with_images, pdf_of(""), "application/pdf").json == {"pages": 1, "found": []}


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("", []),
        ("disclose=name", ["name"]),
        (f"disclose={DISCLOSE}", DISCLOSE.split(",")),
        ("disclose=name&disclose=doses&other=1", ["name", "doses"]),
    ],
)
def test_disclosure_is_asked_for_in_the_query(
    with_images: Service, authority: Authority, query: str, given: list[str]
) -> None:
    answer = send(with_images, of_text(authority.sign()), query=query)
    assert list(answer.json["found"][0]["verdict"]["disclosed"]) == given


@pytest.mark.parametrize(
    "query",
    ["disclose=phone", "disclose=name,name", "disclose=name,", "disclose=%ff", "&x=1" * 20,
     "disclose=name&disclose=name", "disclose=Nguy%E1%BB%85n"],
)  # fmt: skip
def test_a_wrong_query_is_a_problem(with_images: Service, query: str) -> None:
    answer = send(with_images, of_text("x"), query=query)
    assert (answer.status, answer.json["type"]) == (422, "/problems/invalid-request")
    assert "Nguy" not in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "media_type", "status", "kind"),
    [
        (b"", "image/png", 422, "unreadable-picture"),
        (b"DP1:X", "application/octet-stream", 422, "unreadable-picture"),
        (of_text("x")[:99], "image/png", 422, "unreadable-picture"),
        (of_text("x", "GIF"), "image/png", 422, "unreadable-picture"),
        (b"%PDF-", "application/pdf", 422, "unreadable-picture"),
        (pdf_of(*[""] * 11), "application/pdf", 422, "picture-too-large"),
        (of_text("x"), "image/gif", 415, "unsupported-media-type"),
        (of_text("x"), "multipart/form-data; boundary=x", 415, "unsupported-media-type"),
        (of_text("x"), "application/json", 415, "unsupported-media-type"),
        (of_text("x"), "", 415, "unsupported-media-type"),
        (bytes(MAX_PICTURE + 1), "image/png", 413, "too-large"),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    with_images: Service, body: bytes, media_type: str, status: int, kind: str
) -> None:
    answer = send(with_images, body, media_type)
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{kind}")


def test_an_oversize_is_taken_off_the_line(with_images: Service) -> None:
    stream = io.BytesIO(bytes(MAX_PICTURE + 1_000_000))
    size = str(MAX_PICTURE + 1_000_000)
    answer = with_images.raw(stream, PATH_INFO=PATH, CONTENT_TYPE="image/png", CONTENT_LENGTH=size)
    assert (answer.status, stream.tell()) == (413, int(size))


def test_pictures_are_off_unless_switched_on(service: Service) -> None:
    answer = send(service, of_text("x"))
    assert (answer.status, answer.json["type"]) == (404, "/problems/images-off")
    assert "--images" in answer.json["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_methods(with_images: Service, method: str) -> None:
    assert with_images.call(method, PATH).status == 405


class Stub:
    """A reader whose work the test decides."""

    def __init__(self, result: Pages | Exception) -> None:
        self.result = result
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Semaphore(0)

    def start(self) -> None:
        return

    def close(self) -> None:
        return

    def read(self, picture: bytes) -> Pages:
        self.begun.release()
        assert self.go.wait(20)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (UnreadablePictureError("Send another."), 422, "unreadable-picture"),
        (PictureTooLargeError("Send a smaller one."), 422, "picture-too-large"),
        (ReaderBusyError("busy"), 503, "busy"),
        (RuntimeError("the process that reads pictures does not start"), 500, "internal"),
    ],
)
def test_what_the_reader_raises(
    authority: Authority, trust_directory: Path, log: LogLines, error: Any, status: int, kind: str
) -> None:
    service = service_with(Stub(error), authority, trust_directory, log)
    answer = send(service, b"x")
    assert (answer.status, answer.json["type"]) == (status, f"/problems/{kind}")
    assert ("retry-after" in answer.headers) == (status == 503)


def test_more_pictures_than_there_is_room_for_are_asked_to_come_again(
    authority: Authority, trust_directory: Path, log: LogLines
) -> None:
    stub = Stub([["x"]])
    stub.go.clear()
    service = service_with(stub, authority, trust_directory, log)
    statuses: list[int] = []

    def ask() -> None:
        stream = io.BytesIO(b"x")
        statuses.append(service.raw(stream, PATH_INFO=PATH, CONTENT_TYPE="image/png").status)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert stub.begun.acquire(timeout=20)
    stream = io.BytesIO(b"y" * 1000)
    answer = service.raw(stream, PATH_INFO=PATH, CONTENT_TYPE="image/png")
    assert (answer.status, answer.headers["retry-after"], stream.tell()) == (503, "2", 1000)
    stub.go.set()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    ask()
    assert statuses[-1] == 200


class Files:
    """Watches, while it is on, for whatever opens a file to write to it."""

    def __init__(self) -> None:
        self.on = False
        self.written: list[object] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, values: tuple[Any, ...]) -> None:
        if self.on and event == "open" and isinstance(values[2], int):
            flags = values[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if flags and values[0] != os.devnull:
                self.written.append(values[0])
        elif self.on and event.startswith(("tempfile.", "os.mkdir", "os.rename")):
            self.written.append(event)


FILES = Files()


def test_a_picture_never_touches_the_disk(with_images: Service, tmp_path: Path) -> None:
    """Frameworks spool large bodies to files; what reads the picture is forbidden to by the kernel,
    as `tests/scanner_app/test_image_reader.py` holds."""
    large = of_text("DP1:X", "PNG") + bytes(MAX_PICTURE - 10_000)
    FILES.on = True
    try:
        assert send(with_images, large[:MAX_PICTURE]).json["found"][0]["verdict"]["code"]
        assert FILES.written == []
        (tmp_path / "seen").write_bytes(b"")  # or the watch watches nothing
    finally:
        FILES.on = False
    assert FILES.written == [str(tmp_path / "seen")]
