"""The last good trust bundle as one file: what the trust store wrote, ready for the pipeline."""

import hashlib
from dataclasses import dataclass
from typing import Final

from keys.bundle import TrustBundle
from spec import cbor
from spec.certificate import Timestamp
from spec.errors import MalformedError
from spec.trust_list import TrustList
from spec.vaccines import VaccineTable

__all__ = ["StoredBundle"]

_TRUST_LIST, _VACCINES, _FRESH_UNTIL, _DIGEST = 1, 2, 3, 4
_PARTS: Final = frozenset({_TRUST_LIST, _VACCINES, _FRESH_UNTIL, _DIGEST})


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredBundle:
    """The published bytes, verified when they were fetched, and how long they count.

    The file is not signed: whoever can write it can write the verifier's program as well. Its
    digest is there against a failing disk, which would otherwise turn one key's times into others.
    """

    trust_list: bytes
    vaccines: bytes
    fresh_until: Timestamp

    @classmethod
    def from_cbor(cls, data: bytes) -> "StoredBundle":
        """Read a file; raises MalformedError when any bit of it has changed."""
        parts = cbor.decode(data)
        if type(parts) is not dict or parts.keys() != _PARTS:
            raise MalformedError("trust bundle: not a map of the four parts")
        trust_list, vaccines, fresh_until = (
            parts[_TRUST_LIST],
            parts[_VACCINES],
            parts[_FRESH_UNTIL],
        )
        if type(trust_list) is not bytes or type(vaccines) is not bytes:
            raise MalformedError("trust bundle: a part is not a byte string")
        if type(fresh_until) is not int:
            raise MalformedError("trust bundle: its end is not a time")
        bundle = cls(trust_list=trust_list, vaccines=vaccines, fresh_until=Timestamp(fresh_until))
        if parts[_DIGEST] != bundle._digest():
            raise MalformedError("trust bundle: the digest differs")
        return bundle

    def to_cbor(self) -> bytes:
        """Write the file."""
        return cbor.encode({**self._parts(), _DIGEST: self._digest()})

    def open(self) -> TrustBundle:
        """Load every key; raises MalformedError, KeyMaterialError or VaccineTableError."""
        return TrustBundle.of(
            trust_list=TrustList.from_cbor(self.trust_list),
            vaccines=VaccineTable.from_json(self.vaccines),
            fresh_until=self.fresh_until,
        )

    def _parts(self) -> dict[int, cbor.CborValue]:
        return {
            _TRUST_LIST: self.trust_list,
            _VACCINES: self.vaccines,
            _FRESH_UNTIL: self.fresh_until,
        }

    def _digest(self) -> bytes:
        return hashlib.sha256(cbor.encode(self._parts())).digest()
