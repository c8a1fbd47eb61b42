"""Text and fields of the codes: decoding, mending, and the readings that all kinds share."""

import re
from datetime import date
from typing import Final

from spec.dates import BirthDate
from spec.errors import MalformedError
from spec.limits import MAX_NAME_LENGTH
from spec.names import clean_name, is_name
from spec.papers.paper import (
    BrokenPaperError,
    PaperEncodingError,
    PaperField,
    UnrecognisedPaperError,
)

__all__ = ["name_of", "paper_text", "plain_date", "year_or_day"]

_MAX_LENGTH: Final = 4096
"""Characters; the largest QR code holds 2953 bytes."""

_CP1252: Final = {
    bytes((byte,)).decode("cp1252"): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # unassigned
}
_BYTE_OF: Final = {chr(byte): byte for byte in range(256)} | _CP1252
"""The byte behind each character that a reader gives who takes UTF-8 for Latin-1 or CP1252."""


def paper_text(source: bytes | str) -> str:
    """Give the text of a code, without a byte order mark and without the line end of a scanner.

    Bytes are UTF-8, whatever a decoder would guess. Text that a reader took for Latin-1 is
    mended: that is certain, since no Vietnamese text happens to be UTF-8 when it is written down
    in Latin-1. Raises PaperEncodingError, and UnrecognisedPaperError for what is too long.
    """
    if len(source) > _MAX_LENGTH:
        raise UnrecognisedPaperError("identity paper: too long")
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8")
        except UnicodeDecodeError:
            raise PaperEncodingError("identity paper: not UTF-8") from None
    return _mended(source).removeprefix("\ufeff").strip("\r\n")


def _mended(text: str) -> str:
    if text.isascii():
        return text
    try:
        return bytes(_BYTE_OF[character] for character in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return text


def name_of(field: str) -> str:
    """Read a name; raises PaperEncodingError where a decoder guessed, BrokenPaperError else."""
    name = clean_name(field)
    if not name or len(name) > MAX_NAME_LENGTH:
        raise BrokenPaperError(PaperField.NAME)
    if not is_name(name):
        if name.isascii():
            raise BrokenPaperError(PaperField.NAME)
        raise PaperEncodingError("identity paper: the name has letters that no name has")
    return name


def plain_date(field: str, pattern: re.Pattern[str]) -> date | None:
    """Read day, month and year by a pattern with three groups; None for what is no date."""
    match = pattern.fullmatch(field.strip())
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def year_or_day(field: str, pattern: re.Pattern[str]) -> BirthDate:
    """Read a whole birth date by a pattern, or a year alone; raises BrokenPaperError."""
    day = plain_date(field, pattern)
    if day is not None:
        return BirthDate.of(day)
    try:
        if len(field.strip()) == 4:
            return BirthDate.parse(field.strip())
    except MalformedError:
        pass
    raise BrokenPaperError(PaperField.BIRTH_DATE)
