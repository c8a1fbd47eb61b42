"""Invented people, each made of the seed and a number alone: nothing is kept, nobody is real.

Surnames come as often as they do in Vietnam, so that many strangers share a name. Some share a
birth date too, some are twins whose numbers stand side by side, and families have one telephone.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from spec.provinces import PROVINCE_LISTS

__all__ = ["Invented", "is_twin", "person"]

_SURNAMES: Final = {
    "Nguyễn": 384, "Trần": 110, "Lê": 95, "Phạm": 71, "Hoàng": 28, "Huỳnh": 23, "Phan": 45,
    "Vũ": 21, "Võ": 18, "Đặng": 21, "Bùi": 20, "Đỗ": 14, "Hồ": 13, "Ngô": 13, "Dương": 10, "Lý": 5,
    "Đinh": 10, "Trương": 22, "Đoàn": 9, "Mai": 8, "Tô": 5, "Hà": 8, "Lương": 8, "Trịnh": 8,
}  # fmt: skip
"""Per mille, as counted for the most frequent ones."""
_MIDDLES: Final = {
    "M": (
        "Văn",
        "Hữu",
        "Đức",
        "Minh",
        "Quốc",
        "Thanh",
        "Ngọc",
        "Công",
        "Xuân",
        "Đình",
        "Văn Hoàng",
    ),
    "F": ("Thị", "Thị Ngọc", "Thị Thanh", "Ngọc", "Thu", "Kim", "Thị Minh", "Thúy", "Thị Mỹ"),
}
_GIVEN: Final = {
    "M": (
        "Anh", "An", "Bảo", "Bình", "Cường", "Dũng", "Duy", "Đạt", "Đức", "Hải", "Hiếu", "Hòa",
        "Hùng", "Hưng", "Huy", "Khánh", "Khoa", "Kiên", "Lâm", "Long", "Lộc", "Minh", "Nam",
        "Nghĩa", "Phong", "Phúc", "Quân", "Quang", "Sơn", "Tài", "Tâm", "Thành", "Thắng", "Thịnh",
        "Toàn", "Trung", "Tuấn", "Tùng", "Việt", "Vinh",
    ),
    "F": (
        "Anh", "Ánh", "Bích", "Châu", "Chi", "Diệp", "Dung", "Duyên", "Giang", "Hà", "Hạnh",
        "Hằng", "Hiền", "Hoa", "Hoà", "Hồng", "Huệ", "Hương", "Huyền", "Lan", "Liên", "Linh",
        "Loan", "Mai", "My", "Nga", "Ngân", "Nhung", "Oanh", "Phương", "Quyên", "Quỳnh", "Thảo",
        "Thuý", "Thư", "Trang", "Trinh", "Uyên", "Vân", "Xuân", "Yến",
    ),
}  # fmt: skip
_PROVINCES: Final = tuple(PROVINCE_LISTS[0].names)
_ELDEST: Final = date(1935, 1, 1)
_DAYS_OF_BIRTH: Final = (date(2003, 6, 30) - _ELDEST).days
_HOUSEHOLD: Final = 3
_SHARING: Final = 0.4
_TWIN, _NAMESAKE = 1, 51
_EVERY: Final = 100
"""One in a hundred is the second of twins, one a namesake of the same birth date."""
_MIXING: Final = 0x9E3779B97F4A7C15
_MANY: Final = 1 << 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Invented:
    """One person as their papers state them."""

    number: int
    name: str
    born: date
    sex: str
    id_number: str
    """12 digits that agree with birth year and sex."""
    old_number: str
    """The 9 digits of the paper before."""
    phone: str
    province: str


def person(seed: int, number: int) -> Invented:
    """The person of a number; the same seed gives the same one, whoever else is made."""
    place = number % _EVERY
    if place == _TWIN:
        return _twin(seed, number)
    own = _own(seed, number)
    if place == _NAMESAKE:
        other = _own(seed, number - 1)
        return replace(
            own, name=other.name, born=other.born, sex=other.sex,
            id_number=_id_number(number, other.born, other.sex),
            # A stranger: with one telephone as well, somebody would have to look at the two.
            phone=_phone(number, "09"),
        )  # fmt: skip
    return own


def is_twin(number: int) -> bool:
    """Tell whether somebody is the first or the second of twins."""
    return number % _EVERY in (_TWIN - 1, _TWIN)


def _own(seed: int, number: int) -> Invented:
    draw = Random((seed * _MIXING + number) % _MANY)  # noqa: S311 - invented people, no secret
    sex = draw.choice("MF")
    born = _ELDEST + timedelta(draw.randrange(_DAYS_OF_BIRTH))
    (surname,) = draw.choices(_SURNAME_LIST, cum_weights=_SURNAME_SUMS)
    name = f"{surname} {draw.choice(_MIDDLES[sex])} {draw.choice(_GIVEN[sex])}"
    shares = draw.random() < _SHARING
    return Invented(
        number=number,
        name=name,
        born=born,
        sex=sex,
        id_number=_id_number(number, born, sex),
        old_number=f"{(number * 15_485_863 + 104_729) % 10**9:09}",
        phone=_phone(number // _HOUSEHOLD, "03") if shares else _phone(number, "09"),
        province=_PROVINCES[number * 7 % len(_PROVINCES)],
    )


def _twin(seed: int, number: int) -> Invented:
    """A twin of the same sex: another given name, the next identity number, the same telephone."""
    first = _own(seed, number - 1)
    names = _GIVEN[first.sex]
    surname, *middle, given = first.name.split()
    other = names[(names.index(given) + 1) % len(names)]
    last = (int(first.id_number[-1]) + 1) % 10
    return replace(
        first,
        number=number,
        name=" ".join([surname, *middle, other]),
        id_number=f"{first.id_number[:-1]}{last}",
        old_number=f"{(number * 15_485_863 + 104_729) % 10**9:09}",
    )


def _id_number(number: int, born: date, sex: str) -> str:
    """No two people have one: place of birth and last digits count through all there are."""
    # The last digit is left to twins.
    mixed = number * 48_271 % (len(_PROVINCES) * 100_000)
    province, serial = divmod(mixed, 100_000)
    century = 2 * ((born.year - 1900) // 100) + (sex == "F")
    return f"0{_PROVINCES[province]}{century}{born.year % 100:02}{serial:05}0"


def _phone(number: int, prefix: str) -> str:
    return f"{prefix}{number * 31_415_927 % 10**8:08}"


_SURNAME_LIST: Final = tuple(_SURNAMES)
_SURNAME_SUMS: Final = tuple(sum(tuple(_SURNAMES.values())[: n + 1]) for n in range(len(_SURNAMES)))
