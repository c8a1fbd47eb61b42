"""The national layout of 27 columns: where its header stands, and doses out of its rows. Pure.

The sheet "Danh sách đối tượng tiêm" has a header in rows 7 and 8, and one row for a person with two
doses. Columns are found by what their heads say, not by their places: people insert rows, take
columns out, and save a part of it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from issuer.source import Further, SourceRow
from spec.names import bare_letters

__all__ = ["HEADER_WITHIN", "NationalHeader", "RawRow", "find_header", "source_rows"]

RawRow = tuple[int, tuple[str, ...]]
"""The number of a row in its sheet, counted from 1, and its cells as text."""

HEADER_WITHIN: Final = 60
"""Rows in which a header is looked for; the template has it in the seventh."""

_HEADS: Final = {
    "full_name": ("ho va ten", "ho ten"),
    "birth_date": ("ngay sinh", "ngay thang nam sinh", "ngay, thang, nam sinh"),
    "sex": ("gioi tinh",),
    "phone": ("so dien thoai", "dien thoai", "sdt"),
    "id_number": ("so cmt", "so cmnd", "so cccd", "cmt/cccd", "cmnd/cccd", "cccd", "so dinh danh"),
    "health_card": ("so the bhyt", "so bhyt", "bhyt"),
    "province": ("ma tinh",),
    "district": ("ma huyen",),
    "result": ("ket qua import",),
}
"""How the head of a column begins, without marks, star and capitals."""

_DOSE_HEADS: Final = {
    "vaccine": ("ten vac xin", "ten vacxin", "ten vaccine", "loai vac xin"),
    "injected_on": ("ngay tiem",),
    "lot": ("lo vac xin", "so lo", "lo vacxin", "lo vaccine"),
    "site": ("dia diem tiem", "co so tiem", "noi tiem"),
}
"""Of these each stands twice: for the first and the second dose."""

_NEEDED: Final = ("full_name", "birth_date", "vaccine", "injected_on")
_SEXES: Final = {"0": "Nam", "1": "Nữ"}
"""The digits of this layout; in the codes of the apps 1 is male and 2 female."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NationalHeader:
    """Where each column stands, counted from 0."""

    row: int
    """The row of the names of the columns, counted from 1."""
    last_row: int
    """The last row of the header: data begin behind it."""
    places: dict[str, int]
    doses: tuple[dict[str, int], ...]
    """For each dose the places of vaccine, day, lot and site."""
    width: int
    """How many columns have a head."""
    doubled: tuple[str, ...] = ()
    """Columns of the person whose very head stands twice: nobody can tell which is meant."""

    @property
    def result(self) -> int:
        """Where "Kết quả import" stands, or the first free column where it is missing."""
        return self.places.get("result", self.width)


def find_header(rows: Sequence[RawRow]) -> NationalHeader | None:
    """Find the header among the first rows of a sheet; None where there is none."""
    for number, (row, cells) in enumerate(rows):
        heads = [_bare(cell) for cell in cells]
        if (
            _place(heads, _HEADS["full_name"]) is None
            or _place(heads, _HEADS["birth_date"]) is None
        ):
            continue
        next_row, under = rows[number + 1] if number + 1 < len(rows) else (row, ())
        below = [_bare(cell) for cell in under]
        two = bool(_all_places(below, _DOSE_HEADS["injected_on"]))
        # A head of several lines in CSV takes as many.
        last_row = next_row if two else row
        header = _header(row, last_row, heads, below if two else [])
        if header is not None:
            return header
    return None


def missing_columns(header: NationalHeader) -> list[str]:
    """Which of the columns that no record can do without have no head."""
    known = {*header.places, *(header.doses[0] if header.doses else ())}
    return [name for name in _NEEDED if name not in known]


def source_rows(header: NationalHeader, rows: Iterable[RawRow]) -> Iterator[SourceRow]:
    """The doses of the rows behind a header; what states nobody and nothing is left out."""
    for row, cells in rows:
        if row > header.last_row and not _is_empty(header, cells) and not _is_numbering(cells):
            yield from _doses(header, row, cells)


