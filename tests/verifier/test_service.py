"""The HTTP answers of the application: verdicts, health, headers."""

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from keys.clock import FixedClock
from keys.serving.tally import Tally
from spec.certificate import Timestamp
from spec.colour import Colour
from spec.cose import Algorithm, ProtectedHeader
from spec.dates import BirthDate
from spec.status_list import Status
from spec.trust_list import KeyState
from spec.vaccines import VaccineTable
from spec.verdicts import LANGUAGES, Outcome, VerdictCode, verdict_words
from tests.authority import DAY, EXPIRES_AT, ISSUED_AT, NOW, Authority, doses
from tests.spec.test_vectors import bundle_of
from tests.trust_folder import store_bundle
from tests.vectors.case import Case
from tests.vectors.files import all_cases
from tests.verifier import description
from tests.verifier.conftest import LogLines, Service
from verifier.envelope import Envelope
from verifier.judge import encode, language_of
from verifier.logs import Log
from verifier.metrics import Metrics
from verifier.pipeline import check
from verifier.report import verdict_to_json
from verifier.request import DEFAULT_MAX_BODY
from verifier.service import create_app
from verifier.trust import TrustSource

EVERYTHING = ("name", "birth_date", "id_suffix", "doses")
DISCLOSED: dict[str, Any] = {
    "name": "Nguyễn Thị Minh Châu",
    "birth_date": "1987-03-14",
    "id_suffix": "4821",
    "doses": [
        {"vaccine": "Comirnaty (Pfizer)", "code": 4, "date": "2021-09-10"},
        {"vaccine": "Comirnaty (Pfizer)", "code": 4, "date": "2021-10-08"},
    ],
}


def test_an_accepted_certificate_without_disclosure(service: Service, authority: Authority) -> None:
    answer = service.verify(authority.sign())
    assert answer.status == 200
    assert answer.json == {
        "outcome": "accepted",
        "code": "ok",
        "reason": None,
        "words": {
            "language": "vi",
            "title": "XANH – ĐỦ LIỀU",
            "advice": "Đối chiếu với giấy tờ tùy thân.",
        },
        "policy": None,
        "checked_at": "2021-12-15T02:00:00Z",
        "colour": "green",
        "doses": {"given": 2, "needed": 2},
        "issuer": "VN",
        "issued_at": "2021-12-01T08:00:00Z",
        "expires_at": "2022-12-01T08:00:00Z",
        "disclosed": {},
        "trust": {
            "issued_at": "2021-12-15T02:00:00Z",
            "fresh_until": "2021-12-22T02:00:00Z",
            "age_seconds": 0,
            "status": {
                "issued_at": "2021-12-15T02:00:00Z",
                "fresh_until": "2021-12-22T02:00:00Z",
                "age_seconds": 0,
            },
            "newest_time": "2021-12-15T02:00:00Z",
        },
    }


@pytest.mark.parametrize("asked", [EVERYTHING, ("name",), ("doses", "id_suffix"), ()])
def test_disclosure_gives_what_was_asked_and_no_more(
    service: Service, authority: Authority, asked: tuple[str, ...]
) -> None:
    answer = service.verify(authority.sign(), *asked)
    assert answer.json["disclosed"] == {field: DISCLOSED[field] for field in asked}


def test_what_is_partly_known_is_disclosed_as_far_as_known(
    service: Service, authority: Authority
) -> None:
    vague = authority.certificate(birth_date=BirthDate(1950), id_suffix=None)
    disclosed = service.verify(authority.sign(vague), "birth_date", "id_suffix").json["disclosed"]
    assert disclosed == {"birth_date": "1950", "id_suffix": None}


def test_a_vaccine_newer_than_the_trust_is_named_by_its_code(authority: Authority) -> None:
    whole = authority.bundle()
    old = VaccineTable(valid_from=whole.vaccines.valid_from, vaccines={}, mixed_courses=())
    bundle = authority.bundle(vaccines=old)
    verdict = check(authority.sign(), bundle, authority.now)
    answer = verdict_to_json(verdict, bundle, "en", ["doses"])
    assert [dose["vaccine"] for dose in answer["disclosed"]["doses"]] == ["#4", "#4"]


