"""The verification pipeline: text, trust bundle and time in, a verdict out. Pure.

The steps are those of section 8 of the specification, in its order and with its numbers. A step
that fails raises; `check` and `check_all` are the doors at which the error becomes a verdict.
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

from keys.bundle import StatusLists, TrustBundle, VerificationKey
from spec import base45, qr_text
from spec.certificate import Certificate, Timestamp
from spec.cose import CoseSign1, to_be_signed
from spec.entry_rules import EntryRefusedError, EntryRules
from spec.errors import (
    AlgorithmMismatchError,
    ClockSuspectError,
    ExpiredError,
    KeyCompromisedError,
    KeyNotValidError,
    NotYetValidError,
    RevokedError,
    StatusStaleError,
    SuspendedError,
    TrustStaleError,
    UnknownKeyError,
    VerificationError,
)
from spec.genuine_list import is_genuine
from spec.limits import CLOCK_TOLERANCE
from spec.status_list import Status, status_at
from spec.trust_list import KeyState
from spec.verdicts import VerdictCode
from verifier.verdict import Verdict

__all__ = ["check", "check_all", "check_status_lists", "check_trust", "verify"]


class _Opened(NamedTuple):
    """A text after step 5: what was signed, and the key that it has to hold by."""

    message: CoseSign1
    key: VerificationKey


def check(
    text: str, bundle: TrustBundle, at: Timestamp, entry: EntryRules | None = None
) -> Verdict:
    """Judge one QR text by a trust bundle at a time; never raises for anything a text can hold.

    `entry` are the rules of the place where it is shown, if there are any.
    """
    try:
        opened = _open(text, bundle, at)
        _hold(opened)
        return _judge(opened, bundle, at, entry)
    except VerificationError as error:
        return _refusal(error, at)


def check_all(
    texts: Sequence[str], bundle: TrustBundle, at: Timestamp, entry: EntryRules | None = None
) -> list[Verdict]:
    """Judge many texts as `check` does each, but all of them step by step.

    A step that runs for one text after the other finds its code and tables in the caches of the
    processor; the signature check alone is a quarter slower when it has to find them anew (ADR
    0018). A failed text has its verdict, and takes no further step.
    """
    states: list[_Opened | Verdict] = []
    for text in texts:
        try:
            states.append(_open(text, bundle, at))
        except VerificationError as error:
            states.append(_refusal(error, at))
    for place, state in enumerate(states):
        if type(state) is _Opened:
            try:
                _hold(state)
            except VerificationError as error:
                states[place] = _refusal(error, at)
    verdicts: list[Verdict] = []
    for state in states:
        if type(state) is _Opened:
            try:
                state = _judge(state, bundle, at, entry)
            except VerificationError as error:
                state = _refusal(error, at)
        verdicts.append(cast(Verdict, state))
    return verdicts


def verify(
    text: str, bundle: TrustBundle, at: Timestamp, entry: EntryRules | None = None
) -> Certificate:
    """Give the certificate in a QR text, or raise the VerificationError that stands against it.

    A superseded certificate is given too: all that it says is true.
    """
    opened = _open(text, bundle, at)
    _hold(opened)
    certificate, _ = _read(opened, bundle, at, entry)
    return certificate


def _refusal(error: VerificationError, at: Timestamp) -> Verdict:
    refusal = error.refusal if isinstance(error, EntryRefusedError) else None
    return Verdict(VerdictCode(error.code), str(error), None, at, refusal)


def _open(text: str, bundle: TrustBundle, at: Timestamp) -> _Opened:
    # Steps 1 and 2: recognise, decode.
    message_bytes = base45.decode(qr_text.recognise(text))
    # Step 3: parse the envelope. The payload stays closed until its signature holds.
    message = CoseSign1.from_cbor(message_bytes)
    # Step 4: find the key, in a trust list that is fresh by a clock that is sane.
    key = _find_key(message, bundle, at)
    # Step 5: match the algorithm. The key decides, never the header.
    if message.header.algorithm != key.trusted.public_key.algorithm:
        raise AlgorithmMismatchError("the header names another algorithm than the key's")
    return _Opened(message, key)


def _hold(opened: _Opened) -> None:
    # Step 6: verify the signature.
    message = opened.message
    opened.key.verify(message.signature, to_be_signed(message.protected, message.payload))


def _judge(
    opened: _Opened, bundle: TrustBundle, at: Timestamp, entry: EntryRules | None
) -> Verdict:
    certificate, status = _read(opened, bundle, at, entry)
    code = VerdictCode.SUPERSEDED if status is Status.SUPERSEDED else VerdictCode.OK
    return Verdict(code, None, certificate, at)


def _read(
    opened: _Opened, bundle: TrustBundle, at: Timestamp, entry: EntryRules | None
) -> tuple[Certificate, Status]:
    message, key = opened
    # Step 7: open the payload; the key must have been allowed to sign it then.
    certificate = Certificate.from_cbor(message.payload)
    if key.trusted.state is KeyState.COMPROMISED:
        _check_genuine(key, certificate, message.payload)
    _check_key_at_issuance(key, certificate)
    # Step 8: the facts agree with each other.
    certificate.check()
    # Step 9: the times. No tolerance at the end: `exp` is the first moment of refusal (RFC 8392).
    if at < certificate.issued_at - CLOCK_TOLERANCE:
        raise NotYetValidError("issued in the future")
    if at >= certificate.expires_at:
        raise ExpiredError("the certificate has ended")
    # Step 10: the status, in lists that are fresh.
    status = _check_status(bundle.status, certificate, at)
    # Step 11: the rules of the place.
    if entry is not None:
        entry.check(certificate, at)
    return certificate, status


def check_trust(bundle: TrustBundle, at: Timestamp) -> None:
    """Raise ClockSuspectError or TrustStaleError when a bundle cannot be relied on at a time."""
    if at < bundle.newest_time - CLOCK_TOLERANCE:
        raise ClockSuspectError("the clock stands before a time that was signed already")
    if at >= bundle.fresh_until:
        raise TrustStaleError("the trust data are past their limit")


def check_status_lists(lists: StatusLists, at: Timestamp) -> None:
    """Raise StatusStaleError when status lists are too old at a time."""
    if at >= lists.fresh_until:
        raise StatusStaleError("the status lists are past their limit")


def _find_key(message: CoseSign1, bundle: TrustBundle, at: Timestamp) -> VerificationKey:
    check_trust(bundle, at)
    key = bundle.keys.get(message.header.kid)
    if key is None:
        raise UnknownKeyError("no trusted key has this identifier")
    return key


def _check_genuine(key: VerificationKey, certificate: Certificate, payload: bytes) -> None:
    """Accept under a stolen key only what its issuer is known to have signed (section 13)."""
    position = certificate.status
    digests = key.genuine.get(position.list_number)
    if digests is None or not is_genuine(digests, position.index, payload):
        raise KeyCompromisedError("the key is stolen, and its issuer did not sign this")


def _check_key_at_issuance(key: VerificationKey, certificate: Certificate) -> None:
    trusted = key.trusted
    if certificate.issuer != trusted.issuer:
        raise KeyNotValidError("the key belongs to another issuer")
    if not trusted.signs_from <= certificate.issued_at < trusted.signs_until:
        raise KeyNotValidError("the key was not allowed to sign at that time")
    # Nothing outlives its key, so a key of the past cannot be used to write a long future.
    if certificate.expires_at > trusted.verifies_until:
        raise KeyNotValidError("the certificate ends after its key")


def _check_status(lists: StatusLists, certificate: Certificate, at: Timestamp) -> Status:
    """Look the certificate up; gives VALID or SUPERSEDED, and raises for any other status."""
    check_status_lists(lists, at)
    if certificate.issuer != lists.issuer:
        raise StatusStaleError("there are no status lists of this issuer")
    position = certificate.status
    bits = lists.lists.get(position.list_number)
    status = Status.INVALID if bits is None else status_at(bits, position.index)
    if status is Status.SUSPENDED:
        raise SuspendedError("the issuer has suspended the certificate")
    if status is not Status.INVALID:
        return status
    # A list made before the certificate cannot know that its position is taken (section 12.4).
    if certificate.issued_at > lists.issued_at - CLOCK_TOLERANCE:
        return Status.VALID
    raise RevokedError("the issuer has revoked the certificate, or never issued it")
