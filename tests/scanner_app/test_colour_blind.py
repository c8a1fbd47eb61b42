"""The screens as people see them who cannot tell some colours apart: one man in twelve.

The matrices are those of Machado, Oliveira and Fernandes (2009) at full severity, for linear light.
"""

from functools import cache
from itertools import combinations
from typing import Any, Final

import cv2
import numpy as np
import pytest

from scanner_app.drawing import bgr
from scanner_app.view import render
from spec.palette import EXPIRED, GREEN, NOT_A_CERTIFICATE, REJECTED, REVOKED, UNDETERMINED, YELLOW
from spec.verdicts import LANGUAGES
from tests.scanner_app.test_view import ANSWERS, screen, showing

EYES: Final = {
    "no red (protanopia)": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green (deuteranopia)": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue (tritanopia)": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "no colour at all": ((0.2126, 0.7152, 0.0722),) * 3,
}

LOOKS: Final = ("ok", "yellow", "bad_signature", "expired", "revoked", "unknown_key",
                "not_a_certificate")  # fmt: skip
STYLES: Final = (GREEN, YELLOW, REJECTED, EXPIRED, REVOKED, UNDETERMINED, NOT_A_CERTIFICATE)
_HEAD: Final = np.s_[40:300, 40:300]
"""Where the icon of every result stands."""


def linear(pixels: Any) -> Any:
    """From the levels of a screen to light, red first."""
    levels = pixels[..., ::-1].astype(np.float64) / 255
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def luminance(pixels: Any, eye: str) -> Any:
    """How bright a picture is to an eye."""
    light = np.clip(linear(pixels) @ np.array(EYES[eye]).T, 0, 1)
    return light @ np.array((0.2126, 0.7152, 0.0722))


@cache
def head(look: str, language: str) -> Any:
    """The icon's part of a result's screen; not that of the words, which differ anyway."""
    return render(screen(showing(ANSWERS[look]), language), 1280, 720)[_HEAD]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("eye", EYES)
def test_every_two_outcomes_differ_by_shape_or_brightness(eye: str, language: str) -> None:
    for one, other in combinations(LOOKS, 2):
        first, second = (luminance(head(look, language), eye) for look in (one, other))
        brightness = (max(first[0, 0], second[0, 0]) + 0.05) / (
            min(first[0, 0], second[0, 0]) + 0.05
        )
        shapes = np.mean(ink(first) != ink(second))
        assert shapes > 0.05 or brightness > 3, (one, other, shapes, brightness)


def test_green_and_red_differ_by_shape_alone() -> None:
    """To these eyes the two dark screens are nearly one: nothing but the shape tells them apart."""
    for eye in EYES:
        green, red = (luminance(head(look, "vi"), eye) for look in ("ok", "bad_signature"))
        assert np.mean(ink(green) != ink(red)) > 0.05, eye


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.icon.name)
def test_words_stand_out_to_every_eye(eye: str, style: Any) -> None:
    paper, letters = (
        float(luminance(np.array([[bgr(colour)]], np.uint8), eye)[0, 0])
        for colour in (style.background, style.foreground)
    )
    high, low = max(paper, letters) + 0.05, min(paper, letters) + 0.05
    assert high / low >= 4.5


def ink(light: Any) -> Any:
    """What is not the background, by brightness alone."""
    return np.abs(np.log((light + 0.05) / (light[0, 0] + 0.05))) > np.log(1.5)


def test_the_simulation_does_what_it_should() -> None:
    """Red and green of one brightness are told apart by a common eye, and hardly by these."""
    red, green = ((90, 90, 200), (80, 133, 80))
    for eye in ("no red (protanopia)", "no green (deuteranopia)"):
        seen = [
            np.clip(linear(np.array(c, np.uint8)) @ np.array(EYES[eye]).T, 0, 1)
            for c in (red, green)
        ]
        plain = [linear(np.array(c, np.uint8)) for c in (red, green)]
        assert np.abs(seen[0] - seen[1]).max() < 0.5 * np.abs(plain[0] - plain[1]).max()
    gray = np.full((1, 1, 3), 128, np.uint8)
    for eye in EYES:
        assert luminance(gray, eye)[0, 0] == pytest.approx(0.2158, abs=0.002)
    assert cv2.cvtColor(gray, cv2.COLOR_BGR2GRAY)[0, 0] == 128
