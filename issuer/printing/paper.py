"""The paper certificate: one A4 page in both languages, after annex 4 of QĐ 3588/QĐ-BYT (2021).

The same input gives the same bytes: the only time on the page and in the file is the moment of
issuance, which the certificate itself carries.
"""

from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from fpdf import FPDF
from fpdf.enums import StrokeCapStyle, StrokeJoinStyle

from issuer.printing import qr, wording
from issuer.printing.typesetting import BOLD, REGULAR, fit, require_letters
from issuer.printing.wording import Bilingual
from spec.certificate import Certificate, Dose
from spec.icons import Area, Disc, Part, Role, Stroke, placed
from spec.palette import Style, style_of_colour
from spec.vaccines import VaccineTable
from spec.verdicts import colour_words

__all__ = ["QUIET", "TEXT", "pdf"]

TEXT: Final = "#000000"
QUIET: Final = "#424242"
"""Labels and translations, on white."""
_HAIRLINE: Final = "#9E9E9E"
_WHITE: Final = "#FFFFFF"

# Everything below is in millimetres, font sizes in points.
_LEFT: Final = 18.0
_WIDTH: Final = 174.0
_RIGHT: Final = _LEFT + _WIDTH
_TOP: Final = 20.0
_HEADING_LEFT: Final = 100.0
_TITLE_BASE: Final = 56.0
_PANEL_TOP: Final = 70.0
_PANEL_HEIGHT: Final = 24.0
_PERSON_TOP: Final = 103.0
_CODE_SIZE: Final = 58.0
"""Without its quiet zone, which is white paper: four modules are at most 5 mm, the gaps more."""
_CODE_GAP: Final = 10.0
_NAME_HEIGHT: Final = 27.0
_TABLE_TOP: Final = 171.0
_TABLE_HEAD: Final = 10.0
_TABLE_HEIGHT: Final = 70.0
_ROW_HEIGHT: Final = 8.0
_FOOT_TOP: Final = 258.0
_COLUMNS: Final = (0.0, 28.0, 76.0)
"""Left edges of the table's columns, from the margin."""

_NAME_SIZES: Final = tuple(size / 2 for size in range(40, 15, -1))
_LINE_SIZES: Final = tuple(size / 2 for size in range(22, 9, -1))
_LEADING: Final = 0.48
"""Millimetres between base lines for each point of size: the height of the font, so that marks
above and below, as in two lines of Ộ, never meet."""


def pdf(certificate: Certificate, text: str, table: VaccineTable, number: str) -> bytes:
    """Set the paper of a certificate whose QR text is `text`, as a PDF.

    `number` is the printable certificate number. Raises MissingLetterError for a name that the
    fonts cannot spell, MalformedError for a text that no QR code can hold.
    """
    vaccines = [table.name_of(dose.vaccine) for dose in certificate.doses]
    require_letters(certificate.name, certificate.issuer, number, *vaccines)
    page = _Page(datetime.fromtimestamp(certificate.issued_at, UTC))
    _set_heading(page, certificate, number)
    _set_colour(page, certificate)
    _set_person(page, certificate)
    page.picture(_RIGHT - _CODE_SIZE, _PERSON_TOP, _CODE_SIZE, qr.svg(text, quiet_zone=0))
    _set_doses(page, certificate.doses, vaccines)
    _set_foot(page)
    return page.to_pdf()


