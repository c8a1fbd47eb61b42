"""The certificate: CWT claims (RFC 8392) and the facts of one vaccination course.

Section numbers are those of the specification, `spec/README.md`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple, NewType
from unicodedata import is_normalized, normalize

from spec import cbor
from spec.colour import Colour, colour_of
from spec.dates import BirthDate, date_of, days_of
from spec.errors import InconsistentError, MalformedError
from spec.limits import (
    ID_SUFFIX_LENGTH,
    MAX_DOSES,
    MAX_ISSUER_LENGTH,
    MAX_NAME_LENGTH,
    MAX_STATUS_POSITION,
    MAX_VACCINE_CODE,
    STATUS_LIST_SIZE,
)

__all__ = [
    "LAST_TIMESTAMP",
    "Certificate",
    "Dose",
    "StatusPosition",
    "Timestamp",
    "VaccineCode",
]

Timestamp = NewType("Timestamp", int)
"""Whole seconds since 1970-01-01T00:00:00Z, as NumericDate of RFC 8392 without fractions."""

VaccineCode = NewType("VaccineCode", int)
"""A row of the vaccine table (section 7)."""

_ISS, _EXP, _IAT = 1, 4, 6
_FACTS: Final = -65_537
_RESTRICTIONS: Final = frozenset({3, 5})
"""`aud` and `nbf`: to ignore a restriction would widen the certificate, so they are refused."""
_KNOWN: Final = frozenset({_ISS, _EXP, _IAT, _FACTS})
_ID_SUFFIX: Final = re.compile(f"[0-9A-Z]{{{ID_SUFFIX_LENGTH}}}")
_NOTHING: Final[Mapping[int, cbor.CborValue]] = MappingProxyType({})
_COLOURS: Final = {int(colour): colour for colour in Colour}
LAST_TIMESTAMP: Final = 253_402_300_799
"""9999-12-31T23:59:59Z."""
_SECONDS_A_DAY: Final = 86_400


class Dose(NamedTuple):
    """One injection: which vaccine, on which local calendar day."""

    vaccine: VaccineCode
    day: date


@dataclass(frozen=True, slots=True)
class StatusPosition:
    """Where the certificate stands in its issuer's status lists (section 5.5)."""

    number: int
    """The position counted over all lists, as the claim carries it."""

    @property
    def list_number(self) -> int:
        """Which status list."""
        return self.number // STATUS_LIST_SIZE

    @property
    def index(self) -> int:
        """Which entry of that list."""
        return self.number % STATUS_LIST_SIZE


class Certificate(NamedTuple):
    """What an issuer signs about one person's course.

    It and its doses are named tuples, which are made three times as fast as frozen dataclasses:
    one is made for every scan.
    """

    issuer: str
    issued_at: Timestamp
    expires_at: Timestamp
    name: str
    birth_date: BirthDate
    id_suffix: str | None
    """Last 4 characters of the identity number; None for a person without one."""
    doses: tuple[Dose, ...]
    """In the order of their days."""
    doses_needed: int
    """Doses that complete this course."""
    colour: Colour
    status: StatusPosition
    unknown: Mapping[int, cbor.CborValue] = _NOTHING
    """Claims with integer keys that this version does not know: kept, never relied on."""

    @classmethod
    def from_cbor(cls, payload: bytes) -> "Certificate":
        """Read a payload; raises MalformedError. `check` tells whether the facts agree.

        The name is delivered in NFC, whatever form was signed: it is compared with a card.
        """
        claims = cbor.decode(payload)
        if type(claims) is not dict:
            raise MalformedError("claims: not a map")
        unknown = _unknown(claims) if len(claims) > len(_KNOWN) else _NOTHING
        facts = claims.get(_FACTS)
        if type(facts) is not list or len(facts) != 7:
            raise MalformedError("claims: no facts, or not seven")
        name, birth_date, id_suffix, doses, needed, colour, position = facts
        issued_at: cbor.CborValue = claims.get(_IAT)
        expires_at: cbor.CborValue = claims.get(_EXP)
        _check_integers(issued_at, expires_at, needed, position)
        # By place, in the order of the fields: keywords would double the time of this call.
        return cls(
            _text(claims.get(_ISS), "issuer", MAX_ISSUER_LENGTH),
            issued_at,
            expires_at,
            _name(name),
            BirthDate.from_cbor_value(birth_date),
            None if id_suffix is None else _id_suffix(id_suffix),
            _doses(doses),
            needed,
            _colour(colour),
            StatusPosition(position),
            unknown,
        )

    def to_cbor(self) -> bytes:
        """Write the payload that is signed, its name in NFC."""
        facts = [
            normalize("NFC", self.name),
            self.birth_date.to_cbor_value(),
            self.id_suffix,
            _dose_values(self.doses),
            self.doses_needed,
            int(self.colour),
            self.status.number,
        ]
        claims = {_ISS: self.issuer, _EXP: self.expires_at, _IAT: self.issued_at, _FACTS: facts}
        if self.unknown:
            return cbor.encode({**self.unknown, **claims})
        return cbor.encode_ordered(claims)

    def check(self) -> None:
        """Raise InconsistentError when the facts contradict each other (section 8, step 8)."""
        if self.colour is not colour_of(given=len(self.doses), needed=self.doses_needed):
            raise InconsistentError("the colour contradicts the doses")
        if self.expires_at <= self.issued_at:
            raise InconsistentError("the certificate ends before it begins")
        if self.doses[0].day < self.birth_date.earliest:
            raise InconsistentError("a dose lies before the birth date")
        if days_of(self.doses[-1].day) > _latest_local_day(self.issued_at):
            raise InconsistentError("a dose lies after the issuance")


