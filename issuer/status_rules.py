"""Which change of status leads from which state to which, and what stands in the way. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from issuer.register.models import CertificateState

__all__ = ["Action", "Refusal", "next_state", "words_of"]

_ISSUED, _SUPERSEDED = CertificateState.ISSUED, CertificateState.SUPERSEDED
_SUSPENDED, _REVOKED = CertificateState.SUSPENDED, CertificateState.REVOKED


class Action(StrEnum):
    """What an operator does to a certificate."""

    REVOKE = "revoke"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    SUPERSEDE = "supersede"


class Refusal(StrEnum):
    """Why a request was not carried out; stable for ever (docs/revoking.md)."""

    LINE_BROKEN = "LINE_BROKEN"
    NUMBER_WRONG = "NUMBER_WRONG"
    REASON_MISSING = "REASON_MISSING"
    REASON_UNFIT = "REASON_UNFIT"
    NO_SUCH_CERTIFICATE = "NO_SUCH_CERTIFICATE"
    NOT_ISSUED_YET = "NOT_ISSUED_YET"
    NEVER_ISSUED = "NEVER_ISSUED"
    IS_SUSPENDED = "IS_SUSPENDED"
    IS_REVOKED = "IS_REVOKED"


_WORDS: Final[Mapping[Refusal, str]] = {
    Refusal.LINE_BROKEN: "The line is not a certificate number and perhaps a reason. Check its "
    "quotation marks, and save the file as CSV UTF-8.",
    Refusal.NUMBER_WRONG: "This is not a certificate number. Compare it with the paper or the "
    "card.",
    Refusal.REASON_MISSING: "There is no reason. Write one behind the number, or give --reason.",
    Refusal.REASON_UNFIT: "The reason has not from 3 to 200 printable characters. Write it anew.",
    Refusal.NO_SUCH_CERTIFICATE: "The register has no certificate of that number. Compare it with "
    "the paper or the card.",
    Refusal.NOT_ISSUED_YET: "The certificate is not signed yet. Let dosepass-issuer issue finish, "
    "then try again.",
    Refusal.NEVER_ISSUED: "The certificate was given up before it was signed. Nothing has to be "
    "done.",
    Refusal.IS_SUSPENDED: "The certificate is suspended. Reinstate or revoke it.",
    Refusal.IS_REVOKED: "The certificate is revoked, and that is final.",
}


def words_of(refusal: Refusal) -> str:
    """What stands in the way and what to do."""
    return _WORDS[refusal]


_CHANGES: Final[Mapping[Action, Mapping[CertificateState, CertificateState]]] = {
    Action.REVOKE: {
        _ISSUED: _REVOKED, _SUPERSEDED: _REVOKED, _SUSPENDED: _REVOKED, _REVOKED: _REVOKED,
    },
    Action.SUSPEND: {_ISSUED: _SUSPENDED, _SUPERSEDED: _SUSPENDED, _SUSPENDED: _SUSPENDED},
    Action.REINSTATE: {_ISSUED: _ISSUED, _SUPERSEDED: _SUPERSEDED},
    Action.SUPERSEDE: {_ISSUED: _SUPERSEDED, _SUPERSEDED: _SUPERSEDED},
}  # fmt: skip
"""A state that leads to itself is one in which the action has been done already."""

_REFUSALS: Final[Mapping[CertificateState, Refusal]] = {
    CertificateState.RESERVED: Refusal.NOT_ISSUED_YET,
    CertificateState.ABANDONED: Refusal.NEVER_ISSUED,
    _SUSPENDED: Refusal.IS_SUSPENDED,
    _REVOKED: Refusal.IS_REVOKED,
}


def next_state(
    action: Action, state: CertificateState, former: CertificateState | None = None
) -> CertificateState | Refusal:
    """The state that an action leads to, or why it must not be done.

    The same state again means that it has been done before. `former` is the state that a suspended
    certificate returns to.
    """
    if action is Action.REINSTATE and state is _SUSPENDED and former is not None:
        return former
    return _CHANGES[action].get(state) or _REFUSALS[state]
