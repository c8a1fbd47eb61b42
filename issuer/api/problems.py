"""The problems of this service (RFC 9457), and which of our errors becomes which of them.

The types are those of `spec/openapi/issuer.yaml`. Our errors have stable codes and no personal
datum in any message, so a problem may carry both; whatever else is raised is a mistake of ours.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from issuer.access.accounts import AccountError
from issuer.access.audit import AuditBrokenError
from issuer.access.rights import NotAllowedError, SamePersonError
from issuer.access.sent import KeyReusedError
from issuer.access.sign_in import MustWaitError, SignInError
from issuer.desk.claims import ClaimedError
from issuer.desk.corrected import ValuesError
from issuer.desk.corrections import CorrectionError
from issuer.desk.evidence import EvidenceError
from issuer.desk.paper_kinds import AttachmentError
from issuer.desk.queue import QueueError
from issuer.desk.searching import SearchError
from issuer.desk.telling import NoSuchPersonError, ReasonError
from issuer.intake import UndoneImportError
from issuer.layouts.returned import ReturnedFileError
from issuer.register.certificates import NoSuchCertificateError
from issuer.register.database import RegisterError
from issuer.register.erasing import EraseError
from issuer.register.merges import MergeError
from issuer.register.person_changes import ChangeError
from issuer.register.proposals import ProposalError
from issuer.register.waiting import WaitingError
from issuer.source import RecordFileError
from keys.errors import HintedError
from keys.serving.problems import (
    BAD_REQUEST,
    BUSY,
    INTERNAL,
    INVALID_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    NOT_JSON,
    NOT_UTF_8,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemError,
    ProblemType,
    problem_of_status,
    problem_type,
)
from spec.certificate_number import CertificateNumberError
from spec.errors import DosepassError

__all__ = [
    "BAD_REQUEST",
    "BUSY",
    "CONFLICT",
    "HINTS",
    "INTERNAL",
    "INVALID_REQUEST",
    "KEY_REUSED",
    "METHOD_NOT_ALLOWED",
    "NOT_ALLOWED",
    "NOT_FOUND",
    "NOT_JSON",
    "NOT_READY",
    "NOT_UTF_8",
    "SIGN_IN_FAILED",
    "TOO_LARGE",
    "TOO_MANY",
    "UNREADABLE_FILE",
    "UNSIGNED",
    "UNSUPPORTED_MEDIA_TYPE",
    "ProblemError",
    "ProblemType",
    "invalid",
    "no_such",
    "problem_of",
    "problem_of_status",
]

UNSIGNED: Final = problem_type(
    "unsigned", HTTPStatus.UNAUTHORIZED, "The request names nobody who has signed in."
)
SIGN_IN_FAILED: Final = problem_type(
    "sign-in-failed", HTTPStatus.UNAUTHORIZED, "The account name or the password is wrong."
)
NOT_ALLOWED: Final = problem_type(
    "not-allowed", HTTPStatus.FORBIDDEN, "The account has no right to this here."
)
CONFLICT: Final = problem_type(
    "conflict", HTTPStatus.CONFLICT, "The register stands otherwise than the request assumes."
)
KEY_REUSED: Final = problem_type(
    "idempotency-key-reused",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The Idempotency-Key came before with another request.",
)
UNREADABLE_FILE: Final = problem_type(
    "unreadable-file",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The file or message cannot be taken as dose records at all.",
)
TOO_MANY: Final = problem_type(
    "too-many-requests", HTTPStatus.TOO_MANY_REQUESTS, "Too many requests in a short time."
)
NOT_READY: Final = problem_type(
    "not-ready", HTTPStatus.SERVICE_UNAVAILABLE, "The register cannot be used now."
)

_COME_AGAIN: Final = 5
"""Seconds after which a register that was locked or away may answer."""

_KINDS: Final[Mapping[type[DosepassError], ProblemType]] = {
    SignInError: SIGN_IN_FAILED,
    NotAllowedError: NOT_ALLOWED,
    SamePersonError: NOT_ALLOWED,
    NoSuchCertificateError: NOT_FOUND,
    EraseError: CONFLICT,
    RecordFileError: UNREADABLE_FILE,
    ReturnedFileError: UNREADABLE_FILE,
    SearchError: INVALID_REQUEST,
    AccountError: CONFLICT,
    AuditBrokenError: CONFLICT,
    AttachmentError: UNREADABLE_FILE,
    ChangeError: CONFLICT,
    ClaimedError: CONFLICT,
    CorrectionError: CONFLICT,
    EvidenceError: CONFLICT,
    KeyReusedError: KEY_REUSED,
    MergeError: CONFLICT,
    ProposalError: CONFLICT,
    UndoneImportError: CONFLICT,
    WaitingError: CONFLICT,
    NoSuchPersonError: NOT_FOUND,
    QueueError: CONFLICT,
    ReasonError: INVALID_REQUEST,
    ValuesError: INVALID_REQUEST,
    CertificateNumberError: NOT_FOUND,
}


HINTS: Final[Mapping[type[DosepassError], str]] = {
    NotAllowedError: "GET /v1/session tells the account's level and area; ask the level above",
    UndoneImportError: "to take it in nevertheless, send it with again=true",
}
"""What to do here, where an error's own hint names what only a command line has."""


def problem_of(error: DosepassError) -> ProblemError:
    """The problem that one of our errors is to a client; raises what no request can cause."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, MustWaitError):
        return ProblemError(
            TOO_MANY, _sentence(error), reason=error.code, retry_after=error.seconds
        )
    if isinstance(error, RegisterError):
        # What a database says of itself may hold anything.
        return ProblemError(
            NOT_READY, "Send the same request again in a while.", retry_after=_COME_AGAIN
        )
    kind = next((_KINDS[one] for one in type(error).__mro__ if one in _KINDS), None)
    if kind is None:
        raise error
    return ProblemError(kind, _sentence(error), reason=error.code)


def invalid(detail: str, pointer: str | None = None) -> ProblemError:
    """The problem of a request that has another form than described."""
    return ProblemError(INVALID_REQUEST, detail, pointer)


def no_such(what: str) -> ProblemError:
    """The problem of something that is not there, or not for this account to see."""
    return ProblemError(NOT_FOUND, f"There is no {what} of this name for this account to see.")


def _sentence(error: DosepassError) -> str:
    hint = error.hint if isinstance(error, HintedError) else None
    hint = next((HINTS[one] for one in type(error).__mro__ if one in HINTS), hint)
    return f"{error}; {hint}." if hint else f"{error}."
