"""Cases of section 12.1 and of step 10: what status lists say, and at which place."""

from typing import Any, Final

from spec.certificate import Certificate, StatusPosition
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import Status
from spec.verdicts import VerdictCode
from tests.vectors.case import AUTHORITY, Case, Lists, StatusList

__all__ = ["NEVER_GIVEN", "POSITION", "cases", "reading", "sound_case"]

POSITION: Final = 73_482
"""Where the sound certificate stands: in the third quarter of byte 18370."""

OK, SUPERSEDED = VerdictCode.OK, VerdictCode.SUPERSEDED
REVOKED, SUSPENDED = VerdictCode.REVOKED, VerdictCode.SUSPENDED
_CODES: Final = {
    Status.VALID: OK,
    Status.INVALID: REVOKED,
    Status.SUSPENDED: SUSPENDED,
    Status.SUPERSEDED: SUPERSEDED,
}
_LAST: Final = STATUS_LIST_SIZE - 1
NEVER_GIVEN: Final = StatusList(Status.INVALID)
"""A list of which no position was given to a certificate."""


def cases() -> list[Case]:
    """Every status, at every kind of place."""
    return [*_values(), *_places()]


def reading(status: Status, position: int = POSITION) -> Lists:
    """Lists in which one position of list 0 reads something else than valid."""
    return Lists(lists=(StatusList(others={position: status}), StatusList()))


def sound_case(name: str, description: str, code: VerdictCode, **settings: Any) -> Case:
    """A case of the sound certificate, or of one changed by `facts`."""
    authority = settings.setdefault("authority", AUTHORITY)
    certificate: Certificate = authority.certificate(**settings.pop("facts", {}))
    return Case(
        name=name,
        section=settings.pop("section", "12.1"),
        description=description,
        text=authority.sign(certificate),
        code=code,
        certificate=certificate if code in {OK, SUPERSEDED} else None,
        **settings,
    )


def _values() -> list[Case]:
    """Each status at the first and at the last index of a list, and within a byte."""
    places = {"first": (0, "the first index"), "last": (_LAST, "the last index")}
    names = {Status.INVALID: "revoked", Status.SUSPENDED: "suspended"}
    names[Status.SUPERSEDED] = "superseded"
    ends = [
        sound_case(
            f"status-{place}-{word}",
            f"The position at {where} of list 0 is {word}.",
            _CODES[status],
            facts={"status": StatusPosition(index)},
            status=reading(status, index),
        )
        for place, (index, where) in places.items()
        for status, word in names.items()
    ]
    within = [
        sound_case(
            f"status-{word}",
            f"The certificate of the example, {word}.",
            _CODES[status],
            status=reading(status),
        )
        for status, word in names.items()
    ]
    quarters = [
        sound_case(
            f"status-quarter-{quarter}",
            f"Of four positions that share a byte, number {quarter} alone is revoked: this one.",
            REVOKED,
            facts={"status": StatusPosition(POSITION - 2 + quarter)},
            status=reading(Status.INVALID, POSITION - 2 + quarter),
        )
        for quarter in (0, 1, 3)
    ]
    return [*ends, *within, *quarters]


def _places() -> list[Case]:
    """The right list, the right byte, the right two bits of it."""
    around = {*range(POSITION - 5, POSITION + 6)} - {POSITION}
    revoked = dict.fromkeys(around, Status.INVALID)
    suspended = dict.fromkeys(around, Status.SUSPENDED)
    rows: dict[str, tuple[str, VerdictCode, int, tuple[StatusList, ...]]] = {
        "status-neighbours-revoked": (
            "The neighbours in the byte and in the bytes beside it are revoked.",
            OK,
            POSITION,
            (StatusList(others=revoked),),
        ),
        "status-neighbours-suspended": (
            "The same neighbours are suspended, and this one is revoked.",
            REVOKED,
            POSITION,
            (StatusList(others=suspended | {POSITION: Status.INVALID}),),
        ),
        "status-only-one-given": (
            "The only position of its list that was given to a certificate.",
            OK,
            POSITION,
            (StatusList(Status.INVALID, {POSITION: Status.VALID}),),
        ),
        "status-never-given": (
            "A position that was never given to a certificate.",
            REVOKED,
            POSITION,
            (StatusList(Status.INVALID, {POSITION + 1: Status.VALID}),),
        ),
        "status-second-list-revoked": (
            "Index 1 of list 1 is revoked; index 1 of list 0 is not.",
            REVOKED,
            STATUS_LIST_SIZE + 1,
            (StatusList(), StatusList(others={1: Status.INVALID})),
        ),
        "status-other-list-revoked": (
            "Index 1 of list 1 is revoked; this is index 1 of list 0.",
            OK,
            1,
            (StatusList(), StatusList(others={1: Status.INVALID})),
        ),
        "status-list-absent": (
            "A position in a list that does not exist.",
            REVOKED,
            STATUS_LIST_SIZE,
            (StatusList(),),
        ),
        "status-no-lists": ("The issuer has no lists yet.", REVOKED, POSITION, ()),
    }
    return [
        sound_case(
            name,
            description,
            code,
            facts={"status": StatusPosition(position)},
            status=Lists(lists=lists),
        )
        for name, (description, code, position, lists) in rows.items()
    ]
