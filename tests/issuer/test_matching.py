"""Matching: who is the same person, who is not, and what is refused rather than guessed."""

import itertools
from datetime import date

import pytest

from issuer.matching import Decision, People
from issuer.reasons import Finding, ReasonCode, Severity
from issuer.records import DoseRecord, Identity
from spec.certificate import VaccineCode
from spec.dates import BirthDate
from spec.identity import Sex
from spec.match import Tier
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
    old: tuple[str, ...] = (),
    dose_number: int | None = None,
) -> DoseRecord:
    return DoseRecord(
        identity=Identity(
            name=name, birth_date=birth_date, sex=sex, id_number=id_number, phone=phone,
            old_numbers=old,
        ),
        vaccine=VaccineCode(vaccine),
        injected_on=day or date.fromordinal(next(DAYS)),
        lot="L",
        site="S",
        dose_number=dose_number,
    )  # fmt: skip


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
        (record(phone=None), record(), NOTHING),
    ],
)
def test_the_same_person(first: DoseRecord, second: DoseRecord, flags: set[str]) -> None:
    everybody = people(first)
    decision = everybody.decide(second)
    assert decision.person is everybody.all[0]
    assert decision.tier is Tier.EXACT
    assert len(everybody.all) == 1
    assert len(everybody.all[0].doses) == 2
    assert said(decision) == flags


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (record(name="Nguyễn Thị Hoa"), {"full_name:NAME_MARKS_DIFFER"}),
        (record(name="Nguyen Thi Hoa"), {"full_name:NAME_MARKS_DIFFER"}),
        (record(name="Nguyễn Hoà"), {"full_name:NAME_WORD_MISSING"}),
        (record(name="Hoà Nguyễn Thị"), {"full_name:NAME_WORD_ORDER"}),
        (record(name="Nguyễn Thị Hoài"), {"full_name:NAME_LETTERS_DIFFER"}),
        (record(birth_date=BirthDate(1990, 12, 30)), {"birth_date:DOB_ONE_DIGIT"}),
        (record(birth_date=BirthDate(1990, 12, 13)), {"birth_date:DOB_DIGITS_SWAPPED"}),
        (record(birth_date=BirthDate(1990)), {"birth_date:DOB_PRECISION"}),
        (record(sex=Sex.MALE), {"sex:SEX_DIFFERS"}),
        (record(name="Lê Lan", birth_date=BirthDate(1991)),
         {"full_name:NAME_DIFFERS", "birth_date:DOB_ONE_DIGIT"}),
        (record(name="Lê Lan", birth_date=BirthDate(1975)),
         {"full_name:NAME_DIFFERS", "birth_date:DOB_DIFFERS"}),
        (record(id_number="079190000124"), {"id_number:ID_ONE_DIGIT"}),
        (record(id_number="079190000132", phone=None), {"id_number:ID_DIGITS_SWAPPED"}),
        (record(id_number="079190777777"), {"id_number:ID_DIFFERS"}),
        (record(id_number="012345678"), {"id_number:ID_NOT_COMPARED"}),
        (record(id_number=None), {"id_number:ID_NOT_COMPARED"}),
        (record(id_number=None, sex=Sex.MALE), {"id_number:ID_NOT_COMPARED", "sex:SEX_DIFFERS"}),
        (record(id_number="012345678", phone=None, old=("079190000123",)),
         {"id_number:ID_OLD_NUMBER"}),
    ],
)  # fmt: skip
def test_what_matches_in_part_waits_with_the_field_that_differs(
    second: DoseRecord, expected: set[str]
) -> None:
    everybody = people(record())
    before = dict(everybody.all[0].doses)
    decision = everybody.decide(second)
    assert (decision.tier, decision.severity) == (Tier.REVIEW, Severity.REVIEW)
    assert decision.person is everybody.all[0]
    assert said(decision) == expected
    assert [person.doses for person in everybody.all] == [before]


def test_day_and_month_exchanged() -> None:
    everybody = people(record(birth_date=BirthDate(1990, 11, 12)))
    decision = everybody.decide(record(birth_date=BirthDate(1990, 12, 11)))
    assert said(decision) == {"birth_date:DOB_DAY_MONTH_SWAPPED"}


def test_the_nearest_of_several_is_shown() -> None:
    everybody = people(
        record(name="Nguyễn Thị Hoa", id_number="079190555555"),
        record(name="Trần Văn Bình", id_number="079190000123"),
    )
    decision = everybody.decide(record())
    assert decision.person is everybody.all[1]
    assert "full_name:NAME_DIFFERS" in said(decision)


