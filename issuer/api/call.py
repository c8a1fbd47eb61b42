"""One request as a view sees it: who asks, for what, and the parts that can answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl

from issuer.access.rights import Actor
from issuer.api.fields import Fields
from issuer.api.parts import Parts
from issuer.api.problems import invalid
from issuer.records import Rules
from keys.serving.body import decode_json, read_body
from spec.certificate import Timestamp

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

__all__ = ["MAX_PAGE", "Call", "Page", "address_of"]

MAX_PAGE: Final = 500
_DEFAULT_PAGE: Final = 100
_MOST_PARAMETERS: Final = 16
_MAX_BODY: Final = 65_536
"""Bytes of a body that is no record, file or message."""

_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    after: int
    limit: int


@dataclass(kw_only=True, slots=True)
class Call:
    """One request, after the sign-in."""

    parts: Parts
    environ: "WSGIEnvironment"
    now: Timestamp
    """Taken once for the whole request."""
    path: Mapping[str, Any]
    """The variable parts of the path."""
    address: str
    """Where the request comes from; a key for rates, and written nowhere."""
    account: Actor | None = None
    token: str | None = None
    _query: dict[str, str] | None = field(default=None)
    _asked: set[str] = field(default_factory=set)

    @property
    def actor(self) -> Actor:
        """Who asks. Only operations that need a sign-in have one."""
        if self.account is None:
            raise AssertionError("the operation is open to anybody")
        return self.account

    @property
    def rules(self) -> Rules:
        """What records and corrected values are judged by at this moment."""
        return Rules.of(table=self.parts.table, now=self.now, sites=self.parts.sites)

    def number(self, name: str) -> int:
        """A number of the path."""
        value: int = self.path[name]
        return value

    def fields(self, most: int = _MAX_BODY) -> Fields:
        """The JSON object of the body, bounded in size; raises ProblemError."""
        body = read_body(self.environ, most, ("application/json",))
        return Fields(decode_json(body, "Send a JSON object as described"))

    def header(self, name: str) -> str | None:
        """A header of the request, or None."""
        value: str | None = self.environ.get("HTTP_" + name.upper().replace("-", "_"))
        return value

    def query(self, name: str, longest: int = 100) -> str | None:
        """A parameter of the query, or None; raises ProblemError."""
        value = self._parameters().get(name)
        self._asked.add(name)
        if value is not None and not (len(value) <= longest and value.isprintable()):
            raise invalid(f"Give {name} as at most {longest} printable characters.")
        return value

    def query_whole(self, name: str, low: int, high: int, default: int) -> int:
        """A parameter that is a whole number."""
        value = self.query(name)
        if value is None:
            return default
        sound = value.isascii() and value.isdigit() and len(value) <= 16
        if not sound or not low <= int(value) <= high:
            raise invalid(f"Give {name} as a whole number from {low} to {high}.")
        return int(value)

    def query_truth(self, name: str) -> bool:
        """A parameter that is true or false; false when it is not there."""
        value = self.query(name)
        if value not in (None, "true", "false"):
            raise invalid(f"Give {name} as true or false.")
        return value == "true"

    def query_choice(self, name: str, kind: type[_E]) -> _E | None:
        """A parameter that is one word of a vocabulary, or None."""
        value = self.query(name)
        if value is None:
            return None
        words = [one.value for one in kind]
        if value not in words:
            raise invalid(f"Give {name} as one of {', '.join(words)}.")
        return kind(value)

    def query_day(self, name: str) -> date | None:
        """A parameter that is a day such as 2021-06-16, or None."""
        value = self.query(name)
        if value is None:
            return None
        try:
            if len(value) != len("2021-06-16"):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise invalid(f"Give {name} as a day, such as 2021-06-16.") from None

    def page(self) -> Page:
        """Which part of a list is asked for: `after` and `limit`."""
        after = self.query_whole("after", 0, 2**53 - 1, 0)
        return Page(after, self.query_whole("limit", 1, MAX_PAGE, _DEFAULT_PAGE))

    def no_more(self) -> None:
        """Refuse parameters that nobody asked for; views call it after the last that they know."""
        if self._parameters().keys() - self._asked:
            names = ", ".join(sorted(self._asked)) or "none"
            raise invalid(f"Leave out parameters other than these: {names}.")

    def _parameters(self) -> dict[str, str]:
        if self._query is None:
            try:
                pairs = parse_qsl(
                    self.environ.get("QUERY_STRING", ""),
                    keep_blank_values=True,
                    max_num_fields=_MOST_PARAMETERS,
                    errors="strict",
                )
            except ValueError:  # too many, or not UTF-8
                raise invalid(f"Send at most {_MOST_PARAMETERS} parameters in UTF-8.") from None
            self._query = dict(pairs)
            if len(self._query) != len(pairs):
                raise invalid("Give each parameter once.")
        return self._query


def address_of(environ: "WSGIEnvironment", *, behind_proxy: bool) -> str:
    """Where a request comes from: behind a proxy, what that has added to X-Forwarded-For last."""
    if behind_proxy and (forwarded := environ.get("HTTP_X_FORWARDED_FOR")):
        return str(forwarded).rpartition(",")[2].strip()[:64]
    return str(environ.get("REMOTE_ADDR", ""))
