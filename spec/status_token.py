"""The Status List Token in CWT form (specification, section 12.2).

It is that of draft-ietf-oauth-status-list, section 5.2, so that any reader of the draft reads it.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from spec import cbor, status_list
from spec.certificate import LAST_TIMESTAMP, Timestamp
from spec.cose import Algorithm, CoseSign1, Kid, ProtectedHeader
from spec.errors import MalformedError

__all__ = ["StatusToken", "status_header", "status_subject"]

_TYP: Final = 16
"""The header `typ` (RFC 9596): what keeps a token from being taken for something else."""
_MEDIA_TYPE: Final = "application/statuslist+cwt"

_SUB, _EXP, _IAT = 2, 4, 6
_TTL, _STATUS_LIST = 65_534, 65_533
_BITS, _LST, _AGGREGATION = "bits", "lst", "aggregation_uri"
_TWO_BITS: Final = 2


def status_subject(issuer: str, number: int) -> str:
    """The subject of the token of one list: the draft wants a URI that names the list.

    An issuer may have any printable name, so what a URI cannot hold is percent-encoded.
    """
    return f"dosepass:{quote(issuer, safe='')}/status/{number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusToken:
    """One status list with the times for which it counts."""

    subject: str
    issued_at: Timestamp
    expires_at: Timestamp
    time_to_live: int
    """Seconds for which a reader of the draft may keep it without asking again."""
    bits: bytes
    """The list itself, STATUS_LIST_BYTES long."""

    @classmethod
    def from_message(cls, message: CoseSign1) -> "StatusToken":
        """Read a token whose signature is somebody else's matter; raises MalformedError."""
        if message.header.unknown.get(_TYP) != _MEDIA_TYPE:
            raise MalformedError("status token: the header does not say that it is one")
        return cls.from_cbor(message.payload)

    @classmethod
    def from_cbor(cls, payload: bytes) -> "StatusToken":
        """Read the claims; raises MalformedError."""
        claims = cbor.decode(payload)
        if type(claims) is not dict:
            raise MalformedError("status token: the claims are not a map")
        subject, carried = claims.get(_SUB), claims.get(_STATUS_LIST)
        if type(subject) is not str or type(carried) is not dict:
            raise MalformedError("status token: no subject, or no status list")
        if type(carried.get(_LST)) is not bytes or carried.get(_BITS) != _TWO_BITS:
            raise MalformedError("status token: not a list of two bits a position")
        issued_at, expires_at, time_to_live = (
            _seconds(claims.get(key)) for key in (_IAT, _EXP, _TTL)
        )
        if time_to_live == 0:
            raise MalformedError("status token: the time to live is not positive")
        return cls(
            subject=subject,
            issued_at=Timestamp(issued_at),
            expires_at=Timestamp(expires_at),
            time_to_live=time_to_live,
            bits=status_list.decompress(carried[_LST]),
        )

    def to_cbor(self) -> bytes:
        """Write the claims: the payload of the message."""
        return cbor.encode(
            {
                _SUB: self.subject,
                _IAT: self.issued_at,
                _EXP: self.expires_at,
                _TTL: self.time_to_live,
                _STATUS_LIST: {
                    _BITS: _TWO_BITS,
                    _LST: status_list.compress(self.bits),
                    # Optional in the draft, and yet some of its readers do not go without.
                    _AGGREGATION: self.subject.rpartition("/")[0],
                },
            }
        )


def status_header(algorithm: Algorithm, kid: Kid) -> ProtectedHeader:
    """The protected header of a token that a key signs."""
    return ProtectedHeader(algorithm=algorithm, kid=kid, unknown={_TYP: _MEDIA_TYPE})


def _seconds(value: cbor.CborValue) -> int:
    if type(value) is not int or not 0 <= value <= LAST_TIMESTAMP:
        raise MalformedError("status token: a time is missing or out of range")
    return value
