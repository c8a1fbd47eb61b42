"""A list of sites with their places, as CSV: what is listed, and by the codes of which year."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from issuer.register.sites import ListedSite
from issuer.source import RecordFileError
from spec.names import clean_name
from spec.provinces import PROVINCE_LISTS

__all__ = ["read_listed_sites"]

_COLUMNS: Final = ("code", "name", "province", "district")
_MOBILE: Final = "mobile"
_TRUE: Final = frozenset({"1", "x", "yes", "true", "có"})
_LONGEST: Final = 200
_DIGITS: Final = {"province": 2, "district": 3}


def read_listed_sites(path: Path, year: int) -> list[ListedSite]:
    """Read `code,name,province,district` and perhaps `mobile`; the codes are those of a year.

    All faults of the file are told at once, by line. Raises RecordFileError.
    """
    reader = csv.DictReader(_text(path).splitlines())
    header = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
    if header[: len(_COLUMNS)] != list(_COLUMNS) or set(header) - {*_COLUMNS, _MOBILE}:
        raise RecordFileError(
            "the header line of the list of sites is another one",
            hint=f"the first line must be: {','.join(_COLUMNS)}, and {_MOBILE} may follow",
        )
    reader.fieldnames = header
    provinces = _provinces_of(year)
    sites: list[ListedSite] = []
    faults: list[str] = []
    for row in reader:
        cells = {name: clean_name(row.get(name) or "") for name in header}
        found = list(_faults(cells, provinces))
        faults += [f"line {reader.line_num}: {fault}" for fault in found]
        if not found and any(cells.values()):
            sites.append(_site(cells, year))
    keys = [site.key for site in sites]
    faults += [
        f"{key} stands there twice" for key in sorted({k for k in keys if keys.count(k) > 1})
    ]
    if faults:
        shown = "; ".join(faults[:5]) + ("; and more" if len(faults) > 5 else "")
        raise RecordFileError(f"the list of sites has faults: {shown}", hint="nothing was changed")
    return sites


def _site(cells: dict[str, str], year: int) -> ListedSite:
    return ListedSite(
        code=cells["code"] or None,
        name=cells["name"] or cells["code"],
        province=cells["province"] or None,
        district=cells["district"] or None,
        mobile=cells.get(_MOBILE, "").casefold() in _TRUE,
        codes_of=year,
    )


def _faults(cells: dict[str, str], provinces: dict[str, str]) -> Iterator[str]:
    if not any(cells.values()):
        return
    if not cells["code"] and not cells["name"]:
        yield "neither code nor name"
    if any(len(cell) > _LONGEST for cell in cells.values()):
        yield "a cell is too long"
    for name, digits in _DIGITS.items():
        code = cells[name]
        if code and not (code.isascii() and code.isdigit() and len(code) == digits):
            yield f"{name} is not a code of {digits} digits"
    if len(cells["province"]) == _DIGITS["province"] and cells["province"] not in provinces:
        yield "no province of that year has this code"
    if cells["district"] and not cells["province"]:
        yield "a district without its province"


def _provinces_of(year: int) -> dict[str, str]:
    """The provinces at the end of a year."""
    for known in reversed(PROVINCE_LISTS):
        if known.valid_from.year <= year:
            return known.names
    raise RecordFileError(f"no list of provinces is known for the year {year}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RecordFileError("the list of sites is not UTF-8") from None
