"""Every verdict on the page: its colour, icon, words and tone; and whose name is shown."""

import pytest
from playwright.sync_api import Browser

from spec.colour import Colour
from spec.palette import style_for
from spec.tones import tone_for
from spec.verdicts import Outcome, VerdictCode, colour_words, verdict_words
from tests.authority import DAY
from tests.verifier.page.conftest import Visit, World, visiting

PERSONAL = ("Nguyễn Thị Minh Châu", "14/03/1987", "4821", "08/10/2021")
ACCEPTED = [
    ("green", VerdictCode.OK, Colour.GREEN, 2),
    ("yellow", VerdictCode.OK, Colour.YELLOW, 1),
    ("superseded", VerdictCode.SUPERSEDED, Colour.GREEN, 2),
]
REFUSED = [
    "revoked", "suspended", "expired", "bad_signature", "malformed", "unknown_key",
]  # fmt: skip

HEAR = """() => {
    window.heard = [];
    window.realStart ??= OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) {
        window.heard.push(this.frequency.value);
        return window.realStart.call(this, at);
    };
}"""


def rgb(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def painted(door: Visit) -> tuple[str, str]:
    """The colours of ground and text that the browser has computed for the result."""
    found = door.result().evaluate(
        "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.color]; }"
    )
    return tuple(found)


@pytest.mark.parametrize(("kind", "code", "colour", "given"), ACCEPTED, ids=lambda one: str(one))
def test_accepted(door: Visit, kind: str, code: VerdictCode, colour: Colour, given: int) -> None:
    result = door.read(kind)
    style = style_for(Outcome.ACCEPTED, code, colour)
    assert painted(door) == (rgb(style.background), rgb(style.foreground))
    assert result.locator("use").get_attribute("href") == f"#icon-{style.icon}"
    assert result.locator("h2").inner_text() == colour_words(colour, given, "vi")
    second = result.locator(".words [data-other]")
    assert second.inner_text() == colour_words(colour, given, "en")
    assert second.get_attribute("lang") == "en"
    said = result.inner_text()
    assert f"{given}/2" in said
    assert "Nguyễn Thị Minh Châu" in said
    assert "ĐỐI CHIẾU GIẤY TỜ" in said
    assert "COMPARE WITH ID" in said
    newer = verdict_words(VerdictCode.SUPERSEDED, "vi")
    assert (f"{newer.title}. {newer.advice}" in said) is (code is VerdictCode.SUPERSEDED)
    assert door.page.locator("[role=status] .result").count() == 1


def test_all_that_is_compared_with_the_identity_card(door: Visit) -> None:
    said = door.read("green").inner_text()
    assert [one for one in PERSONAL if one not in said] == []
    assert "Comirnaty" in said
    door.page.keyboard.press("Escape")
    assert "không có" in door.read("other").inner_text()


@pytest.mark.parametrize("kind", REFUSED)
def test_refused(door: Visit, kind: str) -> None:
    code = VerdictCode(kind)
    result = door.read(kind)
    style = style_for(code.outcome, code, None)
    assert painted(door) == (rgb(style.background), rgb(style.foreground))
    assert result.locator("use").get_attribute("href") == f"#icon-{style.icon}"
    words = verdict_words(code, "vi")
    assert " ".join(result.locator("h2").text_content().split()) == words.title
    said = result.inner_text()
    assert words.advice in said
    assert verdict_words(code, "en").title in said
    assert verdict_words(code, "en").advice in said
    assert [one for one in PERSONAL if one in door.page.content()] == []
    assert door.page.locator("[role=alert] .result").count() == 1


@pytest.mark.parametrize(
    ("days", "code"), [(6, VerdictCode.STATUS_STALE), (8, VerdictCode.TRUST_STALE)]
)
def test_old_trust_data_give_no_verdict_and_are_seen_below(
    browser: Browser, own_world: World, days: int, code: VerdictCode
) -> None:
    own_world.authority.clock.advance(days * DAY)
    with visiting(browser, own_world) as visit:
        visit.forgiven.append("503")  # of /readyz
        result = visit.open().read("green")
        assert verdict_words(code, "vi").advice in result.inner_text()
        footer = visit.page.locator("footer")
        assert f"{days} ngày trước, QUÁ HẠN" in footer.inner_text()
        style = style_for(Outcome.UNDETERMINED, code, None)
        ground = footer.evaluate("e => getComputedStyle(e).backgroundColor")
        assert ground == rgb(style.background)


@pytest.mark.parametrize(
    ("kind", "outcome", "colour"),
    [
        ("green", Outcome.ACCEPTED, Colour.GREEN),
        ("yellow", Outcome.ACCEPTED, Colour.YELLOW),
        ("revoked", Outcome.REJECTED, None),
        ("unknown_key", Outcome.UNDETERMINED, None),
    ],
)
def test_tones_are_those_of_the_specification(
    door: Visit, kind: str, outcome: Outcome, colour: Colour | None
) -> None:
    door.page.evaluate(HEAR)
    door.page.keyboard.press("F8")
    door.page.keyboard.press("F8")
    door.read(kind)
    beeps = [beep.hertz for beep in tone_for(outcome, colour) if beep.hertz]
    assert door.page.evaluate("window.heard") == beeps


def test_it_can_be_silent(visit: Visit) -> None:
    visit.page.evaluate(HEAR)
    sound = visit.page.get_by_role("button", name="Âm báo")
    sound.click()
    assert sound.get_attribute("aria-pressed") == "false"
    visit.read("green")
    assert visit.page.evaluate("window.heard") == []
    visit.page.reload()
    assert sound.get_attribute("aria-pressed") == "false"
