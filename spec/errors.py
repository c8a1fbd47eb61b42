"""The errors of dosepass: one root, a stable code each, and no personal datum in any message.

Every reason not to accept a certificate is a `VerificationError` whose code is a verdict code
(specification, section 9); the door of the pipeline turns it into a verdict. Other floors derive
their own errors from `DosepassError` by what the caller can do about them.
"""

from typing import ClassVar


class DosepassError(Exception):
    """The root of all our errors; `code` is stable, the message is for people."""

    code: ClassVar[str] = "error"


class VerificationError(DosepassError):
    """A certificate cannot be accepted; `code` is the verdict code that says why."""


class RejectedError(VerificationError):
    """The certificate is refused: another check of the same text at this time cannot help."""


class UndeterminedError(VerificationError):
    """The verifier cannot tell; fresher trust or a right clock may change the answer."""


class NotACertificateError(RejectedError):
    """The text does not start as a dosepass certificate does."""

    code = "not_a_certificate"


class MalformedError(RejectedError):
    """The text or bytes break a rule of form in the specification."""

    code = "malformed"


class BadSignatureError(RejectedError):
    """The signature does not belong to this content and this key."""

    code = "bad_signature"


class AlgorithmMismatchError(RejectedError):
    """The header names another algorithm than the one the key is for."""

    code = "algorithm_mismatch"


class KeyNotValidError(RejectedError):
    """The key was not allowed to sign for this issuer at the time of issuance."""

    code = "key_not_valid"


class KeyCompromisedError(RejectedError):
    """The key is known to be in strange hands."""

    code = "key_compromised"


class InconsistentError(RejectedError):
    """The signed facts contradict each other."""

    code = "inconsistent"


class ExpiredError(RejectedError):
    """The certificate's time is over."""

    code = "expired"


class NotYetValidError(RejectedError):
    """The certificate says that it was issued in the future."""

    code = "not_yet_valid"


class RevokedError(RejectedError):
    """The issuer took the certificate back."""

    code = "revoked"


class SuspendedError(RejectedError):
    """The issuer holds the certificate back for now."""

    code = "suspended"


class PolicyError(RejectedError):
    """The certificate is genuine; the entry rules of this place do not let it pass."""

    code = "policy"


class UnknownKeyError(UndeterminedError):
    """No key with this identifier is in the trust list."""

    code = "unknown_key"


class TrustStaleError(UndeterminedError):
    """The trust list is older than its limit."""

    code = "trust_stale"


class StatusStaleError(UndeterminedError):
    """The status lists are older than their limit."""

    code = "status_stale"


class ClockSuspectError(UndeterminedError):
    """The device's clock stands before a time that was signed already."""

    code = "clock_suspect"
