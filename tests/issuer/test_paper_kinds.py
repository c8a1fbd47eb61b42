"""Attached papers: what they are by their content, and where and how they are kept."""

import io
import stat
import struct
import zlib
from pathlib import Path

import pytest
import segno

from issuer.access.rights import NotAllowedError
from issuer.desk import corrections
from issuer.desk.attachment_store import AttachmentStore
from issuer.desk.attachments import MAX_ATTACHMENTS, attach, fetch
from issuer.desk.corrections import Asker, CorrectionAsk
from issuer.desk.paper_kinds import MAX_ATTACHMENT_BYTES, AttachmentError, PaperKind, kind_of
from issuer.desk.rejections import Rejection
from tests.issuer.desk import TABLE, Desk

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00?\x00"
    b"\x12\x34\xff\xd9"
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def png() -> bytes:
    """A real picture."""
    output = io.BytesIO()
    segno.make("a slip").save(output, kind="png", scale=4)
    return output.getvalue()


def huge_png() -> bytes:
    """A header that promises more pixels than any photo has."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return png()[:8] + chunk + png()[33:]


@pytest.mark.parametrize(
    ("data", "kind"), [(png(), PaperKind.PNG), (JPEG, PaperKind.JPEG), (PDF, PaperKind.PDF)]
)
def test_papers(data: bytes, kind: PaperKind) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00" + bytes(100),
        b"#!/bin/sh\nrm -rf /\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b" " + JPEG,
        JPEG[:-2],
        JPEG + b"<script>alert(1)</script>",
        JPEG.replace(b"\xff\xc0", b"\xff\xfe"),
        b"\xff\xd8\xff\xd9",
        png()[:-1],
        png() + b"PK\x03\x04",
        png().replace(b"IDAT", b"IDAX"),
        huge_png(),
        PDF.replace(b"%%EOF", b""),
        PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert())>>"),
        PDF.replace(b"/Catalog", b"/Catalog/AA<</S/Launch>>"),
        PDF.replace(b"/Catalog", b"/Catalog/EmbeddedFile"),
        b"\n" + PDF,
        JPEG + bytes(MAX_ATTACHMENT_BYTES),
    ],
)
def test_what_is_no_paper(data: bytes) -> None:
    with pytest.raises(AttachmentError):
        kind_of(data)


def test_it_is_kept_under_a_random_name_for_the_owner_alone(tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path / "attachments")
    one, other = store.put(png()), store.put(png())
    assert one.name != other.name
    file = tmp_path / "attachments" / one.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert store.get(one.name, one.digest) == png()
    store.remove(one.name)
    store.remove(one.name)
    with pytest.raises(AttachmentError, match="gone"):
        store.get(one.name, one.digest)


@pytest.mark.parametrize("name", ["../register.sqlite3", "/etc/passwd", "", "A" * 32, "0" * 31])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    store = AttachmentStore(tmp_path)
    for door in (store.remove, lambda one: store.get(one, b"")):
        with pytest.raises(AttachmentError):
            door(name)


def test_a_file_that_was_exchanged_is_not_handed_out(tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path)
    kept = store.put(png())
    (tmp_path / kept.name).write_bytes(JPEG)
    with pytest.raises(AttachmentError, match="not what was stored"):
        store.get(kept.name, kept.digest)


def opened(desk: Desk) -> str:
    ask = CorrectionAsk(
        asker=Asker.SITE, doses=(1,), changes={"full_name": "Lê Lan"},
        stated={"full_name": "Lê Lân"}, site="46001",
    )  # fmt: skip
    number: str = desk.do(corrections.open_request, "saigon", ask, rules=desk.rules, table=TABLE)
    return number


def put(desk: Desk, who: str, number: str, data: bytes) -> int:
    with desk.acting() as connection:
        store = AttachmentStore(desk.world.folder / "attachments")
        now = desk.world.clock.now()
        return attach(connection, desk.actors[who], store, number, data, now).id


def get(desk: Desk, who: str, number: str, key: int) -> tuple[PaperKind, bytes]:
    with desk.acting() as connection:
        store = AttachmentStore(desk.world.folder / "attachments")
        now = desk.world.clock.now()
        return fetch(connection, desk.actors[who], store, number, key, now)


def files(desk: Desk) -> int:
    return len([*(desk.world.folder / "attachments").glob("*")])


def test_whoever_asks_attaches_and_whoever_decides_reads(desk: Desk) -> None:
    number = opened(desk)
    key = put(desk, "saigon", number, png())
    assert get(desk, "tram", number, key) == (PaperKind.PNG, png())
    for who in ("saigon", "tram2", "kiem"):
        with pytest.raises(NotAllowedError):
            get(desk, who, number, key)
    with pytest.raises(NotAllowedError):
        put(desk, "tram2", number, png())
    with pytest.raises(AttachmentError, match="no such paper"):
        get(desk, "tram", opened(desk), key)
    assert [one.split()[1] for one in desk.told()][:3] == [
        "correction.open", "correction.attach", "correction.fetch",
    ]  # fmt: skip


def test_what_is_refused_leaves_no_file(desk: Desk) -> None:
    number = opened(desk)
    with pytest.raises(AttachmentError):
        put(desk, "tram", number, b"MZ")
    for _ in range(MAX_ATTACHMENTS):
        put(desk, "tram", number, png())
    with pytest.raises(AttachmentError, match="at most"):
        put(desk, "tram", number, png())
    assert files(desk) == MAX_ATTACHMENTS
    desk.do(corrections.reject, "tram", number, Rejection.PAPER_BLURRED)
    with pytest.raises(AttachmentError, match="decided already"):
        put(desk, "tram", number, png())
    assert files(desk) == MAX_ATTACHMENTS
