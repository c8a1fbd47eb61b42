"""Files of strangers become grey pages within bounds, or one of two errors."""

import io
import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from scanner_app.decoders import Picture, ZxingDecoder
from scanner_app.images.loading import MAX_PAGES, MAX_PIXELS, pages_of
from tests.scanner_app.image_files import encoded, of_text, pdf_of
from tests.scanner_app.pictures import qr_picture
from verifier.pictures import PictureTooLargeError, UnreadablePictureError

TEXT = "DP1:NOT A REAL ONE"


def texts(data: bytes) -> list[list[str]]:
    return [[found.text for found in ZxingDecoder().decode(page)] for page in pages_of(data)]


def grey() -> Image.Image:
    return Image.fromarray(qr_picture(TEXT)).convert("L")


def transparent(mode: str) -> Image.Image:
    """A black code on nothing, where the nothing is black as well."""
    dark = Image.fromarray(255 - np.asarray(grey()))
    empty = Image.new("RGBA", dark.size, (0, 0, 0, 0))
    empty.paste((0, 0, 0, 255), mask=dark)
    return empty.convert(mode)


def sixteen_bits() -> bytes:
    written, data = cv2.imencode(".png", np.asarray(grey()).astype(np.uint16) * 200)
    assert written
    return data.tobytes()


KINDS: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: of_text(TEXT),
    "grey PNG": lambda: encoded(grey()),
    "one bit": lambda: encoded(grey().convert("1")),
    "palette": lambda: encoded(grey().convert("P")),
    "16 bits": sixteen_bits,
    "RGBA": lambda: encoded(transparent("RGBA")),
    "LA": lambda: encoded(transparent("LA")),
    "transparent palette": lambda: encoded(transparent("RGBA").quantize()),
    "interlaced": lambda: encoded(grey(), optimize=True),
    "JPEG": lambda: of_text(TEXT, "JPEG"),
    "grey JPEG": lambda: encoded(grey(), "JPEG"),
    "progressive JPEG": lambda: of_text(TEXT, "JPEG", progressive=True),
    "CMYK JPEG": lambda: encoded(grey().convert("CMYK"), "JPEG"),
    "PDF": lambda: pdf_of(TEXT),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_read(kind: str) -> None:
    assert texts(KINDS[kind]()) == [[TEXT]]


def test_the_pages_of_a_pdf_come_in_their_order() -> None:
    assert texts(pdf_of("DP1:ONE", "", "DP1:THREE")) == [["DP1:ONE"], [], ["DP1:THREE"]]


def test_a_page_is_drawn_as_large_whatever_size_it_declares() -> None:
    for side in (30, 14_000):
        document = pypdfium2.PdfDocument.new()
        document.new_page(side, side / 2)
        buffer = io.BytesIO()
        document.save(buffer)
        [page] = pages_of(buffer.getvalue())
        assert page.shape == (1_500, 3_000)


def claiming(width: int, height: int) -> bytes:
    """A PNG file that says how large it is, and has nothing to show for it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    data = b"IDAT" + zlib.compress(b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
        for part in (chunk, data, b"IEND")
    )


@pytest.mark.parametrize(
    ("width", "height"),
    [(MAX_PIXELS + 1, 1), (6_325, 6_325), (30_000, 30_000), (2**31 - 1, 2**31 - 1)],
)
def test_too_many_pixels_are_refused_by_what_the_file_declares(width: int, height: int) -> None:
    with pytest.raises(PictureTooLargeError, match="40,000,000 pixels"):
        list(pages_of(claiming(width, height)))


def test_a_bomb_is_refused_undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 million pixels in 24 kB: more than Pillow itself lets pass."""
    bomb = encoded(Image.new("1", (20_000, 10_000)))
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(PictureTooLargeError):
        list(pages_of(bomb))


def test_the_most_pixels_are_read() -> None:
    [page] = pages_of(encoded(Image.new("1", (8_000, MAX_PIXELS // 8_000))))
    assert page.size == MAX_PIXELS


def test_too_many_pages() -> None:
    assert len(texts(pdf_of(*[""] * MAX_PAGES))) == MAX_PAGES
    with pytest.raises(PictureTooLargeError, match="10 pages"):
        list(pages_of(pdf_of(*[""] * (MAX_PAGES + 1))))


def thread() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_000, 1)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


UNREADABLE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a text": lambda: b"DP1:NOT A REAL ONE",
    "half a PNG": lambda: of_text(TEXT)[:120],
    "the head of a PNG": lambda: of_text(TEXT)[:40],
    "a PNG without pixels": lambda: claiming(100, 100),
    "no width": lambda: claiming(0, 100),
    "half a JPEG": lambda: of_text(TEXT, "JPEG")[:300],
    "a GIF": lambda: of_text(TEXT, "GIF"),
    "a TIFF": lambda: of_text(TEXT, "TIFF"),
    "an EPS": lambda: of_text(TEXT, "EPS"),
    "the head of a PDF": lambda: b"%PDF-1.7\n",
    "half a PDF": lambda: pdf_of(TEXT)[:400],
    "a thread of a page": thread,
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_sound_picture(kind: str) -> None:
    with pytest.raises(UnreadablePictureError, match="sound PNG, JPEG or PDF"):
        list(pages_of(UNREADABLE[kind]()))


def spoilt(data: bytes, at: int, by: bytes) -> bytes:
    place = at % len(data)
    return data[:place] + by + data[place + len(by) :]


SOUND = [of_text(TEXT), of_text(TEXT, "JPEG"), pdf_of(TEXT)]


@settings(max_examples=150, deadline=None)
@given(
    data=st.binary(max_size=200)
    | st.builds(
        spoilt, st.sampled_from(SOUND), st.integers(0, 100_000), st.binary(min_size=1, max_size=9)
    )
)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        pages: list[Picture] = list(pages_of(data))
    except (UnreadablePictureError, PictureTooLargeError):
        return
    assert all(page.dtype == np.uint8 and page.ndim == 2 for page in pages)
