"""One operation of the service: its name, its way in, its right, and what answers it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from issuer.access.rights import Action
from issuer.api.answer import Answer
from issuer.api.call import Call

__all__ = ["ANYBODY", "PROBE", "SIGNED_IN", "Door", "Operation", "Right", "View", "operations"]


class Door(StrEnum):
    """What an operation asks for that needs no right of the table."""

    ANYBODY = "anybody"
    """No sign-in; the rates are narrow instead."""
    PROBE = "probe"
    """The same without a rate: the machines that watch the service ask often."""
    SIGNED_IN = "signed_in"
    """Any account, about itself."""


ANYBODY: Final = Door.ANYBODY
PROBE: Final = Door.PROBE
SIGNED_IN: Final = Door.SIGNED_IN

_VARIABLE: Final = re.compile(r"\{(\w+)\}")
_TEXTS: Final = frozenset({"account", "figure", "form", "number"})
_NUMBER: Final = "int(max=9007199254740991)"
"""The largest that every reader of JSON reads as it stands; the database holds more."""

Right: TypeAlias = Action | Door
View: TypeAlias = Callable[[Call], Answer]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One operation, as `spec/openapi/issuer.yaml` describes it."""

    name: str
    """The `operationId`."""
    method: str
    path: str
    """As the description writes it: `/v1/people/{person}`."""
    right: Right
    """What the account's level has to have before anything of the request is read. Whether it
    holds *there* is asked by the view, when it knows where."""
    view: View

    @property
    def rule(self) -> str:
        """The path as Flask writes it: variable parts are numbers, but for a few names."""
        return _VARIABLE.sub(lambda found: f"<{_converter(found[1])}:{found[1]}>", self.path)


def operations(*named: tuple[str, str, str, Right, View]) -> tuple[Operation, ...]:
    """The operations of one part of the service, from a table."""
    return tuple(
        Operation(name=name, method=method, path=path, right=right, view=view)
        for name, method, path, right, view in named
    )


def _converter(name: str) -> str:
    return "string" if name in _TEXTS else _NUMBER
