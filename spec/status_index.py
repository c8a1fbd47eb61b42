"""The status index (specification, section 12.3): when all lists were made, and what they hold."""

from dataclasses import dataclass
from typing import Final

from spec import cbor
from spec.certificate import LAST_TIMESTAMP, Timestamp
from spec.errors import MalformedError
from spec.limits import MAX_ISSUER_LENGTH, MAX_STATUS_POSITION, STATUS_LIST_SIZE

__all__ = ["MAX_STATUS_LISTS", "ListCounts", "StatusIndex"]

MAX_STATUS_LISTS: Final = (MAX_STATUS_POSITION + 1) // STATUS_LIST_SIZE
"""As many lists as there are positions for."""

_ISSUED_AT, _ISSUER, _LISTS = 1, 2, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ListCounts:
    """How many positions of a list were ever given away, and how many of these were revoked.

    Neither ever falls, so a publisher can tell that it looks at an older register.
    """

    assigned: int
    revoked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusIndex:
    """What is true of all status lists of one issuer together."""

    issued_at: Timestamp
    """The time before which everything that the register held is in the lists."""
    issuer: str
    lists: tuple[ListCounts, ...]
    """One for each list, from number 0 on without a gap."""

    @classmethod
    def from_cbor(cls, data: bytes) -> "StatusIndex":
        """Read an index; raises MalformedError."""
        document = cbor.decode(data)
        if type(document) is not dict or type(document.get(_LISTS)) is not list:
            raise MalformedError("status index: not a map with lists")
        issued_at, issuer = document.get(_ISSUED_AT), document.get(_ISSUER)
        if type(issued_at) is not int or not 0 <= issued_at <= LAST_TIMESTAMP:
            raise MalformedError("status index: no time at which it was issued")
        if type(issuer) is not str or not 1 <= len(issuer) <= MAX_ISSUER_LENGTH:
            raise MalformedError("status index: no issuer of a sound length")
        if not issuer.isprintable():
            raise MalformedError("status index: the issuer is not printable")
        if len(document[_LISTS]) > MAX_STATUS_LISTS:
            raise MalformedError("status index: more lists than there are positions")
        return cls(
            issued_at=Timestamp(issued_at),
            issuer=issuer,
            lists=tuple(_counts(counts) for counts in document[_LISTS]),
        )

    def to_cbor(self) -> bytes:
        """Write the index."""
        lists = [[counts.assigned, counts.revoked] for counts in self.lists]
        return cbor.encode({_ISSUED_AT: self.issued_at, _ISSUER: self.issuer, _LISTS: lists})


def _counts(value: cbor.CborValue) -> ListCounts:
    if type(value) is not list or len(value) != 2 or any(type(count) is not int for count in value):
        raise MalformedError("status index: a list is not described by two counts")
    assigned, revoked = value
    if not 0 <= revoked <= assigned <= STATUS_LIST_SIZE:
        raise MalformedError("status index: the counts of a list are out of order")
    return ListCounts(assigned=assigned, revoked=revoked)
