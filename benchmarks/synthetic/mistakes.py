"""What goes wrong with a dose record on its way, kind by kind, and what has to come of it.

The proportions follow the cleansing of 2022: of 76.6 million persons a quarter did not agree with
the population database, and one in twenty had no identity number or a bad one.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random
from typing import Final

from spec.names import bare_letters

__all__ = ["FAULTY", "KINDS", "Cells", "Kind", "Outcome", "spoil"]

FAULTY: Final = 0.25
"""How many people have a record with something wrong."""

Cells = dict[str, str]
"""One row, by the columns of a plain file."""

_DIGITS: Final = "0123456789"
_EPOCH: Final = date(1899, 12, 30)
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_ACUTE, _GRAVE = "\u0301", "\u0300"
_YOUNGEST: Final = date(2009, 1, 1)


class Outcome(StrEnum):
    """What has to come of a record that is spoiled so."""

    WAITS = "waits"
    """A person looks at it, with the right field named."""
    PASSES = "passes"
    """The difference is one of form: it joins its person by itself."""
    OTHER_PAPER = "other_paper"
    """Another number of the same person: it waits where something else is in common."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mistake."""

    name: str
    field: str
    """The column that is wrong."""
    outcome: Outcome
    weight: int
    """How often, among all mistakes."""
    spoil: Callable[[Cells, Random], str | None]
    """The cell as it arrives; None where this mistake cannot be made there."""


def spoil(cells: Cells, draw: Random, old_number: str) -> tuple[Cells, Kind]:
    """Make one mistake; some cannot be made in every record, and another is drawn then."""
    while True:
        (kind,) = draw.choices(KINDS, cum_weights=_SUMS)
        cell = old_number if kind.name == "old_number" else kind.spoil(cells, draw)
        if cell is not None and cell != cells[kind.field]:
            return {**cells, kind.field: cell}, kind


def _digit(text: str, draw: Random) -> str:
    place = draw.choice([place for place, sign in enumerate(text) if sign.isdigit()])
    other = draw.choice(_DIGITS.replace(text[place], ""))
    return text[:place] + other + text[place + 1 :]


