"""Province codes mean what they meant on a day."""

from datetime import date

import pytest

from spec.provinces import PROVINCE_LISTS, is_place_of_birth, province_name


def test_there_were_63_and_are_34() -> None:
    assert [len(provinces.names) for provinces in PROVINCE_LISTS] == [63, 34]


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("24", "2021-09-01", "Bắc Giang"),
        ("24", "2025-06-30", "Bắc Giang"),
        ("24", "2025-07-01", "Bắc Ninh"),
        ("27", "2021-09-01", "Bắc Ninh"),
        ("27", "2025-07-01", None),
        ("15", "2021-09-01", "Yên Bái"),
        ("15", "2026-01-01", "Lào Cai"),
        ("79", "2021-09-01", "TP. Hồ Chí Minh"),
        ("79", "2026-01-01", "TP. Hồ Chí Minh"),
        ("03", "2021-09-01", None),
        ("079", "2021-09-01", None),
        ("", "2021-09-01", None),
        ("01", "2008-07-31", None),
    ],
)
def test_a_code_on_a_day(code: str, day: str, name: str | None) -> None:
    assert province_name(code, date.fromisoformat(day)) == name


@pytest.mark.parametrize(
    ("code", "sound"), [("079", True), ("001", True), ("003", False), ("000", False), ("123", True)]
)
def test_where_a_number_may_come_from(code: str, sound: bool) -> None:
    assert is_place_of_birth(code) is sound
