"""The errors of this floor: what an operator can mend, each with a hint that says how."""

from typing import ClassVar

from spec.errors import DosepassError

__all__ = [
    "AuthorityError",
    "HintedError",
    "KeyScheduleError",
    "PublishError",
    "SecretError",
    "SignerError",
    "TrustBundleError",
]


class HintedError(DosepassError):
    """Something a person can mend; `hint` says what to do, or is None where nothing is to be said.

    Messages begin in lower case and have no full stop: command lines print them as they are.
    """

    code: ClassVar[str] = "trouble"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class SecretError(HintedError):
    """A passphrase could not be had, or is not fit for use."""

    code = "secret"


class SignerError(HintedError):
    """A private key could not be made, opened or used."""

    code = "signer"


class KeyScheduleError(HintedError):
    """No key may sign at this time, or the key records contradict themselves."""

    code = "key_schedule"


class AuthorityError(HintedError):
    """The authority's home directory cannot be made or read."""

    code = "authority"


class PublishError(HintedError):
    """The trust bundle could not be published."""

    code = "publish"


class TrustBundleError(HintedError):
    """The trust bundle could not be fetched or read."""

    code = "trust_bundle"
