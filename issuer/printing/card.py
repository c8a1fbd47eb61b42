"""The phone card: one portrait picture with the colour, the person, the doses and the QR code.

The card proves nothing by itself, anybody can paint one; so the QR code takes all the width that a
phone has, and the card asks for the comparison with an identity paper.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageColor, ImageDraw, ImageFont

from issuer.printing import qr, wording
from issuer.printing.typesetting import BOLD, REGULAR, fit, require_letters
from issuer.printing.wording import Bilingual
from spec.certificate import Certificate
from spec.icons import Area, Disc, Part, Point, Role, Stroke, placed
from spec.palette import Icon, Style, style_of_colour
from spec.vaccines import VaccineTable
from spec.verdicts import colour_words

__all__ = ["HEIGHT", "WIDTH", "png"]

WIDTH: Final = 1080
HEIGHT: Final = 1920
"""9:16, which every phone of the last ten years shows over its full width."""

_MARGIN: Final = 48
_INNER: Final = WIDTH - 2 * _MARGIN
_TITLE_BASE: Final = 84
_ICON_TOP: Final = 126
_ICON_SIZE: Final = 148
_NAME_TOP: Final = 298
_NAME_HEIGHT: Final = 188
_FACTS_TOP: Final = 498
_LAST_DOSE_TOP: Final = 602
_PANEL_TOP: Final = 716
_FOOT_TOP: Final = _PANEL_TOP + _INNER
_COLUMNS: Final = (0, 408, 744)
"""Left edges of the facts, from the margin."""

_SMALL: Final = 28
_MEDIUM: Final = 46
_LARGE: Final = 74
_HUGE: Final = 88
_LEADING: Final = 1.36
"""The height of the font, so that marks above and below, as in two lines of Ộ, never meet."""
_NAME_SIZES: Final = tuple(range(_LARGE, 22, -2))
_LINE_SIZES: Final = tuple(range(_MEDIUM, 16, -2))

_INK: Final = 253
"""A pixel from 0 to 253 says how much of the text colour covers the background."""
_CODE_LIGHT: Final = 254
_CODE_DARK: Final = 255


def png(certificate: Certificate, text: str, table: VaccineTable) -> bytes:
    """Draw the card of a certificate whose QR text is `text`, as a PNG.

    Raises MissingLetterError for a name that the fonts cannot spell, MalformedError for a text
    that no QR code can hold.
    """
    vaccine = table.name_of(certificate.doses[-1].vaccine)
    require_letters(certificate.name, certificate.issuer, vaccine)
    style = style_of_colour(certificate.colour)
    sheet = _Sheet()
    _draw_heading(sheet, certificate, style.icon)
    _draw_person(sheet, certificate, vaccine)
    _draw_code(sheet, text)
    _draw_foot(sheet, certificate)
    return sheet.to_png(style)


class _Sheet:
    """A picture in the making: one byte a pixel, coloured only when it is written."""

    def __init__(self) -> None:
        self._picture = Image.new("L", (WIDTH, HEIGHT), 0)
        self._draw = ImageDraw.Draw(self._picture)

    def write(self, left: float, base: float, text: str, face: Path, size: float) -> None:
        """Write one line on a base line."""
        self._draw.text((left, base), text, fill=_INK, font=_font(face, size), anchor="ls")

    def write_fact(self, left: float, top: float, label: Bilingual, value: str) -> None:
        """Write a small label, and its value in bold below, as large as the margin lets it be."""
        self.write(left, top + 28, str(label), REGULAR, _SMALL)
        width = WIDTH - _MARGIN - left
        fitted = fit(
            value, _bold_width, width=width, height=64, sizes=_LINE_SIZES, leading=_LEADING
        )
        lift = (len(fitted.lines) - 1) / 2
        for number, line in enumerate(fitted.lines):
            base = top + 80 + (number - lift) * fitted.size * _LEADING
            self.write(left, base, line, BOLD, fitted.size)

    def fill(self, box: tuple[int, int, int, int], value: int) -> None:
        """Fill a rectangle given by its left, top, right and bottom edge."""
        self._picture.paste(value, box)

    def paste(self, left: int, top: int, picture: Image.Image) -> None:
        """Lay a picture of pixel values on the sheet."""
        self._picture.paste(picture, (left, top))

    def to_png(self, style: Style) -> bytes:
        """Colour the picture and write it."""
        background, foreground = (
            ImageColor.getrgb(name) for name in (style.background, style.foreground)
        )
        shades = [
            round(low + (high - low) * ink / _INK)
            for ink in range(_INK + 1)
            for low, high in zip(background, foreground, strict=True)
        ]
        self._picture.putpalette([*shades, 255, 255, 255, 0, 0, 0])
        output = BytesIO()
        self._picture.save(output, "PNG")
        return output.getvalue()


def _draw_heading(sheet: _Sheet, certificate: Certificate, icon: Icon) -> None:
    """What this is, and the colour as icon, word and English word."""
    sheet.write(_MARGIN, _TITLE_BASE, str(wording.CARD_TITLE), REGULAR, _SMALL)
    sheet.paste(_MARGIN, _ICON_TOP, _icon(icon, _ICON_SIZE))
    given, left = len(certificate.doses), _MARGIN + _ICON_SIZE + 36
    vi, en = (colour_words(certificate.colour, given, language) for language in ("vi", "en"))
    sheet.write(left, _ICON_TOP + 76, vi, BOLD, _HUGE)
    sheet.write(left, _ICON_TOP + 140, en, REGULAR, _MEDIUM)


def _draw_person(sheet: _Sheet, certificate: Certificate, vaccine: str) -> None:
    """The name in the largest type that its length allows, then the facts in columns."""
    name = fit(
        certificate.name,
        _bold_width,
        width=_INNER,
        height=_NAME_HEIGHT,
        sizes=_NAME_SIZES,
        leading=_LEADING,
    )
    bottom = _NAME_TOP + _NAME_HEIGHT - 0.35 * name.size
    for number, line in enumerate(reversed(name.lines)):
        sheet.write(_MARGIN, bottom - number * name.size * _LEADING, line, BOLD, name.size)
    for column, (label, value) in zip(_COLUMNS, _facts(certificate), strict=False):
        sheet.write_fact(_MARGIN + column, _FACTS_TOP, label, value)
    last_dose = f"{wording.day_text(certificate.doses[-1].day)} · {vaccine}"
    sheet.write_fact(_MARGIN, _LAST_DOSE_TOP, wording.LAST_DOSE, last_dose)


def _facts(certificate: Certificate) -> list[tuple[Bilingual, str]]:
    facts = [(wording.BIRTH_DATE, wording.birth_date_text(certificate.birth_date))]
    if certificate.id_suffix is not None:
        facts.append((wording.ID_NUMBER, wording.masked_id(certificate.id_suffix)))
    doses = f"{len(certificate.doses)}/{certificate.doses_needed}"
    return [*facts, (wording.DOSES, doses)]


def _draw_code(sheet: _Sheet, text: str) -> None:
    """Fill a white panel with the largest whole number of pixels a module."""
    modules = qr.modules(text).convert("L")
    size = modules.width * (_INNER // modules.width)
    code = modules.resize((size, size), Image.Resampling.NEAREST)
    right, inset = _MARGIN + _INNER, (_INNER - size) // 2
    sheet.fill((_MARGIN, _PANEL_TOP, right, _PANEL_TOP + _INNER), _CODE_LIGHT)
    values = code.point(lambda grey: _CODE_LIGHT if grey else _CODE_DARK)
    sheet.paste(_MARGIN + inset, _PANEL_TOP + inset, values)


def _draw_foot(sheet: _Sheet, certificate: Certificate) -> None:
    """What to do with the card, how long it is valid and who issued it."""
    sheet.write(_MARGIN, _FOOT_TOP + 74, str(wording.COMPARE_WITH_ID), BOLD, _MEDIUM)
    until = wording.day_text(wording.last_valid_day(certificate))
    sheet.write_fact(_MARGIN, _FOOT_TOP + 98, wording.VALID_THROUGH, until)
    sheet.write_fact(_MARGIN + 560, _FOOT_TOP + 98, wording.ISSUER, certificate.issuer)


@lru_cache
def _icon(icon: Icon, size: int) -> Image.Image:
    """Draw an icon eight times as large and shrink it: the shapes of Pillow have hard edges."""
    large = 8 * size
    picture = Image.new("L", (large, large), 0)
    draw = ImageDraw.Draw(picture)
    middle = (large - 1) / 2  # coordinates of Pillow name the middle of a pixel
    for part in placed(icon, x=middle, y=middle, radius=large / 2):
        _draw_part(draw, part, _INK if part.role is Role.INK else 0)
    return picture.resize((size, size), Image.Resampling.BOX)


def _draw_part(draw: ImageDraw.ImageDraw, part: Part, value: int) -> None:
    match part:
        case Disc(centre=centre, radius=radius):
            _draw_disc(draw, centre, radius, value)
        case Area(points=points):
            draw.polygon(points, fill=value)
        case Stroke(points=points, thickness=thickness):
            draw.line(points, fill=value, width=round(thickness))
            for point in points:  # Pillow leaves ends flat and corners open
                _draw_disc(draw, point, thickness / 2, value)


def _draw_disc(draw: ImageDraw.ImageDraw, centre: Point, radius: float, value: int) -> None:
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=value)


@lru_cache(maxsize=128)
def _font(face: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face, size)


def _bold_width(text: str, size: float) -> float:
    return _font(BOLD, size).getlength(text)
