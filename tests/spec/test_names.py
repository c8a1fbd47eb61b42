"""Names: which spellings are one name, and which are two people."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.names import canonical_name, clean_name

NAMES = st.text(
    alphabet="ABĐGHKLMNQRSTVXYabdđeghiklmnopqrstuvxyàáảãạâầấẩẫậăằắẳẵặèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộ"
    "ơờớởỡợùúủũụưừứửữựỳýỷỹỵ '-",
    max_size=40,
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hoà"),
        ("  Nguyễn \t Thị\u00a0Hoà\n", "Nguyễn Thị Hoà"),
        ("\ufeffNguyễn\u200b Thị\u2060 Hoà\u00ad", "Nguyễn Thị Hoà"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hoà"), "Nguyễn Thị Hoà"),
        ("Nguye\u0303\u0302n", "Nguyễn"),  # the tone typed before the circumflex
        ("Phu\u031bo\u031b\u0323ng", "Phượng"),  # horn and dot below, letter by letter
        ("\u00d0ặng Văn \u0189ức", "Đặng Văn Đức"),
        ("\u00f0ặng văn \u0256ức", "đặng văn đức"),
        ("Đỗ\u3000Hà", "Đỗ Hà"),
        ("NGUYỄN VĂN AN", "NGUYỄN VĂN AN"),
        ("H’Hen Niê", "H’Hen Niê"),
        ("", ""),
        (" \u200b\u00a0", ""),
    ],
)
def test_a_name_is_kept_as_it_was_meant(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"),
        ("Thuý", "Thúy"),
        ("Khoẻ", "Khỏe"),
        ("Quý", "Qúy"),
        ("Quý", "Quí"),
        ("Mỹ", "Mĩ"),
        ("Lý", "Lí"),
        ("Vy", "Vi"),
        ("Kỳ", "Kì"),
        ("Nguyễn Văn An", "NGUYỄN VĂN AN"),
        ("Nguyễn Văn An", "nguyễn  văn an "),
        ("Nguyễn Văn An", "Nguyễn VănAn"),
        ("Đặng", "\u00d0ặng"),
        ("Đặng", "\u0189ẶNG"),
        ("đặng", "\u00d0ẶNG"),
        ("H'Hen Niê", "H’Hen Niê"),
        ("H'Hen Niê", "HʼHen Niê"),
        ("H'Hen Niê", "HHen Niê"),
        ("Y-Blơ", "Y Blơ"),
        ("Y-Blơ", "Y‑Blơ"),
        ("Ê-ban", "Êban"),
        ("Nguyễn", unicodedata.normalize("NFD", "Nguyễn")),
    ],
)
def test_differences_of_habit_are_the_same_name(one: str, other: str) -> None:
    assert canonical_name(one) == canonical_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("An", "Ân"),
        ("Hoa", "Hòa"),
        ("Hà", "Hạ"),
        ("Tuấn", "Tuân"),
        ("Hùng", "Hưng"),
        ("Lan", "Loan"),
        ("Bảo", "Bửu"),
        ("Mai", "May"),
        ("Thúy", "Thúi"),
        ("Huy", "Hui"),
        ("Duy", "Dui"),
        ("Đức", "Dức"),
        ("Nguyễn Thị Lan", "Nguyễn Lan"),
        ("Nguyễn Văn An", "An Nguyễn Văn"),
        ("Hỏa", "Hóa"),
        ("Nguyen Van An", "Nguyễn Văn An"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert canonical_name(one) != canonical_name(other)


@given(NAMES)
def test_cleaning_twice_is_cleaning_once(name: str) -> None:
    assert clean_name(clean_name(name)) == clean_name(name)


@given(NAMES)
def test_the_unicode_form_never_matters(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)
    assert clean_name(decomposed) == clean_name(name)
    assert unicodedata.is_normalized("NFC", clean_name(decomposed))
    assert canonical_name(decomposed) == canonical_name(name)


@given(NAMES)
def test_case_and_what_is_not_seen_never_matter(name: str) -> None:
    seen = canonical_name(name)
    assert canonical_name(name.upper()) == seen
    assert canonical_name(f"\ufeff {name}\u200b") == seen
    assert canonical_name(name.replace(" ", " \u00a0")) == seen
    assert canonical_name(name.replace("'", "’").replace("-", "‑")) == seen


@given(st.text(max_size=40))
def test_any_text_has_a_clean_form(text: str) -> None:
    cleaned = clean_name(text)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert isinstance(canonical_name(text), str)
