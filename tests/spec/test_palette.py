"""The palette: contrast as stated, no two results alike, and no way for a refusal to look valid."""

import re

import pytest

from spec import palette
from spec.colour import Colour
from spec.palette import Icon, Style, style_for, style_of_colour
from spec.verdicts import Outcome, VerdictCode
from tests.contrast import contrast

STYLES = {
    "green": (palette.GREEN, 7.87),
    "yellow": (palette.YELLOW, 14.87),
    "rejected": (palette.REJECTED, 6.57),
    "expired": (palette.EXPIRED, 6.57),
    "revoked": (palette.REVOKED, 6.57),
    "undetermined": (palette.UNDETERMINED, 8.63),
    "not_a_certificate": (palette.NOT_A_CERTIFICATE, 10.05),
}
NEGATIVE_CODES = [code for code in VerdictCode if code.outcome is not Outcome.ACCEPTED]


@pytest.mark.parametrize(("style", "ratio"), STYLES.values(), ids=STYLES)
def test_contrast_is_as_stated(style: Style, ratio: float) -> None:
    assert contrast(style.foreground, style.background) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("style", [style for style, _ in STYLES.values()], ids=STYLES)
def test_colours_are_spelled_in_one_way(style: Style) -> None:
    assert re.fullmatch("#[0-9A-F]{6}", style.background)
    assert re.fullmatch("#[0-9A-F]{6}", style.foreground)


def test_every_style_has_its_own_icon_and_every_icon_is_in_use() -> None:
    icons = [style.icon for style, _ in STYLES.values()]
    assert sorted(icons) == sorted(Icon)


def test_the_colours_of_acceptance_belong_to_acceptance_alone() -> None:
    negative = {style.background for style, _ in STYLES.values()} - {
        palette.GREEN.background,
        palette.YELLOW.background,
    }
    assert negative == {"#B71C1C", "#0D47A1", "#424242"}


@pytest.mark.parametrize("code", [VerdictCode.OK, VerdictCode.SUPERSEDED])
@pytest.mark.parametrize("colour", Colour)
def test_an_accepted_verdict_wears_the_colour_of_the_certificate(
    code: VerdictCode, colour: Colour
) -> None:
    assert style_for(code.outcome, code, colour) is style_of_colour(colour)


@pytest.mark.parametrize("colour", [None, *Colour])
@pytest.mark.parametrize("code", NEGATIVE_CODES)
def test_no_other_verdict_looks_accepted(code: VerdictCode, colour: Colour | None) -> None:
    style = style_for(code.outcome, code, colour)
    assert style not in (palette.GREEN, palette.YELLOW)


@pytest.mark.parametrize(
    ("code", "style"),
    [
        (VerdictCode.BAD_SIGNATURE, palette.REJECTED),
        (VerdictCode.POLICY, palette.REJECTED),
        (VerdictCode.EXPIRED, palette.EXPIRED),
        (VerdictCode.NOT_YET_VALID, palette.EXPIRED),
        (VerdictCode.REVOKED, palette.REVOKED),
        (VerdictCode.SUSPENDED, palette.REVOKED),
        (VerdictCode.NOT_A_CERTIFICATE, palette.NOT_A_CERTIFICATE),
        (VerdictCode.UNKNOWN_KEY, palette.UNDETERMINED),
        (VerdictCode.TRUST_STALE, palette.UNDETERMINED),
        (VerdictCode.STATUS_STALE, palette.UNDETERMINED),
        (VerdictCode.CLOCK_SUSPECT, palette.UNDETERMINED),
    ],
)
def test_each_kind_of_trouble_has_its_look(code: VerdictCode, style: Style) -> None:
    assert style_for(code.outcome, code, None) is style


@pytest.mark.parametrize(
    ("outcome", "style"),
    [(Outcome.REJECTED, palette.REJECTED), (Outcome.UNDETERMINED, palette.UNDETERMINED)],
)
def test_a_code_of_a_later_version_goes_by_its_outcome(outcome: Outcome, style: Style) -> None:
    assert style_for(outcome, "a_code_not_yet_invented", Colour.GREEN) is style


def test_a_code_cannot_soften_an_undetermined_outcome() -> None:
    assert style_for(Outcome.UNDETERMINED, VerdictCode.OK, Colour.GREEN) is palette.UNDETERMINED


@pytest.mark.parametrize("code", [VerdictCode.OK, VerdictCode.SUPERSEDED])
def test_accepted_without_a_colour_is_a_mistake(code: VerdictCode) -> None:
    with pytest.raises(ValueError, match="colour"):
        style_for(Outcome.ACCEPTED, code, None)
