"""The ways into the page: code reader, clipboard, keyboard; and what is left quietly alone."""

import pytest
from playwright.sync_api import Browser, expect

from spec.screen import NOTES, TROUBLES, Note
from spec.verdicts import VerdictCode, verdict_words
from tests.verifier.page.conftest import Visit, World, visiting
from verifier import problems
from verifier.problems import ProblemType


def verified(visit: Visit) -> int:
    """How many texts the service was asked about."""
    return sum(path == "/v1/verify" for _, path, _ in visit.world.seen)


@pytest.mark.parametrize("focused", ["body", "#language", "#text"])
def test_a_code_reader_types_wherever_the_focus_is(door: Visit, focused: str) -> None:
    door.page.evaluate("document.activeElement.blur()")
    if focused != "body":
        door.page.focus(focused)
    door.page.keyboard.type(door.texts["malformed"])
    door.page.keyboard.press("Enter")
    words = verdict_words(VerdictCode.MALFORMED, "vi")
    assert words.advice in door.result().inner_text()
    assert door.page.input_value("#text") == ""


def test_the_next_code_from_a_reader_takes_the_place_of_a_result(door: Visit) -> None:
    door.read("green")
    door.page.evaluate("document.activeElement.blur()")
    door.page.keyboard.type(door.texts["malformed"] + "\n")
    expect(door.page.locator(".result")).not_to_contain_text("Nguyễn")


@pytest.mark.parametrize("focused", ["body", "#text"])
def test_a_pasted_code_is_judged_at_once(visit: Visit, focused: str) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.evaluate("text => navigator.clipboard.writeText(text)", visit.texts["yellow"] + "\n")
    visit.page.focus(focused)
    visit.page.keyboard.press("Control+V")
    assert "1/2" in visit.result().inner_text()
    assert visit.page.input_value("#text") == ""


def test_what_is_no_certificate_is_remarked_on_and_goes_nowhere(door: Visit) -> None:
    before = verified(door)
    door.page.fill("#text", "079190000123|012345678|Nguyễn Thị Hoà|31121990|Nữ|Quận 1|15042021")
    door.page.press("#text", "Enter")
    note = door.page.get_by_role("status").filter(has_text=NOTES["vi"][Note.NOT_A_CERTIFICATE])
    expect(note).to_be_visible()
    expect(note).to_be_hidden()
    assert verified(door) == before
    assert door.page.locator(".result").count() == 0


def test_the_same_code_asked_for_again_is_judged_again(door: Visit) -> None:
    before = verified(door)
    for _ in range(2):
        door.read("green")
        door.page.keyboard.press("Escape")
        door.until_gone()
    assert verified(door) == before + 2


def test_everything_can_be_done_with_the_keyboard(visit: Visit) -> None:
    """The order of focus is that of reading, and every focus is seen."""
    visit.read("green")
    visit.page.focus("#sound")
    reached = []
    for _ in range(6):
        name, outline = visit.page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.id || e.className, s.outlineStyle + s.outlineWidth]; }"
        )
        assert outline == "solid3px"
        reached.append(name)
        visit.page.keyboard.press("Tab")
    assert reached == ["sound", "language", "next", "keep", "text", ""]
    visit.page.focus(".next")
    visit.page.keyboard.press("Enter")
    visit.until_gone()


@pytest.mark.parametrize("key", [" ", "Enter", "Escape"])
def test_a_key_ends_a_result(door: Visit, key: str) -> None:
    door.read("green")
    door.page.evaluate("document.activeElement.blur()")
    door.page.keyboard.press(key)
    door.until_gone()


def test_the_language_is_switched_and_remembered_without_cookies(visit: Visit) -> None:
    visit.read("green")
    visit.page.keyboard.press("F2")
    result = visit.result()
    assert result.locator("h2").inner_text() == "GREEN – COMPLETE"
    assert visit.page.get_attribute("html", "lang") == "en"
    visit.page.reload()
    switch = visit.page.get_by_role("button", name="Tiếng Việt")
    assert switch.get_attribute("lang") == "vi"
    switch.click()
    assert visit.page.title() == "Kiểm tra chứng nhận tiêm chủng"
    assert visit.context.cookies() == []
    assert visit.page.evaluate("Object.keys(localStorage)") == ["dosepass.language"]


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("vi-VN", "vi"), ("fr", "vi")])
def test_the_first_language_is_the_browsers(
    browser: Browser, world: World, locale: str, language: str
) -> None:
    with visiting(browser, world, locale=locale) as visit:
        assert visit.open().page.get_attribute("html", "lang") == language


def test_no_connection_is_no_verdict(visit: Visit) -> None:
    visit.context.set_offline(True)
    result = visit.read("green")
    assert TROUBLES["vi"]["service_unreachable"].title.partition(" – ")[2] in result.inner_text()
    visit.errors.clear()  # Chromium tells of the lost connection on the console
    visit.context.set_offline(False)
    assert "Nguyễn" in visit.read("green").inner_text()


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        (problems.INTERNAL, "service_refused"),
        (problems.NOT_READY, "service_busy"),
        (problems.NOT_FOUND, "service_refused"),
    ],
)
def test_a_refusal_of_the_service_is_told_in_words(
    browser: Browser, own_world: World, kind: ProblemType, trouble: str
) -> None:
    own_world.refuse(kind)
    with visiting(browser, own_world) as visit:
        visit.forgiven.append(str(kind.status.value))
        said = visit.open().read("green").inner_text()
        assert TROUBLES["vi"][trouble].advice in said
        assert TROUBLES["en"][trouble].advice in said
