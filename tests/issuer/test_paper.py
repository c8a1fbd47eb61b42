"""The paper certificate: one page, text with all its marks, fonts inside, a code that reads."""

import re
from functools import cache

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from issuer.printing import paper
from issuer.printing.typesetting import MissingLetterError
from spec.errors import MalformedError
from spec.palette import style_of_colour
from spec.verdicts import LANGUAGES, colour_words
from tests.contrast import contrast
from tests.issuer.people import PEOPLE, TABLE, certificate, text_of
from tests.raster import shades

NUMBER = "VN-2021-7K3M-9QXT"
MILLIMETRE = 72 / 25.4
CODE = (134, 103, 192, 161)
"""Where the QR code stands: left, top, right, bottom in millimetres from the top left corner."""

everyone = pytest.mark.parametrize("person", PEOPLE)


@cache
def _pdf(person: str) -> bytes:
    return paper.pdf(PEOPLE[person], text_of(PEOPLE[person]), TABLE, NUMBER)


@cache
def _text(person: str) -> str:
    """All text of the page, its lines joined by spaces."""
    with pypdfium2.PdfDocument(_pdf(person)) as document:
        return " ".join(document[0].get_textpage().get_text_bounded().split())


@cache
def _lines(person: str) -> tuple[tuple[float, float, float, float], ...]:
    """The ink of every written line: left, bottom, right, top in points from the bottom left."""
    with pypdfium2.PdfDocument(_pdf(person)) as document:
        kinds = [pypdfium2.raw.FPDF_PAGEOBJ_TEXT]
        return tuple(each.get_bounds() for each in document[0].get_objects(kinds))


@everyone
def test_everything_stands_on_one_a4_page(person: str) -> None:
    with pypdfium2.PdfDocument(_pdf(person)) as document:
        assert len(document) == 1
        assert document[0].get_size() == pytest.approx((595.28, 841.89), abs=0.01)


@everyone
def test_no_two_lines_overlap(person: str) -> None:
    lines = _lines(person)
    for number, one in enumerate(lines):
        assert not [other for other in lines[:number] if _overlap(one, other)]


@everyone
def test_no_line_leaves_the_margins_or_touches_the_code(person: str) -> None:
    code_left, code_top, code_right, code_bottom = CODE
    quiet = 5
    code = (
        (code_left - quiet) * MILLIMETRE,
        (297 - code_bottom - quiet) * MILLIMETRE,
        (code_right + quiet) * MILLIMETRE,
        (297 - code_top + quiet) * MILLIMETRE,
    )
    for line in _lines(person):
        left, bottom, right, top = (edge / MILLIMETRE for edge in line)
        assert 17.9 <= left < right <= 192.1
        assert 12 <= bottom < top <= 283
        assert not _overlap(line, code)


@everyone
def test_the_name_can_be_copied_with_its_marks(person: str) -> None:
    assert _squeezed(PEOPLE[person].name) in _squeezed(_text(person))


@everyone
def test_all_doses_are_in_the_table(person: str) -> None:
    for count, dose in enumerate(PEOPLE[person].doses, start=1):
        day = dose.day.strftime("%d/%m/%Y")
        assert f"{count} {day} {TABLE.name_of(dose.vaccine)}" in _text(person)


@everyone
def test_the_colour_is_also_a_word_in_both_languages(person: str) -> None:
    someone = PEOPLE[person]
    for language in LANGUAGES:
        assert colour_words(someone.colour, len(someone.doses), language) in _text(person)
    assert f"{len(someone.doses)}/{someone.doses_needed}" in _text(person)


@pytest.mark.parametrize(
    "words",
    [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập – Tự do – Hạnh phúc",
        "GIẤY XÁC NHẬN ĐÃ TIÊM VẮC XIN COVID-19",
        "CERTIFICATE OF COVID-19 VACCINATION",
        "Ngày sinh / Date of birth",
        "31/12/1990",
        "••••0123",
        "Ngày cấp / Issued on",
        "16/11/2021",
        "Có giá trị đến hết / Valid through",
        "15/11/2022",
        "ĐỐI CHIẾU GIẤY TỜ / COMPARE WITH ID",
        "Quét mã QR",
        "Scan the QR code",
        NUMBER,
    ],
)
def test_the_page_says(words: str) -> None:
    assert words in _text("green")


@pytest.mark.parametrize("words", ["••••", "Số giấy tờ", "31/12"])
def test_what_is_not_known_is_not_on_the_page(words: str) -> None:
    assert words not in _text("yellow")