@pytest.mark.parametrize(
    ("course", "colour", "count", "title"),
    [
        (doses((4, "2021-09-10")), "yellow", {"given": 1, "needed": 2}, "YELLOW – ONE DOSE"),
        (doses((6, "2021-09-10")), "green", {"given": 1, "needed": 1}, "GREEN – COMPLETE"),
        (
            doses((8, "2021-09-10"), (8, "2021-09-24")),
            "yellow",
            {"given": 2, "needed": 3},
            "YELLOW – TWO DOSES",
        ),
    ],
    ids=["one of two", "Janssen", "Abdala"],
)
def test_colours(
    service: Service,
    authority: Authority,
    course: tuple[Any, ...],
    colour: str,
    count: dict[str, int],
    title: str,
) -> None:
    needed = count["needed"]
    text = authority.sign(authority.certificate(doses=course, doses_needed=needed))
    answer = service.verify(text, accept_language="en").json
    assert (answer["colour"], answer["doses"], answer["words"]["title"]) == (colour, count, title)


ACCEPTED = [case for case in all_cases() if case.code.outcome is Outcome.ACCEPTED]


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_accepted_vector_has_an_answer_as_described(case: Case, language: str) -> None:
    bundle = bundle_of(json.loads(case.to_json()))
    verdict = check(case.text, bundle, case.at)
    answer = json.loads(encode(verdict_to_json(verdict, bundle, language, EVERYTHING)))
    assert description.is_valid(answer, "VerdictAnswer")
    assert case.certificate is not None
    assert answer["disclosed"]["name"] == case.certificate.name
    assert len(answer["disclosed"]["doses"]) == answer["doses"]["given"]


WAYS = [
    b'{"text": "x"}',
    b'{"text": "x"',
    b'{"text": "x", "at": 0}',
    b"\xff",
    b" " * (DEFAULT_MAX_BODY + 1),
]


@pytest.mark.parametrize("body", WAYS, ids=range(len(WAYS)))
@pytest.mark.parametrize("headers", [{}, {"HTTP_ACCEPT_LANGUAGE": "en"}, {"CONTENT_TYPE": "x/y"}])
def test_the_route_behind_flask_gives_the_same_bytes(
    service: Service, body: bytes, headers: dict[str, str]
) -> None:
    """The envelope answers one step before Flask; Flask's own route must be no second truth."""
    fixed = headers | {"HTTP_X_REQUEST_ID": "one", "CONTENT_LENGTH": str(len(body))}
    direct = service.raw(io.BytesIO(body), **fixed)
    behind = Service(Flask("behind"), service.log)
    behind.app.wsgi_app = Envelope(  # type: ignore[method-assign]
        partial(Flask.wsgi_app, service.app),
        Log(FixedClock(NOW), service.log.write),
        Metrics(Authority().bundle, Tally()),
        routes=frozenset({"/v1/verify"}),
        direct={},
    )
    assert behind.raw(io.BytesIO(body), **fixed) == direct
    lines = service.log.events("request")[-2:]
    assert untimed(lines[0]) == untimed(lines[1])


def untimed(line: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key != "duration_ms"}


def forged(authority: Authority) -> str:
    text = authority.sign()
    return text[:-3] + ("000" if text[-3:] != "000" else "100")


def other_algorithm(authority: Authority) -> str:
    kid = authority.keys["active"].kid
    return authority.sign(header=ProtectedHeader(algorithm=Algorithm.EDDSA, kid=kid, unknown={}))


def of_an_unlisted_key(authority: Authority) -> str:
    return authority.sign(key=authority.make_key("stranger"))


def contradictory(authority: Authority) -> str:
    return authority.sign(authority.certificate(colour=Colour.YELLOW))


