"""COSE_Sign1 (RFC 9052, section 4.2) as certificates use it: structure only, no cryptography."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple, NewType

from spec import cbor
from spec.errors import MalformedError

__all__ = [
    "KID_LENGTH",
    "SIGNATURE_LENGTH",
    "Algorithm",
    "CoseSign1",
    "Kid",
    "ProtectedHeader",
    "to_be_signed",
]

Kid = NewType("Kid", bytes)
"""Key identifier: the first 8 bytes of the key's COSE Key Thumbprint (RFC 9679) with SHA-256."""

KID_LENGTH: Final = 8
SIGNATURE_LENGTH: Final = 64
"""Bytes of a signature, for both algorithms (RFC 9053, sections 2.1 and 2.2)."""

_TAG_18: Final = b"\xd2"
_ARRAY_OF_4: Final = b"\x84"
_EMPTY_MAP: Final = b"\xa0"
_CONTEXT: Final = _ARRAY_OF_4 + cbor.encode("Signature1")
_NO_AAD: Final = b"\x40"
"""The external data that a signature may cover as well: none here, an empty byte string."""
_ALG, _CRIT, _KID = 1, 2, 4
_UNDERSTOOD: Final = frozenset({_ALG, _CRIT, _KID})


class Algorithm(IntEnum):
    """COSE algorithm numbers that a key of ours can be for."""

    ES256 = -7
    EDDSA = -8
    """With curve Ed25519 only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectedHeader:
    """The signed header: algorithm number, key identifier, and labels that we do not know.

    `algorithm` is any integer: whether it is one of ours is for the key to say.
    """

    algorithm: int
    kid: Kid
    unknown: Mapping[int | str, cbor.CborValue]

    @classmethod
    def from_cbor(cls, data: bytes) -> "ProtectedHeader":
        """Read a header map; raises MalformedError, also for a `crit` that we cannot honour."""
        labels = cbor.decode(data)
        if type(labels) is not dict:
            raise MalformedError("COSE: the protected header is not a map")
        algorithm, kid = labels.get(_ALG), labels.get(_KID)
        if type(algorithm) is not int:
            raise MalformedError("COSE: the protected header names no integer algorithm")
        if type(kid) is not bytes or len(kid) != KID_LENGTH:
            raise MalformedError("COSE: the protected header has no key identifier of 8 bytes")
        if _CRIT in labels:
            _honour_critical(labels[_CRIT], labels)
        unknown = {label: value for label, value in labels.items() if label not in _UNDERSTOOD}
        return cls(algorithm=algorithm, kid=Kid(kid), unknown=unknown)

    def to_cbor(self) -> bytes:
        """Write the header map; `crit` is never written, since nothing we write needs it."""
        return cbor.encode({_ALG: int(self.algorithm), _KID: self.kid, **self.unknown})


def _honour_critical(critical: cbor.CborValue, labels: Mapping[int | str, cbor.CborValue]) -> None:
    """Refuse critical labels that are absent or not understood (RFC 9052, section 3.1)."""
    if type(critical) is not list or not critical:
        raise MalformedError("COSE: crit is not a list of labels")
    for label in critical:
        if type(label) not in (int, str) or label not in labels or label not in _UNDERSTOOD:
            raise MalformedError("COSE: a critical header is not understood")


# Every certificate of one key has the same protected bytes, so the few headers in use are kept.
_read_header = lru_cache(maxsize=256)(ProtectedHeader.from_cbor)


class CoseSign1(NamedTuple):
    """A tagged COSE_Sign1 message; a named tuple, since one is made for every scan."""

    header: ProtectedHeader
    protected: bytes
    payload: bytes
    signature: bytes

    @classmethod
    def from_cbor(cls, data: bytes) -> "CoseSign1":
        """Read a message; raises MalformedError.

        The tag 18 must be there and nothing may be in the unprotected header: a byte that the
        signature does not cover would give one certificate many spellings.
        """
        if data[:1] != _TAG_18:
            raise MalformedError("COSE: the tag 18 of COSE_Sign1 is missing")
        if data[1:2] != _ARRAY_OF_4:
            raise MalformedError("COSE: not an array of four")
        protected, end = cbor.take_byte_string(data, 2)
        if data[end : end + 1] != _EMPTY_MAP:
            raise MalformedError("COSE: the unprotected header is not empty")
        payload, end = cbor.take_byte_string(data, end + 1)
        signature, end = cbor.take_byte_string(data, end)
        if len(signature) != SIGNATURE_LENGTH:
            raise MalformedError("COSE: the signature does not have 64 bytes")
        if end != len(data):
            raise MalformedError("COSE: bytes follow the message")
        header = _read_header(protected)
        return cls(header=header, protected=protected, payload=payload, signature=signature)

    def to_cbor(self) -> bytes:
        """Write the tagged message."""
        protected = cbor.byte_string(self.protected)
        content = cbor.byte_string(self.payload) + cbor.byte_string(self.signature)
        return _TAG_18 + _ARRAY_OF_4 + protected + _EMPTY_MAP + content


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Write the Sig_structure that a signature covers (RFC 9052, section 4.4)."""
    return _before_payload(protected) + cbor.byte_string(payload)


@lru_cache(maxsize=256)
def _before_payload(protected: bytes) -> bytes:
    return _CONTEXT + cbor.byte_string(protected) + _NO_AAD
