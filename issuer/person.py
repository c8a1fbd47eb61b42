"""A person as the register knows them, while records are held against them."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from spec.certificate import VaccineCode
from spec.dates import BirthDate
from spec.differences import Name, Numbers
from spec.identity import Sex
from spec.match import StatedIdentity
from spec.names import bare_letters

__all__ = ["Person", "birth_date_of"]

birth_date_of: Final = lru_cache(maxsize=1 << 15)(BirthDate.parse)
"""Reads a birth date as the register keeps it; remembered for about as many as the living have."""


@dataclass(kw_only=True, slots=True, eq=False)
class Person:
    """A person as the register knows them, while a batch of records is decided."""

    id: int | None
    """None until the register has given one."""
    name: str
    canonical_name: str
    birth_date: str
    sex: str | None
    id_number: str | None
    phone: str | None
    old_numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    """Further telephone numbers of this person."""
    merged_into: int | None = None
    """The person who stands for this one: the doses are theirs in common."""
    doses: dict[date, VaccineCode] = field(default_factory=dict)
    touched: bool = False
    """Whether a record was accepted, so that the certificate may have to follow."""
    changed: bool = False
    """Whether the register learned something that stands in the person's own row."""
    learned: list[tuple[str, str]] = field(default_factory=list)
    """Numbers that came with accepted records and that the register does not know yet: kind and
    value."""
    _bare: str | None = None
    _stated: StatedIdentity | None = None

    @property
    def bare(self) -> str:
        """The canonical name without its marks; made once."""
        if self._bare is None:
            self._bare = bare_letters(self.canonical_name)
        return self._bare

    @property
    def stated(self) -> StatedIdentity:
        """What is compared with records; made once."""
        if self._stated is None:
            self._stated = StatedIdentity(
                name=Name(self.name, canonical=self.canonical_name),
                birth_date=birth_date_of(self.birth_date),
                sex=None if self.sex is None else Sex(self.sex),
                numbers=Numbers(number=self.id_number, old=self.old_numbers),
            )
        return self._stated

    def has_phone(self, phone: str | None) -> bool:
        """Tell whether a telephone number is one of this person's."""
        return phone is not None and (phone == self.phone or phone in self.phones)