def _exchanged(text: str, draw: Random) -> str:
    places = [
        place for place in range(len(text) - 1) if text[place : place + 2].isdigit()
        and text[place] != text[place + 1]
    ]  # fmt: skip
    if not places:
        return text
    place = draw.choice(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _other_date(change: Callable[[str, Random], str]) -> Callable[[Cells, Random], str | None]:
    def spoiled(cells: Cells, draw: Random) -> str | None:
        for _ in range(20):
            text = change(cells["birth_date"], draw)
            if text != cells["birth_date"] and _is_birth_date(text):
                return text
        return None

    return spoiled


def _is_birth_date(text: str) -> bool:
    day, month, year = (int(part) for part in text.split("/"))
    try:
        return date(1900, 1, 1) <= date(year, month, day) <= _YOUNGEST
    except ValueError:
        return False


def _day_month(cells: Cells, _: Random) -> str | None:
    day, month, year = cells["birth_date"].split("/")
    return f"{month}/{day}/{year}" if int(day) <= 12 and day != month else None


def _no_marks(cells: Cells, _: Random) -> str:
    return "".join(bare_letters(sign) for sign in cells["full_name"]).replace("Đ", "D")


def _other_mark(cells: Cells, draw: Random) -> str | None:
    """Put another tone on one word: Hà for Hạ."""
    words = cells["full_name"].split()
    place = draw.randrange(len(words))
    letters = unicodedata.normalize("NFD", words[place])
    tones = [sign for sign in letters if sign in _TONES]
    if not tones:
        return None
    other = draw.choice(_TONES.replace(tones[0], ""))
    words[place] = unicodedata.normalize("NFC", letters.replace(tones[0], other, 1))
    return " ".join(words)


def _word_missing(cells: Cells, _: Random) -> str | None:
    words = cells["full_name"].split()
    return " ".join([words[0], *words[2:]]) if len(words) > 2 else None


def _letter(cells: Cells, draw: Random) -> str | None:
    """One letter instead of another, anywhere but at the beginning of a word."""
    name = cells["full_name"]
    places = [
        place for place in range(1, len(name))
        if name[place].isascii() and name[place].isalpha() and name[place].islower()
    ]  # fmt: skip
    if not places:
        return None
    place = draw.choice(places)
    other = draw.choice("aeiounmtchg".replace(name[place], ""))
    return name[:place] + other + name[place + 1 :]


def _word_order(cells: Cells, _: Random) -> str | None:
    surname, *others = cells["full_name"].split()
    return " ".join([*others, surname]) if others and surname not in others else None


def _other_sex(cells: Cells, _: Random) -> str:
    return "Nam" if cells["sex"] == "Nữ" else "Nữ"


def _nothing(_: Cells, __: Random) -> str:
    return ""


def _two_digits_less(cells: Cells, draw: Random) -> str:
    return cells["id_number"][: draw.choice((5, 7))]


def _zero_of_number(cells: Cells, _: Random) -> str:
    return cells["id_number"].lstrip("0")


def _zero_of_phone(cells: Cells, _: Random) -> str:
    return cells["phone"].lstrip("0")


def _decomposed(cells: Cells, _: Random) -> str:
    return unicodedata.normalize("NFD", cells["full_name"])


def _look_alike(cells: Cells, draw: Random) -> str | None:
    name = cells["full_name"]
    return name.replace("Đ", draw.choice("ÐƉ")) if "Đ" in name else None


def _capitals(cells: Cells, _: Random) -> str:
    return cells["full_name"].upper()


def _tone_place(cells: Cells, _: Random) -> str | None:
    name = cells["full_name"]
    for new, old in (("oà", "òa"), ("uý", "úy"), ("òa", "oà"), ("úy", "uý")):
        if new in name:
            return name.replace(new, old)
    return None


def _y_or_i(cells: Cells, _: Random) -> str | None:
    name = cells["full_name"]
    for one, other in (("Mỹ", "Mĩ"), ("Lý", "Lí"), ("My", "Mi")):
        if one in name.split():
            return " ".join(other if word == one else word for word in name.split())
    return None


def _spaces(cells: Cells, draw: Random) -> str:
    return f" {draw.choice(('  ', chr(0xA0), ' ' + chr(0x200B)))}".join(cells["full_name"].split())


def _serial(cells: Cells, _: Random) -> str | None:
    day, month, year = (int(part) for part in cells["birth_date"].split("/"))
    number = (date(year, month, day) - _EPOCH).days
    return f"{number}" if number >= 10_000 else None


def _international(cells: Cells, _: Random) -> str:
    phone = cells["phone"]
    return f"+84 {phone[1:4]} {phone[4:7]} {phone[7:]}"


def _unknown_vaccine(_: Cells, __: Random) -> str:
    return "Nanocovax"


def _next_year(cells: Cells, _: Random) -> str:
    return cells["injected_on"][:-4] + "2022"


KINDS: Final = (
    Kind("number, one digit", "id_number", Outcome.WAITS, 14,
         lambda cells, draw: _digit(cells["id_number"], draw)),
    Kind("number, two exchanged", "id_number", Outcome.WAITS, 6,
         lambda cells, draw: _exchanged(cells["id_number"], draw)),
    Kind("birth date, one digit", "birth_date", Outcome.WAITS, 10, _other_date(_digit)),
    Kind("birth date, two exchanged", "birth_date", Outcome.WAITS, 3, _other_date(_exchanged)),
    Kind("birth date, day and month", "birth_date", Outcome.WAITS, 8, _day_month),
    Kind("name without marks", "full_name", Outcome.WAITS, 12, _no_marks),
    Kind("name, another mark", "full_name", Outcome.WAITS, 8, _other_mark),
    Kind("name, a word missing", "full_name", Outcome.WAITS, 6, _word_missing),
    Kind("name, one letter", "full_name", Outcome.WAITS, 5, _letter),
    Kind("name, order of words", "full_name", Outcome.WAITS, 1, _word_order),
    Kind("sex", "sex", Outcome.WAITS, 3, _other_sex),
    Kind("number missing", "id_number", Outcome.OTHER_PAPER, 5, _nothing),
    Kind("old_number", "id_number", Outcome.OTHER_PAPER, 6, _nothing),
    Kind("number cut off", "id_number", Outcome.REFUSED, 2, _two_digits_less),
    Kind("vaccine unknown", "vaccine", Outcome.REFUSED, 1, _unknown_vaccine),
    Kind("dose in the future", "injected_on", Outcome.REFUSED, 1, _next_year),
    Kind("zeros of the number", "id_number", Outcome.PASSES, 5, _zero_of_number),
    Kind("zero of the telephone", "phone", Outcome.PASSES, 3, _zero_of_phone),
    Kind("telephone, +84", "phone", Outcome.PASSES, 1, _international),
    Kind("name decomposed", "full_name", Outcome.PASSES, 4, _decomposed),
    Kind("name, Đ of another script", "full_name", Outcome.PASSES, 1, _look_alike),
    Kind("name in capitals", "full_name", Outcome.PASSES, 4, _capitals),
    Kind("name, place of the tone", "full_name", Outcome.PASSES, 1, _tone_place),
    Kind("name, y or i", "full_name", Outcome.PASSES, 1, _y_or_i),
    Kind("name, spaces", "full_name", Outcome.PASSES, 2, _spaces),
    Kind("birth date as a number", "birth_date", Outcome.PASSES, 1, _serial),
)  # fmt: skip
"""Every kind that is made."""

_SUMS: Final = tuple(sum(kind.weight for kind in KINDS[: n + 1]) for n in range(len(KINDS)))
