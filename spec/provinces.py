"""The provinces of Vietnam by their codes, with the days from and until which each list holds.

Some codes kept their number and changed their meaning on 2025-07-01: 24 was Bắc Giang and is Bắc
Ninh. A code without a date therefore says nothing. Section 17.5 of the specification.
"""

from datetime import date
from typing import Final, NamedTuple

__all__ = ["PROVINCE_LISTS", "ProvinceList", "is_place_of_birth", "province_name"]

_HA_TAY_JOINS_HA_NOI: Final = date(2008, 8, 1)
_MERGERS: Final = date(2025, 7, 1)


class ProvinceList(NamedTuple):
    """All provinces of a time."""

    valid_from: date
    valid_until: date | None
    """The first day on which it no longer holds."""
    names: dict[str, str]
    """By the two digits of the General Statistics Office."""


def _names(text: str) -> dict[str, str]:
    """Read a list of code and name, one a comma."""
    return dict(entry.strip().split(" ", 1) for entry in text.split(","))


_63: Final = _names(
    "01 Hà Nội, 02 Hà Giang, 04 Cao Bằng, 06 Bắc Kạn, 08 Tuyên Quang, 10 Lào Cai, 11 Điện Biên, "
    "12 Lai Châu, 14 Sơn La, 15 Yên Bái, 17 Hòa Bình, 19 Thái Nguyên, 20 Lạng Sơn, 22 Quảng Ninh, "
    "24 Bắc Giang, 25 Phú Thọ, 26 Vĩnh Phúc, 27 Bắc Ninh, 30 Hải Dương, 31 Hải Phòng, "
    "33 Hưng Yên, 34 Thái Bình, 35 Hà Nam, 36 Nam Định, 37 Ninh Bình, 38 Thanh Hóa, 40 Nghệ An, "
    "42 Hà Tĩnh, 44 Quảng Bình, 45 Quảng Trị, 46 Thừa Thiên Huế, 48 Đà Nẵng, 49 Quảng Nam, "
    "51 Quảng Ngãi, 52 Bình Định, 54 Phú Yên, 56 Khánh Hòa, 58 Ninh Thuận, 60 Bình Thuận, "
    "62 Kon Tum, 64 Gia Lai, 66 Đắk Lắk, 67 Đắk Nông, 68 Lâm Đồng, 70 Bình Phước, 72 Tây Ninh, "
    "74 Bình Dương, 75 Đồng Nai, 77 Bà Rịa–Vũng Tàu, 79 TP. Hồ Chí Minh, 80 Long An, "
    "82 Tiền Giang, 83 Bến Tre, 84 Trà Vinh, 86 Vĩnh Long, 87 Đồng Tháp, 89 An Giang, "
    "91 Kiên Giang, 92 Cần Thơ, 93 Hậu Giang, 94 Sóc Trăng, 95 Bạc Liêu, 96 Cà Mau"
)
"""Annex 1 of Thông tư 07/2016/TT-BCA."""

_34: Final = _names(
    "01 Hà Nội, 04 Cao Bằng, 08 Tuyên Quang, 11 Điện Biên, 12 Lai Châu, 14 Sơn La, 15 Lào Cai, "
    "19 Thái Nguyên, 20 Lạng Sơn, 22 Quảng Ninh, 24 Bắc Ninh, 25 Phú Thọ, 31 Hải Phòng, "
    "33 Hưng Yên, 37 Ninh Bình, 38 Thanh Hóa, 40 Nghệ An, 42 Hà Tĩnh, 44 Quảng Trị, 46 Huế, "
    "48 Đà Nẵng, 51 Quảng Ngãi, 52 Gia Lai, 56 Khánh Hòa, 66 Đắk Lắk, 68 Lâm Đồng, 75 Đồng Nai, "
    "79 TP. Hồ Chí Minh, 80 Tây Ninh, 82 Đồng Tháp, 86 Vĩnh Long, 91 An Giang, 92 Cần Thơ, "
    "96 Cà Mau"
)
"""After the mergers, as the package vietnam-provinces 2025.10.1 has them."""

PROVINCE_LISTS: Final = (
    ProvinceList(_HA_TAY_JOINS_HA_NOI, _MERGERS, _63),
    ProvinceList(_MERGERS, None, _34),
)


def province_name(code: str, on: date) -> str | None:
    """The province that two digits meant on a day; None for none."""
    for provinces in PROVINCE_LISTS:
        if provinces.valid_from <= on and (
            provinces.valid_until is None or on < provinces.valid_until
        ):
            return provinces.names.get(code)
    return None


def is_place_of_birth(code: str) -> bool:
    """Tell whether three digits can begin an identity number.

    A zero and one of the 63 codes, which the numbers keep for ever, or a country, whose codes
    begin with another digit.
    """
    return code[:1] != "0" or code[1:] in _63
