"""Opening a file of dose records, whatever it is: told by what is in it, never by its name."""

from pathlib import Path
from typing import Final

from issuer.csv_file import open_csv
from issuer.fhir.file import open_bundle
from issuer.layouts.sheet import find_national_csv, open_workbook
from issuer.source import RecordFileError, Source

__all__ = ["open_records"]

_ZIP: Final = b"PK\x03\x04"
_SHEET: Final = "open it and save it as `Excel Workbook (.xlsx)` or `CSV UTF-8`"
_UNPACK: Final = "unpack it, and send the files that are in it"
_PRINTED: Final = "send the sheet that it was made from"
_OTHERS: Final = (
    (
        (b"\xd0\xcf\x11\xe0",),
        "a workbook of before 2007 (.xls), or one that is locked with a password",
        "open it, take the password away, and save it as `Excel Workbook (.xlsx)`",
    ),
    ((b"%PDF",), "a PDF", _PRINTED),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"), "a picture", _PRINTED),
    ((b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"PK\x05\x06", b"BZh", b"\xfd7zXZ"),
     "an archive", _UNPACK),
    ((b"<", b"MIME-Version:"), "a web page or another kind of XML, whatever its name", _SHEET),
    ((b"{\\rtf",), "a text document (RTF)", _SHEET),
)  # fmt: skip
"""What else is sent: how it begins, what it is, and what to do."""
_START: Final = 1 << 12


def open_records(path: Path) -> Source:
    """Look through a file once: a workbook, a FHIR bundle, or CSV in one of two layouts.

    Raises RecordFileError for a file that is none of them, OSError when it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(_START)
    if start.startswith(_ZIP):
        return open_workbook(path)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginnings, what, hint in _OTHERS:
        if text.startswith(beginnings):
            raise RecordFileError(f"the file is {what}", hint=hint)
    if not text and len(start) < _START:
        raise RecordFileError("the file is empty", hint="send it once more; nothing was recorded")
    if text.startswith((b"{", b"[")):
        return open_bundle(path)
    return find_national_csv(path) or open_csv(path)
