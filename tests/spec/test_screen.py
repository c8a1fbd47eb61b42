"""The words of screens: both languages say everything, and trouble is never called invalid."""

import pytest

from spec.screen import AGES, NEWER_CODES, NOTES, PHRASES, TROUBLES, Note
from spec.verdicts import LANGUAGES, Outcome, VerdictCode


@pytest.mark.parametrize("table", [AGES, NEWER_CODES, NOTES, PHRASES, TROUBLES])
def test_every_table_has_both_languages(table: dict[str, object]) -> None:
    assert tuple(table) == LANGUAGES


def test_both_languages_say_the_same_things() -> None:
    assert PHRASES["vi"].keys() == PHRASES["en"].keys()
    assert TROUBLES["vi"].keys() == TROUBLES["en"].keys()
    assert NOTES["vi"].keys() == NOTES["en"].keys() == set(Note)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_trouble_says_invalid_or_takes_the_code_of_a_verdict(language: str) -> None:
    for code, words in TROUBLES[language].items():
        assert "INVALID" not in words.title
        assert "KHÔNG HỢP LỆ" not in words.title
        assert words.title == words.title.upper()
        assert words.advice.endswith(".")
        assert code not in set(VerdictCode)


def test_a_code_of_a_later_version_is_never_accepted() -> None:
    for words in NEWER_CODES.values():
        assert set(words) == {Outcome.REJECTED, Outcome.UNDETERMINED}
