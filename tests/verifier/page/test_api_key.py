"""The page of a service that asks for API keys: typed once, kept in the tab, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.authority import NOW
from tests.verifier.page.conftest import Visit, World, visiting
from verifier.api_keys import ApiKey, ApiKeys, change
from verifier.door import Door
from verifier.keyring import Keyring
from verifier.logs import Log
from verifier.rate import Rate
from verifier.rates import open_rates
from verifier.service import create_app
from verifier.trust import TrustSource

KEPT, KEY = ApiKey.make("door-1", Rate(4, "hour"), NOW)


@pytest.fixture
def visit(browser: Browser, own_world: World, tmp_path: Path) -> Iterator[Visit]:
    clock = own_world.authority.clock
    log = Log(clock, own_world.silent.append)
    change(tmp_path / "keys.json", lambda _: ApiKeys([KEPT]))
    door = Door(
        Keyring(tmp_path / "keys.json", clock, log), open_rates("memory", tmp_path / "rates", log)
    )
    trust = TrustSource(tmp_path / "trust", clock, log)
    own_world.app = create_app(trust, clock, log, door=door)
    with visiting(browser, own_world, locale="en-GB") as visit:
        visit.forgiven = ["401", "429"]
        yield visit.open()


def give(visit: Visit, key: str) -> None:
    visit.page.fill("#key", key)
    visit.page.press("#key", "Enter")


def test_a_key_is_asked_for_used_and_kept_in_the_tab_alone(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    expect(page.locator("#key-form")).to_be_hidden()
    expect(visit.read("green")).not_to_contain_text("GREEN")
    expect(page.locator("#key-form")).to_be_visible()
    assert page.get_attribute("#key", "type") == "password"

    give(visit, KEY)
    expect(page.locator("#key-form")).to_be_hidden()
    expect(visit.read("green")).to_contain_text("GREEN")
    assert page.evaluate("Object.values(localStorage)") == []
    assert page.evaluate("Object.values(sessionStorage)") == [KEY]
    assert page.context.cookies() == []
    assert KEY not in page.content()

    page.reload()
    page.wait_for_selector("html[data-camera]", state="attached")
    expect(visit.read("green")).to_contain_text("GREEN")

    change(tmp_path / "keys.json", lambda keys: keys.revoked("door-1", NOW))
    visit.world.authority.clock.advance(1)
    page.keyboard.press("Escape")
    visit.until_gone()
    visit.read("green")
    expect(page.locator("#key-form")).to_be_visible()


def test_a_wrong_key_is_asked_for_again(visit: Visit) -> None:
    visit.read("green")
    give(visit, KEY[:-1])
    visit.read("green")
    expect(visit.page.locator("#key-form")).to_be_visible()
    expect(visit.result()).not_to_contain_text("GREEN")


def test_a_key_over_its_rate_shows_no_verdict(visit: Visit) -> None:
    visit.read("green")
    give(visit, KEY)
    for _ in range(4):
        expect(visit.read("green")).to_contain_text("GREEN")
        visit.page.keyboard.press("Escape")
        visit.until_gone()
    expect(visit.read("green")).not_to_contain_text("GREEN")
