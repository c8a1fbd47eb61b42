"""The rules of a place at a scanner: which one stands against a certificate, and until when."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scanner_app.answer_reader import AnswerError, answer_from_json
from scanner_app.checks import OfflineChecker
from scanner_app.states import Showing
from scanner_app.view import compose
from scanner_app.words import answer_words
from spec.verdicts import LANGUAGES, Outcome
from tests.authority import Authority
from tests.scanner_app.test_view import SIZES, screen
from tests.trust_folder import store_bundle
from verifier.entry import NoEntryRulesError

RULES = json.dumps({
    "dated": "2021-10-01",
    "source": "tests",
    "utc_offset_minutes": 420,
    "places": {"market": {"vi": "Chợ", "en": "Market"}, "school": {"vi": "Trường", "en": "School"}},
    "rules": [
        {"id": "complete-120", "places": ["market"], "first_day": "2021-10-01", "last_day": None,
         "colours": {"green": {"days_since_dose": 120}}, "longest_age_days": None,
         "words": {"vi": "Đủ liều, sau 120 ngày", "en": "Complete, after 120 days"}},
        {"id": "new", "places": ["school"], "first_day": "2021-10-01", "last_day": None,
         "colours": {"green": {"days_since_dose": 0}}, "longest_age_days": 10,
         "words": {"vi": "Mới cấp", "en": "Issued lately"}},
    ],
})  # fmt: skip


@pytest.fixture
def hanoi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("hanoi")
@pytest.mark.parametrize(
    ("place", "language", "advice"),
    [
        ("market", "en", "The certificate is genuine. Rule: Complete, after 120 days. "
                         "It passes from 05/02/2022."),
        ("market", "vi", "Chứng nhận thật. Quy định: Đủ liều, sau 120 ngày. "
                         "Được vào từ 05/02/2022."),
        ("school", "en", "The certificate is genuine. Rule: Issued lately. "
                         "A new certificate is needed."),
    ],
)  # fmt: skip
def test_a_place_says_which_rule_and_from_when(
    authority: Authority, tmp_path: Path, place: str, language: str, advice: str
) -> None:
    directory = store_bundle(authority, tmp_path / "with rules", policy=RULES.encode())
    checker = OfflineChecker(directory, authority.clock, language=language, place=place)
    answer = checker.check(authority.sign())
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, "policy")
    assert answer.accepted is None
    assert answer_words(answer, language).advice == advice
    assert answer_from_json({**answer.to_json(), "words": {}}) == answer


def test_a_place_without_rules_does_not_start(authority: Authority, tmp_path: Path) -> None:
    directory = store_bundle(authority, tmp_path / "no rules")
    with pytest.raises(NoEntryRulesError):
        OfflineChecker(directory, authority.clock, place="market")


@pytest.mark.parametrize(
    "change",
    [
        {"place": ""},
        {"rule": "x" * 41},
        {"words": "a\nb"},
        {"passes_from": "soon"},
        {"check": None},
    ],
)
def test_a_rule_that_is_none_is_no_answer(
    authority: Authority, tmp_path: Path, change: dict[str, object]
) -> None:
    directory = store_bundle(authority, tmp_path / "rules", policy=RULES.encode())
    checker = OfflineChecker(directory, authority.clock, place="market")
    document = checker.check(authority.sign()).to_json()
    with pytest.raises(AnswerError):
        answer_from_json({**document, "policy": {**document["policy"], **change}})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_rule_fits_on_the_screen(
    authority: Authority, tmp_path: Path, language: str
) -> None:
    directory = store_bundle(authority, tmp_path / "rules", policy=RULES.encode())
    answer = OfflineChecker(directory, authority.clock, place="market").check(authority.sign())
    assert answer.refused is not None
    longest = replace(answer, refused=replace(answer.refused, words="Một quy định " * 15 + "dài."))
    for width, height in SIZES:
        canvas = compose(screen(Showing(longest, 0.0, 8.0, 0.0), language), width, height)
        for box in canvas.text_boxes:
            assert 0 <= box.left <= box.right <= width
            assert 0 <= box.top <= box.bottom <= height
