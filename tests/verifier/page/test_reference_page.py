"""The page at /docs in a browser: at three widths, and by keyboard."""

import pytest
from playwright.sync_api import Browser

from tests.verifier.page.conftest import World, visiting


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off(browser: Browser, world: World, width: int, scheme: str) -> None:
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with visiting(browser, world, **options) as visit:
        page = visit.context.new_page()
        answer = page.goto(f"{world.origin}/docs")
        assert answer is not None
        assert answer.status == 200
        assert page.evaluate("document.documentElement.scrollWidth") == width
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 24, 28)")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main"
        page.click("summary >> nth=0")
        assert page.locator("details[open] pre").is_visible()
