"""The reader of answers: what a service may send, and everything else is refused."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner_app.answer import Accepted, Answer
from scanner_app.answer_reader import AnswerError, answer_from_bytes, answer_from_json
from spec.verdicts import LANGUAGES, Outcome, VerdictCode
from tests.authority import NOW, Authority, doses
from verifier.pipeline import check
from verifier.report import DISCLOSABLE, verdict_to_json

AUTHORITY = Authority()
GOOD = verdict_to_json(
    check(AUTHORITY.sign(), AUTHORITY.bundle(), NOW), AUTHORITY.bundle(), "vi", DISCLOSABLE
)
REFUSED = verdict_to_json(check("DP1:", AUTHORITY.bundle(), NOW), AUTHORITY.bundle(), "en")


def changed(path: str, value: Any, document: dict[str, Any] = GOOD) -> dict[str, Any]:
    """A copy of an answer with one member replaced; `...` removes it."""
    copy = deepcopy(document)
    *parents, last = path.split(".")
    place: Any = copy
    for name in parents:
        place = place[int(name) if isinstance(place, list) else name]
    if value is ...:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return copy


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_verifier_reports_is_read(language: str) -> None:
    bundle = AUTHORITY.bundle()
    certificate = AUTHORITY.certificate(doses=doses((6, "2021-09-20")), id_suffix=None)
    verdict = check(AUTHORITY.sign(certificate), bundle, NOW)
    answer = answer_from_json(verdict_to_json(verdict, bundle, language, DISCLOSABLE))
    assert answer.outcome is Outcome.ACCEPTED
    assert answer.accepted is not None
    assert answer.accepted.name == certificate.name
    assert answer.accepted.birth_date == certificate.birth_date
    assert answer.accepted.id_suffix is None
    assert answer.accepted.doses[0].day == certificate.doses[0].day
    assert answer.accepted.issued_at == certificate.issued_at
    assert answer.trust is not None
    assert answer.trust.age(NOW) == 0


@pytest.mark.parametrize("document", [GOOD, REFUSED], ids=["accepted", "rejected"])
def test_written_again_it_is_the_answer_of_the_interface(document: dict[str, Any]) -> None:
    written = answer_from_json(document).to_json()
    assert written == {**{k: v for k, v in document.items() if k != "words"}, "trouble": None}


def test_a_refusal_with_personal_data_keeps_none() -> None:
    spoiled = {**GOOD, "outcome": "rejected", "code": "revoked"}
    answer = answer_from_json(spoiled)
    assert answer.accepted is None
    assert "Châu" not in repr(answer)


@pytest.mark.parametrize("outcome", ["rejected", "undetermined"])
def test_a_newer_code_that_does_not_accept_is_taken(outcome: str) -> None:
    answer = answer_from_json({**REFUSED, "outcome": outcome, "code": "from_the_future"})
    assert answer.code == "from_the_future"


BROKEN: dict[str, Any] = {
    "null": None,
    "a number": 7,
    "a list": [GOOD],
    "an empty map": {},
    "no outcome": changed("outcome", ...),
    "outcome unknown": changed("outcome", "perhaps"),
    "outcome not text": changed("outcome", 1),
    "outcome a list": changed("outcome", ["accepted"]),
    "accepted with the code of a refusal": changed("code", "revoked"),
    "rejected with the code of an acceptance": changed("outcome", "rejected"),
    "undetermined with the code of a refusal": changed("outcome", "undetermined", REFUSED),
    "accepted for a new reason": changed("code", "very_ok"),
    "code empty": changed("code", ""),
    "code too long": changed("code", "x" * 41, REFUSED),
    "code not printable": changed("code", "a\u202eb", REFUSED),
    "reason a map": changed("reason", {}),
    "reason of two lines": changed("reason", "a\nb"),
    "no time": changed("checked_at", ...),
    "time without a zone": changed("checked_at", "2021-12-15T02:00:00"),
    "time a number": changed("checked_at", 1639533600),
    "time not a time": changed("checked_at", "yesterday"),
    "no disclosure": changed("disclosed", ...),
    "nothing disclosed": changed("disclosed", {}),
    "disclosure a list": changed("disclosed", []),
    "no name": changed("disclosed.name", ...),
    "name null": changed("disclosed.name", None),
    "name empty": changed("disclosed.name", ""),
    "name too long": changed("disclosed.name", "x" * 101),
    "name with a line break": changed("disclosed.name", "Nguyễn\nChâu"),
    "name with a direction mark": changed("disclosed.name", "Nguyễn\u202eChâu"),
    "birth date not a date": changed("disclosed.birth_date", "1987-13-01"),
    "birth date a number": changed("disclosed.birth_date", 1987),
    "suffix too long": changed("disclosed.id_suffix", "001087004821"),
    "suffix not letters": changed("disclosed.id_suffix", "48-1"),
    "no suffix": changed("disclosed.id_suffix", ...),
    "no doses": changed("disclosed.doses", []),
    "doses a map": changed("disclosed.doses", {}),
    "thirteen doses": changed("disclosed.doses", GOOD["disclosed"]["doses"] * 7),
    "dose a text": changed("disclosed.doses.0", "Comirnaty"),
    "dose date not a date": changed("disclosed.doses.0.date", "soon"),
    "vaccine empty": changed("disclosed.doses.0.vaccine", ""),
    "vaccine code a text": changed("disclosed.doses.0.code", "4"),
    "vaccine code true": changed("disclosed.doses.0.code", True),
    "fewer doses than counted": changed("doses.given", 3),
    "needed zero": changed("doses.needed", 0),
    "needed true": changed("doses.needed", True),
    "yellow when complete": changed("colour", "yellow"),
    "green when started": changed("doses.needed", 3),
    "colour unknown": changed("colour", "red"),
    "colour null": changed("colour", None),
    "issuer a number": changed("issuer", 84),
    "no issue time": changed("issued_at", None),
    "no end": changed("expires_at", ...),
    "trust a text": changed("trust", "fresh"),
    "trust without its end": changed("trust.fresh_until", ...),
    "trust without status": changed("trust.status", ...),
    "trust with status null": changed("trust.status", None),
    "status a text": changed("trust.status", "fresh"),
    "status without its time": changed("trust.status.issued_at", ...),
    "status without its end": changed("trust.status.fresh_until", ...),
    "status end a number": changed("trust.status.fresh_until", 1639533600),
    "trust without the newest time": changed("trust.newest_time", ...),
}


@pytest.mark.parametrize("name", BROKEN)
def test_everything_else_is_refused(name: str) -> None:
    with pytest.raises(AnswerError) as caught:
        answer_from_json(BROKEN[name])
    assert "Châu" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"NaN", b"1" * 10_000, b"<html>down</html>", b"null"],
    ids=["empty", "not UTF-8", "cut", "deep", "NaN", "huge number", "HTML", "null"],
)
def test_bodies_that_are_no_answer(body: bytes) -> None:
    with pytest.raises(AnswerError):
        answer_from_bytes(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
PATHS = [
    "outcome", "code", "checked_at", "colour", "doses", "doses.given", "disclosed",
    "disclosed.name", "disclosed.doses", "disclosed.doses.0", "disclosed.doses.1.date", "trust",
    "trust.issued_at", "trust.status", "trust.status.issued_at", "trust.newest_time", "issuer",
]  # fmt: skip


@settings(max_examples=150)
@given(st.sampled_from(PATHS), JSON)
def test_any_value_anywhere_is_read_or_refused(path: str, value: Any) -> None:
    body = json.dumps(changed(path, value)).encode()
    try:
        answer = answer_from_bytes(body)
    except AnswerError:
        return
    assert isinstance(answer, Answer)
    assert (answer.outcome is Outcome.ACCEPTED) == isinstance(answer.accepted, Accepted)


def test_every_verdict_code_is_read() -> None:
    for code in VerdictCode:
        if code.outcome is not Outcome.ACCEPTED:
            document = {**REFUSED, "outcome": code.outcome.value, "code": code.value}
            assert answer_from_json(document).code == code.value
