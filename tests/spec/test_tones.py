"""The tones: short, within what small loudspeakers give, and told apart without their pitch."""

from itertools import pairwise

import pytest

from spec.colour import Colour
from spec.tones import ACCEPTED, REJECTED, UNDETERMINED, Tone, tone_for
from spec.verdicts import Outcome

TONES = {**ACCEPTED, "rejected": REJECTED, "undetermined": UNDETERMINED}


def shape(tone: Tone) -> tuple[int, ...]:
    """Where the pitch goes from each beep to the next, silences left out."""
    heard = [beep.hertz for beep in tone if beep.hertz]
    return tuple((after > before) - (after < before) for before, after in pairwise(heard))


def test_each_has_a_shape_of_its_own() -> None:
    assert len({shape(tone) for tone in TONES.values()}) == len(TONES)


@pytest.mark.parametrize("tone", TONES.values(), ids=str)
def test_each_is_short_and_can_be_played(tone: Tone) -> None:
    assert sum(beep.seconds for beep in tone) <= 0.8
    assert all(beep.hertz == 0 or 300 <= beep.hertz <= 1500 for beep in tone)


@pytest.mark.parametrize(
    ("outcome", "colour", "tone"),
    [
        (Outcome.ACCEPTED, Colour.GREEN, ACCEPTED[Colour.GREEN]),
        (Outcome.ACCEPTED, Colour.YELLOW, ACCEPTED[Colour.YELLOW]),
        (Outcome.REJECTED, None, REJECTED),
        (Outcome.REJECTED, Colour.GREEN, REJECTED),
        (Outcome.UNDETERMINED, None, UNDETERMINED),
        (Outcome.UNDETERMINED, Colour.YELLOW, UNDETERMINED),
    ],
)
def test_a_colour_sounds_only_where_it_is_accepted(
    outcome: Outcome, colour: Colour | None, tone: Tone
) -> None:
    assert tone_for(outcome, colour) is tone


def test_accepted_without_a_colour_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="colour"):
        tone_for(Outcome.ACCEPTED, None)