def test_what_a_record_gives_cause_to_by_itself_lets_it_wait() -> None:
    everybody = people(record())
    noted = (Finding("id_number", ReasonCode.ID_MISSING),)
    stranger = record(name="Lê Văn Bình", id_number=None, phone=None)
    decision = everybody.decide(stranger, noted)
    assert (decision.person, decision.severity) == (None, Severity.REVIEW)
    assert len(everybody.all) == 1


def test_a_contradiction_that_the_register_holds_already_is_settled() -> None:
    everybody = people(record())
    noted = (Finding("id_number", ReasonCode.ID_CONFLICTS_DOB_SEX),)
    assert said(everybody.decide(record(), noted)) == NOTHING
    assert everybody.decide(record(name="Nguyễn Thị Hoa"), noted).severity is Severity.REVIEW


def test_doses_of_one_row_are_one_persons() -> None:
    everybody = People([], vaccine_table())
    first = everybody.decide(record(id_number=None), row=1)
    assert everybody.decide(record(id_number=None), row=1).person is first.person
    assert everybody.decide(record(id_number=None), row=2).severity is Severity.REVIEW
    assert len(everybody.all) == 1


@pytest.mark.parametrize(
    "second",
    [
        record(id_number=None, phone="0987654321"),
        record(id_number="079190777777", phone="0987654321"),
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


def test_a_former_number_learned_later_finds_the_person() -> None:
    everybody = people(record(), record(old=("012345678",)))
    decision = everybody.decide(record(id_number="012345678", phone=None))
    assert said(decision) == {"id_number:ID_OLD_NUMBER"}
    assert everybody.all[0].learned == [("id_number", "012345678")]


def test_a_further_telephone_number_is_kept_beside() -> None:
    everybody = people(record(), record(phone="0987654321"))
    assert everybody.all[0].learned == [("phone", "0987654321")]
    decision = everybody.decide(record(id_number=None, phone="0987654321"))
    assert said(decision) == {"id_number:ID_NOT_COMPARED"}


def test_the_same_dose_again_counts_once() -> None:
    day = date(2021, 6, 16)
    everybody = people(record(day=day))
    decision = everybody.decide(record(day=day))
    assert said(decision) == {"row:DUPLICATE_EXACT"}
    assert everybody.all[0].doses == {day: 1}


def test_two_vaccines_on_one_day_wait() -> None:
    day = date(2021, 6, 16)
    everybody = people(record(day=day))
    decision = everybody.decide(record(day=day, vaccine=4))
    assert (decision.severity, said(decision)) == (Severity.REVIEW, {"vaccine:VACCINE_DIFFERS"})
    assert everybody.all[0].doses == {day: 1}


def test_a_short_interval_is_flagged() -> None:
    everybody = people(record(day=date(2021, 6, 16)))
    assert said(everybody.decide(record(day=date(2021, 7, 1)))) == {"injected_on:INTERVAL_SHORT"}


def test_more_doses_than_a_certificate_holds_wait() -> None:
    everybody = people(*(record(vaccine=4) for _ in range(12)))
    decision = everybody.decide(record(vaccine=4))
    assert (decision.severity, said(decision)) == (Severity.REVIEW, {"row:TOO_MANY_DOSES"})


def test_a_record_that_waits_leaves_nobody() -> None:
    everybody = people(record())
    everybody.decide(record(name="Lê Lan"))
    assert len(everybody.all) == 1


def test_the_same_vaccine_some_days_away_is_perhaps_the_same_dose() -> None:
    everybody = people(record(day=date(2021, 6, 16)))
    decision = everybody.decide(record(day=date(2021, 6, 19)))
    assert said(decision) == {"injected_on:DOSE_DATE_DIFFERS"}
    assert decision.severity is Severity.REVIEW


def test_the_number_that_a_site_claims_is_held_against_the_days() -> None:
    everybody = people(record(day=date(2021, 6, 16), dose_number=1))
    late = everybody.decide(record(day=date(2021, 9, 16), dose_number=3))
    assert said(late) == {"dose_number:DOSE_NUMBER_CONFLICT"}
    between = everybody.decide(record(day=date(2021, 7, 30), dose_number=2))
    assert "dose_number:DOSE_NUMBER_CONFLICT" not in said(between)


def test_a_second_dose_before_the_first_came_is_flagged_and_counts() -> None:
    everybody = People([], vaccine_table())
    decision = everybody.decide(record(dose_number=2))
    assert said(decision) == {"dose_number:DOSE_NUMBER_CONFLICT"}
    assert decision.severity is Severity.WARN


def test_a_mixed_series_is_flagged() -> None:
    everybody = people(record(vaccine=1))
    assert said(everybody.decide(record(vaccine=4))) == {"vaccine:MIXED_SERIES"}
