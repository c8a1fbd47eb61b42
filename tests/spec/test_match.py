"""Two identities: what a gate is told, and what a register does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.dates import BirthDate
from spec.differences import BirthDateKind, Likeness, Name, NameKind, NumberKind, Numbers, SexKind
from spec.identity import Sex
from spec.match import (
    Comparison,
    IdentityField,
    Match,
    StatedIdentity,
    Tier,
    are_strangers,
    compare,
    tier_of,
)
from spec.match_words import difference_words, field_words, match_words
from spec.verdicts import LANGUAGES
from tests.authority import Authority

COMPARISONS = st.builds(
    Comparison,
    *(st.sampled_from(list(kinds)) for kinds in (NameKind, BirthDateKind, NumberKind, SexKind)),
)
NAME, BORN, NUMBER, SEX = IdentityField


def person(
    name: str = "Nguyễn Thị Hoà",
    born: str | None = "1990-12-31",
    number: str | None = "079190000123",
    sex: Sex | None = Sex.FEMALE,
    *,
    old: tuple[str, ...] = (),
    suffix: str | None = None,
) -> StatedIdentity:
    return StatedIdentity(
        name=Name(name),
        birth_date=None if born is None else BirthDate.parse(born),
        sex=sex,
        numbers=Numbers(number=number, old=old, suffix=suffix),
    )


HERS = person(number=None, sex=None, suffix="0123")
"""What her certificate states."""


@pytest.mark.parametrize(
    ("card", "match", "doubts"),
    [
        (person(), "match", ()),
        (person("NGUYỄN THỊ HÒA"), "match", ()),
        (person(number=None), "match", ()),
        (person(born="1990"), "match", ()),  # the number vouches for the rest of the date
        (person("Nguyen Thi Hoa"), "near", (NAME,)),
        (person("Nguyễn Hoà"), "near", (NAME,)),
        (person("Hoà Nguyễn Thị"), "near", (NAME,)),
        (person("Nguyễn Thị Hoài"), "near", (NAME,)),
        (person(born="1990-12-30"), "near", (BORN,)),
        (person(born="1990", number=None), "near", (BORN,)),
        (person(number="079190000124"), "near", (NUMBER,)),
        (person(number="012345678"), "near", (NUMBER,)),
        (person(number="987654321", old=("111110123",)), "match", ()),
        (person("Nguyen Thi Hoa", "1990-12-30"), "near", (NAME, BORN)),
        (person("Nguyen Thi Hoa", number=None), "near", (NAME,)),
        (person("Nguyen Thi Hoa", "1990-12-30", None), "no_match", (NAME, BORN)),
        (person("Nguyen Thi Hoa", number="012345678"), "no_match", (NAME, NUMBER)),
        (person("Nguyen Thi Hoa", "1990", "012345678"), "no_match", (NAME, BORN, NUMBER)),
        (person("Trần Văn Bình"), "no_match", (NAME,)),
        (person(born="1985-05-17"), "no_match", (BORN,)),
        (person(born="1985"), "no_match", (BORN,)),
        (person("", "1985"), "no_match", (BORN,)),
        (person("Trần Văn Bình", None), "no_match", (NAME,)),
        (person(""), "cannot_tell", ()),
        (person(born=None), "cannot_tell", ()),
        (person("", None), "cannot_tell", ()),
        (person("", number="012345678"), "cannot_tell", (NUMBER,)),
    ],
)
def test_the_gate(card: StatedIdentity, match: str, doubts: tuple[IdentityField, ...]) -> None:
    comparison = compare(HERS, card)
    assert comparison.verdict == match
    assert comparison.doubts == doubts
    assert compare(card, HERS) == comparison


def test_a_certificate_states_what_it_holds() -> None:
    certificate = Authority().certificate()
    stated = StatedIdentity.of_certificate(certificate)
    assert (stated.name.text, stated.birth_date) == (certificate.name, certificate.birth_date)
    assert stated.numbers == Numbers(suffix=certificate.id_suffix)
    assert compare(stated, stated).verdict is Match.MATCH


@given(COMPARISONS)
def test_a_match_has_no_doubt_and_a_near_match_names_one(comparison: Comparison) -> None:
    match comparison.verdict:
        case Match.MATCH:
            assert comparison.doubts == ()
        case Match.NEAR:
            assert 1 <= len(comparison.doubts) <= 2
        case Match.NO_MATCH:
            assert comparison.doubts


@given(COMPARISONS)
def test_another_name_or_birth_date_never_passes(comparison: Comparison) -> None:
    if Likeness.DIFFERS in (comparison.name.likeness, comparison.birth_date.likeness):
        assert comparison.verdict is Match.NO_MATCH


HER_RECORD = person()


@pytest.mark.parametrize(
    ("record", "same_phone", "tier"),
    [
        (person(), False, "exact"),
        (person("NGUYỄN THỊ HÒA"), False, "exact"),
        (person(sex=None), False, "exact"),
        (person("Nguyen Thi Hoa"), False, "review"),
        (person("Nguyễn Thị Hoá"), False, "review"),
        (person("Nguyễn Hoà"), False, "review"),
        (person("Nguyễn Thị Hoài"), False, "review"),
        (person("Trần Văn Bình", "1985-05-17", sex=Sex.MALE), True, "review"),
        (person(born="1990-12-30"), False, "review"),
        (person(born="1990"), False, "review"),
        (person(born="1985-05-17"), False, "review"),
        (person(sex=Sex.MALE), False, "review"),
        (person(number="012345678", old=("079190000123",)), False, "review"),
        (person(number="079190000124"), False, "review"),
        (person(number="079190000132"), False, "review"),
        (person("Nguyen Thi Hoa", number="079190000124"), False, "review"),
        (person(born="1990-12-30", number="079190000124"), False, "review"),
        (person("Nguyen Thi Hoa", "1990-12-30", "079190000124"), False, "new"),
        (person("Trần Văn Bình", number="079190000124"), False, "new"),
        (person(number=None), True, "review"),
        (person("Nguyen Thi Hoa", number=None), True, "review"),
        (person("Nguyen Thi Hoa", "1990-12-30", number=None), True, "new"),
        (person(number=None, suffix="0123"), False, "review"),
        (person(number="079190555555"), True, "review"),
        (person(number=None), False, "never"),
        (person(number="079190555555"), False, "never"),
        (person(number="012345678"), False, "never"),
        (person("Nguyễn Thị Hoài", number=None), False, "new"),
        (person("Trần Văn Bình", "1985-05-17", "012345678"), True, "new"),
        (person("", number=None), True, "new"),
        (person(born=None, number=None), True, "new"),
    ],
)
def test_the_register(record: StatedIdentity, same_phone: bool, tier: str) -> None:
    assert tier_of(compare(HER_RECORD, record), same_phone=same_phone) == tier


@given(COMPARISONS, st.booleans())
def test_nothing_is_one_person_without_one_number(comparison: Comparison, phone: bool) -> None:
    if tier_of(comparison, same_phone=phone) is Tier.EXACT:
        assert comparison.id_number is NumberKind.EQUAL
        assert comparison.birth_date is BirthDateKind.EQUAL
        assert comparison.name.likeness is Likeness.AGREES
        assert comparison.sex is not SexKind.DIFFERS


@given(COMPARISONS)
def test_one_number_is_never_two_people_in_silence(comparison: Comparison) -> None:
    if comparison.id_number in (NumberKind.EQUAL, NumberKind.OLD_NUMBER):
        assert tier_of(comparison, same_phone=False) in (Tier.EXACT, Tier.REVIEW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words(language: str) -> None:
    for match in Match:
        assert match_words(match, language).title.isupper()
    for field in IdentityField:
        assert field_words(field, language)
    for kinds in (NameKind, BirthDateKind, NumberKind, SexKind):
        for kind in kinds:
            assert difference_words(kind, language)


NUMBERS = ("079190000123", "079190000132", "079190000124", "001085123456", "012345678")
BIRTH_DATES = ("1990-12-31", "1990-12-13", "1990-02-28", "1990-12", "1961", "2015-06-01", None)
PEOPLE = st.builds(
    person,
    st.sampled_from(("Nguyễn Thị Hoà", "Nguyễn Thị Hòa", "Nguyễn Thị Hoa", "Trần Văn An")),
    st.sampled_from(BIRTH_DATES),
    st.sampled_from((*NUMBERS, None)),
    st.sampled_from((*Sex, None)),
    old=st.lists(st.sampled_from(NUMBERS), max_size=2).map(tuple),
    suffix=st.sampled_from(("0123", "3456", None)),
)


@given(PEOPLE, PEOPLE, st.booleans())
def test_strangers_are_new_whatever_their_names(
    one: StatedIdentity, other: StatedIdentity, same_phone: bool
) -> None:
    if are_strangers(one, other):
        assert tier_of(compare(one, other), same_phone=same_phone) is Tier.NEW
    assert are_strangers(one, other) is are_strangers(other, one)


def test_a_family_with_one_telephone_are_strangers() -> None:
    child = person(born="2015-06-01", number=None)
    assert are_strangers(person(), child)


@pytest.mark.parametrize(
    "other",
    [
        person(born="2015-06-01"),  # her number with another birth date: somebody has to look
        person(born="2015-06-01", number="012345678", old=("079190000123",)),
        person(born="1990-12-13", number=None),
        person(born="1990", number=None),
        person(born=None, number=None),
        person(number="001085123456"),
    ],
)
def test_who_may_be_the_same_is_no_stranger(other: StatedIdentity) -> None:
    assert not are_strangers(person(), other)