def _latest_local_day(moment: Timestamp) -> int:
    """The day since 1970-01-01 that it is at a moment where the day is farthest ahead (UTC+14)."""
    return (moment + 14 * 3600) // _SECONDS_A_DAY


def _unknown(claims: Mapping[cbor.CborValue, cbor.CborValue]) -> dict[int, cbor.CborValue]:
    """Pick the claims that this version does not know.

    Where there are only as many claims as it knows, an unknown one stands in the place of a known
    one, whose absence is found anyway.
    """
    unknown = {key: value for key, value in claims.items() if key not in _KNOWN}
    if any(type(key) is not int or key in _RESTRICTIONS for key in unknown):
        raise MalformedError("claims: a text key, an audience or a not-before time")
    return unknown


def _check_integers(
    issued_at: cbor.CborValue,
    expires_at: cbor.CborValue,
    needed: cbor.CborValue,
    position: cbor.CborValue,
) -> None:
    """Hold the plain numbers to their types and ranges."""
    if not type(issued_at) is type(expires_at) is type(needed) is type(position) is int:
        raise MalformedError("claims: a time, the doses needed or the position is not an integer")
    if not (0 <= issued_at <= LAST_TIMESTAMP and 0 <= expires_at <= LAST_TIMESTAMP):
        raise MalformedError("claims: a time is out of range")
    if not (1 <= needed <= MAX_DOSES and 0 <= position <= MAX_STATUS_POSITION):
        raise MalformedError("claims: the doses needed or the status position is out of range")


def _colour(value: cbor.CborValue) -> Colour:
    colour = _COLOURS.get(value) if type(value) is int else None
    if colour is None:
        raise MalformedError("claims: the colour is neither 1 nor 2")
    return colour


def _text(value: cbor.CborValue, what: str, longest: int) -> str:
    """Accept printable text: control, format and private characters could disguise a name."""
    if type(value) is not str or not 1 <= len(value) <= longest or not value.isprintable():
        raise MalformedError(f"claims: {what} is not printable text of a sound length")
    return value


def _name(value: cbor.CborValue) -> str:
    # A letter in NFD takes up to three code points, hence the wide bound before normalising.
    name = _text(value, "name", 3 * MAX_NAME_LENGTH)
    if not is_normalized("NFC", name):
        name = normalize("NFC", name)
    if len(name) > MAX_NAME_LENGTH or name[0] == " " or name[-1] == " ":
        raise MalformedError("claims: the name is too long or has spaces at its ends")
    return name


def _id_suffix(value: cbor.CborValue) -> str:
    if type(value) is not str or not _ID_SUFFIX.fullmatch(value):
        raise MalformedError("claims: the identity suffix is not four digits or capitals")
    return value


def _doses(value: cbor.CborValue) -> tuple[Dose, ...]:
    """Read `[code, days, code, days after the dose before, ...]` (section 5.4)."""
    if type(value) is not list or len(value) % 2 or not 2 <= len(value) <= 2 * MAX_DOSES:
        raise MalformedError("claims: the doses are not pairs of a vaccine and a day")
    doses: list[Dose] = []
    days = 0
    for code, gap in zip(value[0::2], value[1::2], strict=True):
        if type(code) is not int or not 1 <= code <= MAX_VACCINE_CODE:
            raise MalformedError("claims: a vaccine code is out of range")
        if type(gap) is not int or (doses and gap < 1):
            raise MalformedError("claims: a dose is not some days after the dose before")
        days += gap
        doses.append(_dose(code, days))
    return tuple(doses)


@lru_cache(maxsize=8192)
def _dose(code: int, days: int) -> Dose:
    """Make a dose. A country has some products and two years of days, so that most are known.

    Nothing in it is personal: it says that somebody somewhere was vaccinated on that day.
    """
    return Dose(VaccineCode(code), date_of(days))


def _dose_values(doses: Sequence[Dose]) -> list[int]:
    values: list[int] = []
    before = 0
    for dose in doses:
        days = days_of(dose.day)
        values += [dose.vaccine, days - before]
        before = days
    return values
