"""Reads the members of a JSON object one by one: what is not described is a problem."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from issuer.api.problems import invalid
from issuer.status_requests import is_reason

__all__ = ["Fields"]

_E = TypeVar("_E", bound=StrEnum)

_LARGEST: Final = 2**53 - 1
"""The largest whole number that every reader of JSON reads as it stands (RFC 8259, section 6)."""


class Fields:
    """One object of a request; every member that is not asked for is refused by `done`."""

    def __init__(self, value: object, pointer: str = "#") -> None:
        if type(value) is not dict:
            raise invalid("Give a JSON object here.", pointer)
        self._members: Mapping[str, Any] = value
        self._pointer = pointer
        self._asked: set[str] = set()

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt name would be ignored in silence."""
        if extra := self._members.keys() - self._asked:
            names = ", ".join(sorted(self._asked))
            raise invalid(f"Leave out the {len(extra)} members other than {names}.", self._pointer)

    def text(self, name: str, longest: int, *, shortest: int = 1) -> str:
        """A string of so many characters, none of them a half of a surrogate pair."""
        value = self._needed(name)
        return self._text(name, value, shortest, longest)

    def maybe_text(self, name: str, longest: int, *, shortest: int = 0) -> str | None:
        """A string, null, or nothing at all."""
        value = self._given(name)
        return None if value is None else self._text(name, value, shortest, longest)

    def reason(self, name: str = "reason") -> str:
        """Why something is done: it stays for ever and is read by others."""
        text = self.text(name, 200, shortest=3).strip()
        if not is_reason(text):
            raise invalid(f"Give {name} as 3 to 200 printable characters.", self.at(name))
        return text

    def maybe_reason(self, name: str = "reason") -> str | None:
        """The same where no reason is needed."""
        return None if self._given(name) is None else self.reason(name)

    def choice(self, name: str, kind: type[_E]) -> _E:
        """One word of a vocabulary."""
        return self._choice(name, self._needed(name), kind)

    def maybe_choice(self, name: str, kind: type[_E]) -> _E | None:
        """One word of a vocabulary, null, or nothing at all."""
        value = self._given(name)
        return None if value is None else self._choice(name, value, kind)

    def truth(self, name: str, *, default: bool | None = None) -> bool:
        """True or false."""
        value = self._given(name) if default is not None else self._needed(name)
        if value is None and default is not None:
            return default
        if type(value) is not bool:
            raise invalid(f"Give {name} as true or false.", self.at(name))
        return value

    def whole(self, name: str, low: int = 1, high: int = _LARGEST) -> int:
        """A whole number."""
        return self._whole(name, self._needed(name), low, high)

    def maybe_whole(self, name: str, low: int = 1, high: int = _LARGEST) -> int | None:
        """A whole number, null, or nothing at all."""
        value = self._given(name)
        return None if value is None else self._whole(name, value, low, high)

    def maybe_day(self, name: str) -> date | None:
        """A day such as 2021-06-16, null, or nothing at all."""
        value = self._given(name)
        if value is None:
            return None
        text = self._text(name, value, 10, 10)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise invalid(f"Give {name} as a day, such as 2021-06-16.", self.at(name)) from None

    def each(
        self, name: str, most: int, read: "Callable[[object, str], _T]", *, least: int = 1
    ) -> "list[_T]":
        """The items of an array, each read by `read` with its pointer."""
        value = self._needed(name)
        if type(value) is not list or not least <= len(value) <= most:
            raise invalid(f"Give {name} as an array of {least} to {most} items.", self.at(name))
        return [read(item, f"{self.at(name)}/{place}") for place, item in enumerate(value)]

    def maybe_object(self, name: str) -> "Fields | None":
        """A further object, null, or nothing at all."""
        value = self._given(name)
        return None if value is None else Fields(value, self.at(name))

    def at(self, name: str) -> str:
        """The pointer to a member. `name` is one of ours and needs no escape."""
        return f"{self._pointer}/{name}"

    def names(self, known: Collection[str]) -> list[str]:
        """Which of some known members are there; they count as asked for."""
        self._asked.update(known)
        return [name for name in known if self._members.get(name) is not None]

    def _given(self, name: str) -> Any:
        self._asked.add(name)
        return self._members.get(name)

    def _needed(self, name: str) -> Any:
        value = self._given(name)
        if value is None:
            raise invalid(f"Give {name}.", self.at(name))
        return value

    def _text(self, name: str, value: object, shortest: int, longest: int) -> str:
        if type(value) is not str or not shortest <= len(value) <= longest or not _sound(value):
            raise invalid(
                f"Give {name} as a string of {shortest} to {longest} characters.", self.at(name)
            )
        return value

    def _choice(self, name: str, value: object, kind: type[_E]) -> _E:
        words = [one.value for one in kind]
        if type(value) is not str or value not in words:
            raise invalid(f"Give {name} as one of {', '.join(words)}.", self.at(name))
        return kind(value)

    def _whole(self, name: str, value: object, low: int, high: int) -> int:
        if type(value) is not int or not low <= value <= high:
            raise invalid(f"Give {name} as a whole number from {low} to {high}.", self.at(name))
        return value


_T = TypeVar("_T")


def _sound(text: str) -> bool:
    """Tell whether a text can be stored: no half of a surrogate pair, no U+0000 (PostgreSQL)."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
