"""Who may do what, where: the one table of rights, and nothing besides it decides. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keys.errors import HintedError

__all__ = [
    "NATION",
    "Action",
    "Actor",
    "Area",
    "Level",
    "NotAllowedError",
    "SamePersonError",
    "allowed",
    "check",
    "check_second",
    "may_manage",
]


class Level(StrEnum):
    """The levels at which people work; the highest first."""

    NATION = "nation"
    PROVINCE = "province"
    DISTRICT = "district"
    SITE = "site"
    AUDITOR = "auditor"
    """Reads figures and the audit trail, sees no person, changes nothing."""


class Action(StrEnum):
    """Everything that needs a right."""

    SEND_RECORDS = "send_records"
    FIND_PEOPLE = "find_people"
    """Search, look at one person's records, ask why somebody has no green."""
    REVIEW = "review"
    ASK_CORRECTION = "ask_correction"
    DECIDE_CORRECTION = "decide_correction"
    CONFIRM_FALL = "confirm_fall"
    """Be the second person where a status would fall."""
    READ_STATISTICS = "read_statistics"
    EXPORT_PERSON = "export_person"
    ERASE_PERSON = "erase_person"
    """Ask for an erasure, or be the second person who confirms it."""
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A part of the country, by official codes; the narrowest that is named decides.

    District and site codes are unique in the country, so a site keeps its rights when its district
    moves to another province.
    """

    province: str | None = None
    district: str | None = None
    site: str | None = None

    def holds(self, other: "Area") -> bool:
        """Tell whether the other lies inside this one, or is the same."""
        if self.site is not None:
            return other.site == self.site
        if self.district is not None:
            return other.district == self.district
        return self.province is None or other.province == self.province

    def __str__(self) -> str:
        return self.site or self.district or self.province or "-"


NATION: Final = Area()
"""The whole country; also the place of a record whose site nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Somebody who acts: an account that has signed in."""

    account_id: int
    name: str
    level: Level
    area: Area


class NotAllowedError(HintedError):
    """The account has no right to do this here."""

    code = "not_allowed"

    def __init__(self, action: Action) -> None:
        super().__init__(
            f"this account may not do that here: {action.value}",
            hint="ask the level above; dosepass-issuer account list shows levels and areas",
        )


class SamePersonError(HintedError):
    """What needs two persons was asked for and confirmed by one."""

    code = "same_person"

    def __init__(self) -> None:
        super().__init__("a second person has to confirm this", hint="sign in with another account")


_SITE: Final = frozenset(
    {
        Action.SEND_RECORDS,
        Action.FIND_PEOPLE,
        Action.REVIEW,
        Action.ASK_CORRECTION,
        Action.DECIDE_CORRECTION,
        Action.READ_STATISTICS,
    }
)
_DISTRICT: Final = _SITE | {Action.CONFIRM_FALL}
_PROVINCE: Final = _DISTRICT | {Action.EXPORT_PERSON, Action.MANAGE_ACCOUNTS}
_NATION: Final = _PROVINCE | {Action.ERASE_PERSON, Action.READ_AUDIT}

_RIGHTS: Final[Mapping[Level, frozenset[Action]]] = {
    Level.NATION: _NATION,
    Level.PROVINCE: _PROVINCE,
    Level.DISTRICT: _DISTRICT,
    Level.SITE: _SITE,
    Level.AUDITOR: frozenset({Action.READ_STATISTICS, Action.READ_AUDIT}),
}

_RANK: Final = {level: rank for rank, level in enumerate(Level)}


def allowed(actor: Actor, action: Action, where: Iterable[Area]) -> bool:
    """Tell whether somebody may do this at one of these places.

    A person has a place for each of their records: whoever answers for one of them may help.
    """
    return action in _RIGHTS[actor.level] and any(actor.area.holds(place) for place in where)


def check(actor: Actor, action: Action, *where: Area) -> None:
    """Raise NotAllowedError where `allowed` says no."""
    if not allowed(actor, action, where):
        raise NotAllowedError(action)


def check_second(actor: Actor, first: int | None) -> None:
    """Raise SamePersonError when the account with the id `first` would confirm itself."""
    if first == actor.account_id:
        raise SamePersonError


def may_manage(actor: Actor, level: Level, area: Area) -> bool:
    """Tell whether somebody may make or close an account of a level for an area.

    Nobody makes their own peer. The nation's accounts, and the first of all, are made at the
    console by whoever runs the register. Auditors watch the others, so only the nation makes them.
    """
    above = _RANK[actor.level] < _RANK[level]
    if level is Level.AUDITOR and actor.level is not Level.NATION:
        return False
    return above and allowed(actor, Action.MANAGE_ACCOUNTS, [area])
