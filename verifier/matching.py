"""Answers `POST /v1/match`: whether a certificate and an identity are one person's.

The rules are those of section 16 of the specification. What is compared leaves this file in kinds
of difference alone.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from keys.serving.body import decode_json, read_body
from spec.certificate import Certificate
from spec.dates import BirthDate
from spec.differences import Name, Numbers
from spec.errors import MalformedError
from spec.identity import parse_id_number
from spec.limits import ID_SUFFIX_LENGTH, MAX_NAME_LENGTH
from spec.match import Comparison, IdentityField, StatedIdentity, compare
from spec.match_words import difference_words, field_words, match_words
from spec.papers.paper import IdentityPaper, PaperError
from spec.papers.reading import read_paper
from verifier import problems
from verifier.envelope import exchange_of
from verifier.judge import Judge, answer, language_of
from verifier.problems import ProblemError
from verifier.report import Json, verdict_to_json
from verifier.request import DEFAULT_MAX_BODY, disclose_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["MatchJudge", "MatchRequest", "match_request_of", "match_to_json"]

_EXAMPLE: Final = 'Send a JSON object such as {"text": "DP1:...", "paper": "..."}'
_MEMBERS: Final = frozenset({"text", "identity", "paper", "disclose"})
_IDENTITY: Final = ("name", "birth_date", "id_number")
_SUFFIX: Final = re.compile(f"[0-9A-Z]{{{ID_SUFFIX_LENGTH}}}", re.ASCII)
_NOTHING: Final = StatedIdentity(name=Name(""))


class MatchRequest(NamedTuple):
    """What a client asks: a certificate's text, and who its holder says to be."""

    text: str
    stated: StatedIdentity
    paper: IdentityPaper | None
    disclose: tuple[str, ...]


class MatchJudge:
    """Judges a certificate with the one judge, and compares where it was accepted."""

    def __init__(self, judge: Judge, *, max_body: int = DEFAULT_MAX_BODY) -> None:
        self._judge = judge
        self._max_body = max_body

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request with verdict and match, or with a problem."""
        language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        try:
            body = read_body(environ, self._max_body, ("application/json",))
            asked = match_request_of(body)
        except ProblemError as problem:
            return problem(environ, start_response)
        verdict, bundle = self._judge.verdict(asked.text, exchange_of(environ))
        document = {
            "verdict": verdict_to_json(verdict, bundle, language, asked.disclose),
            "match": None
            if verdict.certificate is None
            else match_to_json(verdict.certificate, asked, language),
        }
        return answer(document, language, start_response)


def match_to_json(certificate: Certificate, asked: MatchRequest, language: str) -> Json:
    """Compare a certificate that was accepted with what was stated."""
    found = compare(StatedIdentity.of_certificate(certificate), asked.stated)
    words = match_words(found.verdict, language)
    return {
        "result": found.verdict.value,
        "words": {"language": language, "title": words.title, "advice": words.advice},
        "fields": [_field(found, field, language) for field in _COMPARED],
        "paper": None
        if asked.paper is None
        else {
            "kind": asked.paper.kind.value,
            "warnings": [warning.value for warning in asked.paper.warnings],
        },
    }


_COMPARED: Final = (IdentityField.NAME, IdentityField.BIRTH_DATE, IdentityField.ID_NUMBER)
"""A certificate does not state a sex."""


def _field(found: Comparison, field: IdentityField, language: str) -> Json:
    kind = getattr(found, field.value)
    return {
        "field": field.value,
        "kind": kind.value,
        "likeness": kind.likeness.value,
        "doubtful": field in found.doubts,
        "label": field_words(field, language),
        "words": difference_words(kind, language),
    }


def match_request_of(body: bytes) -> MatchRequest:
    """Read the request out of a body; raises ProblemError, which repeats nothing of it."""
    document = decode_json(body, _EXAMPLE)
    if type(document) is not dict:
        raise _invalid(f"{_EXAMPLE}.", "#")
    if not document.keys() <= _MEMBERS:
        raise _invalid("Leave out the fields other than text, identity, paper and disclose.", "#")
    text = document.get("text")
    if type(text) is not str:
        raise _invalid("Give text as a string.", "#/text")
    disclose = disclose_of(document.get("disclose", []))
    if "identity" not in document and "paper" not in document:
        raise _invalid("Give identity, or paper, or both.", "#")
    paper = _paper(document["paper"]) if "paper" in document else None
    stated = _NOTHING if paper is None else paper.stated
    if "identity" in document:
        stated = _stated(document["identity"], stated)
    return MatchRequest(text=text, stated=stated, paper=paper, disclose=disclose)


def _paper(source: object) -> IdentityPaper:
    if type(source) is not str:
        raise _invalid("Give paper as a string: the text of the code on it.", "#/paper")
    try:
        return read_paper(source)
    except PaperError as error:
        raise ProblemError(
            problems.UNREADABLE_PAPER,
            f"Scan the code again, or give identity instead: {error}.",
            "#/paper",
            reason=error.code,
        ) from None


def _stated(identity: object, paper: StatedIdentity) -> StatedIdentity:
    """What `identity` states, and for what it omits, the paper."""
    if type(identity) is not dict or not identity or not identity.keys() <= set(_IDENTITY):
        raise _invalid(
            f"Give identity as an object with one or more of {', '.join(_IDENTITY)}.", "#/identity"
        )
    born = _birth_date(identity) if "birth_date" in identity else paper.birth_date
    return StatedIdentity(
        name=_name(identity) if "name" in identity else paper.name,
        birth_date=born,
        sex=paper.sex,
        numbers=_numbers(identity, born) if "id_number" in identity else paper.numbers,
    )


def _name(identity: Mapping[str, Any]) -> Name:
    name = identity["name"]
    if type(name) is str and len(name) <= 3 * MAX_NAME_LENGTH:
        found = Name(name)
        if 1 <= len(found.text) <= MAX_NAME_LENGTH:
            return found
    raise _invalid(
        f"Give name as a string of 1 to {MAX_NAME_LENGTH} characters.", "#/identity/name"
    )


def _birth_date(identity: Mapping[str, Any]) -> BirthDate:
    value = identity["birth_date"]
    try:
        if type(value) is str:
            return BirthDate.parse(value)
    except MalformedError:
        pass
    raise _invalid(
        "Give birth_date as YYYY-MM-DD, or YYYY-MM or YYYY where no more is known.",
        "#/identity/birth_date",
    )


def _numbers(identity: Mapping[str, Any], born: BirthDate | None) -> Numbers:
    value = identity["id_number"]
    if type(value) is str:
        if _SUFFIX.fullmatch(value):
            return Numbers(suffix=value)
        number = parse_id_number(value, born)
        if number is not None:
            return Numbers(number=number.text)
    raise _invalid(
        "Give id_number as 12 or 9 digits, 8 characters of a passport, or its last 4 characters.",
        "#/identity/id_number",
    )


def _invalid(detail: str, pointer: str) -> ProblemError:
    return ProblemError(problems.INVALID_REQUEST, detail, pointer)
