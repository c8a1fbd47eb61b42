"""Finding people: by each thing that is known of them, within the area, and told in the trail."""

from datetime import date
from typing import Any

import pytest

from issuer.access.rights import NATION, NotAllowedError
from issuer.csv_file import open_csv
from issuer.desk.searching import MOST, SearchError, read_wanted, search, search_records
from issuer.intake import Intake
from tests.issuer.desk import OFFICERS, TABLE, Desk
from tests.issuer.world import HOA, csv_text, row, stranger

TODAY = date(2021, 11, 16)
pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Two doses of Hoà in Huế, a namesake without marks, one in Saigon, and others."""
    site = {"site": "46001"}
    desk.world.take_in(
        row(**site),
        row(**site, injected_on="20/08/2021"),
        row(full_name="Nguyen Thi Hoa", id_number="079195000124", birth_date="1995",
            phone="0912345679", **site),
        row(full_name="Nguyễn Thị Hoàng Yến", id_number="079191000125", birth_date="01/02/1991",
            phone="0912345670", site="79001"),
        *(stranger(number, **site) for number in range(30)),
    )  # fmt: skip
    desk.world.issuing().run()
    return desk


def found(desk: Desk, *words: str, who: str = "bo") -> list[Any]:
    wanted = read_wanted(words, "VN", TODAY)
    with desk.acting() as connection:
        return search(connection, desk.actors[who], wanted, "VN", desk.world.clock.now())


def names(desk: Desk, *words: str, who: str = "bo") -> list[str]:
    return [one.person.name for one in found(desk, *words, who=who)]


HOA_ALONE = ["Nguyễn Thị Hoà"]


@pytest.mark.parametrize(
    "words",
    [
        ["079190000123"],
        ["0912 345 678"],
        ["+84912345678"],
        ["31/12/1990", "Nguyễn", "Thị Hoà"],
        ["nguyễn thị hoà", "31/12/1990"],
        ["Nguyễn Thị Hòa", "1990"],
        ["NGUYEN THI HOA", "1990-12-31"],
        ["079190000123", "nguyen thi hoa", "0912345678", "12/1990"],
    ],
)
def test_the_one_is_found(filled: Desk, words: list[str]) -> None:
    assert names(filled, *words) == HOA_ALONE


@pytest.mark.parametrize("name", ["Nguyễn Thị Hoà", "Nguyễn  Thị Hòa", "NGUYỄN THỊ HOÀ"])
def test_who_writes_it_so_comes_first_then_without_marks_then_longer(
    filled: Desk, name: str
) -> None:
    assert names(filled, name) == [*HOA_ALONE, "Nguyen Thi Hoa", "Nguyễn Thị Hoàng Yến"]


def test_a_certificate_number_finds_its_holder_with_what_is_issued(filled: Desk) -> None:
    (one,) = found(filled, "079190000123")
    assert one.doses == 2
    assert one.certificate.colour.word == "green"
    (again,) = found(filled, one.certificate.number)
    assert again == one


def test_a_whole_birth_date_finds_by_itself(filled: Desk) -> None:
    assert names(filled, "31/12/1990") == HOA_ALONE
    assert names(filled, "1/1/1960") == []


def test_no_more_than_a_page_is_shown(filled: Desk) -> None:
    assert len(names(filled, "Nguyễn")) == MOST


@pytest.mark.parametrize(
    "words",
    [
        ["079190000123", "Nguyễn Thị Yến"],
        ["079190000123", "1991"],
        ["0912345678", "079195000124"],
        ["079190000199"],
        ["Hoà"],
        ["31/12/1990", "Hoà", "Nguyễn"],
        ["nguyen thi hoa", "12/1991"],
    ],
)
def test_all_that_is_given_has_to_agree(filled: Desk, words: list[str]) -> None:
    assert names(filled, *words) == []


@pytest.mark.parametrize(
    "words",
    [
        ["1990"], ["12/1990"], [], [" "], ["123"], ["%"], ["_"], ["' OR 1=1 --"], ["Hoa2"],
        ["31/13/1990"], ["DE-2C7K-09QX"], ["VN-0000-0001"], ["\x00"],
    ],
)  # fmt: skip
def test_what_is_nothing_to_search_by(words: list[str]) -> None:
    with pytest.raises(SearchError) as caught:
        read_wanted(words, "VN", TODAY)
    assert not any(word.strip() and word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("bo", [*HOA_ALONE, "Nguyen Thi Hoa", "Nguyễn Thị Hoàng Yến"]),
        ("hue", [*HOA_ALONE, "Nguyen Thi Hoa"]),
        ("tram", [*HOA_ALONE, "Nguyen Thi Hoa"]),
        ("tram2", []),
        ("saigon", ["Nguyễn Thị Hoàng Yến"]),
    ],
)
def test_everybody_sees_their_area(filled: Desk, who: str, seen: list[str]) -> None:
    assert names(filled, "Nguyễn Thị Hoà", who=who) == seen


def test_an_auditor_sees_nobody(filled: Desk) -> None:
    before = filled.told()
    with pytest.raises(NotAllowedError):
        found(filled, "Nguyễn Thị Hoà", who="kiem")
    assert filled.told() == before


REFUSED = row(id_number="079 180 000 555", full_name="Lê Thị Sáu", vaccine="Phaizer")


def refused(desk: Desk, *words: str, who: str = "bo") -> list[Any]:
    wanted = read_wanted(words, "VN", TODAY)
    with desk.acting() as connection:
        now = desk.world.clock.now()
        return search_records(connection, desk.actors[who], wanted, now, TABLE)


def test_a_refused_row_is_found_by_its_number_with_its_reason(filled: Desk) -> None:
    filled.world.take_in(REFUSED)
    assert names(filled, "079180000555") == []
    (one,) = refused(filled, "079180000555")
    assert [(cause.field, cause.code) for cause in one.causes] == [("vaccine", "VACCINE_UNKNOWN")]
    assert filled.told()[-1] == f"bo record.find records {one.record_id}"


@pytest.mark.parametrize("words", [["079180000556"], ["Lê Thị Sáu"], ["0912345678"]])
def test_by_nothing_else_it_is_found(filled: Desk, words: list[str]) -> None:
    filled.world.take_in(REFUSED)
    assert refused(filled, *words) == []
    assert "record.find" not in " ".join(filled.told())


def test_a_record_that_waits_is_listed_with_the_person(filled: Desk) -> None:
    filled.world.take_in(row(site="46001", injected_on="21/09/2021", birth_date="30/12/1990"))
    assert [one.state for one in refused(filled, "079190000123")] == ["review"]


@pytest.mark.parametrize(
    ("sender", "seen"),
    [(None, {"bo", "cuc"}), ("tram", {"bo", "cuc", "hue", "thanh", "tram"}),
     ("saigon", {"bo", "cuc", "saigon"})],
)  # fmt: skip
def test_a_refused_row_is_its_senders(filled: Desk, sender: str | None, seen: set[str]) -> None:
    path = filled.world.folder / "refused.csv"
    path.write_text(csv_text(REFUSED), encoding="utf-8", newline="")
    area = NATION if sender is None else filled.actors[sender].area
    intake = Intake(
        register=filled.world.register, rules=filled.rules, table=TABLE, clock=filled.world.clock,
        sender=sender, area=area,
    )  # fmt: skip
    assert sum(len(batch) for batch in intake.run(open_csv(path))) == 1
    able = {who for who in OFFICERS if who != "kiem" and refused(filled, "079180000555", who=who)}
    assert able == seen


def test_who_was_shown_is_told_and_not_what_was_asked(filled: Desk) -> None:
    found(filled, "Nguyễn Thị Hoà", who="saigon")
    found(filled, HOA["id_number"], who="saigon")
    assert filled.told()[-2:] == ["saigon person.find persons 3", "saigon person.find nobody"]
