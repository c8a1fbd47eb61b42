"""Calendar dates as certificates carry them: whole days, and birth dates of partial precision."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple, Self

from spec import cbor
from spec.errors import MalformedError

__all__ = ["BirthDate", "date_of", "days_of"]

_UNIX_EPOCH: Final = date(1970, 1, 1).toordinal()
_ISO: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def days_of(day: date) -> int:
    """Count the days from 1970-01-01 to a date, as tag 100 of RFC 8943 does; negative before."""
    return day.toordinal() - _UNIX_EPOCH


def date_of(days: cbor.CborValue) -> date:
    """Turn a count of days since 1970-01-01 back into a date; raises MalformedError."""
    if type(days) is not int:
        raise MalformedError("date: not a number of days")
    try:
        return date.fromordinal(days + _UNIX_EPOCH)
    except (ValueError, OverflowError):
        raise MalformedError("date: not within the calendar") from None


class _Parts(NamedTuple):
    year: int
    month: int | None = None
    day: int | None = None


class BirthDate(_Parts):
    """A birth date of which the day, or the day and the month, may be unknown.

    Many older identity papers in Vietnam state a year only (specification, section 5.3). A named
    tuple, since one is made for every scan.
    """

    __slots__ = ()

    def __new__(cls, year: int, month: int | None = None, day: int | None = None) -> Self:
        """Take the known parts; raises MalformedError for a day that is not in the calendar."""
        if month is None and day is not None:
            raise MalformedError("birth date: a day without a month")
        birth_date = super().__new__(cls, year, month, day)
        try:
            _ = birth_date.earliest
        except (ValueError, OverflowError):
            raise MalformedError("birth date: not in the calendar") from None
        return birth_date

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[type[Self], tuple[int | None, ...]]]:
        """Go to another process as what it is: it is in the calendar there too."""
        return tuple.__new__, (type(self), tuple(self))

    @classmethod
    def of(cls, day: date) -> Self:
        """The birth date of full precision."""
        return tuple.__new__(cls, (day.year, day.month, day.day))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; raises MalformedError."""
        match = _ISO.fullmatch(text)
        if match is None:
            raise MalformedError("birth date: not of the form YYYY-MM-DD, YYYY-MM or YYYY")
        return cls(*(int(part) if part else None for part in match.groups()))  # type: ignore[arg-type]

    @classmethod
    def from_cbor_value(cls, value: cbor.CborValue) -> Self:
        """Read days since 1970-01-01, or `[year, month]`, or `[year]`; raises MalformedError."""
        if type(value) is int:
            return cls.of(date_of(value))
        if type(value) is not list or len(value) not in (1, 2):
            raise MalformedError("birth date: neither days nor [year] nor [year, month]")
        if any(type(part) is not int for part in value):
            raise MalformedError("birth date: a part is not an integer")
        return cls(*value)

    def to_cbor_value(self) -> cbor.CborValue:
        """Give days since 1970-01-01 for a full date, else `[year]` or `[year, month]`."""
        if self.month is None:
            return [self.year]
        if self.day is None:
            return [self.year, self.month]
        return days_of(date(self.year, self.month, self.day))

    @property
    def earliest(self) -> date:
        """The first day that this birth date may mean."""
        year, month, day = self
        return date(year, 1 if month is None else month, 1 if day is None else day)

    def __str__(self) -> str:
        return _spelled(self)


@lru_cache(maxsize=1 << 15)
def _spelled(birth_date: BirthDate) -> str:
    """Remembered for about as many as there are birth dates of the living."""
    parts = [f"{birth_date.year:04}"]
    parts += [f"{part:02}" for part in (birth_date.month, birth_date.day) if part is not None]
    return "-".join(parts)
