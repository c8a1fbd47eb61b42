"""Opening a file of dose records, whatever it is: told by what is in it, never by its name."""

from pathlib import Path
from typing import Final

from issuer.csv_file import open_csv
from issuer.fhir.file import open_bundle
from issuer.layouts.sheet import find_national_csv, open_workbook
from issuer.source import RecordFileError, Source

__all__ = ["open_records"]

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_PDF: Final = b"%PDF"
_START: Final = 1 << 12


def open_records(path: Path) -> Source:
    """Look through a file once: a workbook, a FHIR bundle, or CSV in one of two layouts.

    Raises RecordFileError for a file that is none of them, OSError when it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(_START)
    if start.startswith(_ZIP):
        return open_workbook(path)
    if start.startswith(_OLE):
        raise RecordFileError(
            "the file is a workbook of before 2007 (.xls), or one that is locked with a password",
            hint="open it, take the password away, and save it as `Excel Workbook (.xlsx)`",
        )
    if start.startswith(_PDF):
        raise RecordFileError("the file is a PDF", hint="send the sheet that it was printed from")
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return open_bundle(path)
    return find_national_csv(path) or open_csv(path)