class _Page:
    """A page on which text stands on base lines at given places."""

    def __init__(self, created: datetime) -> None:
        self._pdf = document = FPDF(format="A4")
        document.set_auto_page_break(False)
        document.set_creation_date(created)
        document.set_producer("dosepass")
        # The title is not the holder's name: file lists and previews show it to bystanders.
        document.set_title(str(wording.PAPER_TITLE))
        document.set_lang("vi")
        document.add_font("Noto", "", REGULAR)
        document.add_font("Noto", "B", BOLD)
        document.add_page()

    def write(
        self,
        x: float,
        base: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = TEXT,
        align: float = 0.0,
    ) -> None:
        """Write one line; `align` is the share of its width that stands left of x."""
        self._pdf.set_text_color(colour)
        width = self.width(text, size, bold=bold)
        self._pdf.text(x - align * width, base, text)

    def fact(self, left: float, top: float, width: float, label: Bilingual, value: str) -> None:
        """Write a small label, and its value in bold below."""
        self.write(left, top + 3, str(label), 8, colour=QUIET)
        self.fitted(left, top + 8, value, _LINE_SIZES, width=width, height=5.5)

    def fitted(
        self,
        left: float,
        base: float,
        text: str,
        sizes: tuple[float, ...],
        *,
        width: float,
        height: float,
        bold: bool = True,
    ) -> None:
        """Write text as large as lets it fit its place; `base` is that of the first line."""

        def measure(part: str, size: float) -> float:
            return self.width(part, size, bold=bold)

        fitted = fit(text, measure, width=width, height=height, sizes=sizes, leading=_LEADING)
        for count, line in enumerate(fitted.lines):
            self.write(left, base + count * fitted.size * _LEADING, line, fitted.size, bold=bold)

    def width(self, text: str, size: float, *, bold: bool) -> float:
        """The width of a line, whose font is then in use."""
        self._pdf.set_font("Noto", "B" if bold else "", size)
        return self._pdf.get_string_width(text)

    def fill(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        self._pdf.set_fill_color(colour)
        self._pdf.rect(x, y, width, height, style="F")

    def rule(self, y: float, left: float = _LEFT, right: float = _RIGHT) -> None:
        """Draw a thin horizontal line."""
        self._pdf.set_draw_color(_HAIRLINE)
        self._pdf.set_line_width(0.2)
        self._pdf.line(left, y, right, y)

    def icon(self, x: float, y: float, radius: float, style: Style) -> None:
        """Draw the icon of a style around a centre."""
        with self._pdf.local_context(
            stroke_cap_style=StrokeCapStyle.ROUND, stroke_join_style=StrokeJoinStyle.ROUND
        ):
            for part in placed(style.icon, x=x, y=y, radius=radius):
                self._part(part, style.foreground if part.role is Role.INK else style.background)

    def _part(self, part: Part, colour: str) -> None:
        self._pdf.set_fill_color(colour)
        self._pdf.set_draw_color(colour)
        match part:
            case Disc(centre=(x, y), radius=radius):
                self._pdf.ellipse(x - radius, y - radius, 2 * radius, 2 * radius, style="F")
            case Area(points=points):
                self._pdf.polygon(points, style="F")
            case Stroke(points=points, thickness=thickness):
                self._pdf.set_line_width(thickness)
                self._pdf.polyline(points)

    def picture(self, left: float, top: float, size: float, svg: bytes) -> None:
        """Lay a square SVG on the page, as lines and not as pixels."""
        self._pdf.image(BytesIO(svg), x=left, y=top, w=size, h=size)

    def to_pdf(self) -> bytes:
        return bytes(self._pdf.output())


def _set_heading(page: _Page, certificate: Certificate, number: str) -> None:
    """Issuer and number on the left, the national heading on the right, the title below."""
    page.fact(_LEFT, _TOP - 4, _HEADING_LEFT - _LEFT - 6, wording.ISSUER, certificate.issuer)
    page.fact(_LEFT, _TOP + 8, _HEADING_LEFT - _LEFT - 6, wording.NUMBER, number)
    middle = (_HEADING_LEFT + _RIGHT) / 2
    page.write(middle, _TOP, wording.NATION.vi, 11, bold=True, align=0.5)
    page.write(middle, _TOP + 5.5, wording.MOTTO.vi, 11, bold=True, align=0.5)
    page.rule(_TOP + 8, middle - 26, middle + 26)
    page.write(middle, _TOP + 13, wording.NATION.en, 8, colour=QUIET, align=0.5)
    page.write(middle, _TOP + 17, wording.MOTTO.en, 8, colour=QUIET, align=0.5)
    centre = _LEFT + _WIDTH / 2
    page.write(centre, _TITLE_BASE, wording.PAPER_TITLE.vi, 17, bold=True, align=0.5)
    page.write(centre, _TITLE_BASE + 6.5, wording.PAPER_TITLE.en, 11, colour=QUIET, align=0.5)


def _set_colour(page: _Page, certificate: Certificate) -> None:
    """The colour as ground, icon and words: it must be clear in black and white as well."""
    style = style_of_colour(certificate.colour)
    page.fill(_LEFT, _PANEL_TOP, _WIDTH, _PANEL_HEIGHT, style.background)
    page.icon(_LEFT + 13, _PANEL_TOP + _PANEL_HEIGHT / 2, 8, style)
    given, ink = len(certificate.doses), style.foreground
    vi, en = (colour_words(certificate.colour, given, language) for language in ("vi", "en"))
    page.write(_LEFT + 27, _PANEL_TOP + 12, vi, 22, bold=True, colour=ink)
    page.write(_LEFT + 27, _PANEL_TOP + 19, en, 13, colour=ink)
    doses = f"{given}/{certificate.doses_needed}"
    page.write(_RIGHT - 6, _PANEL_TOP + 12, doses, 22, bold=True, colour=ink, align=1)
    page.write(_RIGHT - 6, _PANEL_TOP + 19, str(wording.DOSES), 9, colour=ink, align=1)


def _set_person(page: _Page, certificate: Certificate) -> None:
    """Who, and from when to when the paper counts: left of the QR code."""
    width = _WIDTH - _CODE_SIZE - _CODE_GAP
    page.write(_LEFT, _PERSON_TOP + 3, str(wording.NAME), 8, colour=QUIET)
    page.fitted(
        _LEFT, _PERSON_TOP + 11, certificate.name, _NAME_SIZES, width=width, height=_NAME_HEIGHT
    )
    first, second = _PERSON_TOP + 38, _PERSON_TOP + 50
    right, half = _LEFT + 50, width - 50
    birth_date = wording.birth_date_text(certificate.birth_date)
    page.fact(_LEFT, first, 46, wording.BIRTH_DATE, birth_date)
    if certificate.id_suffix is not None:
        masked = wording.masked_id(certificate.id_suffix)
        page.fact(right, first, half, wording.ID_NUMBER, masked)
    issued = wording.day_text(wording.local_day(certificate.issued_at))
    page.fact(_LEFT, second, 46, wording.ISSUED_ON, issued)
    until = wording.day_text(wording.last_valid_day(certificate))
    page.fact(right, second, half, wording.VALID_THROUGH, until)


def _set_doses(page: _Page, doses: tuple[Dose, ...], vaccines: list[str]) -> None:
    """One row a dose, closer together when there are many."""
    edges = [_LEFT + column for column in _COLUMNS]
    heads = (wording.DOSE_NUMBER, wording.DOSE_DAY, wording.VACCINE)
    for left, label in zip(edges, heads, strict=True):
        page.write(left, _TABLE_TOP + 3.5, label.vi, 9, bold=True)
        page.write(left, _TABLE_TOP + 7.5, label.en, 8, colour=QUIET)
    height = min(_ROW_HEIGHT, _TABLE_HEIGHT / len(doses))
    for count, (dose, vaccine) in enumerate(zip(doses, vaccines, strict=True)):
        top = _TABLE_TOP + _TABLE_HEAD + count * height
        base = top + height / 2 + 1.4
        page.rule(top)
        page.write(edges[0], base, str(count + 1), 11)
        page.write(edges[1], base, wording.day_text(dose.day), 11)
        room = _RIGHT - edges[2]
        page.fitted(edges[2], base, vaccine, _LINE_SIZES, width=room, height=5.5, bold=False)
    page.rule(_TABLE_TOP + _TABLE_HEAD + len(doses) * height)


def _set_foot(page: _Page) -> None:
    """How to check the paper."""
    page.write(_LEFT, _FOOT_TOP + 4, str(wording.COMPARE_WITH_ID), 12, bold=True)
    for count, line in enumerate(wording.HOW_TO_CHECK):
        base = _FOOT_TOP + 10 + count * 4.2
        page.write(_LEFT, base, line.vi, 9)
        page.write(_LEFT, base + 9.4, line.en, 8.5, colour=QUIET)
