"""The invented people of the demo, and their dose records as sites would send them."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = ["LAST_YEAR", "MONTHS_AGO", "PEOPLE", "SPOILED", "Person", "records_csv"]

_HEADER: Final = (
    *("full_name", "birth_date", "sex", "id_number", "phone"),
    *("vaccine", "injected_on", "lot", "site"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who does not exist, with the doses that were given."""

    key: str
    name: str
    birth_date: str
    sex: str
    id_number: str
    phone: str
    doses: tuple[tuple[str, str, str, str], ...]
    """Vaccine, date, lot and site of each."""

    def rows(self) -> list[list[str]]:
        """One CSV row a dose."""
        person = [self.name, self.birth_date, self.sex, self.id_number, self.phone]
        return [[*person, *dose] for dose in self.doses]


PEOPLE: Final = (
    Person(
        key="one dose",
        name="Trần Văn Bảo",
        birth_date="04/02/1958",
        sex="Nam",
        id_number="079058000214",
        phone="0903555014",
        doses=(("AstraZeneca", "16/08/2021", "ABX4821", "79001"),),
    ),
    Person(
        key="two doses",
        name="Nguyễn Thị Hồng Phượng",
        birth_date="31/12/1990",
        sex="Nữ",
        id_number="079190000123",
        phone="0938555123",
        doses=(
            ("Pfizer", "16/06/2021", "FF3318", "79001"),
            ("Pfizer", "20/08/2021", "FG7898", "79001"),
        ),
    ),
    Person(
        key="Janssen",
        name="H’Hen Ŏ Niê",
        birth_date="1992",
        sex="Nữ",
        id_number="066192004417",
        phone="0912555417",
        doses=(("Janssen", "05/09/2021", "205A21A", "66012"),),
    ),
    Person(
        key="Abdala two of three",
        name="Đặng Hoàng Thuỳ Dương",
        birth_date="15/08/2001",
        sex="Nữ",
        id_number="048301012345",
        phone="0905555345",
        doses=(
            ("Abdala", "01/10/2021", "AB2107", "48003"),
            ("Abdala", "15/10/2021", "AB2107", "48003"),
        ),
    ),
)

LAST_YEAR: Final = Person(
    key="expired",
    name="Lê Quang Khải",
    birth_date="09/11/1975",
    sex="Nam",
    id_number="001075006789",
    phone="0988555789",
    doses=(
        ("Moderna", "10/07/2021", "3005837", "01004"),
        ("Moderna", "12/08/2021", "3005241", "01004"),
    ),
)

MONTHS_AGO: Final = Person(
    key="wrong lot",
    name="Vũ Thị Lan Anh",
    birth_date="17/06/1983",
    sex="Nữ",
    id_number="031183002951",
    phone="0936555951",
    doses=(
        ("Pfizer", "02/07/2021", "FF8871", "31002"),
        ("Pfizer", "30/07/2021", "FG1148", "31002"),
    ),
)

SPOILED: Final = (
    Person(
        key="mistyped vaccine",
        name="Phạm Thị Mai",
        birth_date="22/05/1986",
        sex="Nữ",
        id_number="036186007723",
        phone="0916555772",
        doses=(("Phaizer", "18/09/2021", "FG3527", "36002"),),
    ),
    Person(
        key="impossible birth date and a short number",
        name="Võ Minh Tuấn",
        birth_date="1969-13-04",
        sex="Nam",
        id_number="04906900331",
        phone="0977555331",
        doses=(("Vero Cell", "11/08/2021", "", "49001"),),
    ),
)
"""Rows as they really arrive."""


def records_csv(people: Iterable[Person]) -> str:
    """Write the dose records of people as one CSV file."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(row for person in people for row in person.rows())
    return lines.getvalue()
