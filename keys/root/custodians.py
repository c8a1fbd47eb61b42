"""The public keys of a root: whose they are, as files that travel, and whether they are sound.

A custodian holds one of the m-of-n keys that sign roots. The public half is a key in TUF's JSON
form, with its identifier and, in a field of ours that TUF keeps, the custodian's name.
"""

import json
import re
from typing import Any, ClassVar, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import CryptoSigner, Key, Signature, SSlibKey

from keys.algorithms import PrivateKey
from keys.edwards25519 import is_sound_public_key
from keys.errors import HintedError

__all__ = [
    "MAX_NAME_LENGTH",
    "CeremonyError",
    "check_key",
    "custodian_key",
    "is_signed_by",
    "key_from_json",
    "key_to_json",
    "label",
    "read_object",
]

MAX_NAME_LENGTH: Final = 64
"""Characters: enough for an office, and one line on a screen."""

_NAME: Final = "x-dosepass-name"
_SHORT: Final = 12
_MAX_KEY_FILE: Final = 4096
"""Bytes; a key with the longest name takes about 600."""
_RAW_KEY: Final = re.compile(r"[0-9a-f]{64}")
_ASK_AGAIN: Final = "ask for the file that was made by: dosepass-keys root generate"


class CeremonyError(HintedError):
    """A file of a root ceremony is not what it should be, or a step is not possible."""

    code: ClassVar[str] = "ceremony"


def custodian_key(private_key: PrivateKey, name: str | None) -> SSlibKey:
    """The public half with its owner's name; raises CeremonyError for a name that cannot be shown.

    The name is published in the root: an office says more, for longer, than a person.
    """
    key = CryptoSigner(private_key).public_key
    if name is not None:
        key.unrecognized_fields[_NAME] = _checked_name(name)
    return key


def key_to_json(key: Key) -> bytes:
    """Write a public key as the file that a custodian hands over."""
    document = {"keyid": key.keyid, **key.to_dict()}
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def key_from_json(data: bytes, where: str) -> SSlibKey:
    """Read such a file; raises CeremonyError for anything else."""
    document = read_object(data, where, _MAX_KEY_FILE)
    keyid = document.pop("keyid", None)
    try:
        key = Key.from_dict(keyid, document)
        check_key(key)
    except (CeremonyError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = error if isinstance(error, CeremonyError) else "fields are missing or wrong"
        raise CeremonyError(f"{where} is no public key: {reason}", hint=_ASK_AGAIN) from None
    assert isinstance(key, SSlibKey)  # noqa: S101  # check_key takes no other
    return key


def check_key(key: Key) -> None:
    """Refuse a key that is not sound, or not written in the one form that each key has.

    Identifiers are only labels to TUF: a key under two of them would count as two custodians.
    Raises CeremonyError.
    """
    if not isinstance(key, SSlibKey):
        raise CeremonyError("the key is neither on P-256 nor Ed25519")
    canonical = _canonical(key)
    if key.keyid != canonical.keyid:
        raise CeremonyError("the key's identifier does not belong to it")
    if (key.keytype, key.scheme, key.keyval) != _parts(canonical):
        raise CeremonyError("the key is not written in its usual form")
    if key.unrecognized_fields.keys() - {_NAME}:
        raise CeremonyError("the key has fields that nobody would see")
    if _NAME in key.unrecognized_fields:
        _checked_name(key.unrecognized_fields[_NAME])


def is_signed_by(key: Key, sig: str, data: bytes) -> bool:
    """Whether a signature in hexadecimal digits is this key's over some bytes."""
    try:
        key.verify_signature(Signature(key.keyid, sig), data)
    except (UnverifiedSignatureError, VerificationError):
        return False
    return True


def label(key: Key | None, keyid: str) -> str:
    """A key for a person to read: name, if it has one, and the first 12 digits of its identifier.

    The names in a root were checked when it was read.
    """
    name = key.unrecognized_fields.get(_NAME) if key else None
    return f"{name} ({keyid[:_SHORT]})" if name else keyid[:_SHORT]


def read_object(data: bytes, where: str, limit: int) -> dict[str, Any]:
    """Read a JSON object of at most `limit` bytes; raises CeremonyError."""
    try:
        if len(data) > limit:
            raise ValueError
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise CeremonyError(
            f"{where} is not a JSON object of at most {limit} bytes",
            hint="the file is cut off, or another one; copy it again",
        )
    return document


def _canonical(key: SSlibKey) -> SSlibKey:
    public = key.keyval.get("public")
    if key.keytype == "ed25519" and isinstance(public, str) and _RAW_KEY.fullmatch(public):
        raw = bytes.fromhex(public)
        if is_sound_public_key(raw):
            return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(raw))
    if key.keytype == "ecdsa" and isinstance(public, str) and public.isascii():
        return SSlibKey.from_crypto(_point(public))
    raise CeremonyError("the key is neither on P-256 nor Ed25519")


def _point(pem: str) -> EllipticCurvePublicKey:
    try:
        loaded = load_pem_public_key(pem.encode())
    except Exception:  # OpenSSL has many ways to say no to a stranger's bytes
        loaded = None
    if not isinstance(loaded, EllipticCurvePublicKey) or not isinstance(loaded.curve, SECP256R1):
        raise CeremonyError("the key is neither on P-256 nor Ed25519")
    return loaded


def _parts(key: SSlibKey) -> tuple[str, str, dict[str, Any]]:
    return key.keytype, key.scheme, key.keyval


def _checked_name(name: object) -> str:
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= MAX_NAME_LENGTH
        or not name.isprintable()
        or name != name.strip()
    ):
        raise CeremonyError(
            f"the custodian's name does not have from 1 to {MAX_NAME_LENGTH} visible characters"
        )
    return name
