"""What one frame shows: the codes read in it, and what stands in the way of reading more."""

from dataclasses import dataclass
from enum import Enum, auto

from scanner_app.decoders import Found

__all__ = ["NOTHING", "Hint", "Sight"]


class Hint(Enum):
    """Why nothing was read, as far as the frame itself tells: something the holder can change."""

    TOO_DARK = auto()
    """Too little light to tell modules apart, whether or not anything is in view."""
    GLARE = auto()
    """A lamp's reflection or too bright a screen covers part of what is in view."""
    HOLD_STILL = auto()
    """Something code-like moves faster than the shutter."""
    TOO_FAR = auto()
    """Something code-like is too small for its modules to be told apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What one frame shows, or what one line of a keyboard-wedge reader says."""

    codes: tuple[Found, ...] = ()
    """The codes that were read, each content once, in the order found. Certificates are ASCII, so
    `text` serves; an identity card's `data` are the bytes in the code, for UTF-8."""
    code_like: bool = False
    """Whether anything that looks like a code is in view, read or not."""
    hint: Hint | None = None
    """Only where nothing was read."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the codes, in the order found."""
        return tuple(code.text for code in self.codes)


NOTHING = Sight()
"""An empty view."""
