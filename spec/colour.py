"""The colour rule (specification, section 6): one pure function of doses given and needed."""

from enum import IntEnum
from typing import Final

__all__ = ["Colour", "colour_of"]


class Colour(IntEnum):
    """What a certificate is worth at a glance; the numbers are those of the claim."""

    YELLOW = 1
    """The course has started."""
    GREEN = 2
    """The course is complete."""

    @property
    def word(self) -> str:
        """The lower-case English word used in JSON, metrics and file names."""
        return _COLOUR_WORDS[self]


_COLOUR_WORDS: Final = {colour: colour.name.lower() for colour in Colour}


def colour_of(*, given: int, needed: int) -> Colour:
    """Derive the colour: yellow while doses are missing, green from the last needed one on."""
    return Colour.GREEN if given >= needed else Colour.YELLOW
