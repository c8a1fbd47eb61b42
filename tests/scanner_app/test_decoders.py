"""The engines: what they read, and that nothing makes them raise."""

import importlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scanner_app.cascade import EVERY_MISS, Cascade
from scanner_app.decoders import (
    Decoder,
    OpenCvDecoder,
    Picture,
    PyzbarDecoder,
    ZxingDecoder,
    available_decoders,
    luminance,
)
from tests.authority import Authority
from tests.scanner_app.pictures import code_picture, qr_picture

PHOTOS = Path(__file__).parents[1] / "data" / "qr-photos"
ONLY_PYZBAR_READS = {"09"}
ENGINES, MISSING = available_decoders()
each_engine = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


def texts(decoder: Decoder, picture: Picture) -> list[str]:
    return [found.text for found in decoder.decode(picture)]


def test_the_engines_that_need_no_system_library_are_there() -> None:
    names = [engine.name for engine in ENGINES]
    assert [name for name in names if name != "pyzbar"] == ["zxing-cpp", "opencv"]


def test_pyzbar_is_tested_too() -> None:
    if MISSING:
        pytest.skip(f"pyzbar goes untested, libzbar is not here: {MISSING[0].hint}")
    assert [engine.name for engine in ENGINES] == ["zxing-cpp", "pyzbar", "opencv"]


@each_engine
def test_a_certificate_is_read_as_it_was_signed(engine: Decoder, authority: Authority) -> None:
    text = authority.sign()
    (found,) = engine.decode(qr_picture(text))
    assert found.data == text.encode("ascii")
    assert found.text == text
    assert found.engine == engine.name
    assert len(found.corners) >= 4
    assert all(0 <= x <= 400 and 0 <= y <= 400 for x, y in found.corners)


@pytest.mark.parametrize("engine", [ZxingDecoder(), OpenCvDecoder()], ids=["zxing", "opencv"])
def test_vietnamese_without_eci_keeps_its_marks(engine: Decoder) -> None:
    text = "001087004821||HUỲNH HIẾU THUẬN|14031987|Nam|Đặng Văn Ân"
    code = segno.make(text.encode(), error="m", mode="byte", micro=False)
    assert texts(engine, code_picture(code)) == [text]


@each_engine
def test_bytes_that_are_no_utf8_still_give_a_text(engine: Decoder) -> None:
    code = segno.make(b"\xff\xfe\x80 dosepass", error="m", mode="byte", micro=False)
    for found in engine.decode(code_picture(code)):
        assert isinstance(found.text, str)


@each_engine
def test_micro_qr_is_not_read(engine: Decoder) -> None:
    assert engine.decode(code_picture(segno.make_micro("12345"), scale=12)) == []


@each_engine
def test_structured_append_raises_nothing(engine: Decoder) -> None:
    for code in segno.make_sequence("DP1:" + "A" * 300, symbol_count=4):
        engine.decode(code_picture(code))


@each_engine
def test_two_codes_in_one_picture(engine: Decoder) -> None:
    one, other = qr_picture("DP1:ONE"), qr_picture("DP1:OTHER")
    height = max(one.shape[0], other.shape[0])
    padded = [
        cv2.copyMakeBorder(
            part, 0, height - part.shape[0], 20, 20, cv2.BORDER_CONSTANT, value=(255, 255, 255)
        )
        for part in (one, other)
    ]
    found = texts(engine, np.asarray(np.hstack(padded), np.uint8))
    assert set(found) == {"DP1:ONE", "DP1:OTHER"}


ODD_PICTURES: dict[str, Any] = {
    "empty": np.zeros((0, 0, 3), np.uint8),
    "no rows": np.zeros((0, 100), np.uint8),
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "one row": np.zeros((1, 2000, 3), np.uint8),
    "black": np.zeros((720, 1280, 3), np.uint8),
    "white": np.full((720, 1280, 3), 255, np.uint8),
    "grey": np.full((300, 300), 128, np.uint8),
    "one channel": np.full((300, 300, 1), 128, np.uint8),
    "two channels": np.full((300, 300, 2), 128, np.uint8),
    "four channels": np.full((300, 300, 4), 128, np.uint8),
    "five channels": np.full((300, 300, 5), 128, np.uint8),
    "huge": np.zeros((9000, 9000), np.uint8),
    "very wide": np.zeros((24, 20_000, 3), np.uint8),
    "not contiguous": np.zeros((600, 600, 3), np.uint8)[::2, ::-3],
    "floats": np.zeros((300, 300, 3), np.float32),
    "four dimensions": np.zeros((2, 30, 30, 3), np.uint8),
}


