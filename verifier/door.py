"""Decides who may ask, before anything is read of what is asked: keys, rates, other sites."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from keys.serving.body import pass_over_body
from verifier import problems
from verifier.api_keys import ApiKey
from verifier.keyring import Keyring
from verifier.origins import Origins, answer_preflight
from verifier.problems import ProblemError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from verifier.rates import Rates

__all__ = ["OPEN", "Door"]

_KEPT: Final = "v1/"
"""What is below it needs a key, with however many slashes before it: Flask passes over them all.
The page, the description, health and metrics need none."""
_SCHEME: Final = "bearer "
_CHALLENGE: Final = (("WWW-Authenticate", "Bearer"),)
_HOW: Final = "Send the header Authorization: Bearer, and behind it the key that the operator gave."


class Door:
    """Lets requests in; without a keyring, everybody."""

    def __init__(
        self,
        keyring: Keyring | None = None,
        rates: "Rates | None" = None,
        origins: Origins | None = None,
    ) -> None:
        self._keyring = keyring
        self._rates = rates
        self._origins = origins or Origins()

    def admit(self, environ: Mapping[str, Any]) -> "tuple[ApiKey | None, WSGIApplication | None]":
        """Whose request it is, and what answers in place of the application, if anything."""
        if self._origins and self._origins.is_preflight(environ):
            return None, answer_preflight
        if self._keyring is None or not environ["PATH_INFO"].lstrip("/").startswith(_KEPT):
            return None, None
        try:
            key = self._key(self._keyring, environ.get("HTTP_AUTHORIZATION"))
        except ProblemError as problem:
            pass_over_body(environ)
            return None, problem
        refusal = self.charge(key, 1)
        if refusal is not None:
            pass_over_body(environ)
        return key, refusal

    def charge(self, key: ApiKey, certificates: int) -> ProblemError | None:
        """Count what a key has asked for; gives the problem where that is more than it may."""
        wait = None if self._rates is None else self._rates.take(key, certificates)
        if wait is None:
            return None
        return ProblemError(
            problems.RATE_EXCEEDED,
            f"Ask at most {key.rate.words}, or ask the operator for more.",
            retry_after=wait,
        )

    def headers(self, environ: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What the answer has in its head for the site that asks."""
        return self._origins.headers(environ)

    @staticmethod
    def _key(keyring: Keyring, authorization: str | None) -> ApiKey:
        if authorization is None:
            raise ProblemError(problems.KEY_MISSING, _HOW, headers=_CHALLENGE)
        presented = authorization[len(_SCHEME) :].strip()
        known = authorization[: len(_SCHEME)].lower() == _SCHEME
        key = keyring.find(presented) if known else None
        if key is None:
            raise ProblemError(problems.KEY_UNKNOWN, _HOW, headers=_CHALLENGE)
        return key


OPEN: Final = Door()
"""Lets everybody in."""