def before_its_key(authority: Authority) -> str:
    return authority.sign(authority.certificate(issued_at=ISSUED_AT - 60 * DAY))


def of_tomorrow(authority: Authority) -> str:
    return authority.sign(authority.certificate(issued_at=authority.now + DAY))


REFUSALS: list[tuple[VerdictCode, Callable[[Authority], str]]] = [
    (VerdictCode.NOT_A_CERTIFICATE, lambda _: "https://example.com/"),
    (VerdictCode.NOT_A_CERTIFICATE, lambda _: ""),
    (VerdictCode.NOT_A_CERTIFICATE, lambda _: "\ud800"),
    (VerdictCode.MALFORMED, lambda _: "DP1:\ud800"),
    (VerdictCode.MALFORMED, lambda _: "DP1:"),
    (VerdictCode.MALFORMED, lambda _: "DP1:" + "0" * 12_000),
    (VerdictCode.BAD_SIGNATURE, forged),
    (VerdictCode.ALGORITHM_MISMATCH, other_algorithm),
    (VerdictCode.KEY_NOT_VALID, before_its_key),
    (VerdictCode.INCONSISTENT, contradictory),
    (VerdictCode.NOT_YET_VALID, of_tomorrow),
    (VerdictCode.UNKNOWN_KEY, of_an_unlisted_key),
]


