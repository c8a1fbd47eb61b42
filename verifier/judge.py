"""Answers one verify request, from the WSGI environment to the bytes of the answer, without Flask.

Whatever carries the request, a view or middleware in front of it, there is this one path.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from keys.clock import Clock
from spec.verdicts import LANGUAGES
from verifier.envelope import exchange_of
from verifier.pipeline import check
from verifier.report import Json, verdict_to_json
from verifier.request import DEFAULT_MAX_BODY, read_verify_request
from verifier.trust import TrustSource

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

__all__ = ["Answer", "Judge", "encode", "language_of"]

_MAX_ACCEPT_LANGUAGE: Final = 256
"""Characters of an Accept-Language header: browsers send fewer than 100."""

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer with status 200, and the language of its words."""

    body: bytes
    language: str


class Judge:
    """Judges requests by the present trust; `max_body` limits a request body, in bytes."""

    def __init__(
        self, trust: TrustSource, clock: Clock, *, max_body: int = DEFAULT_MAX_BODY
    ) -> None:
        self._trust = trust
        self._clock = clock
        self._max_body = max_body

    def answer(self, environ: "WSGIEnvironment") -> Answer:
        """Give the verdict on one request, and note it for the log; raises ProblemError."""
        asked = read_verify_request(environ, self._max_body)
        language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        bundle = self._trust.current()
        verdict = check(asked.text, bundle, self._clock.now())
        exchange = exchange_of(environ)
        exchange.outcome, exchange.code = verdict.outcome.value, verdict.code.value
        return Answer(encode(verdict_to_json(verdict, bundle, language, asked.disclose)), language)


def encode(document: Json) -> bytes:
    """Write JSON in UTF-8, as the answers of the service have it."""
    return _ENCODE(document).encode()


def language_of(accept_language: str) -> str:
    """The language to answer in, by the header Accept-Language (RFC 9110, section 12.5.4)."""
    if len(accept_language) > _MAX_ACCEPT_LANGUAGE:
        return LANGUAGES[0]
    return _negotiate(accept_language)


@lru_cache(maxsize=256)
def _negotiate(accept_language: str) -> str:
    accepted = parse_accept_header(accept_language, LanguageAccept)
    return accepted.best_match(LANGUAGES, LANGUAGES[0])
