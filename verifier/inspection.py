"""Opens a QR text without verifying it, for the curious and for support: never for a gate.

It goes through the steps of section 8 that need no key, as far as they hold, and says which one
failed.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from spec import base45, cbor, qr_text
from spec.certificate import Certificate
from spec.cose import Algorithm, CoseSign1
from spec.errors import VerificationError
from verifier.report import Json, moment

__all__ = ["WARNING", "Failure", "Inspection", "diagnostic", "inspect", "to_json", "to_lines"]

WARNING: Final = "NOT VERIFIED – anyone can write such a code; check it before you believe it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """The step that the text did not pass."""

    step: int
    name: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """What could be read; everything after the failed step is None."""

    text: str
    message: bytes | None = None
    cose: CoseSign1 | None = None
    certificate: Certificate | None = None
    failure: Failure | None = None


def inspect(text: str) -> Inspection:
    """Read as much of a text as is well-formed; never raises for anything a text can hold."""
    found = Inspection(text=text)
    for step, name, read in _STEPS:
        try:
            found = read(found)
        except VerificationError as error:
            failure = Failure(step=step, name=name, code=error.code, reason=str(error))
            return replace(found, failure=failure)
    return found


def _recognise(found: Inspection) -> Inspection:
    qr_text.recognise(found.text)
    return found


def _decode(found: Inspection) -> Inspection:
    return replace(found, message=base45.decode(found.text[len(qr_text.PREFIX) :]))


def _parse(found: Inspection) -> Inspection:
    return replace(found, cose=CoseSign1.from_cbor(found.message or b""))


def _open_payload(found: Inspection) -> Inspection:
    payload = found.cose.payload if found.cose else b""
    return replace(found, certificate=Certificate.from_cbor(payload))


def _check_facts(found: Inspection) -> Inspection:
    if found.certificate:
        found.certificate.check()
    return found


_STEPS: Final[tuple[tuple[int, str, Callable[[Inspection], Inspection]], ...]] = (
    (1, "recognise", _recognise),
    (2, "decode", _decode),
    (3, "parse", _parse),
    (7, "open the payload", _open_payload),
    (8, "compare the facts", _check_facts),
)


def to_json(found: Inspection) -> Json:
    """The inspection as JSON; `verified` is always false."""
    cose, failure = found.cose, found.failure
    return {
        "verified": False,
        "warning": WARNING,
        "failed": None
        if failure is None
        else {
            "step": failure.step,
            "name": failure.name,
            "code": failure.code,
            "reason": failure.reason,
        },
        "message": _hex(found.message),
        "protected": None
        if cose is None
        else {
            "algorithm": cose.header.algorithm,
            "kid": cose.header.kid.hex(),
            "unknown": diagnostic(dict(cose.header.unknown)),
        },
        "claims": None if cose is None else _claims(cose.payload),
        "certificate": None if found.certificate is None else _certificate(found.certificate),
        "signature": None if cose is None else cose.signature.hex(),
    }


def to_lines(found: Inspection) -> Iterator[str]:
    """The inspection as text, between two warnings."""
    yield WARNING
    if found.cose is not None:
        yield from _cose_lines(found.cose)
    elif found.message is not None:
        yield f"message    {found.message.hex()}"
    if found.certificate is not None:
        for key, value in _certificate(found.certificate).items():
            yield f"  {key:<15}{_json_text(value)}"
    if found.failure is not None:
        failure = found.failure
        yield f"failed at step {failure.step}, {failure.name}: {failure.code}: {failure.reason}"
    yield WARNING


def _cose_lines(cose: CoseSign1) -> Iterator[str]:
    yield f"algorithm  {_algorithm(cose.header.algorithm)}"
    yield f"kid        {cose.header.kid.hex()}"
    if cose.header.unknown:
        yield f"unknown    {diagnostic(dict(cose.header.unknown))}"
    yield f"signature  {cose.signature.hex()}"
    yield f"payload    {cose.payload.hex()}"
    claims = _claims(cose.payload)
    if claims is not None:
        yield f"claims     {claims}"


def _algorithm(number: int) -> str:
    return f"{number} ({Algorithm(number).name})" if number in list(Algorithm) else str(number)


def _claims(payload: bytes) -> str | None:
    """The payload in diagnostic notation, also when its claims are not those of a certificate."""
    try:
        return diagnostic(cbor.decode(payload))
    except VerificationError:
        return None


def _certificate(certificate: Certificate) -> Json:
    return {
        "issuer": certificate.issuer,
        "issued_at": moment(certificate.issued_at),
        "expires_at": moment(certificate.expires_at),
        "name": certificate.name,
        "birth_date": str(certificate.birth_date),
        "id_suffix": certificate.id_suffix,
        "doses": [
            {"code": dose.vaccine, "date": dose.day.isoformat()} for dose in certificate.doses
        ],
        "doses_needed": certificate.doses_needed,
        "colour": certificate.colour.word,
        "status": {
            "list": certificate.status.list_number,
            "index": certificate.status.index,
        },
        "unknown": diagnostic(dict(certificate.unknown)),
    }


def diagnostic(value: cbor.CborValue) -> str:
    """Write a CBOR value in diagnostic notation (RFC 8949, section 8), safe for a terminal."""
    match value:
        case bytes():
            return f"h'{value.hex()}'"
        case list():
            return f"[{', '.join(map(diagnostic, value))}]"
        case dict():
            pairs = (f"{diagnostic(key)}: {diagnostic(item)}" for key, item in value.items())
            return f"{{{', '.join(pairs)}}}"
        case _:
            return _json_text(value)


def _json_text(value: object) -> str:
    """JSON in which every character that a terminal could obey is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(
        character if character.isprintable() else json.dumps(character)[1:-1] for character in text
    )


def _hex(data: bytes | None) -> str | None:
    return None if data is None else data.hex()
