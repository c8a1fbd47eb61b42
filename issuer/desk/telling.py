"""Rights before, the audit trail after: what every door of the desk begins and ends with."""

from collections.abc import Iterable
from typing import ClassVar

from sqlalchemy import Connection

from issuer.access import audit
from issuer.access.rights import NATION, Action, Actor, Area, check
from issuer.register.places import family_of, places_of_people
from issuer.status_requests import is_reason
from keys.errors import HintedError
from spec.certificate import Timestamp

__all__ = ["NoSuchPersonError", "ReasonError", "check_people", "check_reason", "tell"]


class ReasonError(HintedError):
    """A reason is missing, or cannot stand in the register."""

    code: ClassVar[str] = "reason"

    def __init__(self) -> None:
        super().__init__(
            "a reason of 3 to 200 printable characters is needed",
            hint="it stays for ever and is read by others, so it names no person",
        )


class NoSuchPersonError(HintedError):
    """The register has no such person."""

    code: ClassVar[str] = "no_such_person"

    def __init__(self) -> None:
        super().__init__("the register has no person of that number")


def check_reason(reason: str | None) -> str:
    """The reason without blanks around it; raises ReasonError."""
    text = (reason or "").strip()
    if not is_reason(text):
        raise ReasonError
    return text


def check_people(
    connection: Connection, actor: Actor, action: Action, person_ids: Iterable[int]
) -> list[Area]:
    """Let somebody act on each of some persons; gives the places of the last.

    Somebody without a record is the nation's. Raises NotAllowedError, NoSuchPersonError.
    """
    places: list[Area] = []
    for person_id in person_ids:
        places = places_of_people(connection, [person_id]) or [NATION]
        check(actor, action, *places)
        if not family_of(connection, [person_id]):
            raise NoSuchPersonError
    return places


def tell(
    connection: Connection, actor: Actor, now: Timestamp, action: str, subject: str,
    **details: str | int | None,
) -> None:  # fmt: skip
    """Add to the audit trail what an account did; the last thing in its transaction."""
    audit.append(connection, at=now, actor=actor.name, action=action, subject=subject, **details)
