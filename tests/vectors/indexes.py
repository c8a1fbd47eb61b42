"""Cases of section 12.3: status indexes, sound and not."""

from typing import Any

from spec import cbor
from spec.limits import STATUS_LIST_SIZE
from spec.status_index import ListCounts, StatusIndex
from tests.authority import NOW
from tests.vectors.build import mapping
from tests.vectors.status_case import StatusCase, index_case

__all__ = ["cases"]

ISSUED_AT, ISSUER, LISTS = 1, 2, 3
_FULL = STATUS_LIST_SIZE


def index(changes: dict[Any, object] | None = None) -> bytes:
    """Encode the sound index, some of it changed or, by None, left out."""
    values: dict[Any, object] = {ISSUED_AT: NOW, ISSUER: "VN", LISTS: [[_FULL, 1234], [5, 0]]}
    values |= changes or {}
    return cbor.encode({key: value for key, value in values.items() if value is not None})


def cases() -> list[StatusCase]:
    """What a reader takes, and what it must not take."""
    return [*_accepted(), *_refused()]


def _content(*lists: tuple[int, int], issuer: str = "VN") -> StatusIndex:
    counts = tuple(ListCounts(assigned=assigned, revoked=revoked) for assigned, revoked in lists)
    return StatusIndex(issued_at=NOW, issuer=issuer, lists=counts)


def _accepted() -> list[StatusCase]:
    two = _content((_FULL, 1234), (5, 0))
    rows = {
        "sound": ("Two lists, the second begun.", index(), two),
        "no-lists": ("An issuer without certificates.", index({LISTS: []}), _content()),
        "all-revoked": (
            "Every position of a list is revoked.",
            index({LISTS: [[_FULL, _FULL]]}),
            _content((_FULL, _FULL)),
        ),
        "unknown-labels": ("Further labels are ignored.", index({4: [1], "x": True}), two),
        "longest-issuer": (
            "An issuer of 32 characters.",
            index({ISSUER: "Ệ" * 32, LISTS: []}),
            _content(issuer="Ệ" * 32),
        ),
    }
    return [
        index_case(name, description, data, content, cddl=True)
        for name, (description, data, content) in rows.items()
    ]


def _refused() -> list[StatusCase]:
    shapes: dict[str, tuple[str, bytes]] = {
        "time-missing": ("No time.", index({ISSUED_AT: None})),
        "time-negative": ("A negative time.", index({ISSUED_AT: -1})),
        "time-after-9999": ("A time in the year 10000.", index({ISSUED_AT: 253_402_300_800})),
        "time-true": ("True for a time.", index({ISSUED_AT: True})),
        "issuer-missing": ("No issuer.", index({ISSUER: None})),
        "issuer-empty": ("An issuer without a name.", index({ISSUER: ""})),
        "issuer-bytes": ("The issuer as bytes.", index({ISSUER: b"VN"})),
        "lists-missing": ("No lists.", index({LISTS: None})),
        "lists-number": ("The number of lists alone.", index({LISTS: 2})),
        "counts-one": ("One count for a list.", index({LISTS: [[5]]})),
        "counts-three": ("Three counts for a list.", index({LISTS: [[5, 1, 0]]})),
        "counts-number": ("A count without its array.", index({LISTS: [5]})),
        "counts-negative": ("A negative count.", index({LISTS: [[5, -1]]})),
        "counts-true": ("True for a count.", index({LISTS: [[5, True]]})),
        "counts-too-many": ("More than the list has positions.", index({LISTS: [[_FULL + 1, 0]]})),
        "array": ("An array.", cbor.encode([NOW, "VN", []])),
        "empty": ("No bytes.", b""),
        "cut": ("The last byte is missing.", index()[:-1]),
    }
    values: dict[str, tuple[str, bytes]] = {
        "issuer-too-long": ("An issuer of 33 characters.", index({ISSUER: "V" * 33})),
        "issuer-hidden": ("An issuer with a zero-width space.", index({ISSUER: "V\u200bN"})),
        "counts-out-of-order": ("More revoked than assigned.", index({LISTS: [[5, 6]]})),
        "trailing-byte": ("A byte after the index.", index() + b"\0"),
        "out-of-order": (
            "Keys out of order.",
            mapping((ISSUER, "VN"), (ISSUED_AT, NOW), (LISTS, [])),
        ),
        "long-integer": (
            "A count in a longer form.",
            index({LISTS: []})[:-1] + b"\x81\x82\x18\x05\x00",
        ),
    }
    return [
        index_case(name, description, data, None, cddl=cddl)
        for rows, cddl in ((shapes, False), (values, True))
        for name, (description, data) in rows.items()
    ]
