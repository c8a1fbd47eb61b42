"""Tokens and keys as PKCS#11 describes them: found by URI, read, and made."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pkcs11 import (
    Attribute,
    KeyType,
    Mechanism,
    MechanismFlag,
    ObjectClass,
    Session,
    SignMixin,
    Token,
    TokenFlag,
)
from pkcs11._pkcs11 import lib as Library  # noqa: N812 - it is a class
from pkcs11.exceptions import AttributeSensitive, AttributeTypeInvalid, FunctionFailed
from pkcs11.types import Object

from keys.errors import SignerError
from keys.pkcs11.uri import Pkcs11Uri
from spec.cose import Algorithm
from spec.trust_list import PublicKey

__all__ = ["find_key", "find_token", "labelled", "make_pair", "mechanism_for", "public_half"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    """How PKCS#11 speaks of keys for one of our algorithms."""

    key_type: KeyType
    parameters: tuple[bytes, ...]
    """DER of CKA_EC_PARAMS; the first is written, all are read."""
    point: tuple[bytes, int]
    """First bytes and length of the raw point of CKA_EC_POINT."""
    generation: Mechanism
    signing: tuple[Mechanism, ...]
    """The first that the token has is used."""


_KINDS: Final[Mapping[Algorithm, _Kind]] = MappingProxyType(
    {
        Algorithm.ES256: _Kind(
            key_type=KeyType.EC,
            parameters=(bytes.fromhex("06082a8648ce3d030107"),),  # 1.2.840.10045.3.1.7
            point=(b"\x04", 65),
            generation=Mechanism.EC_KEY_PAIR_GEN,
            signing=(Mechanism.ECDSA_SHA256, Mechanism.ECDSA),
        ),
        Algorithm.EDDSA: _Kind(
            key_type=KeyType.EC_EDWARDS,
            parameters=(
                b"\x13\x0cedwards25519",  # the curve's name: PKCS#11 3.0, section 2.3.5
                bytes.fromhex("06032b6570"),  # 1.3.101.112: RFC 8410, PKCS#11 3.1
                bytes.fromhex("06092b06010401da470f01"),  # 1.3.6.1.4.1.11591.15.1: PKCS#11 3.0
            ),
            point=(b"", 32),
            generation=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            signing=(Mechanism.EDDSA,),
        ),
    }
)
_MISSING: Final = (AttributeTypeInvalid, AttributeSensitive, FunctionFailed)
"""How tokens say that an object has no such attribute, or does not show it."""


def find_token(library: Library, uri: Pkcs11Uri) -> Token:
    """The one token that a URI names; raises SignerError for none and for more."""
    found = [
        token
        for token in library.get_tokens()
        if token.flags & TokenFlag.TOKEN_INITIALIZED and _matches(library, token, uri)
    ]
    if not found:
        raise SignerError(
            f"{uri.token_words()} is not there",
            hint="plug it in, or list what there is: pkcs11-tool --list-slots",
        )
    if len(found) > 1:
        serials = ", ".join(sorted(_serial(token) for token in found))
        raise SignerError(
            f"{len(found)} tokens match {uri.token_words()}",
            hint=f"add serial= to the URI; theirs are {serials}",
        )
    return found[0]


def find_key(session: Session, uri: Pkcs11Uri) -> tuple[Algorithm, SignMixin]:
    """The one private key that a URI names, and its algorithm.

    Raises SignerError for none, for more, for one of another kind, and for one that may not sign.
    """
    found = list(session.get_objects(_wanted(uri) | {Attribute.CLASS: ObjectClass.PRIVATE_KEY}))
    if not found:
        raise SignerError(
            f"{uri.key_words()} is not there",
            hint="check object= and id= of the URI; make keys with: dosepass-keys generate --token",
        )
    if len(found) > 1:
        ids = ", ".join(sorted(_percent(key[Attribute.ID]) for key in found))
        raise SignerError(
            f"{len(found)} private keys match {uri.key_words()}",
            hint=f"add id= to the URI; theirs are {ids}",
        )
    algorithm = _algorithm_of(found[0], uri)
    if not isinstance(found[0], SignMixin):
        raise SignerError(
            f"{uri.key_words()} is not allowed to sign",
            hint="its CKA_SIGN is false; make keys with: dosepass-keys generate --token",
        )
    return algorithm, found[0]


def public_half(session: Session, key: SignMixin, algorithm: Algorithm) -> PublicKey:
    """Read the public half from its own object, or where there is none, from the private key.

    Raises SignerError when neither shows it, or shows what is no point.
    """
    points = set(_points(session, key))
    if not points and (own := _attribute(key, Attribute.EC_POINT)) is not None:
        points.add(own)
    if len(points) != 1:
        raise SignerError(
            "the token shows no public key for the private one"
            if not points
            else "the token shows several public keys for the private one",
            hint="store exactly one public key with the same CKA_ID as the private key",
        )
    return _public_key(points.pop(), algorithm)


