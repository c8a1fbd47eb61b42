"""The colour rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.colour import Colour, colour_of


@pytest.mark.parametrize(
    ("given_doses", "needed", "colour"),
    [
        (1, 1, Colour.GREEN),
        (1, 2, Colour.YELLOW),
        (2, 2, Colour.GREEN),
        (2, 3, Colour.YELLOW),
        (3, 3, Colour.GREEN),
        (3, 2, Colour.GREEN),
        (2, 1, Colour.GREEN),
        (11, 12, Colour.YELLOW),
    ],
)
def test_yellow_until_the_last_needed_dose(given_doses: int, needed: int, colour: Colour) -> None:
    assert colour_of(given=given_doses, needed=needed) is colour


@given(st.integers(1, 12), st.integers(1, 12))
def test_a_further_dose_never_takes_green_away(given_doses: int, needed: int) -> None:
    before = colour_of(given=given_doses, needed=needed)
    assert colour_of(given=given_doses + 1, needed=needed) >= before


def test_the_numbers_and_words_of_the_claim() -> None:
    assert [(int(colour), colour.word) for colour in Colour] == [(1, "yellow"), (2, "green")]