@each_engine
@pytest.mark.parametrize("name", ODD_PICTURES)
def test_odd_pictures_hold_nothing(engine: Decoder, name: str) -> None:
    assert engine.decode(ODD_PICTURES[name]) == []


@each_engine
def test_grey_and_four_channels_are_read_like_colours(engine: Decoder) -> None:
    colours = qr_picture("DP1:GREY")
    gray = np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY), np.uint8)
    with_alpha = np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2BGRA), np.uint8)
    for picture in (gray, gray[:, :, None], with_alpha):
        assert texts(engine, picture) == ["DP1:GREY"]


def test_a_large_picture_is_shrunk_and_still_read() -> None:
    picture = np.full((6000, 6000), 255, np.uint8)
    code = cv2.cvtColor(qr_picture("DP1:LARGE", scale=40), cv2.COLOR_BGR2GRAY)
    picture[500 : 500 + code.shape[0], 500 : 500 + code.shape[1]] = code
    gray = luminance(picture)
    assert gray is not None
    assert gray.shape == (4096, 4096)
    assert texts(ZxingDecoder(), picture) == ["DP1:LARGE"]


@settings(max_examples=25, deadline=None)
@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 60), st.integers(1, 60), st.sampled_from([1, 3, 4])),
    )
)
def test_noise_raises_nothing_and_holds_no_certificate(picture: Picture) -> None:
    for engine in ENGINES:
        assert not any(text.startswith("DP1:") for text in texts(engine, picture))


@each_engine
def test_an_engine_that_raises_gives_nothing(
    engine: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_something(*_: object, **__: object) -> None:
        raise ValueError("hostile code")

    class Raising:
        detectAndDecodeBytesMulti = staticmethod(raise_something)  # noqa: N815 - OpenCV's name

    if isinstance(engine, ZxingDecoder):
        monkeypatch.setattr(engine._zxing, "read_barcodes", raise_something)
    elif isinstance(engine, PyzbarDecoder):
        monkeypatch.setattr(engine._pyzbar, "decode", raise_something)
    else:
        monkeypatch.setattr(engine, "_detector", Raising())
    assert engine.decode(qr_picture("DP1:X")) == []


@pytest.mark.parametrize(
    ("module", "failure", "name", "hint"),
    [
        ("zxingcpp", ImportError("no module"), "zxing-cpp", "pip install zxing-cpp"),
        ("pyzbar.pyzbar", ImportError("no libzbar"), "pyzbar", "libzbar0"),
        ("pyzbar.pyzbar", FileNotFoundError("libzbar-64.dll"), "pyzbar", "libzbar0"),
    ],
)
def test_an_absent_engine_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, module: str, failure: Exception, name: str, hint: str
) -> None:
    real = importlib.import_module

    def import_module(wanted: str) -> Any:
        if wanted == module:
            raise failure
        return real(wanted)

    monkeypatch.setattr(importlib, "import_module", import_module)
    engines, missing = available_decoders()
    assert name not in [engine.name for engine in engines]
    assert {engine.name for engine in engines} | {engine.name for engine in missing} == {
        "zxing-cpp",
        "pyzbar",
        "opencv",
    }
    (hinted,) = [engine.hint for engine in missing if engine.name == name]
    assert hint in hinted


@pytest.mark.parametrize("path", sorted(PHOTOS.glob("*.png")), ids=lambda path: path.stem)
def test_photographs_of_others_are_read_right(path: Path) -> None:
    if path.stem in ONLY_PYZBAR_READS and MISSING:
        pytest.skip("only pyzbar reads this photograph, and libzbar is not here")
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None
    cascade = Cascade(ENGINES, effort=EVERY_MISS)
    wanted = path.with_suffix(".txt").read_bytes().decode()
    assert texts(cascade, np.asarray(picture, np.uint8)) == [wanted]


def test_the_photographs_are_there() -> None:
    assert len(list(PHOTOS.glob("*.png"))) == 11


def test_a_photograph_that_no_engine_reads_is_read_when_restored() -> None:
    picture = cv2.imread(str(PHOTOS / "34.png"), cv2.IMREAD_COLOR)
    assert picture is not None
    frame = np.asarray(picture, np.uint8)
    assert not any(engine.decode(frame) for engine in ENGINES)
    assert texts(Cascade(ENGINES), frame) == ["http://code.google.com"]
