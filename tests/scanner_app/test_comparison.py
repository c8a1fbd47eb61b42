"""Cards as their codes say them, compared with what a certificate says."""

from dataclasses import replace

import pytest

from scanner_app.comparison import card_in
from scanner_app.decoders import Found
from scanner_app.reading import seen_of, sight_of
from scanner_app.sight import Sight
from scanner_app.sources import Line
from spec.dates import BirthDate
from spec.match import Match
from tests.scanner_app.answers import accepted
from tests.scanner_app.test_session import A

HOLDER = accepted("Nguyễn Thị Hoà", birth_date=BirthDate(1990, 12, 31), id_suffix="0123")
CCCD = (
    "079190000123|012345678|Nguyễn Thị Hoà|31121990|Nữ|"
    "Số 1, Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh|15042021"
)
BHYT = (
    "GD4797912345678|4e677579e1bb856e205468e1bb8b20486fc3a0|31/12/1990|2|5068c6b0e1bb9d6e672042e1babf"
    "6e204e6768c3a92c205175e1baad6e20312c2054502e2048e1bb93204368c3ad204d696e68|79 - 014|01/01/2021"
    "|-|20/12/2020|79070912345678|-|4|01/01/2026|15a0f7b2fa0f8e49-7102|$"
)
UNIFIED = "******000123|NGUYEN THI HOA|1990-12-31|0|QID|"

TABLE = [
    (CCCD, True, Match.MATCH),
    (CCCD + "|079090000999|Nguyễn Văn Cha|Trần Thị Mẹ", True, Match.MATCH),
    (CCCD.replace("Hoà", "Hòa").upper().replace("NỮ", "Nữ"), True, Match.MATCH),
    (CCCD.replace("Hoà", "Hoa"), True, Match.NEAR),
    (CCCD.replace("31121990", "31121991"), True, Match.NEAR),
    (CCCD.replace("Thị Hoà", "Văn Tám"), True, Match.NO_MATCH),
    (CCCD.replace("31121990", "01021971"), True, Match.NO_MATCH),
    (CCCD.replace("|31121990|", "|31021990|"), True, Match.CANNOT_TELL),
    (CCCD, False, Match.CANNOT_TELL),
    (CCCD.replace("31121990", "01021971"), False, Match.NO_MATCH),
    (BHYT, True, Match.MATCH),
    (BHYT, False, Match.MATCH),
    (BHYT.replace("31/12/1990", "1990"), True, Match.NEAR),
    (BHYT.replace("31/12/1990", "30/11/1971"), True, Match.NO_MATCH),
]


@pytest.mark.parametrize(("text", "spelling_holds", "expected"), TABLE)
def test_a_card_and_a_certificate(text: str, spelling_holds: bool, expected: Match) -> None:
    card = card_in(text.encode(), spelling_holds=spelling_holds)
    assert card is not None
    compared = card(HOLDER)
    assert compared.match is expected
    assert "Nguy" not in repr(compared)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"https://example.com",
        b"|||||||",
        UNIFIED.encode(),
        CCCD.encode()[:60],
        b"\xff\xfe\x00|",
    ],
)
def test_other_codes_are_no_cards(data: bytes) -> None:
    assert seen_of(Sight(codes=(found(data),), code_like=True)).cards == ()


def found(data: bytes, engine: str = "zxing-cpp") -> Found:
    return Found(data=data, corners=(), engine=engine, guess=data.decode("latin-1"))


def test_a_view_is_sorted_into_certificates_cards_and_others() -> None:
    codes = tuple(map(found, (A.encode(), CCCD.encode(), b"https://example.com")))
    seen = seen_of(Sight(codes=codes, code_like=True))
    assert seen.certificates == {A}
    assert [card(HOLDER).match for card in seen.cards] == [Match.MATCH]
    assert seen.strange
    assert "Hoà" not in repr(seen)


@pytest.mark.parametrize("engine", ["pyzbar", "keyboard"])
def test_names_that_were_guessed_or_typed_are_not_trusted(engine: str) -> None:
    """zbar takes UTF-8 for Big5 or Shift-JIS; a keyboard drops marks. Neither may say "match"."""
    seen = seen_of(Sight(codes=(found(CCCD.encode(), engine),), code_like=True))
    assert [card(HOLDER).match for card in seen.cards] == [Match.CANNOT_TELL]


def test_a_typed_card_is_a_card() -> None:
    seen = seen_of(sight_of(Line(name="line 1", text=CCCD, at=0.0), None))  # type: ignore[arg-type]
    assert len(seen.cards) == 1
    assert not seen.strange


def test_a_certificate_without_a_number_is_compared_by_the_rest() -> None:
    card = card_in(CCCD.encode(), spelling_holds=True)
    assert card is not None
    assert card(replace(HOLDER, id_suffix=None)).match is Match.MATCH
    assert card(replace(HOLDER, id_suffix="9999")).match is Match.NEAR