@pytest.mark.parametrize(("code", "text_of"), REFUSALS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_not_accepted_is_a_verdict_with_words_and_nothing_personal(
    service: Service,
    authority: Authority,
    code: VerdictCode,
    text_of: Callable[[Authority], str],
    language: str,
) -> None:
    answer = service.verify(text_of(authority), *EVERYTHING, accept_language=language)
    assert answer.status == 200
    assert answer.json["code"] == code
    assert answer.json["outcome"] == code.outcome
    words = verdict_words(code, language)
    assert answer.json["words"] == {
        "language": language,
        "title": words.title,
        "advice": words.advice,
    }
    assert answer.json["disclosed"] == {}
    assert "Châu" not in answer.body.decode()


def test_an_ended_certificate_is_refused_without_its_content(
    service: Service, authority: Authority
) -> None:
    text = authority.sign(authority.certificate(expires_at=authority.now))
    answer = service.verify(text, *EVERYTHING)
    assert answer.json["code"] == "expired"
    assert answer.json["disclosed"] == {}


def test_a_compromised_key_refuses(authority: Authority) -> None:
    authority.change_key("active", state=KeyState.COMPROMISED)
    bundle = authority.bundle()
    verdict = check(authority.sign(), bundle, authority.now)
    assert verdict_to_json(verdict, bundle, "en", EVERYTHING)["code"] == "key_compromised"


@pytest.mark.parametrize(
    ("seconds", "code", "says"),
    [
        (7 * DAY, "trust_stale", "Fetch a new trust bundle"),
        (-3600, "clock_suspect", "Set the clock"),
    ],
)
def test_trust_that_cannot_be_relied_on(
    service: Service, authority: Authority, seconds: int, code: str, says: str
) -> None:
    """Verdicts say so with status 200; readiness says so with 503; health stays."""
    text = authority.sign()
    authority.clock.advance(seconds)
    verdict = service.verify(text, *EVERYTHING)
    assert (verdict.status, verdict.json["outcome"]) == (200, "undetermined")
    assert verdict.json["code"] == code
    assert verdict.json["trust"]["age_seconds"] == seconds
    ready = service.call("GET", "/readyz")
    assert ready.status == 503
    assert ready.json["type"] == "/problems/not-ready"
    assert says in ready.json["detail"]
    assert service.call("GET", "/healthz").status == 200


def test_readiness_gives_the_ages_of_the_trust(service: Service, authority: Authority) -> None:
    authority.clock.advance(60)
    answer = service.call("GET", "/readyz")
    assert answer.status == 200
    assert answer.json["trust"]["age_seconds"] == 60
    assert answer.json["trust"]["status"]["age_seconds"] == 60
    assert answer.json["warnings"] == []


@pytest.fixture
def short_status(authority: Authority, tmp_path: Path, log: LogLines) -> Service:
    """A service whose status lists end days before its keys do."""
    store_bundle(authority, tmp_path, status_until=Timestamp(authority.now + 2 * DAY))
    written = Log(authority.clock, log.write)
    trust = TrustSource(tmp_path, authority.clock, written)
    return Service(create_app(trust, authority.clock, written), log)


def test_stale_status_lists(short_status: Service, authority: Authority) -> None:
    text = authority.sign()
    authority.clock.advance(2 * DAY - 1)
    assert short_status.verify(text).json["code"] == "ok"
    assert short_status.call("GET", "/readyz").status == 200
    authority.clock.advance(1)
    assert short_status.verify(text).json["code"] == "status_stale"
    assert short_status.call("GET", "/readyz").json["type"] == "/problems/not-ready"


def test_readiness_warns_when_half_of_a_life_is_over(
    short_status: Service, authority: Authority
) -> None:
    def ending() -> list[str]:
        found: list[str] = short_status.call("GET", "/readyz").json["warnings"]
        return found

    authority.clock.advance(DAY)
    assert ending() == []
    authority.clock.advance(1)
    assert ending() == ["status_ends"]


def test_a_superseded_certificate_passes_and_its_holder_is_told(
    authority: Authority, tmp_path: Path, log: LogLines
) -> None:
    certificate = authority.certificate()
    authority.set_status(certificate.status, Status.SUPERSEDED)
    written = Log(authority.clock, log.write)
    trust = TrustSource(store_bundle(authority, tmp_path), authority.clock, written)
    service = Service(create_app(trust, authority.clock, written), log)
    answer = service.verify(authority.sign(certificate), "name", accept_language="en").json
    assert (answer["outcome"], answer["code"]) == ("accepted", "superseded")
    assert answer["words"]["title"] == "GREEN – COMPLETE"
    assert answer["words"]["advice"] == ("Let pass. Tell the holder to fetch the new certificate.")
    assert answer["disclosed"] == {"name": "Nguyễn Thị Minh Châu"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi-VN", "vi"),
        ("fr", "vi"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0.4, vi;q=0.6", "vi"),
        ("en;q=0", "vi"),
        ("*", "vi"),
        (";;;q=,,=", "vi"),
        ("en," * 100, "vi"),
    ],
)
def test_language(header: str, language: str) -> None:
    assert language_of(header) == language


@given(header=st.text() | st.text('envi-*;q=.019, \t"', max_size=40))
def test_no_header_stands_against_a_language(header: str) -> None:
    assert language_of(header) in LANGUAGES


def test_the_language_stands_in_a_header(service: Service) -> None:
    assert service.verify("x", accept_language="en").headers["content-language"] == "en"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.yaml", "/nothing"])
def test_every_answer_has_the_fixed_headers(service: Service, path: str) -> None:
    headers = service.call("GET", path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert not {"set-cookie", "access-control-allow-origin", "location"} & headers.keys()


def test_head_gives_no_body(service: Service) -> None:
    answer = service.call("HEAD", "/healthz")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("given", ["a", "A-1_b.C", "f" * 64])
def test_a_request_identifier_is_given_back(service: Service, given: str) -> None:
    answer = service.verify("x", x_request_id=given)
    assert answer.headers["x-request-id"] == given
    assert service.log.events("request")[-1]["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "f" * 65, "a b", 'a"', "Châu", "a/b", "DP1:NCF", "a\x00", "a,b"]
)
def test_a_request_identifier_of_another_form_is_replaced(service: Service, given: str) -> None:
    answer = service.verify("x", x_request_id=given)
    assert answer.status == 200
    assert answer.headers["x-request-id"] != given


def test_certificates_end_at_the_second(service: Service, authority: Authority) -> None:
    authority.clock.advance(EXPIRES_AT - authority.now)
    assert service.verify(authority.sign()).json["code"] == "trust_stale"
