"""Dates and numbers as people here write them, and words that both fonts can print."""

from datetime import date

import pytest

from issuer.printing import wording
from issuer.printing.typesetting import require_letters
from issuer.printing.wording import Bilingual, birth_date_text, day_text, last_valid_day, local_day
from spec.certificate import Timestamp
from spec.colour import Colour
from spec.dates import BirthDate
from spec.limits import MAX_DOSES
from spec.verdicts import LANGUAGES, colour_words
from tests.issuer.people import A_YEAR, ISSUED_AT, certificate

MIDNIGHT_IN_VIETNAM = 1_637_082_000  # 2021-11-17T00:00:00+07:00


@pytest.mark.parametrize(
    ("birth_date", "text"),
    [
        (BirthDate(1990, 12, 31), "31/12/1990"),
        (BirthDate(2001, 2, 3), "03/02/2001"),
        (BirthDate(1985, 3), "03/1985"),
        (BirthDate(1958), "1958"),
        (BirthDate(999), "0999"),
    ],
)
def test_a_birth_date_shows_what_is_known_of_it(birth_date: BirthDate, text: str) -> None:
    assert birth_date_text(birth_date) == text


def test_a_day_is_written_day_first() -> None:
    assert day_text(date(2021, 9, 1)) == "01/09/2021"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (MIDNIGHT_IN_VIETNAM - 1, date(2021, 11, 16)),
        (MIDNIGHT_IN_VIETNAM, date(2021, 11, 17)),
        (0, date(1970, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_vietnam(moment: int, day: date) -> None:
    assert local_day(Timestamp(moment)) == day


@pytest.mark.parametrize(
    ("expires_at", "day"),
    [
        (ISSUED_AT + A_YEAR, date(2022, 11, 15)),
        (MIDNIGHT_IN_VIETNAM + 86_400 - 1, date(2021, 11, 16)),
        (MIDNIGHT_IN_VIETNAM + 86_400, date(2021, 11, 17)),
        (ISSUED_AT + 1, date(2021, 11, 16)),
    ],
    ids=["a year", "a second before midnight", "midnight", "a second after issuance"],
)
def test_the_day_shown_is_valid_to_its_end(expires_at: int, day: date) -> None:
    assert last_valid_day(certificate(expires_at=expires_at)) == day


def test_the_identity_number_shows_four_characters() -> None:
    assert wording.masked_id("B12X") == "••••B12X"


def test_both_languages_stand_side_by_side() -> None:
    assert str(wording.DOSES) == "Số mũi / Doses"


def test_every_word_can_be_printed() -> None:
    for value in vars(wording).values():
        for label in value if isinstance(value, tuple) else (value,):
            if isinstance(label, Bilingual):
                require_letters(label.vi, label.en)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("colour", Colour)
def test_every_headline_can_be_printed(colour: Colour, language: str) -> None:
    for given in range(1, MAX_DOSES + 1):
        require_letters(colour_words(colour, given, language))
