"""Answers `POST /v1/verify`, from the WSGI environment to the bytes of the answer: the only place.

It is a WSGI application of its own, because Flask's dispatch costs as much as a verdict. The
envelope hands requests to it directly; the route in Flask's url map leads to it too.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import orjson
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from keys.bundle import TrustBundle
from keys.clock import Clock
from spec.verdicts import LANGUAGES
from verifier.envelope import Exchange, exchange_of
from verifier.pipeline import check, check_all
from verifier.problems import ProblemError
from verifier.report import Json, verdict_to_json
from verifier.request import DEFAULT_MAX_BODY, VerifyRequest, read_verify_request
from verifier.trust import TrustSource
from verifier.verdict import Verdict

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["Judge", "answer", "encode", "language_of"]

_MAX_ACCEPT_LANGUAGE: Final = 256
"""Characters of an Accept-Language header: browsers send fewer than 100."""


class Judge:
    """Judges by the present trust; `max_body` limits a request body, in bytes."""

    def __init__(
        self, trust: TrustSource, clock: Clock, *, max_body: int = DEFAULT_MAX_BODY
    ) -> None:
        self._trust = trust
        self._clock = clock
        self._max_body = max_body

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request with a verdict, or with a problem when it cannot be judged."""
        language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        try:
            asked = read_verify_request(environ, self._max_body)
        except ProblemError as problem:
            return problem(environ, start_response)
        return answer(self.judge(asked, language, exchange_of(environ)), language, start_response)

    def judge(self, asked: VerifyRequest, language: str, exchange: Exchange) -> Json:
        """Judge one text, and give the members of its answer."""
        verdict, bundle = self.verdict(asked.text, exchange)
        return verdict_to_json(verdict, bundle, language, asked.disclose)

    def verdict(self, text: str, exchange: Exchange) -> tuple[Verdict, TrustBundle]:
        """Judge one text by the present trust, and count the verdict: every endpoint does it here.

        `judge_all` does the same for many.
        """
        bundle, entry = self._trust.present()
        verdict = check(text, bundle, self._clock.now(), entry)
        exchange.judged(verdict.code)
        return verdict, bundle

    def judge_all(
        self, asked: Sequence[VerifyRequest], language: str, exchange: Exchange
    ) -> list[Json]:
        """Judge many texts, all by the same trust and at the same time."""
        bundle, entry = self._trust.present()
        verdicts = check_all([one.text for one in asked], bundle, self._clock.now(), entry)
        for verdict in verdicts:
            exchange.judged(verdict.code)
        return [
            verdict_to_json(verdict, bundle, language, one.disclose)
            for verdict, one in zip(verdicts, asked, strict=True)
        ]


def answer(document: Json, language: str, start_response: "StartResponse") -> Iterable[bytes]:
    """Answer with a document that has words in a language."""
    body = encode(document)
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Language", language),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]


def encode(document: Json) -> bytes:
    """Write JSON in UTF-8, as the answers of the service have it."""
    return orjson.dumps(document)


def language_of(accept_language: str) -> str:
    """The language to answer in, by the header Accept-Language (RFC 9110, section 12.5.4)."""
    if len(accept_language) > _MAX_ACCEPT_LANGUAGE:
        return LANGUAGES[0]
    return _negotiate(accept_language)


@lru_cache(maxsize=256)
def _negotiate(accept_language: str) -> str:
    accepted = parse_accept_header(accept_language, LanguageAccept)
    return accepted.best_match(LANGUAGES, LANGUAGES[0])
