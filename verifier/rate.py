"""How often somebody may ask: so many requests in so long."""

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["Rate"]

_UNITS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_FORM: Final = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour|day)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rate:
    """`amount` requests in each window of a `unit`, which begins with the first of them."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read a rate such as 600/minute; ValueError says what it is not."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError("not a rate such as 600/minute: a number, and a second, minute, hour "
                             "or day")  # fmt: skip
        return cls(int(match[1]), match[2])

    @property
    def seconds(self) -> int:
        """The length of a window."""
        return _UNITS[self.unit]

    @property
    def words(self) -> str:
        """The same for people: `600 times a minute`."""
        times = "once" if self.amount == 1 else f"{self.amount} times"
        return f"{times} {'an' if self.unit == 'hour' else 'a'} {self.unit}"

    def __str__(self) -> str:
        return f"{self.amount}/{self.unit}"
