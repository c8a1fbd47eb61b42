"""The screens: every verdict in both languages at several sizes, and what must never appear."""

from dataclasses import replace
from itertools import combinations, product

import cv2
import numpy as np
import pytest

from scanner_app.answer import Answer, Trouble, Trust
from scanner_app.bar import bar_of
from scanner_app.comparison import BY_OFFICER, REFUSED_BY_OFFICER, Compare, Compared
from scanner_app.counts import Counts, Result
from scanner_app.drawing import Canvas, bgr, text_width
from scanner_app.icons import draw_icon
from scanner_app.sight import Hint
from scanner_app.states import (
    Checking,
    Cleared,
    Comparing,
    Looking,
    Reading,
    Showing,
    State,
)
from scanner_app.view import Screen, compose, render
from scanner_app.words import (
    HINTS,
    KEYS,
    NOTES,
    PHRASES,
    age_words,
    answer_words,
    headline,
    reason_words,
    result_words,
)
from spec.certificate import Timestamp
from spec.dates import BirthDate
from spec.differences import BirthDateKind, NameKind, NumberKind, SexKind
from spec.match import Comparison, Match
from spec.palette import Icon, style_for
from spec.screen import Note
from spec.verdicts import LANGUAGES, Outcome, VerdictCode
from tests.contrast import contrast
from tests.raster import shades
from tests.scanner_app.answers import GREEN, NOW, YELLOW, accepted, answer, trouble

SIZES = [(1280, 720), (1920, 1080), (640, 480), (480, 800), (320, 240), (2560, 600)]
PICTURE = np.full((480, 640, 3), 120, np.uint8)


def trust(
    *, age: int = 7200, left: int = 86_400, status_age: int = 0, status_left: int = 1
) -> Trust:
    return Trust(
        issued_at=Timestamp(NOW - age),
        fresh_until=Timestamp(NOW + left),
        status_issued_at=Timestamp(NOW - status_age),
        status_fresh_until=Timestamp(NOW + status_left),
        newest_time=Timestamp(NOW - min(age, status_age)),
    )


FRESH = trust()

ANSWERS: dict[str, Answer] = {
    **{code.value: answer(code) for code in VerdictCode},
    **{kind.value: trouble(kind) for kind in Trouble},
    "yellow": YELLOW,
    "two of three": answer(facts=accepted("H’Hen Niê Ŏ Ŭ", given=2, needed=3, vaccine="Abdala")),
    "year only, no identity number": answer(
        facts=accepted("Lò Thị Ử", birth_date=BirthDate(1955), id_suffix=None)
    ),
    "longest name": answer(facts=accepted("Nguyễn " * 14 + "Ửn")),
    "name without spaces": answer(facts=accepted("Ẫ" * 100)),
    "name of wide letters": answer(facts=accepted("W" * 100, vaccine="W" * 100)),
    "longest name, newer one": answer(VerdictCode.SUPERSEDED, accepted("Công Tằng Tôn Nữ " * 5)),
    "newer refusal": Answer(
        outcome=Outcome.REJECTED, code="some_new_code", reason=None, checked_at=NOW
    ),
    "newer doubt": Answer(
        outcome=Outcome.UNDETERMINED, code="some_new_doubt", reason=None, checked_at=NOW
    ),
}


BUSY = Counts()
for _outcome, _reason in [
    (Outcome.ACCEPTED, "green"),
    (Outcome.REJECTED, "expired"),
    (Outcome.REJECTED, "bad_signature"),
    (Outcome.REJECTED, "another_person"),
    (Outcome.UNDETERMINED, "service_unreachable"),
]:
    BUSY = BUSY.plus(Result(outcome=_outcome, reason=_reason, seconds=4.2))


def screen(
    state: State,
    language: str = "vi",
    trust: Trust | None = FRESH,
    *,
    compare: Compare = Compare.CARD,
    key_list: bool = False,
) -> Screen:
    return Screen(
        state=state,
        language=language,
        picture=PICTURE,
        has_camera=True,
        bar=bar_of(trust, NOW, BUSY, checker="offline", remarks=("TẮT TIẾNG",), language=language),
        elapsed=3.0,
        compare=compare,
        key_list=key_list,
    )


def showing(shown: Answer, comparison: Compared | None = None) -> Showing:
    return Showing(shown, 0.0, 8.0, 0.0, comparison)


