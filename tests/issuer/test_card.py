"""The phone card: it decodes, nothing runs over its edges, and its colours are the palette's."""

from functools import cache
from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from issuer.printing import card
from issuer.printing.typesetting import MissingLetterError
from spec.errors import MalformedError
from spec.palette import Style, style_of_colour
from tests.contrast import contrast
from tests.issuer.people import PEOPLE, TABLE, certificate, text_of
from tests.raster import shades

everyone = pytest.mark.parametrize("person", PEOPLE)

CLEAR_BANDS = {
    "above the title": (0, 50),
    "between headline and name": (278, 290),
    "between name and facts": (488, 496),
    "above the code": (708, 716),
    "below the last line": (1900, 1920),
}
"""Rows that nothing may reach into, however long or tall the letters are."""


@cache
def _png(person: str) -> bytes:
    return card.png(PEOPLE[person], text_of(PEOPLE[person]), TABLE)


def _picture(person: str) -> Image.Image:
    return Image.open(BytesIO(_png(person))).convert("RGB")


@everyone
def test_the_code_reads_back(person: str) -> None:
    assert _read(_picture(person)) == text_of(PEOPLE[person])


@everyone
def test_the_code_reads_from_a_small_and_soft_picture(person: str) -> None:
    """What a webcam sees of a phone: a third of the pixels, out of focus."""
    small = _picture(person).resize((card.WIDTH // 3, card.HEIGHT // 3), Image.Resampling.BILINEAR)
    assert _read(small.filter(ImageFilter.GaussianBlur(0.8))) == text_of(PEOPLE[person])


@everyone
def test_the_quiet_zone_is_at_least_four_modules_wide(person: str) -> None:
    panel = _picture(person).crop((48, 716, 1032, 1700)).convert("L")
    left, top, right, bottom = panel.point(lambda grey: 255 - grey).getbbox() or (0, 0, 0, 0)
    version = int(_barcode(_picture(person)).extra["Version"])
    module = (right - left) / (17 + 4 * version)
    assert module == int(module) >= 9
    assert min(left, top, 984 - right, 984 - bottom) >= 4 * module


@everyone
def test_the_margins_stay_empty(person: str) -> None:
    picture, background = _picture(person), _background(person)
    for left, right in [(0, 44), (1036, 1080)]:
        assert _colours(picture.crop((left, 0, right, card.HEIGHT))) == {background}


@everyone
@pytest.mark.parametrize("band", CLEAR_BANDS)
def test_no_line_reaches_into_the_next(person: str, band: str) -> None:
    top, bottom = CLEAR_BANDS[band]
    strip = _picture(person).crop((0, top, card.WIDTH, bottom))
    assert _colours(strip) == {_background(person)}


@everyone
def test_the_colours_are_exactly_those_of_the_palette(person: str) -> None:
    style = style_of_colour(PEOPLE[person].colour)
    corners = {_hex(_picture(person).getpixel(at)) for at in [(0, 0), (1079, 1919)]}
    assert corners == {style.background}
    ink = {_hex(colour) for colour in _colours(_picture(person).crop((48, 126, 196, 274)))}
    assert style.foreground in ink


@pytest.mark.parametrize("style", [style_of_colour(PEOPLE[name].colour) for name in PEOPLE])
def test_text_and_icon_are_clear_on_their_ground(style: Style) -> None:
    assert contrast(style.foreground, style.background) >= 7  # WCAG 2, 1.4.6
    assert contrast("#000000", "#FFFFFF") >= 7  # the code on its panel


def test_green_and_yellow_differ_in_shape_also_without_colour() -> None:
    """Compared as masks of ink: the corners of the icon are filled for yellow alone."""
    assert _is_ink("yellow", (60, 138))
    assert not _is_ink("green", (60, 138))


@pytest.mark.parametrize("person", ["green", "yellow"])
def test_the_icon_has_the_shapes_of_the_specification(person: str) -> None:
    style = style_of_colour(PEOPLE[person].colour)
    icon = _picture(person).crop((48, 126, 196, 274)).getchannel("R")
    paper, ink = (int(colour[1:3], 16) for colour in (style.background, style.foreground))
    drawn = (np.asarray(icon, float) - paper) / (ink - paper)
    assert (np.abs(drawn - shades(style.icon, 148)) > 0.5).mean() < 0.0005


@pytest.mark.parametrize(
    ("one", "other", "box"),
    [
        ({}, {"id_suffix": None}, (456, 498, 1032, 596)),
        ({}, {"name": "Nguyễn Thị Minh Chau"}, (48, 298, 1032, 486)),
        ({}, {"vaccines": (1, 4)}, (48, 602, 1032, 700)),
        ({}, {"expires_at": 1_700_000_000}, (48, 1790, 500, 1890)),
        ({}, {"issuer": "VN-79"}, (600, 1790, 1032, 1890)),
    ],
    ids=["id suffix", "one mark of the name", "vaccine", "validity", "issuer"],
)
def test_each_fact_shows_in_its_place(one: dict, other: dict, box: tuple[int, ...]) -> None:
    first, second = (certificate(**fields) for fields in (one, other))
    pictures = [
        Image.open(BytesIO(card.png(each, text_of(certificate()), TABLE))).convert("RGB").crop(box)
        for each in (first, second)
    ]
    assert pictures[0].tobytes() != pictures[1].tobytes()


def test_the_size_suits_every_phone() -> None:
    assert _picture("green").size == (1080, 1920)
    assert len(_png("long")) < 150_000


def test_the_same_certificate_gives_the_same_bytes() -> None:
    assert card.png(PEOPLE["green"], text_of(PEOPLE["green"]), TABLE) == _png("green")


def test_the_file_carries_no_text_beside_the_picture() -> None:
    assert Image.open(BytesIO(_png("green"))).info == {}


@pytest.mark.parametrize("field", ["name", "issuer"])
def test_a_letter_that_cannot_be_drawn_is_refused(field: str) -> None:
    with pytest.raises(MissingLetterError):
        card.png(certificate(**{field: "李明"}), text_of(certificate()), TABLE)


def test_a_text_that_is_not_alphanumeric_is_refused() -> None:
    with pytest.raises(MalformedError):
        card.png(certificate(), "DP1:ộ", TABLE)


def _barcode(picture: Image.Image) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    return found


def _read(picture: Image.Image) -> str:
    return _barcode(picture).text


def _colours(picture: Image.Image) -> set[tuple[int, ...]]:
    return {colour for _, colour in picture.getcolors(1 << 16) or []}


def _background(person: str) -> tuple[int, ...]:
    return _picture(person).getpixel((0, 0))


def _is_ink(person: str, at: tuple[int, int]) -> bool:
    return _picture(person).getpixel(at) != _background(person)


def _hex(colour: tuple[int, ...]) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour)
