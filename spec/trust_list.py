"""The trust list (specification, section 11): a COSE_KeySet (RFC 9052) with lifetimes."""

from dataclasses import dataclass
from enum import IntEnum

from spec import cbor
from spec.certificate import LAST_TIMESTAMP, Timestamp
from spec.cose import KID_LENGTH, Algorithm, Kid
from spec.errors import MalformedError
from spec.limits import MAX_ISSUER_LENGTH

__all__ = ["KeyState", "PublicKey", "TrustList", "TrustedKey"]

_KTY, _KID, _ALG, _CRV, _X, _Y = 1, 2, 3, -1, -2, -3
_ISSUER, _STATE, _SIGNS_FROM, _SIGNS_UNTIL, _VERIFIES_UNTIL = range(-65_537, -65_542, -1)
_ISSUED_AT, _KEYS = 1, 2
_OKP, _EC2 = 1, 2
_P256, _ED25519 = 1, 6
_COORDINATE = 32


class KeyState(IntEnum):
    """Where a signing key is in its life at the moment the list is issued."""

    PENDING = 1
    """Published, so that verifiers know it, and not signing yet."""
    ACTIVE = 2
    RETIRED = 3
    """Signs no more; what it signed stays valid."""
    EXPIRED = 4
    """All that it signed has ended."""
    COMPROMISED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """A public key as COSE_Key parameters (RFC 9053, section 7)."""

    algorithm: Algorithm
    x: bytes
    """The x-coordinate on P-256, or the Ed25519 public key; 32 bytes."""
    y: bytes | None
    """The y-coordinate on P-256, 32 bytes; None for Ed25519."""

    def to_cose_key(self) -> dict[int, cbor.CborValue]:
        """The required parameters alone: what a COSE Key Thumbprint (RFC 9679) is taken over."""
        if self.y is None:
            return {_KTY: _OKP, _CRV: _ED25519, _X: self.x}
        return {_KTY: _EC2, _CRV: _P256, _X: self.x, _Y: self.y}

    @classmethod
    def from_cose_key(cls, labels: cbor.CborValue) -> "PublicKey":
        """Read the parameters of a COSE_Key map; raises MalformedError."""
        x, y = labels.get(_X), labels.get(_Y)
        kind = tuple(labels.get(label) for label in (_KTY, _CRV, _ALG))
        if any(type(number) is not int for number in kind):
            raise MalformedError("trust list: a key has no integer type, curve or algorithm")
        match kind:
            case (2, 1, Algorithm.ES256) if _is_coordinate(y):
                algorithm = Algorithm.ES256
            case (1, 6, Algorithm.EDDSA) if _Y not in labels:
                algorithm = Algorithm.EDDSA
            case _:
                raise MalformedError("trust list: a key is neither ES256 nor Ed25519")
        if not _is_coordinate(x):
            raise MalformedError("trust list: a key has no coordinate of 32 bytes")
        return cls(algorithm=algorithm, x=x, y=y)


def _is_coordinate(value: cbor.CborValue) -> bool:
    return type(value) is bytes and len(value) == _COORDINATE


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedKey:
    """One signing key of one issuer and the times within which its certificates count."""

    kid: Kid
    public_key: PublicKey
    issuer: str
    state: KeyState
    signs_from: Timestamp
    """First second at which the key may sign."""
    signs_until: Timestamp
    """First second at which it may sign no more."""
    verifies_until: Timestamp
    """First second at which nothing that it signed is valid any more."""

    @classmethod
    def from_cose_key(cls, labels: cbor.CborValue) -> "TrustedKey":
        """Read one COSE_Key of the list; raises MalformedError."""
        if type(labels) is not dict:
            raise MalformedError("trust list: a key is not a map")
        kid, state = labels.get(_KID), labels.get(_STATE)
        if type(kid) is not bytes or len(kid) != KID_LENGTH:
            raise MalformedError("trust list: a key has no identifier of 8 bytes")
        if type(state) is not int or state not in list(KeyState):
            raise MalformedError("trust list: a key has no known state")
        signs_from, signs_until, verifies_until = (
            _timestamp(labels.get(label)) for label in (_SIGNS_FROM, _SIGNS_UNTIL, _VERIFIES_UNTIL)
        )
        if not signs_from < signs_until <= verifies_until:
            raise MalformedError("trust list: the times of a key are out of order")
        return cls(
            kid=Kid(kid),
            public_key=PublicKey.from_cose_key(labels),
            issuer=_issuer(labels.get(_ISSUER)),
            state=KeyState(state),
            signs_from=signs_from,
            signs_until=signs_until,
            verifies_until=verifies_until,
        )

    def to_cose_key(self) -> dict[int, cbor.CborValue]:
        """The COSE_Key map with our private labels."""
        return self.public_key.to_cose_key() | {
            _KID: self.kid,
            _ALG: int(self.public_key.algorithm),
            _ISSUER: self.issuer,
            _STATE: int(self.state),
            _SIGNS_FROM: self.signs_from,
            _SIGNS_UNTIL: self.signs_until,
            _VERIFIES_UNTIL: self.verifies_until,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustList:
    """Every key that verifiers trust, as of one moment."""

    issued_at: Timestamp
    keys: tuple[TrustedKey, ...]

    @classmethod
    def from_cbor(cls, data: bytes) -> "TrustList":
        """Read a trust list; raises MalformedError, also when two keys share an identifier."""
        document = cbor.decode(data)
        if type(document) is not dict or type(document.get(_KEYS)) is not list:
            raise MalformedError("trust list: not a map with a key set")
        keys = tuple(TrustedKey.from_cose_key(labels) for labels in document[_KEYS])
        if len({key.kid for key in keys}) != len(keys):
            raise MalformedError("trust list: two keys share an identifier")
        return cls(issued_at=_timestamp(document.get(_ISSUED_AT)), keys=keys)

    def to_cbor(self) -> bytes:
        """Write the list, its keys in the order of their identifiers."""
        keys = [key.to_cose_key() for key in sorted(self.keys, key=lambda key: key.kid)]
        return cbor.encode({_ISSUED_AT: self.issued_at, _KEYS: keys})


def _issuer(value: cbor.CborValue) -> str:
    if type(value) is not str or not 1 <= len(value) <= MAX_ISSUER_LENGTH:
        raise MalformedError("trust list: a key has no issuer of a sound length")
    if not value.isprintable():
        raise MalformedError("trust list: the issuer of a key is not printable")
    return value


def _timestamp(value: cbor.CborValue) -> Timestamp:
    if type(value) is not int or not 0 <= value <= LAST_TIMESTAMP:
        raise MalformedError("trust list: a time is not a number of seconds until the year 9999")
    return Timestamp(value)
