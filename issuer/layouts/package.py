"""The outside of a workbook (XLSX is a ZIP file with XML in it): looked at before it is opened.

What would fill the memory, or make a reader of XML expand entities, is refused here.
"""

import re
import zipfile
from pathlib import Path
from typing import Final

from issuer.source import RecordFileError

__all__ = ["check_package"]

_MOST_UNPACKED: Final = 2 << 30
"""Bytes of all parts together; a sheet with all of its million rows filled has about 1 GB."""
_MOST_IN_MEMORY: Final = 256 << 20
"""Bytes of the parts that have to be in memory, of which the table of texts is the largest."""
_MOST_PARTS: Final = 5_000
_MOST_RATIO: Final = 200
"""How many times smaller a large part may be packed; sheets reach about twenty."""
_LARGE: Final = 32 << 20
_PROLOGUE: Final = 64 << 10
_ROOT: Final = re.compile(rb"<[A-Za-z_]")
_SAVE_AGAIN: Final = "save it again as `Excel Workbook (.xlsx)`; nothing was recorded"


def check_package(path: Path) -> None:
    """Raise RecordFileError for a file that is no workbook, or one that is not to be opened."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            _check_kind({part.filename for part in parts})
            _check_sizes(parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _check_prologue(package, part)
    except (RecordFileError, OSError):
        raise
    except Exception:  # of zipfile and zlib: damaged, packed otherwise, locked with a password
        raise RecordFileError("the workbook is damaged or locked", hint=_SAVE_AGAIN) from None


def _check_kind(names: set[str]) -> None:
    if "content.xml" in names and "mimetype" in names:
        raise RecordFileError("the file is an OpenDocument spreadsheet (.ods)", hint=_SAVE_AGAIN)
    if "xl/workbook.bin" in names:
        raise RecordFileError("the file is a binary workbook (.xlsb)", hint=_SAVE_AGAIN)
    if "[Content_Types].xml" not in names:
        raise RecordFileError("the file is a ZIP archive and no workbook", hint=_SAVE_AGAIN)


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    # All XML but the sheets: texts, styles, names. The sheets alone are read as a stream.
    others = sum(
        part.file_size
        for part in parts
        if part.filename.endswith(".xml") and not part.filename.startswith("xl/worksheets/")
    )
    too_much = (
        len(parts) > _MOST_PARTS
        or sum(part.file_size for part in parts) > _MOST_UNPACKED
        or others > _MOST_IN_MEMORY
        or any(
            part.file_size > _LARGE and part.file_size > _MOST_RATIO * max(1, part.compress_size)
            for part in parts
        )
    )
    if too_much:
        raise RecordFileError(
            "the workbook would unpack to more than any list of doses has",
            hint="split it into smaller files, or save the sheet as `CSV UTF-8`",
        )


def _check_prologue(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse a document type: no workbook has one, and entities are declared in it."""
    with package.open(part) as file:
        start = file.read(_PROLOGUE)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.replace(b"\0", b"")
    root = _ROOT.search(start)
    if b"<!DOCTYPE" in start[: root.start() if root else None] or (start and not root):
        raise RecordFileError("the workbook has XML in it that no workbook has", hint=_SAVE_AGAIN)