def labelled(session: Session, uri: Pkcs11Uri) -> Iterator[Object]:
    """Keys that a new one of this URI could be taken for: the same label, or the same id."""
    names = ((Attribute.LABEL, uri.object), (Attribute.ID, uri.id))
    for attribute, value in names:
        if value is not None:
            yield from session.get_objects({attribute: value})


def make_pair(
    session: Session, *, label: str, key_id: bytes, algorithm: Algorithm
) -> tuple[Object, Object]:
    """Make public and private key in the token; the private one never leaves it."""
    kind = _KINDS[algorithm]
    parameters = session.create_domain_parameters(
        kind.key_type, {Attribute.EC_PARAMS: kind.parameters[0]}, local=True
    )
    return parameters.generate_keypair(
        id=key_id,
        label=label,
        store=True,
        capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
        mechanism=kind.generation,
        private_template={
            Attribute.PRIVATE: True,
            Attribute.SENSITIVE: True,
            Attribute.EXTRACTABLE: False,
        },
    )


def mechanism_for(algorithm: Algorithm, available: Collection[int]) -> Mechanism:
    """How a token signs; raises SignerError when it cannot.

    With ECDSA alone, the caller hashes; the signature is the same.
    """
    for mechanism in _KINDS[algorithm].signing:
        if mechanism in available:
            return mechanism
    raise SignerError(
        f"the token has no mechanism for {algorithm.name}",
        hint="take a token that has CKM_ECDSA, or for Ed25519 CKM_EDDSA",
    )


def _matches(library: Library, token: Token, uri: Pkcs11Uri) -> bool:
    slot = token.slot
    pairs: tuple[tuple[object, object], ...] = (
        (uri.token, token.label),
        (uri.manufacturer, token.manufacturer_id),
        (uri.serial, _serial(token)),
        (uri.model, token.model),
        (uri.library_manufacturer, library.manufacturer_id),
        (uri.library_description, library.library_description),
        (uri.library_version, library.library_version),
        (uri.slot_manufacturer, slot.manufacturer_id),
        (uri.slot_description, slot.slot_description),
        (uri.slot_id, slot.slot_id),
    )
    return all(wanted in (None, actual) for wanted, actual in pairs)


def _wanted(uri: Pkcs11Uri) -> dict[Attribute, Any]:
    names = ((Attribute.LABEL, uri.object), (Attribute.ID, uri.id))
    return {attribute: value for attribute, value in names if value is not None}


def _algorithm_of(key: Object, uri: Pkcs11Uri) -> Algorithm:
    try:
        found = key[Attribute.KEY_TYPE], key[Attribute.EC_PARAMS]
    except (*_MISSING, ValueError):  # ValueError: a kind of key of the vendor's own
        found = None, None
    for algorithm, kind in _KINDS.items():
        if found[0] is kind.key_type and found[1] in kind.parameters:
            return algorithm
    raise SignerError(
        f"{uri.key_words()} is neither on P-256 nor Ed25519",
        hint="make keys with: dosepass-keys generate --token",
    )


def _points(session: Session, key: SignMixin) -> Iterator[bytes]:
    """The points of the public keys with the id, or where it has none, the label of a key."""
    wanted: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PUBLIC_KEY}
    key_id = _attribute(key, Attribute.ID)
    if key_id:
        wanted[Attribute.ID] = key_id
    else:
        wanted[Attribute.LABEL] = key[Attribute.LABEL]
    for public in session.get_objects(wanted):
        point = _attribute(public, Attribute.EC_POINT)
        if point is not None:
            yield point


def _attribute(found: Object, attribute: Attribute) -> bytes | None:
    try:
        return bytes(found[attribute])
    except _MISSING:
        return None


def _public_key(point: bytes, algorithm: Algorithm) -> PublicKey:
    """Take CKA_EC_POINT as it stands, or out of the DER wrapper that PKCS#11 2.40 asks for."""
    start, length = _KINDS[algorithm].point
    for wrapper in (b"", bytes((0x04, length)), bytes((0x03, length + 1, 0))):
        raw = point[len(wrapper) :]
        if point.startswith(wrapper) and len(raw) == length and raw.startswith(start):
            half = raw[len(start) :]
            if algorithm is Algorithm.EDDSA:
                return PublicKey(algorithm=algorithm, x=half, y=None)
            return PublicKey(algorithm=algorithm, x=half[:32], y=half[32:])
    raise SignerError(
        "the token shows the public key in a form that is none of PKCS#11",
        hint="an uncompressed point is needed; make keys with: dosepass-keys generate --token",
    )


def _serial(token: Token) -> str:
    return token.serial.rstrip(b"\0 ").decode(errors="replace")


def _percent(key_id: bytes) -> str:
    return "".join(f"%{byte:02X}" for byte in key_id)
