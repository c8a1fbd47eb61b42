"""The entry policy (specification, section 18): which certificates may pass where, and from when.

It is dated data, published in the trust bundle or given to a reader on the spot. What it says is
applied by `spec.entry_rules`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NewType

from spec.colour import Colour
from spec.dates import days_of
from spec.errors import DosepassError
from spec.verdicts import LANGUAGES

__all__ = [
    "MAX_POLICY_BYTES",
    "EntryPolicy",
    "EntryPolicyError",
    "EntryRule",
    "LocalDay",
    "Place",
]

MAX_POLICY_BYTES: Final = 262_144
_MAX_PLACES: Final = 64
_MAX_RULES: Final = 64
_LONGEST_WORDS: Final = 200
_LONGEST_SPAN: Final = 3_660
"""Days: ten years."""
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_LONGEST_NAME: Final = 40
_FARTHEST_OFFSET: Final = 14 * 60
"""Minutes: no clock on earth is farther from UTC."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Place = NewType("Place", str)
"""The name of a kind of place, such as `restaurant`."""

LocalDay = NewType("LocalDay", int)
"""Days since 1970-01-01 by the calendar of the policy's clock."""


class EntryPolicyError(DosepassError):
    """An entry policy is not of the form of section 18, or does not know a place."""

    code = "entry_policy"


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRule:
    """One rule: who may pass at some places while it is in force."""

    id: str
    places: frozenset[Place]
    first_day: LocalDay
    last_day: LocalDay | None
    """None: until further notice."""
    waits: Mapping[Colour, int]
    """Days that must have passed since the dose that gave the colour; a colour that is not here
    does not pass."""
    longest_age: int | None
    """Days since the certificate was issued."""
    words: Mapping[str, str]
    """What the rule demands, for people, by language."""

    def in_force(self, day: LocalDay) -> bool:
        """Whether the rule counts on a day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryPolicy:
    """All rules of an authority, as of a date."""

    dated: date
    source: str
    utc_offset: int
    """Minutes by which the clock of the places is ahead of UTC."""
    places: Mapping[Place, Mapping[str, str]]
    """Every kind of place, with its name by language."""
    rules: tuple[EntryRule, ...]
    """In the order in which they are looked at."""

    @classmethod
    def from_json(cls, data: bytes) -> "EntryPolicy":
        """Read a policy; raises EntryPolicyError.

        A member that is not known is refused: to ignore a condition would widen the rule.
        """
        if len(data) > MAX_POLICY_BYTES:
            raise EntryPolicyError(f"entry policy: longer than {MAX_POLICY_BYTES} bytes")
        try:
            document = json.loads(data, object_pairs_hook=_once)
            _check_members(document, "dated", "source", "utc_offset_minutes", "places", "rules")
            places = _places(document["places"])
            rules = _list(document["rules"], _MAX_RULES)
            found = tuple(_rule(row, places) for row in rules)
            if len({rule.id for rule in found}) != len(found):
                raise ValueError("two rules share an id")
            return cls(
                dated=_day(document["dated"]),
                source=_line(document["source"]),
                utc_offset=_integer(
                    document["utc_offset_minutes"], -_FARTHEST_OFFSET, _FARTHEST_OFFSET
                ),
                places=places,
                rules=found,
            )
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise EntryPolicyError(f"entry policy: {error}") from None


def _rule(row: Any, known: Mapping[Place, Any]) -> EntryRule:
    _check_members(
        row, "id", "places", "first_day", "last_day", "colours", "longest_age_days", "words"
    )
    places = [_name(name) for name in _list(row["places"], _MAX_PLACES)]
    if not places or not set(places) <= known.keys() or len(set(places)) != len(places):
        raise ValueError("a rule is for places that are not listed, for none, or for one twice")
    first = days_of(_day(row["first_day"]))
    last = None if row["last_day"] is None else days_of(_day(row["last_day"]))
    if last is not None and last < first:
        raise ValueError("a rule ends before it begins")
    age = row["longest_age_days"]
    return EntryRule(
        id=_name(row["id"]),
        places=frozenset(map(Place, places)),
        first_day=LocalDay(first),
        last_day=None if last is None else LocalDay(last),
        waits=_waits(row["colours"]),
        longest_age=None if age is None else _integer(age, 0, _LONGEST_SPAN),
        words=_words(row["words"]),
    )


def _waits(value: Any) -> Mapping[Colour, int]:
    if type(value) is not dict or not value or not value.keys() <= _COLOURS.keys():
        raise ValueError("colours do not name green, yellow, or both")
    waits = {}
    for word, condition in value.items():
        _check_members(condition, "days_since_dose")
        waits[_COLOURS[word]] = _integer(condition["days_since_dose"], 0, _LONGEST_SPAN)
    return MappingProxyType(waits)


_COLOURS: Final = {colour.word: colour for colour in Colour}


def _places(value: Any) -> Mapping[Place, Mapping[str, str]]:
    if type(value) is not dict or not 1 <= len(value) <= _MAX_PLACES:
        raise ValueError(f"places are not from 1 to {_MAX_PLACES}")
    return MappingProxyType({Place(_name(name)): _words(words) for name, words in value.items()})


def _words(value: Any) -> Mapping[str, str]:
    _check_members(value, *LANGUAGES)
    return MappingProxyType({language: _line(value[language]) for language in LANGUAGES})


def _check_members(value: Any, *names: str) -> None:
    """Hold an object to exactly these members."""
    if type(value) is not dict or value.keys() != set(names):
        raise ValueError(f"an object does not have exactly the members {', '.join(names)}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is repeated")
    return members


def _list(value: Any, most: int) -> list[Any]:
    if type(value) is not list or len(value) > most:
        raise ValueError(f"not an array of at most {most}")
    return value


def _integer(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"not an integer from {least} to {most}")
    return value


def _day(value: Any) -> date:
    if type(value) is not str or not _DAY.fullmatch(value):
        raise ValueError("not a day of the form YYYY-MM-DD")
    return date.fromisoformat(value)


def _name(value: Any) -> str:
    if type(value) is not str or len(value) > _LONGEST_NAME or not _NAME.fullmatch(value):
        raise ValueError(
            f"not a name of at most {_LONGEST_NAME} small letters, digits and single hyphens"
        )
    return value


def _line(value: Any) -> str:
    """Take a line that a screen can show."""
    if type(value) is not str or not 1 <= len(value) <= _LONGEST_WORDS or not value.isprintable():
        raise ValueError(f"not a printable line of 1 to {_LONGEST_WORDS} characters")
    return value
