"""What operators ask for: certificate numbers with reasons, from arguments or from a file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Final

from issuer.status_rules import Refusal
from spec.certificate import StatusPosition
from spec.certificate_number import CertificateNumberError, parse_certificate_number

__all__ = ["Fault", "Request", "is_operator", "is_reason", "read_file", "read_numbers"]

MAX_LINE_LENGTH: Final = 4096
"""Bytes of a line. A number and 200 characters of any script take fewer than a thousand."""

_BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
_DELIMITERS: Final = ",;\t"
"""Comma, and what spreadsheets write under a Vietnamese locale or copy from their cells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One certificate whose status is to change, and why."""

    line: int
    """The line of the file, or the place among the arguments; both count from 1."""
    position: StatusPosition
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A line that asks for nothing that could be done. It holds nothing of what it says."""

    line: int
    refusal: Refusal


def is_reason(text: str) -> bool:
    """Whether a text can stand in the audit trail as a reason: one line, neither bare nor long."""
    return 3 <= len(text) <= 200 and text.isprintable() and text == text.strip()


def is_operator(text: str) -> bool:
    """Whether a text can stand in the audit trail as the name of an operator."""
    return 1 <= len(text) <= 64 and text.isprintable() and text == text.strip()


def read_numbers(numbers: Iterable[str], issuer: str, reason: str) -> Iterator[Request | Fault]:
    """Read the numbers of a command line."""
    for line, number in enumerate(numbers, start=1):
        yield _request(line, number, issuer, reason)


def read_file(file: IO[bytes], issuer: str, reason: str | None) -> Iterator[Request | Fault]:
    """Read a file: a number on each line and perhaps a reason of its own behind it.

    Blank lines and those that begin with `#` are left out.
    """
    for line, raw in enumerate(_lines(file), start=1):
        text = _text(raw)
        cells = None if text is None else _cells(text)
        if cells is None:
            yield Fault(line=line, refusal=Refusal.LINE_BROKEN)
        elif cells:
            own = cells[1] if len(cells) > 1 else ""
            yield _request(line, cells[0], issuer, own or reason)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Split into lines; of one that is too long, no more is kept than shows that it is."""
    while raw := file.readline(MAX_LINE_LENGTH + 1):
        yield raw
        while len(raw) > MAX_LINE_LENGTH and not raw.endswith(b"\n"):
            raw = file.readline(MAX_LINE_LENGTH + 1)


def _text(raw: bytes) -> str | None:
    if len(raw) > MAX_LINE_LENGTH:
        return None
    try:
        return raw.decode().removeprefix(_BYTE_ORDER_MARK).strip()
    except UnicodeDecodeError:
        return None


def _cells(text: str) -> list[str] | None:
    """The cells of a line, none of a comment, None when it cannot be split into one or two."""
    if not text or text.startswith("#"):
        return []
    delimiter = next((sign for sign in text if sign in _DELIMITERS), ",")
    try:
        cells = [
            cell.strip() for cell in next(csv.reader([text], delimiter=delimiter, strict=True))
        ]
    except (csv.Error, StopIteration):
        return None
    while len(cells) > 1 and not cells[-1]:
        cells.pop()  # a spreadsheet pads its rows with empty cells
    return cells if len(cells) <= 2 else None


def _request(line: int, number: str, issuer: str, reason: str | None) -> Request | Fault:
    try:
        named, position = parse_certificate_number(number)
    except CertificateNumberError:
        return Fault(line=line, refusal=Refusal.NUMBER_WRONG)
    if named != issuer.upper():
        return Fault(line=line, refusal=Refusal.NO_SUCH_CERTIFICATE)
    if not reason:
        return Fault(line=line, refusal=Refusal.REASON_MISSING)
    if not is_reason(reason):
        return Fault(line=line, refusal=Refusal.REASON_UNFIT)
    return Request(line=line, position=position, reason=reason)
