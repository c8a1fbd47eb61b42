"""The QR code: its form is what the specification says, and another reader gives the text back."""

import xml.etree.ElementTree as ET
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from issuer.printing import qr
from spec.errors import MalformedError
from spec.limits import MAX_TEXT_LENGTH
from tests.issuer.people import certificate, text_of

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
TEXT = text_of(certificate())


def _read(picture: Image.Image) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    return found


def test_two_doses_and_twenty_letters_take_version_9_at_level_m() -> None:
    assert len(certificate().name) == 20
    found = _read(Image.open(BytesIO(qr.png(TEXT))))
    assert found.text == TEXT
    assert found.extra["Version"] == "9"
    assert found.ec_level == "M"


def test_level_m_is_not_raised_where_there_is_room() -> None:
    assert _read(Image.open(BytesIO(qr.png("DP1:A")))).ec_level == "M"


@pytest.mark.parametrize("scale", [1, 2, 8])
def test_the_picture_has_the_asked_scale(scale: int) -> None:
    picture = Image.open(BytesIO(qr.png(TEXT, scale)))
    assert picture.size == ((53 + 2 * 4) * scale,) * 2
    assert picture.mode == "1"


@pytest.mark.parametrize("scale", [0, -1])
def test_a_scale_below_one_pixel_is_refused(scale: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        qr.png(TEXT, scale)


def test_the_quiet_zone_is_four_white_modules_on_every_side() -> None:
    picture = qr.modules(TEXT)
    dark = picture.convert("L").point(lambda grey: 255 - grey)
    assert dark.getbbox() == (4, 4, picture.width - 4, picture.height - 4)


@given(st.text(alphabet=ALPHANUMERIC, min_size=1, max_size=MAX_TEXT_LENGTH - 4))
@settings(max_examples=15, deadline=None)
def test_another_reader_gives_the_text_back(body: str) -> None:
    text = "DP1:" + body
    assert _read(Image.open(BytesIO(qr.png(text, scale=3)))).text == text


@pytest.mark.parametrize(
    "text",
    ["", "DP1:abc", "DP1:Ộ", "DP1:A_B", "DP1:A\n", "DP1:" + "A" * 4000],
    ids=["empty", "small letters", "a letter with marks", "underscore", "line end", "too long"],
)
@pytest.mark.parametrize("draw", [qr.png, qr.svg, qr.modules])
def test_what_a_qr_code_cannot_hold_is_refused_without_being_quoted(draw, text: str) -> None:
    with pytest.raises(MalformedError) as caught:
        draw(text)
    assert caught.value.__suppress_context__
    assert not text or text not in str(caught.value)


def test_the_svg_draws_the_same_modules() -> None:
    root = ET.fromstring(qr.svg(TEXT))  # noqa: S314 -- our own
    expected = qr.modules(TEXT)
    ground, lines = root
    assert root.get("viewBox") == f"0 0 {expected.width} {expected.height}"
    assert ground.get("fill") == "#fff"
    assert _rasterise(lines.get("d") or "", expected.width).tobytes() == expected.tobytes()


def test_the_svg_fits_the_space_it_is_given() -> None:
    root = ET.fromstring(qr.svg(TEXT))  # noqa: S314 -- our own
    assert root.get("width") is None
    assert root.get("height") is None


def test_the_svg_can_leave_the_quiet_zone_to_the_page() -> None:
    assert b'viewBox="0 0 53 53"' in qr.svg(TEXT, quiet_zone=0)


@pytest.mark.parametrize("draw", [qr.png, qr.svg])
def test_the_same_text_gives_the_same_bytes(draw) -> None:
    assert draw(TEXT) == draw(TEXT)


def _rasterise(path: str, size: int) -> Image.Image:
    """Draw the strokes of a path that knows only M, m and h, one module wide."""
    picture = Image.new("1", (size, size), 1)
    x = y = 0.0
    for step in path.replace("M", " M").replace("m", " m").replace("h", " h").split(" "):
        if step.startswith("h"):
            length = int(step[1:])
            picture.paste(0, (int(x), int(y), int(x) + length, int(y) + 1))
            x += length
        elif step[:1] in ("M", "m"):
            x += float(step[1:])
        elif step:
            y += float(step)
    return picture