def comparing(shown: Answer, comparison: Compared | None = None) -> Comparing:
    return Comparing(shown, 0.0, 8.0, 0.0, comparison)


def by_card(*kinds: object) -> Compared:
    found = Comparison(*kinds)  # type: ignore[arg-type]
    return Compared(match=found.verdict, found=found)


ANOTHER = by_card(
    NameKind.DIFFERS, BirthDateKind.ONE_DIGIT, NumberKind.SUFFIX_DIFFERS, SexKind.UNKNOWN
)
NEAR = by_card(
    NameKind.MARKS_DIFFER, BirthDateKind.DAY_MONTH_SWAPPED, NumberKind.SUFFIX_EQUAL, SexKind.UNKNOWN
)
LONGEST = by_card(
    NameKind.WORD_ORDER, BirthDateKind.PRECISION, NumberKind.SUFFIX_EQUAL, SexKind.UNKNOWN
)

STATES: dict[str, State] = {
    **{name: showing(shown) for name, shown in ANSWERS.items()},
    "looking": Looking(),
    **{note.name: Looking(note) for note in Note},
    **{hint.name: Reading(0.0, hint) for hint in Hint},
    "reading": Reading(0.0),
    "checking": Checking("DP1:X", 0.0, 0.0),
    "cleared": Cleared(2.9),
    "compared": showing(GREEN, BY_OFFICER),
    "another person": showing(GREEN, REFUSED_BY_OFFICER),
    "another person's card": showing(GREEN, ANOTHER),
    "comparing": comparing(GREEN),
    "comparing, a card that says nothing": comparing(GREEN, Compared(match=Match.CANNOT_TELL)),
    "comparing, word order": comparing(GREEN, LONGEST),
    "comparing the longest name": comparing(ANSWERS["longest name"], NEAR),
    "comparing wide letters": comparing(ANSWERS["name of wide letters"], NEAR),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_every_text_stays_inside_the_window(name: str, language: str) -> None:
    for width, height in SIZES:
        canvas = compose(screen(STATES[name], language), width, height)
        assert canvas.pixels.shape == (height, width, 3)
        assert canvas.text_boxes
        for box in canvas.text_boxes:
            assert 0 <= box.left <= box.right <= width, (width, height)
            assert 0 <= box.top <= box.bottom <= height, (width, height)


@pytest.mark.parametrize("name", STATES)
def test_texts_do_not_overlap(name: str) -> None:
    boxes = compose(screen(STATES[name]), 1280, 720).text_boxes
    for one, other in combinations(boxes, 2):
        upper, lower = sorted((one, other), key=lambda box: box.top)
        beside = one.right <= other.left or other.right <= one.left
        # The room below a line's baseline may be shared, the letters' own may not.
        assert beside or upper.bottom - 0.12 * upper.height <= lower.top


@pytest.mark.parametrize("name", ANSWERS)
def test_the_background_is_that_of_the_palette(name: str) -> None:
    shown = ANSWERS[name]
    colour = None if shown.accepted is None else shown.accepted.colour
    style = style_for(shown.outcome, shown.code or "", colour)
    picture = render(screen(showing(shown)), 1280, 720)
    assert tuple(int(level) for level in picture[4, 4]) == bgr(style.background)


def test_results_that_differ_look_different_without_colour() -> None:
    """As a person sees them who cannot tell the colours: in grey, headline and icon only."""
    gray = {}
    for name in ("ok", "yellow", "bad_signature", "expired", "revoked", "unknown_key"):
        picture = render(screen(showing(ANSWERS[name])), 1280, 720)
        gray[name] = cv2.cvtColor(picture[:300, :300], cv2.COLOR_BGR2GRAY) > 127
    for one, other in combinations(gray, 2):
        assert np.mean(gray[one] != gray[other]) > 0.03, (one, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_shows_its_advice_and_nobody(language: str) -> None:
    for code in VerdictCode:
        if code.outcome is not Outcome.ACCEPTED:
            words = answer_words(answer(code), language)
            assert words.title
            assert words.advice
            assert ANSWERS[code.value].accepted is None


def test_the_result_with_no_time_left_has_no_line_of_time() -> None:
    left, none = (
        render(screen(Showing(GREEN, 0.0, until, 0.0)), 1280, 720)[636, 2] for until in (8.0, 3.0)
    )
    assert tuple(left) == (255, 255, 255)
    assert tuple(none) == (0, 0, 0)


def test_a_short_check_does_not_flicker() -> None:
    looking = render(screen(Looking()), 640, 360)
    at_once = render(screen(Checking("DP1:X", 2.9, 2.9)), 640, 360)
    later = render(screen(Checking("DP1:X", 2.0, 2.0)), 640, 360)
    assert np.array_equal(looking, at_once)
    assert not np.array_equal(looking, later)


def test_a_tall_window_is_filled_with_the_colour_of_the_result() -> None:
    picture = render(screen(showing(YELLOW)), 480, 800)
    assert picture.shape == (800, 480, 3)
    assert tuple(picture[0, 0]) == tuple(picture[799, 479]) == (0, 0xD6, 0xFF)


def test_stale_trust_and_unknown_trust_change_the_bar() -> None:
    stale, stale_status, behind = (
        trust(left=0),
        trust(status_left=0),
        trust(age=-900, status_age=-900),
    )
    bars = [
        render(screen(Looking(), trust=shown), 1280, 720)[640:]
        for shown in (FRESH, stale, None, stale_status, behind)
    ]
    assert len({bar.tobytes() for bar in bars}) == 5
    night, blue = (0x1C, 0x18, 0x12), (0xA1, 0x47, 0x0D)
    assert [tuple(bar[2, 2]) for bar in bars] == [night, blue, night, blue, blue]


@pytest.mark.parametrize(
    ("shown", "ages", "trouble"),
    [
        (trust(age=7200, status_age=60), "Keys: 2 h old · Revocation lists: 1 min old", None),
        (trust(left=0), "Keys: 2 h old TOO OLD", VerdictCode.TRUST_STALE),
        (trust(status_left=0), "Revocation lists: 0 min old TOO OLD", VerdictCode.STATUS_STALE),
        (trust(left=0, status_left=0), "Keys: 2 h old TOO OLD", VerdictCode.TRUST_STALE),
        (
            trust(age=-400, status_age=0),
            "Clock: device clock wrong? BEHIND, SET IT",
            VerdictCode.CLOCK_SUSPECT,
        ),
        (trust(age=-200, status_age=0), "Clock: device clock wrong?", None),
        (None, "Trust data: not known yet", None),
    ],
)
def test_three_ages(shown: Trust | None, ages: str, trouble: VerdictCode | None) -> None:
    bar = bar_of(shown, NOW, BUSY, checker="offline", remarks=(), language="en")
    assert ages in bar.ages.replace("   ", " ")
    assert bar.trouble is trouble


def test_the_counts_of_the_shift_stand_on_the_screen() -> None:
    bar = bar_of(FRESH, NOW, BUSY, checker="offline", remarks=(), language="en")
    assert bar.counts.replace("   ", " ") == (
        "Passed 1 · Refused 3 (expired 1, wrong signature 1, …) · "
        "Undecided 1 (no connection 1) · 4 s a person"
    )


def test_while_nobody_can_be_checked_the_screen_says_so_before_anybody_comes() -> None:
    fresh, stale = (compose(screen(Looking(), trust=t), 1280, 720) for t in (FRESH, trust(left=0)))
    assert len(stale.text_boxes) > len(fresh.text_boxes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_camera_that_is_away_is_told_with_what_to_do(language: str) -> None:
    away = replace(screen(Looking(), language), picture=None)
    reader = replace(away, has_camera=False)
    for width, height in SIZES:
        canvas = compose(away, width, height)
        assert len(canvas.text_boxes) == len(compose(reader, width, height).text_boxes) + 1
        for box in canvas.text_boxes:
            assert 0 <= box.left <= box.right <= width
            assert 0 <= box.top <= box.bottom <= height


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_keys_fits(language: str) -> None:
    for width, height in SIZES:
        canvas = compose(screen(Looking(), language, key_list=True), width, height)
        for box in canvas.text_boxes:
            assert 0 <= box.left <= box.right <= width
            assert 0 <= box.top <= box.bottom <= height


@pytest.mark.parametrize("compare", [Compare.FIRST, Compare.CARD])
def test_no_colour_before_the_comparison(compare: Compare) -> None:
    """Neither the colour nor what it stands for: two pictures of two colours are the same."""
    green, yellow = (
        answer(facts=accepted("Lê Văn Tám", given=given, needed=2)) for given in (2, 1)
    )
    pictures = [render(screen(comparing(a), compare=compare), 1280, 720) for a in (green, yellow)]
    assert np.array_equal(*pictures)


def test_another_person_is_no_green() -> None:
    state = showing(GREEN, ANOTHER)
    picture = render(screen(state), 1280, 720)
    assert tuple(int(level) for level in picture[4, 4]) == bgr("#B71C1C")
    assert GREEN.accepted is not None
    for language in LANGUAGES:
        words = result_words(state, language)
        assert GREEN.accepted.name not in f"{words.title}{words.advice}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    for reason in [*VerdictCode, *Trouble, "another_person", "not_compared"]:
        assert "_" not in reason_words(reason, language)
    assert reason_words("some_new_code", language) == "some_new_code"


def test_pictures_of_any_shape_fill_the_window() -> None:
    for shape in [(1, 1, 3), (720, 1280), (100, 2000, 3), (2000, 100, 1), (300, 300, 4)]:
        canvas = Canvas(640, 480, "#FF0000")
        canvas.cover(np.full(shape, 7, np.uint8), canvas.box)
        assert (canvas.pixels == 7).all()


@pytest.mark.parametrize("weight", [400, 600, 700, 800])
def test_every_vietnamese_letter_has_a_picture_of_its_own(weight: int) -> None:
    """A name drawn with another mark is another name; OpenCV's own font draws two letters alike."""
    letters = "".join(map(chr, range(0x1EA0, 0x1EFA)))
    letters += "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưŎŏŬŭČčÑñĔĕĬĭ?AEIOUYaeiouyDd’'-"
    pictures = {}
    for letter in letters:
        canvas = Canvas(160, 160, "#000000")
        canvas.put(
            canvas.typeset(letter, width=160, height=160, size=640, weight=weight),
            40,
            10,
            "#FFFFFF",
        )
        pictures[letter] = canvas.pixels.tobytes()
    assert len(set(pictures.values())) == len(letters)


def test_bold_words_are_bold_in_every_letter() -> None:
    for letter in "ễếựặớờỡẬỬ":
        assert text_width(letter, 200, 800) > text_width(letter, 200, 400)


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (0, "0 phút trước", "0 min old"),
        (3599, "59 phút trước", "59 min old"),
        (3600, "1 giờ trước", "1 h old"),
        (172_799, "47 giờ trước", "47 h old"),
        (172_800, "2 ngày trước", "2 days old"),
        (-30, "0 phút trước", "0 min old"),
        (-3600, "đồng hồ máy sai?", "device clock wrong?"),
    ],
)
def test_ages(seconds: int, vi: str, en: str) -> None:
    assert (age_words(seconds, "vi"), age_words(seconds, "en")) == (vi, en)


def test_both_languages_say_everything() -> None:
    assert PHRASES["vi"].keys() == PHRASES["en"].keys()
    assert NOTES["vi"].keys() == NOTES["en"].keys() == set(Note)
    assert HINTS["vi"].keys() == HINTS["en"].keys() == set(Hint)
    assert [key for key, _ in KEYS["vi"]] == [key for key, _ in KEYS["en"]]
    for kind, language in product(Trouble, LANGUAGES):
        assert answer_words(trouble(kind), language).advice


def test_the_headline_of_an_accepted_certificate_is_its_colour() -> None:
    assert headline(GREEN, "vi") == "XANH – ĐỦ LIỀU"
    assert headline(ANSWERS["two of three"], "en") == "YELLOW – TWO DOSES"


def test_labels_have_the_contrast_of_small_text() -> None:
    assert contrast("#4A4A4A", "#FFFFFF") >= 7
    assert contrast("#12181C", "#FFFFFF") >= 7


@pytest.mark.parametrize("icon", Icon)
def test_an_icon_has_the_shapes_of_the_specification(icon: Icon) -> None:
    """As near as whole pixels allow: OpenCV draws lines one to two pixels wider than asked."""
    canvas = Canvas(301, 301, "#000000")
    draw_icon(canvas, icon, x=150, y=150, radius=150, ink="#FFFFFF", paper="#000000")
    assert np.abs(canvas.pixels[:, :, 0] / 255 - shades(icon, 301)).mean() < 0.015


def test_every_icon_is_drawn() -> None:
    assert {
        style_for(a.outcome, a.code or "", a.accepted.colour if a.accepted else None).icon
        for a in ANSWERS.values()
    } == set(Icon)
