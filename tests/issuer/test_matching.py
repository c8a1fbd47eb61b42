"""Matching: who is the same person, who is not, and what is refused rather than guessed."""

import itertools
from datetime import date

import pytest

from issuer.matching import Decision, People
from issuer.records import DoseRecord, Identity
from spec.certificate import VaccineCode
from spec.dates import BirthDate
from spec.identity import Sex
from tests.authority import vaccine_table

DAYS = itertools.count(date(2021, 6, 16).toordinal(), 60)
NOTHING: set[str] = set()
BORN = BirthDate(1990, 12, 31)


def record(
    *,
    name: str = "Nguyễn Thị Hoà",
    birth_date: BirthDate = BORN,
    sex: Sex | None = Sex.FEMALE,
    id_number: str | None = "079190000123",
    phone: str | None = "0912345678",
    vaccine: int = 1,
    day: date | None = None,
) -> DoseRecord:
    return DoseRecord(
        identity=Identity(
            name=name, birth_date=birth_date, sex=sex, id_number=id_number, phone=phone
        ),
        vaccine=VaccineCode(vaccine),
        injected_on=day or date.fromordinal(next(DAYS)),
        lot="L",
        site="S",
    )


def people(*records: DoseRecord) -> People:
    everybody = People([], vaccine_table())
    for one in records:
        assert everybody.decide(one).person is not None
    return everybody


def said(decision: Decision) -> set[str]:
    return {f"{finding.field}:{finding.code}" for finding in decision.findings}


@pytest.mark.parametrize(
    ("first", "second", "flags"),
    [
        (record(), record(), NOTHING),
        (record(), record(name="NGUYỄN THỊ HÒA"), {"full_name:NAME_FORMAT_ONLY"}),
        (record(), record(phone=None), NOTHING),
        (record(), record(phone="0987654321"), NOTHING),
        (record(), record(sex=None), NOTHING),
        (record(sex=None), record(), NOTHING),
        (record(), record(id_number=None), NOTHING),
        (record(id_number=None), record(), NOTHING),
        (record(id_number=None), record(id_number=None), NOTHING),
        (record(phone=None), record(), NOTHING),
    ],
)
def test_the_same_person(first: DoseRecord, second: DoseRecord, flags: set[str]) -> None:
    everybody = people(first)
    decision = everybody.decide(second)
    assert decision.person is everybody.all[0]
    assert len(everybody.all) == 1
    assert len(everybody.all[0].doses) == 2
    assert said(decision) == flags


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (record(name="Nguyễn Thị Hoa"), {"full_name:NAME_DIFFERS"}),
        (record(name="Nguyễn Hoà"), {"full_name:NAME_DIFFERS"}),
        (record(name="Nguyen Thi Hoa"), {"full_name:NAME_DIFFERS"}),
        (record(birth_date=BirthDate(1990, 12, 30)), {"birth_date:DOB_DIFFERS"}),
        (record(birth_date=BirthDate(1990)), {"birth_date:DOB_DIFFERS"}),
        (record(sex=Sex.MALE), {"sex:SEX_DIFFERS"}),
        (record(name="Lê Lan", birth_date=BirthDate(1991)),
         {"full_name:NAME_DIFFERS", "birth_date:DOB_DIFFERS"}),
        (record(id_number="012345678"), {"id_number:ID_DIFFERS"}),
        (record(id_number=None, sex=Sex.MALE), {"sex:SEX_DIFFERS"}),
    ],
)  # fmt: skip
def test_what_matches_in_part_is_refused(second: DoseRecord, expected: set[str]) -> None:
    everybody = people(record())
    before = dict(everybody.all[0].doses)
    decision = everybody.decide(second)
    assert decision.person is None
    assert said(decision) == expected
    assert [person.doses for person in everybody.all] == [before]


@pytest.mark.parametrize(
    "second",
    [
        record(id_number=None, phone="0987654321"),
        record(id_number="012345678", phone=None),
        record(id_number="012345678", phone="0987654321"),
    ],
)
def test_name_and_birth_date_alone_never_make_one_person(second: DoseRecord) -> None:
    everybody = people(record())
    decision = everybody.decide(second)
    assert len(everybody.all) == 2
    assert said(decision) == {"full_name:DUPLICATE_POSSIBLE"}


def test_strangers_are_new_without_a_word() -> None:
    everybody = people(record())
    decision = everybody.decide(record(name="Lê Văn Bình", id_number="012345678", phone=None))
    assert len(everybody.all) == 2
    assert said(decision) == NOTHING


def test_a_number_learned_later_serves_from_then_on() -> None:
    everybody = people(record(id_number=None), record(), record(phone=None))
    assert len(everybody.all) == 1
    assert everybody.all[0].id_number == "079190000123"


def test_the_telephone_of_another_namesake_is_not_taken() -> None:
    everybody = people(record(phone=None), record(id_number=None))
    assert len(everybody.all) == 2
    assert everybody.decide(record()).person is everybody.all[0]
    assert everybody.all[0].phone is None


def test_the_same_dose_again_counts_once() -> None:
    day = date(2021, 6, 16)
    everybody = people(record(day=day))
    decision = everybody.decide(record(day=day))
    assert said(decision) == {"row:DUPLICATE_EXACT"}
    assert everybody.all[0].doses == {day: 1}


def test_two_vaccines_on_one_day_are_refused() -> None:
    day = date(2021, 6, 16)
    everybody = people(record(day=day))
    decision = everybody.decide(record(day=day, vaccine=4))
    assert (decision.person, said(decision)) == (None, {"vaccine:VACCINE_DIFFERS"})
    assert everybody.all[0].doses == {day: 1}


def test_a_short_interval_is_flagged() -> None:
    everybody = people(record(day=date(2021, 6, 16)))
    assert said(everybody.decide(record(day=date(2021, 7, 1)))) == {"injected_on:INTERVAL_SHORT"}


def test_more_doses_than_a_certificate_holds_are_refused() -> None:
    everybody = people(*(record(vaccine=4) for _ in range(12)))
    decision = everybody.decide(record(vaccine=4))
    assert (decision.person, said(decision)) == (None, {"row:TOO_MANY_DOSES"})


def test_a_refused_record_of_a_stranger_leaves_nobody() -> None:
    everybody = people(record())
    everybody.decide(record(name="Lê Lan"))
    assert len(everybody.all) == 1
