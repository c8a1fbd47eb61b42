"""Sections 16 and 17 of the specification say what the code does."""

import re

from spec.differences import BirthDateKind, NameKind, NumberKind, SexKind
from spec.match import IdentityField, Match, Tier
from spec.match_words import difference_words, match_words
from spec.papers.paper import BrokenPaperError as Broken
from spec.papers.paper import PaperEncodingError, PaperField, PaperWarning, UnrecognisedPaperError
from spec.provinces import PROVINCE_LISTS
from tests.spec.test_readme import section, table


def test_the_kinds_of_difference_are_those_of_the_code() -> None:
    expected = [
        [
            f"`{field}`",
            f"`{kind}`",
            kind.likeness,
            difference_words(kind, "vi"),
            difference_words(kind, "en"),
        ]
        for field, kinds in zip(
            IdentityField, (NameKind, BirthDateKind, NumberKind, SexKind), strict=True
        )
        for kind in kinds
    ]
    assert table(section("16.1 Differences"), "Field") == expected


def test_the_verdicts_at_the_gate_are_those_of_the_code() -> None:
    rows = table(section("16.2 At the gate"), "Verdict")
    assert [row[0] for row in rows] == [f"`{match}`" for match in Match]
    for row, match in zip(rows, Match, strict=True):
        vietnamese, english = match_words(match, "vi"), match_words(match, "en")
        assert row[1:] == [
            vietnamese.title,
            vietnamese.advice,
            english.title,
            english.advice,
        ]


def test_the_tiers_are_those_of_the_code() -> None:
    rows = table(section("16.3 In a register"), "Tier")
    assert {row[0].strip("`") for row in rows} == set(Tier)


def test_the_errors_of_papers_are_those_of_the_code() -> None:
    rows = table(section("17 Identity papers"), "Code")
    codes = [PaperEncodingError.code, UnrecognisedPaperError.code, Broken.code]
    assert [row[0].strip("`") for row in rows] == codes
    assert set(re.findall(r"`(\w+)`", rows[-1][1])) == set(PaperField)


def test_the_warnings_of_papers_are_those_of_the_code() -> None:
    rows = table(section("17 Identity papers"), "Warning")
    assert [row[0].strip("`") for row in rows] == list(PaperWarning)


def test_the_provinces_are_those_of_the_code() -> None:
    text = section("17.5 Province codes")
    old, new = PROVINCE_LISTS
    assert old.valid_until == new.valid_from
    assert f"| From {old.valid_from} until {old.valid_until} | From {new.valid_from} |" in text
    expected = [
        [code, old.names.get(code, "–"), new.names.get(code, "–")]
        for code in sorted({*old.names, *new.names})
    ]
    assert table(text, "Code") == expected