@everyone
def test_the_code_reads_as_printed_and_scanned(person: str) -> None:
    with pypdfium2.PdfDocument(_pdf(person)) as document:
        picture = document[0].render(scale=150 / 72, grayscale=True).to_pil()
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert found.text == text_of(PEOPLE[person])


def test_the_code_is_at_least_45_millimetres_wide() -> None:
    scale = 10
    with pypdfium2.PdfDocument(_pdf("green")) as document:
        picture = document[0].render(scale=scale / MILLIMETRE, grayscale=True).to_pil()
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    corner, opposite = found.position.top_left, found.position.bottom_right
    edges = [corner.x, corner.y, opposite.x, opposite.y]
    assert [edge / scale for edge in edges] == pytest.approx(CODE, abs=0.5)
    assert (opposite.x - corner.x) / scale >= 45


@everyone
def test_both_fonts_are_embedded_and_no_other_is_used(person: str) -> None:
    fonts = set(re.findall(rb"/BaseFont /(\S+)", _pdf(person)))
    assert {name.split(b"+")[1] for name in fonts} == {b"NotoSans", b"NotoSansBold"}
    assert _pdf(person).count(b"/FontFile2") == 2


def test_the_file_stays_small() -> None:
    assert max(len(_pdf(person)) for person in PEOPLE) < 60_000


def test_metadata_name_the_kind_of_paper_and_nobody() -> None:
    with pypdfium2.PdfDocument(_pdf("green")) as document:
        metadata = document.get_metadata_dict(skip_empty=True)
    assert metadata == {
        "Title": "GIẤY XÁC NHẬN ĐÃ TIÊM VẮC XIN COVID-19 / CERTIFICATE OF COVID-19 VACCINATION",
        "Producer": "dosepass",
        "CreationDate": "D:20211115181320Z",
    }


@pytest.mark.parametrize("year", [2021, 2035])
def test_the_wall_clock_leaves_no_trace(year: int, time_machine) -> None:
    time_machine.move_to(f"{year}-02-03T04:05:06Z")
    assert paper.pdf(PEOPLE["green"], text_of(PEOPLE["green"]), TABLE, NUMBER) == _pdf("green")


def test_text_is_clear_on_its_ground() -> None:
    for ink in (paper.TEXT, paper.QUIET):
        assert contrast(ink, "#FFFFFF") >= 7  # WCAG 2, 1.4.6
    for someone in PEOPLE.values():
        style = style_of_colour(someone.colour)
        assert contrast(style.foreground, style.background) >= 7


@pytest.mark.parametrize("person", ["green", "yellow"])
def test_the_colour_words_are_clear_in_black_and_white(person: str) -> None:
    """Without colour the panel still has letters that are much lighter or darker than it."""
    with pypdfium2.PdfDocument(_pdf(person)) as document:
        picture = document[0].render(scale=2, grayscale=True).to_pil()
    panel = picture.crop(tuple(round(2 * MILLIMETRE * edge) for edge in (45, 71, 120, 93)))
    darkest, lightest = panel.getextrema()
    assert lightest - darkest >= 150


@pytest.mark.parametrize("person", ["green", "yellow"])
def test_the_icon_has_the_shapes_of_the_specification(person: str) -> None:
    """Flat ends or sharp corners of strokes would put more than a thousandth of it wrong."""
    with pypdfium2.PdfDocument(_pdf(person)) as document:
        picture = document[0].render(scale=10 / MILLIMETRE).to_pil().convert("RGB")
    style = style_of_colour(PEOPLE[person].colour)
    icon = picture.crop((230, 740, 390, 900)).getchannel("R")
    ground, ink = (int(colour[1:3], 16) for colour in (style.background, style.foreground))
    drawn = (np.asarray(icon, float) - ground) / (ink - ground)
    assert (np.abs(drawn - shades(style.icon, 160)) > 0.5).mean() < 0.0005


def test_a_letter_that_cannot_be_printed_is_refused() -> None:
    with pytest.raises(MissingLetterError):
        paper.pdf(certificate("Иван"), text_of(certificate()), TABLE, NUMBER)


def test_a_text_that_is_not_alphanumeric_is_refused() -> None:
    with pytest.raises(MalformedError):
        paper.pdf(certificate(), "DP1:ộ", TABLE, NUMBER)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    beside = one[2] <= other[0] or other[2] <= one[0]
    above = one[3] <= other[1] or other[3] <= one[1]
    return not (beside or above)


def _squeezed(text: str) -> str:
    return "".join(text.split())
