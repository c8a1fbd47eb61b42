"""The vocabulary of verdicts: complete, in both languages, in step with the errors."""

import pytest

from spec import errors
from spec.colour import Colour
from spec.verdicts import LANGUAGES, Outcome, VerdictCode, colour_words, verdict_words


def subclasses(error: type[errors.DosepassError]) -> set[type[errors.DosepassError]]:
    direct = set(error.__subclasses__())
    return direct.union(*(subclasses(one) for one in direct)) if direct else direct


def test_every_error_of_verification_has_its_verdict() -> None:
    kinds = {
        (errors.RejectedError, Outcome.REJECTED),
        (errors.UndeterminedError, Outcome.UNDETERMINED),
    }
    for kind, outcome in kinds:
        # Other floors may derive errors of their own from these; a code then has more than one.
        own = [error for error in subclasses(kind) if error.__module__ == errors.__name__]
        codes = [error.code for error in own]
        assert len(codes) == len(set(codes))
        assert {VerdictCode(code) for code in codes} == {
            code for code in VerdictCode if code.outcome is outcome
        }


def test_accepted_are_two() -> None:
    accepted = [code for code in VerdictCode if code.outcome is Outcome.ACCEPTED]
    assert accepted == [VerdictCode.OK, VerdictCode.SUPERSEDED]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_has_words_of_its_own(language: str) -> None:
    words = [verdict_words(code, language) for code in VerdictCode]
    titles = [word.title for word in words]
    assert len(set(titles)) == len(titles)
    assert all(title == title.upper() for title in titles)
    assert all(word.advice.endswith(".") for word in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_checked_is_never_called_invalid(language: str) -> None:
    start = {"vi": "KHÔNG KIỂM TRA ĐƯỢC – ", "en": "CANNOT CHECK – "}[language]
    for code in VerdictCode:
        title = verdict_words(code, language).title
        assert title.startswith(start) is (code.outcome is Outcome.UNDETERMINED)


def test_an_unknown_language_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        verdict_words(VerdictCode.OK, "fr")


@pytest.mark.parametrize(
    ("colour", "given", "vietnamese", "english"),
    [
        (Colour.GREEN, 1, "XANH – ĐỦ LIỀU", "GREEN – COMPLETE"),
        (Colour.GREEN, 3, "XANH – ĐỦ LIỀU", "GREEN – COMPLETE"),
        (Colour.YELLOW, 1, "VÀNG – MỘT MŨI", "YELLOW – ONE DOSE"),
        (Colour.YELLOW, 2, "VÀNG – HAI MŨI", "YELLOW – TWO DOSES"),
        (Colour.YELLOW, 3, "VÀNG – BA MŨI", "YELLOW – THREE DOSES"),
        (Colour.YELLOW, 4, "VÀNG – 4 MŨI", "YELLOW – 4 DOSES"),
    ],
)
def test_colours_in_words(colour: Colour, given: int, vietnamese: str, english: str) -> None:
    assert colour_words(colour, given, "vi") == vietnamese
    assert colour_words(colour, given, "en") == english
