"""How a result sounds: for an officer who looks at the holder and not at the screen.

Colour, word, icon and tone differ together. The four differ in the number of beeps and in where
the pitch goes, not in the pitch alone, which a noisy street or a bad ear takes away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from spec.colour import Colour
from spec.verdicts import Outcome

__all__ = ["ACCEPTED", "REJECTED", "UNDETERMINED", "Beep", "Tone", "tone_for"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Beep:
    """One steady sound, or a silence between two."""

    hertz: int
    """Between 300 and 1,500, which the small loudspeakers of phones can give; 0 is silence."""
    seconds: float


Tone: TypeAlias = tuple[Beep, ...]


def _beep(hertz: int, seconds: float) -> Beep:
    return Beep(hertz=hertz, seconds=seconds)


ACCEPTED: Final[Mapping[Colour, Tone]] = {
    Colour.GREEN: (_beep(784, 0.12), _beep(1175, 0.2)),
    Colour.YELLOW: (_beep(784, 0.32),),
}
"""Green rises in two steps, yellow is one beep of the same beginning: both are good news."""

REJECTED: Final[Tone] = (
    _beep(330, 0.15),
    _beep(0, 0.07),
    _beep(330, 0.15),
    _beep(0, 0.07),
    _beep(330, 0.3),
)
"""Three low ones."""

UNDETERMINED: Final[Tone] = (_beep(659, 0.18), _beep(440, 0.3))
"""Falling, as a question that stays open. What is not a certificate makes no sound at all."""


def tone_for(outcome: Outcome, colour: Colour | None) -> Tone:
    """The tone of a verdict; `colour` is that of the certificate, None unless it is accepted.

    Raises ValueError for an accepted verdict without a colour.
    """
    if outcome is Outcome.ACCEPTED:
        if colour is None:
            raise ValueError("an accepted verdict has a colour")
        return ACCEPTED[colour]
    return UNDETERMINED if outcome is Outcome.UNDETERMINED else REJECTED
