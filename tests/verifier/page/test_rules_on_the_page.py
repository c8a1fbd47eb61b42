"""The entry rule that stands against a genuine certificate, on the page, and what would help."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from spec.entry_policy import EntryPolicy
from spec.screen import RULE_HELPS, RULES
from spec.verdicts import VerdictCode, verdict_words
from tests.vectors.policies import example, rule
from tests.verifier.page.conftest import Visit, World, served, visiting

WORDS = {"vi": "Đủ liều, sau 90 ngày.", "en": "Complete, after 90 days."}
STRICT = rule(colours={"green": {"days_since_dose": 90}}, words=WORDS)
FROM = "06/01/2022"
"""Ninety days after the last dose, on the eighth of October 2021, in Vietnam."""


@pytest.fixture(scope="module")
def restaurant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    policy = EntryPolicy.from_json(json.dumps(example(STRICT)).encode())
    with served(World(tmp_path_factory.mktemp("restaurant") / "trust", policy)) as world:
        yield world


@pytest.fixture
def here(browser: Browser, restaurant: World) -> Iterator[Visit]:
    with visiting(browser, restaurant, timezone_id="Asia/Ho_Chi_Minh") as visit:
        yield visit.open()


def sentence(language: str, help_: str) -> str:
    return RULES[language][0].format(WORDS[language].removesuffix("."), help_)


def advice(visit: Visit, kind: str) -> list[str]:
    result = visit.read(kind)
    return [result.locator(one).inner_text() for one in (".advice", ".second")]


def test_the_rule_and_the_day_from_which_it_passes(here: Visit) -> None:
    first, second = advice(here, "green")
    assert first == sentence("vi", RULES["vi"][1].format(FROM))
    general = verdict_words(VerdictCode.POLICY, "en").advice
    assert second == f"{general} {RULES['en'][1].format(FROM)}"
    assert "Nguyễn" not in here.page.content()


def test_what_helps_where_waiting_does_not(here: Visit) -> None:
    first, second = advice(here, "yellow")
    assert first == sentence("vi", RULE_HELPS["vi"]["colour"])
    assert second.endswith(RULE_HELPS["en"]["colour"])


def test_in_the_other_language_it_is_asked_for_in_that(here: Visit) -> None:
    here.page.keyboard.press("F2")
    first, second = advice(here, "green")
    assert first == sentence("en", RULES["en"][1].format(FROM))
    assert second.endswith(RULES["vi"][1].format(FROM))


def test_other_refusals_name_no_rule(here: Visit) -> None:
    first, _ = advice(here, "revoked")
    assert first == verdict_words(VerdictCode("revoked"), "vi").advice


def test_the_hour_of_a_clock_elsewhere_is_told(browser: Browser, restaurant: World) -> None:
    with visiting(browser, restaurant, timezone_id="Asia/Tokyo") as visit:
        visit.open()
        assert f"{FROM} 02:00" in advice(visit, "green")[0]


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_it_fits_at_every_width(here: Visit, width: int, tmp_path: Path) -> None:
    here.page.set_viewport_size({"width": width, "height": 800})
    here.read("green")
    assert here.page.evaluate("document.documentElement.scrollWidth") <= width
    here.page.screenshot(path=tmp_path / f"{width}.png")