def _header(row: int, last_row: int, heads: list[str], below: list[str]) -> NationalHeader | None:
    width = max(len(heads), len(below))
    both = [
        (heads[place] if place < len(heads) else "", below[place] if place < len(below) else "")
        for place in range(width)
    ]
    lowest = [lower or upper for upper, lower in both]
    places = {
        name: place
        for name, words in _HEADS.items()
        if (place := _place(lowest, words)) is not None
    }
    columns = {name: _all_places(lowest, words) for name, words in _DOSE_HEADS.items()}
    doses = tuple(
        {name: found[dose] for name, found in columns.items() if dose < len(found)}
        for dose in range(len(columns["injected_on"]))
    )
    if not doses:
        return None
    filled = [place for place, head in enumerate(lowest) if head]
    return NationalHeader(
        row=row, last_row=last_row, places=places, doses=doses, width=filled[-1] + 1,
        doubled=tuple(name for name, place in places.items() if lowest.count(lowest[place]) > 1),
    )  # fmt: skip


def _doses(header: NationalHeader, row: int, cells: tuple[str, ...]) -> Iterator[SourceRow]:
    """One dose for each part of the row that states any; a row without is one that is refused."""
    stated = [
        (number, dose)
        for number, dose in enumerate(header.doses, start=1)
        if any(_cell(cells, place) for place in dose.values())
    ] or [(1, header.doses[0])]
    raw = json.dumps(_without(cells, header.result), ensure_ascii=False, separators=(",", ":"))
    person = {name: _cell(cells, place) for name, place in header.places.items()}
    sex = person.get("sex", "")
    for number, dose in stated:
        given = {name: _cell(cells, place) for name, place in dose.items()}
        yield SourceRow(
            line=row,
            cells=(
                person.get("full_name", ""), person.get("birth_date", ""), _SEXES.get(sex, sex),
                person.get("id_number", ""), person.get("phone", ""), given.get("vaccine", ""),
                given.get("injected_on", ""), given.get("lot", ""), given.get("site", ""),
            ),
            broken=False,
            further=Further(
                health_card=person.get("health_card", ""),
                dose_number=f"{number}",
                province=person.get("province", ""),
                district=person.get("district", ""),
            ),
            part=number,
            raw_text=raw,
        )  # fmt: skip


def _without(cells: tuple[str, ...], result: int) -> list[str]:
    """The row as it came, without what an earlier import wrote beside it."""
    return [cell for place, cell in enumerate(cells) if place != result]


def _is_empty(header: NationalHeader, cells: tuple[str, ...]) -> bool:
    """Tell whether nobody and nothing is stated: the running number alone says nothing."""
    places = [place for name, place in header.places.items() if name != "result"]
    places += [place for dose in header.doses for place in dose.values()]
    return not any(_cell(cells, place) for place in places)


def _is_numbering(cells: tuple[str, ...]) -> bool:
    """Tell whether a row only counts the columns, as some copies of the template have it."""
    said = [cell.strip().strip("()") for cell in cells if cell.strip()]
    return (
        len(said) > 5
        and all(said[place].isdigit() for place in range(len(said)))
        and ([int(one) for one in said] == list(range(int(said[0]), int(said[0]) + len(said))))
    )


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _bare(cell: str) -> str:
    """A head without marks, capitals, and the star of what is mandatory."""
    words = bare_letters(cell.casefold().replace("đ", "d")).replace("(*)", " ").replace("*", " ")
    return " ".join(words.split())


def _place(heads: Sequence[str], words: tuple[str, ...]) -> int | None:
    found = _all_places(heads, words)
    return found[0] if found else None


def _all_places(heads: Sequence[str], words: tuple[str, ...]) -> list[int]:
    return [place for place, head in enumerate(heads) if head.startswith(words)]
