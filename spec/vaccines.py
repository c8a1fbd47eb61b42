"""The vaccine table (specification, section 7): dated data, published in the trust bundle."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from spec.certificate import VaccineCode
from spec.errors import DosepassError
from spec.limits import MAX_DOSES, MAX_VACCINE_CODE

__all__ = ["MixedCourse", "Vaccine", "VaccineTable", "VaccineTableError"]


_LONGEST_TEXT: Final = 100
"""Characters of a name or code; the longest real one has about thirty."""
_LONGEST_INTERVAL: Final = 3660
"""Days: ten years."""


class VaccineTableError(DosepassError):
    """A vaccine table is not of the form that section 7 describes."""

    code = "vaccine_table"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vaccine:
    """One product as approved in Vietnam; intervals in days."""

    code: VaccineCode
    name: str
    aliases: tuple[str, ...]
    """Other spellings met in dose records, compared without case."""
    approved_on: date
    doses_needed: int
    min_interval: int | None
    """Shortest days between doses; shorter is worth a warning, never a refusal."""
    eu_product: str
    eu_holder: str
    eu_prophylaxis: str
    cvx: str | None
    icd11: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MixedCourse:
    """How many doses complete a course that starts with one product and goes on with others."""

    first: VaccineCode
    later: frozenset[VaccineCode]
    doses_needed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class VaccineTable:
    """The products known from one date on, and the mixed courses that were decided."""

    valid_from: date
    vaccines: dict[VaccineCode, Vaccine]
    mixed_courses: tuple[MixedCourse, ...]

    @classmethod
    def from_json(cls, data: bytes) -> "VaccineTable":
        """Read a table; raises VaccineTableError."""
        try:
            document = json.loads(data)
            vaccines = [_vaccine(row) for row in document["vaccines"]]
            by_code = {vaccine.code: vaccine for vaccine in vaccines}
            if len(by_code) != len(vaccines):
                raise ValueError("two products share a code")
            return cls(
                valid_from=date.fromisoformat(document["valid_from"]),
                vaccines=by_code,
                mixed_courses=tuple(_mixed_course(row) for row in document["mixed_courses"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise VaccineTableError(f"vaccine table: {type(error).__name__}: {error}") from None

    def find(self, text: str) -> Vaccine | None:
        """Find a product by its name or an alias, without regard to case and spaces."""
        wanted = _folded(text)
        for vaccine in self.vaccines.values():
            if wanted in {_folded(name) for name in (vaccine.name, *vaccine.aliases)}:
                return vaccine
        return None

    def name_of(self, code: VaccineCode) -> str:
        """The product's name, or its number where the table is older than the product."""
        vaccine = self.vaccines.get(code)
        return vaccine.name if vaccine else f"#{code}"

    def doses_needed(self, course: Sequence[VaccineCode]) -> int:
        """Doses that complete a course, given the products so far in order.

        A single product asks its own number; a mixed course goes by the table, and by its first
        product where the table has no row (section 7.2). Raises KeyError for an unknown product.
        """
        first, later = course[0], frozenset(course[1:])
        for mixed in self.mixed_courses:
            if later - {first} and mixed.first == first and later - {first} <= mixed.later:
                return mixed.doses_needed
        return self.vaccines[first].doses_needed


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def _vaccine(row: dict[str, Any]) -> Vaccine:
    interval, cvx = row["min_interval_days"], row["cvx"]
    return Vaccine(
        code=_code(row["code"]),
        name=_text(row["name"]),
        aliases=tuple(_text(name) for name in _list(row["aliases"])),
        approved_on=date.fromisoformat(row["approved_on"]),
        doses_needed=_integer(row["doses_needed"], 1, MAX_DOSES),
        min_interval=None if interval is None else _integer(interval, 0, _LONGEST_INTERVAL),
        eu_product=_text(row["eu_product"]),
        eu_holder=_text(row["eu_holder"]),
        eu_prophylaxis=_text(row["eu_prophylaxis"]),
        cvx=None if cvx is None else _text(cvx),
        icd11=_text(row["icd11"]),
    )


def _mixed_course(row: dict[str, Any]) -> MixedCourse:
    return MixedCourse(
        first=_code(row["first"]),
        later=frozenset(_code(code) for code in _list(row["later"])),
        doses_needed=_integer(row["doses_needed"], 1, MAX_DOSES),
    )


def _code(value: Any) -> VaccineCode:
    return VaccineCode(_integer(value, 1, MAX_VACCINE_CODE))


def _integer(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"not an integer from {least} to {most}")
    return value


def _text(value: Any) -> str:
    """Take a text that a screen can show beside a dose."""
    if type(value) is not str or not 1 <= len(value) <= _LONGEST_TEXT or not value.isprintable():
        raise ValueError("not a printable text of a sound length")
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise TypeError("not an array")
    return value
