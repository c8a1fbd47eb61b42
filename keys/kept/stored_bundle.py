"""The last good trust bundle as one small file: what was fetched, and which lists belong to it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from keys.bundle import GenuineLists, StatusLists, TrustBundle
from spec import cbor
from spec.certificate import LAST_TIMESTAMP, Timestamp
from spec.cose import KID_LENGTH, Kid
from spec.entry_policy import EntryPolicy
from spec.errors import MalformedError
from spec.genuine_list import GENUINE_LIST_BYTES
from spec.limits import MAX_ISSUER_LENGTH
from spec.status_index import MAX_STATUS_LISTS
from spec.status_list import STATUS_LIST_BYTES
from spec.trust_list import TrustList
from spec.vaccines import VaccineTable

__all__ = ["DIGEST_BYTES", "FormerVersionError", "ListReader", "StoredBundle", "StoredStatus"]

DIGEST_BYTES: Final = 32
"""Bytes of a SHA-256: a list is named by it."""

_TRUST_LIST, _VACCINES, _FRESH_UNTIL, _DIGEST, _STATUS, _GENUINE, _NEWEST_TIME, _POLICY = range(
    1, 9
)
_PARTS: Final = frozenset(range(1, 8))
"""Always there; the entry policy is one more where one is published."""
_FORMER_PARTS: Final = frozenset({_TRUST_LIST, _VACCINES, _FRESH_UNTIL, _DIGEST})

ListReader: TypeAlias = Callable[[bytes, int], memoryview]
"""Gives a list by its SHA-256 and its length in bytes."""


class FormerVersionError(MalformedError):
    """The file was written before there were status lists."""


class _Digests:
    """A mapped genuine list, whose slices are bytes of their own."""

    __slots__ = ("_view",)

    def __init__(self, view: memoryview) -> None:
        self._view = view

    def __getitem__(self, place: slice, /) -> bytes:
        return self._view[place].tobytes()


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredStatus:
    """The status lists of an issuer as of one moment, by their digests."""

    issuer: str
    issued_at: Timestamp
    fresh_until: Timestamp
    lists: tuple[bytes, ...]
    """The SHA-256 of the bits of each list, from number 0 on."""

    @classmethod
    def from_parts(cls, parts: cbor.CborValue) -> "StoredStatus":
        """Read the part of the file; raises MalformedError."""
        if type(parts) is not list or len(parts) != 4 or type(parts[3]) is not list:
            raise MalformedError("trust bundle: the status part has another form")
        issuer, issued_at, fresh_until, lists = parts
        if type(issuer) is not str or not 1 <= len(issuer) <= MAX_ISSUER_LENGTH:
            raise MalformedError("trust bundle: no issuer of a sound length")
        if len(lists) > MAX_STATUS_LISTS:
            raise MalformedError("trust bundle: more status lists than there are positions")
        return cls(
            issuer=issuer,
            issued_at=_time(issued_at),
            fresh_until=_time(fresh_until),
            lists=tuple(map(_digest, lists)),
        )

    def to_parts(self) -> cbor.CborValue:
        """Write the part of the file."""
        return [self.issuer, self.issued_at, self.fresh_until, list(self.lists)]

    def open(self, read: ListReader) -> StatusLists:
        """Map the lists; raises whatever `read` raises."""
        opened = {number: read(name, STATUS_LIST_BYTES) for number, name in enumerate(self.lists)}
        return StatusLists(
            issuer=self.issuer,
            issued_at=self.issued_at,
            fresh_until=self.fresh_until,
            lists=MappingProxyType(opened),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredBundle:
    """The published bytes, verified when they were fetched, and how long they count.

    The file is not signed: whoever can write it can write the verifier's program as well. Its
    digest is there against a failing disk, which would otherwise turn one key's times into others.
    """

    trust_list: bytes
    vaccines: bytes
    fresh_until: Timestamp
    status: StoredStatus
    genuine: Mapping[Kid, Mapping[int, bytes]]
    """The SHA-256 of each genuine list of a compromised key, by the numbers of the status lists."""
    newest_time: Timestamp
    """The newest signed time that was ever seen here."""
    policy: bytes | None = None
    """The entry policy, where one is published."""

    @classmethod
    def from_cbor(cls, data: bytes) -> "StoredBundle":
        """Read a file; raises MalformedError when any bit of it has changed.

        Raises FormerVersionError for a file without status lists.
        """
        parts = cbor.decode(data)
        if type(parts) is dict and parts.keys() == _FORMER_PARTS:
            raise FormerVersionError("trust bundle: without status lists")
        if type(parts) is not dict or parts.keys() - {_POLICY} != _PARTS:
            raise MalformedError("trust bundle: not a map of the seven parts, or eight")
        trust_list, vaccines = parts[_TRUST_LIST], parts[_VACCINES]
        policy = parts.get(_POLICY, b"")
        if not type(trust_list) is type(vaccines) is type(policy) is bytes:
            raise MalformedError("trust bundle: a part is not a byte string")
        bundle = cls(
            trust_list=trust_list,
            vaccines=vaccines,
            fresh_until=_time(parts[_FRESH_UNTIL]),
            status=StoredStatus.from_parts(parts[_STATUS]),
            genuine=_genuine(parts[_GENUINE]),
            newest_time=_time(parts[_NEWEST_TIME]),
            policy=policy if _POLICY in parts else None,
        )
        if parts != bundle._parts() | {_DIGEST: bundle._digest()}:
            raise MalformedError("trust bundle: the digest differs")
        return bundle

    def to_cbor(self) -> bytes:
        """Write the file."""
        return cbor.encode({**self._parts(), _DIGEST: self._digest()})

    def open(self, read: ListReader) -> TrustBundle:
        """Load every key and map every list.

        Raises MalformedError, KeyMaterialError, VaccineTableError or EntryPolicyError, and whatever
        `read` raises.
        """
        genuine: dict[Kid, GenuineLists] = {
            kid: {number: _Digests(read(name, GENUINE_LIST_BYTES)) for number, name in own.items()}
            for kid, own in self.genuine.items()
        }
        return TrustBundle.of(
            trust_list=TrustList.from_cbor(self.trust_list),
            vaccines=VaccineTable.from_json(self.vaccines),
            fresh_until=self.fresh_until,
            status=self.status.open(read),
            genuine=genuine,
            newest_time=self.newest_time,
            policy=None if self.policy is None else EntryPolicy.from_json(self.policy),
        )

    def digests(self) -> Iterator[bytes]:
        """The SHA-256 of every list that belongs to this bundle."""
        yield from self.status.lists
        for own in self.genuine.values():
            yield from own.values()

    def _parts(self) -> dict[int, cbor.CborValue]:
        genuine = [
            [kid, number, name] for kid, own in self.genuine.items() for number, name in own.items()
        ]
        policy = {} if self.policy is None else {_POLICY: self.policy}
        return policy | {
            _TRUST_LIST: self.trust_list,
            _VACCINES: self.vaccines,
            _FRESH_UNTIL: self.fresh_until,
            _STATUS: self.status.to_parts(),
            _GENUINE: genuine,
            _NEWEST_TIME: self.newest_time,
        }

    def _digest(self) -> bytes:
        return hashlib.sha256(cbor.encode(self._parts())).digest()


def _time(value: cbor.CborValue) -> Timestamp:
    if type(value) is not int or not 0 <= value <= LAST_TIMESTAMP:
        raise MalformedError("trust bundle: a time is missing or out of range")
    return Timestamp(value)


def _digest(value: cbor.CborValue) -> bytes:
    if type(value) is not bytes or len(value) != DIGEST_BYTES:
        raise MalformedError("trust bundle: a list is not named by a digest")
    return value


def _genuine(rows: cbor.CborValue) -> dict[Kid, dict[int, bytes]]:
    if type(rows) is not list or any(type(row) is not list or len(row) != 3 for row in rows):
        raise MalformedError("trust bundle: the genuine lists have another form")
    genuine: dict[Kid, dict[int, bytes]] = {}
    for kid, number, name in rows:
        if type(kid) is not bytes or len(kid) != KID_LENGTH or type(number) is not int:
            raise MalformedError("trust bundle: a genuine list of no key or no number")
        genuine.setdefault(Kid(kid), {})[number] = _digest(name)
    return genuine
