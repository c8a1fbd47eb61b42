"""Bytes for the cases: sound parts from the real code, the others put together by hand."""

from typing import Any, Final

import cbor2

from spec import qr_text
from spec.cose import to_be_signed
from tests.vectors.case import AUTHORITY

__all__ = [
    "ALG",
    "EXP",
    "FACTS",
    "HEADER",
    "IAT",
    "ISS",
    "KEY",
    "KID",
    "MESSAGE",
    "PAYLOAD",
    "SIGNATURE",
    "TEXT",
    "claims",
    "enveloped",
    "facts",
    "mapping",
    "signed",
    "text_of",
]

ISS: Final = 1
EXP: Final = 4
IAT: Final = 6
FACTS: Final = -65_537
ALG: Final = 1
KID: Final = 4

KEY: Final = AUTHORITY.keys["active"]
HEADER: Final = KEY.header.to_cbor()
PAYLOAD: Final = AUTHORITY.certificate().to_cbor()
MESSAGE: Final = AUTHORITY.sign_message()
SIGNATURE: Final = MESSAGE[-64:]
TEXT: Final = qr_text.to_text(MESSAGE)

_FACT_NAMES: Final = ("name", "birth", "id_suffix", "doses", "needed", "colour", "status")


def mapping(*entries: tuple[object, object]) -> bytes:
    """Encode a small map entry by entry, in the order given."""
    pairs = b"".join(cbor2.dumps(key) + cbor2.dumps(value) for key, value in entries)
    return bytes((0xA0 | len(entries),)) + pairs


def facts(**changes: object) -> list[Any]:
    """The facts of the sound certificate with some replaced, of any type."""
    values = cbor2.loads(PAYLOAD)[FACTS]
    return [changes.get(name, value) for name, value in zip(_FACT_NAMES, values, strict=True)]


def claims(changes: dict[Any, object] | None = None, **fact_changes: object) -> bytes:
    """Encode the sound claims, some changed or, by None, left out; keys in bytewise order.

    Facts are changed by their names, to values of any type; None is null there.
    """
    values: dict[Any, object] = cbor2.loads(PAYLOAD) | {FACTS: facts(**fact_changes)}
    values |= changes or {}
    kept = [(key, value) for key, value in values.items() if value is not None]
    return mapping(*sorted(kept, key=lambda entry: cbor2.dumps(entry[0])))


def signed(payload: bytes, protected: bytes = HEADER) -> str:
    """Sign a payload of any bytes under a protected header of any bytes; the QR text."""
    return text_of(AUTHORITY.sign_message(payload, header=protected))


def enveloped(
    protected: object = HEADER, unprotected: object = None, payload: object = PAYLOAD
) -> str:
    """Sign as COSE says and put the parts into a message, whatever types they have."""
    signature = KEY.sign(to_be_signed(_bytes(protected), _bytes(payload)))
    unprotected = {} if unprotected is None else unprotected
    return text_of(AUTHORITY.message(protected, unprotected, payload, signature))


def text_of(message: bytes) -> str:
    """Spell a message as QR text."""
    return qr_text.to_text(message)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
