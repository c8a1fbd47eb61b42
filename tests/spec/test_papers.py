"""The codes of identity papers: what is read, what is mended, and what is refused."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.dates import BirthDate
from spec.differences import NameKind
from spec.identity import Sex
from spec.match import Match, StatedIdentity, compare
from spec.papers.paper import (
    BrokenPaperError,
    IdentityPaper,
    PaperEncodingError,
    PaperError,
    PaperField,
    PaperKind,
    PaperWarning,
    UnrecognisedPaperError,
)
from spec.papers.reading import read_paper
from tests.authority import Authority

HOA = (
    "079190000123|012345678|Nguyễn Thị Hoà|31121990|Nữ|"
    "Số 1, Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh|15042021"
)
AN = (
    "079201012345||NGUYỄN VĂN AN|15082001|Nam|"
    "Số 123 Võ Văn Ngân, Phường Linh Chiểu, TP. Thủ Đức, TP. Hồ Chí Minh|25122021"
)
BHYT = (
    "GD4797912345678|4e677579e1bb856e205468e1bb8b20486fc3a0|31/12/1990|2|"
    "5068c6b0e1bb9d6e672042e1babf6e204e6768c3a92c205175e1baad6e20312c2054502e2048e1bb93204368c3"
    "ad204d696e68|79 - 014|01/01/2021|-|20/12/2020|79070912345678|-|4|01/01/2026|"
    "15a0f7b2fa0f8e49-7102|$"
)
UNIFIED = "******000123|NGUYEN THI HOA|1990-**-**|0|QID|EXT"


def with_field(text: str, place: int, value: str) -> str:
    fields = text.split("|")
    fields[place] = value
    return "|".join(fields)


def test_the_card_of_2021() -> None:
    assert read_paper(HOA) == IdentityPaper(
        kind=PaperKind.CCCD,
        name="Nguyễn Thị Hoà",
        birth_date=BirthDate(1990, 12, 31),
        sex=Sex.FEMALE,
        number="079190000123",
        old_numbers=("012345678",),
        address="Số 1, Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh",
        issued_on=date(2021, 4, 15),
    )


def test_a_card_without_an_old_number() -> None:
    paper = read_paper(AN)
    assert (paper.number, paper.old_numbers, paper.sex) == ("079201012345", (), Sex.MALE)
    assert paper.name == "NGUYỄN VĂN AN"
    assert paper.warnings == ()


def test_the_card_of_2024_keeps_its_further_fields_as_they_stand() -> None:
    rest = ("", "Nguyễn Văn Ba", "Trần Thị  Tư", "")
    paper = read_paper("|".join((AN, *rest)))
    assert paper.rest == rest
    assert paper.name == "NGUYỄN VĂN AN"


def test_the_insurance_card() -> None:
    assert len(BHYT) == 257
    paper = read_paper(BHYT)
    assert (paper.kind, paper.name, paper.sex) == (PaperKind.BHYT, "Nguyễn Thị Hoà", Sex.FEMALE)
    assert paper.birth_date == BirthDate(1990, 12, 31)
    assert paper.address == "Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh"
    assert (paper.insurance_number, paper.number) == ("GD4797912345678", None)
    assert paper.issued_on == date(2020, 12, 20)
    assert paper.warnings == ()


def test_the_code_of_2021_says_who_and_no_more() -> None:
    paper = read_paper(UNIFIED)
    assert (paper.kind, paper.number, paper.number_suffix) == (
        PaperKind.UNIFIED_2021,
        None,
        "000123",
    )
    assert paper.birth_date == BirthDate(1990)
    assert paper.warnings == (PaperWarning.UNSIGNED, PaperWarning.MASKED)
    assert paper.rest == ("QID", "EXT")
    assert PaperWarning.PROXY in read_paper(with_field(UNIFIED, 3, "1")).warnings


@pytest.mark.parametrize(
    ("born", "read"),
    [
        ("1990-12-31", BirthDate(1990, 12, 31)),
        ("1990-12-**", BirthDate(1990, 12)),
        ("1990-**-31", BirthDate(1990)),
    ],
)
def test_the_code_of_2021_may_be_unmasked(born: str, read: BirthDate) -> None:
    assert read_paper(with_field(UNIFIED, 2, born)).birth_date == read


@pytest.mark.parametrize(
    "source",
    [
        HOA.encode(),
        b"\xef\xbb\xbf" + HOA.encode(),
        "\ufeff" + HOA,
        HOA + "\r\n",
        HOA.encode() + b"\n",
        unicodedata.normalize("NFD", HOA),
        HOA.encode().decode("latin-1"),
        ("\ufeff" + HOA).encode().decode("latin-1"),
        HOA.encode().decode("latin-1").encode(),  # a file in which this was saved
        "".join(  # CP1252 with the five bytes that it leaves open, as browsers read it
            bytes((byte,)).decode("cp1252", errors="ignore") or chr(byte) for byte in HOA.encode()
        ),
    ],
    ids=["bytes", "bom", "bom-text", "crlf", "lf", "nfd", "latin-1", "bom-latin-1", "twice",
         "cp1252"],
)  # fmt: skip
def test_every_way_in_gives_the_same_paper(source: bytes | str) -> None:
    assert read_paper(source) == read_paper(HOA)


@pytest.mark.parametrize("name", ["LÊ HÀ", "Lê Ân", "Đỗ Ý", "ÂU DƯƠNG Á", "Hà Ã", "Y-Blơ Ê-ban"])
def test_a_name_of_latin_1_letters_is_left_alone(name: str) -> None:
    assert read_paper(with_field(AN, 2, name)).name == name


@pytest.mark.parametrize(
    "source",
    [
        "",
        "|",
        "||||||",
        "DP1:RRQT 9O60",
        "079190000123",
        "https://example.org/|||||||",
        AN.rpartition("|")[0],  # six fields
        "079190000123|Nguyễn Thị Hoà|31121990|Nữ|Quận 1|15042021",  # no place for the CMND
        with_field(HOA, 0, "07919000012"),
        with_field(HOA, 0, "0791900001234"),
        with_field(HOA, 0, "07919000012A"),
        with_field(HOA, 0, "٠٧٩١٩٠٠٠٠١٢٣"),
        "x|" + HOA,
        BHYT.rpartition("|")[0],
        BHYT + "|",
        with_field(BHYT, 14, ""),
        with_field(BHYT, 0, "GD9797912345678"),
        with_field(BHYT, 0, "GD479791234567"),
        with_field(UNIFIED, 0, "*****0000123"),
        with_field(UNIFIED, 0, "000000000123"),
        with_field(UNIFIED, 3, "2"),
        UNIFIED.rpartition("|")[0],
        HOA + "|" + "x" * 5000,
        HOA.replace("|", "｜"),
    ],
)
def test_what_is_no_paper_is_not_recognised(source: str) -> None:
    with pytest.raises(UnrecognisedPaperError):
        read_paper(source)


@pytest.mark.parametrize(
    ("source", "field"),
    [
        (with_field(HOA, 1, "01234567"), "old_number"),
        (with_field(HOA, 1, "Nguyễn Thị Hoà"), "old_number"),
        (with_field(HOA, 1, "079190000124"), "old_number"),
        (with_field(HOA, 2, ""), "name"),
        (with_field(HOA, 2, " \u200b"), "name"),
        (with_field(HOA, 2, "31121990"), "name"),
        (with_field(HOA, 2, "A" * 101), "name"),
        (with_field(HOA, 3, "30021990"), "birth_date"),
        (with_field(HOA, 3, "31/12/1990"), "birth_date"),
        (with_field(HOA, 3, "1990-12-31"), "birth_date"),
        (with_field(HOA, 3, "12311990"), "birth_date"),
        (with_field(HOA, 3, "0000"), "birth_date"),
        (with_field(HOA, 3, ""), "birth_date"),
        (with_field(HOA, 4, ""), "sex"),
        (with_field(HOA, 4, "1"), "sex"),
        (with_field(HOA, 4, "Quận 1"), "sex"),
        (with_field(BHYT, 1, "Nguyễn Thị Hoà"), "name"),
        (with_field(BHYT, 1, "4e6"), "name"),
        (with_field(BHYT, 1, ""), "name"),
        (with_field(BHYT, 1, "3132"), "name"),
        (with_field(BHYT, 2, "31121990"), "birth_date"),
        (with_field(BHYT, 2, "-"), "birth_date"),
        (with_field(BHYT, 3, "0"), "sex"),
        (with_field(BHYT, 3, "Nữ"), "sex"),
        (with_field(UNIFIED, 1, ""), "name"),
        (with_field(UNIFIED, 2, "****-**-**"), "birth_date"),
        (with_field(UNIFIED, 2, "1990-13-01"), "birth_date"),
        (with_field(UNIFIED, 2, "0000-**-**"), "birth_date"),
    ],
)
def test_a_field_that_is_not_what_stands_there_is_named(source: str, field: str) -> None:
    with pytest.raises(BrokenPaperError) as caught:
        read_paper(source)
    assert caught.value.field is PaperField(field)
    assert caught.value.code == "paper_broken"


@pytest.mark.parametrize(
    "source",
    [
        HOA.encode("utf-16"),
        HOA.encode("cp1258", errors="replace"),
        HOA.encode()[:35] + b"\xff" + HOA.encode()[35:],
        with_field(HOA, 2, "HU廙淇H HI廕銳 THU廕昧"),  # what zbar makes of HUỲNH HIẾU THUẬN
        with_field(HOA, 2, "ﾄ雪ｺｷng Vﾄハ ﾃＯ"),  # and of Đặng Văn Ân
        with_field(HOA, 2, "Nguyễn Thị Ho\ufffd"),
        with_field(HOA, 2, "Nguyá»…n Thá»‹ Hoà cầm"),  # only a part was spoiled
        with_field(BHYT, 1, "ff"),
    ],
)
def test_what_a_decoder_spoiled_is_refused(source: bytes | str) -> None:
    with pytest.raises(PaperEncodingError):
        read_paper(source)


@pytest.mark.parametrize(
    ("source", "warnings"),
    [
        (with_field(HOA, 0, "079191000123"), ["number_year"]),
        (with_field(HOA, 0, "079390000123"), ["number_year"]),  # born in 2090
        (with_field(HOA, 0, "079090000123"), ["number_sex"]),
        (with_field(HOA, 4, "Nam"), ["number_sex"]),
        (with_field(HOA, 0, "079201012345"), ["number_year", "number_sex"]),
        (with_field(HOA, 0, "003190000123"), ["number_province"]),
        (with_field(HOA, 0, "123190000123"), []),  # born abroad
        (with_field(HOA, 3, "1990"), []),
        (with_field(HOA, 5, ""), ["address"]),
        (with_field(HOA, 6, ""), ["issue_date"]),
        (with_field(HOA, 6, "31022021"), ["issue_date"]),
        (with_field(BHYT, 0, "7912345678"), []),
        (with_field(BHYT, 0, "ZZ4797912345678"), ["object_code"]),
        (with_field(BHYT, 1, "0x4e677579e1bb856e"), []),
        (with_field(BHYT, 2, "1990"), []),
        (with_field(BHYT, 4, "Phường Bến Nghé"), ["address"]),
        (with_field(BHYT, 4, "ff"), ["address"]),
        (with_field(BHYT, 8, "-"), ["issue_date"]),
    ],
)
def test_what_is_odd_is_noted_and_read(source: str, warnings: list[str]) -> None:
    assert list(read_paper(source).warnings) == warnings


def test_a_card_is_matched_with_a_certificate() -> None:
    certificate = Authority().certificate(
        name="Nguyễn Thị Hòa", birth_date=BirthDate(1990, 12, 31), id_suffix="0123"
    )
    hers = StatedIdentity.of_certificate(certificate)
    assert compare(hers, read_paper(HOA).stated).verdict is Match.MATCH
    assert compare(hers, read_paper(BHYT).stated).verdict is Match.MATCH
    assert compare(hers, read_paper(AN).stated).verdict is Match.NO_MATCH
    unified = compare(hers, read_paper(UNIFIED).stated)
    assert unified.name is NameKind.MARKS_MISSING
    assert unified.verdict is Match.NEAR


def test_a_certificate_on_the_old_number_matches_the_new_card() -> None:
    certificate = Authority().certificate(
        name="Nguyễn Thị Hoà", birth_date=BirthDate(1990, 12, 31), id_suffix="5678"
    )
    comparison = compare(StatedIdentity.of_certificate(certificate), read_paper(HOA).stated)
    assert comparison.verdict is Match.MATCH


ANYTHING = st.one_of(
    st.text(),
    st.binary(),
    st.lists(st.text(max_size=12), min_size=5, max_size=16).map("|".join),
    st.tuples(st.sampled_from([HOA, AN, BHYT, UNIFIED]), st.integers(0, 5), st.text()).map(
        lambda parts: with_field(*parts)
    ),
)


def read_or_refused(source: bytes | str) -> IdentityPaper | PaperError:
    try:
        return read_paper(source)
    except PaperError as error:
        return error


@given(ANYTHING)
def test_anything_is_a_paper_or_one_of_our_errors(source: bytes | str) -> None:
    paper = read_or_refused(source)
    if isinstance(paper, IdentityPaper):
        assert paper.name
        assert compare(paper.stated, paper.stated).verdict is Match.MATCH


@given(st.sampled_from([HOA, AN, BHYT]), st.integers(0, 4), st.text(min_size=12))
def test_no_message_holds_what_was_read(text: str, place: int, value: str) -> None:
    refused = read_or_refused(with_field(text, place, value))
    secrets = [field for field in text.split("|") if len(field) > 3]
    assert not any(secret in str(refused) for secret in [*secrets, value]) or isinstance(
        refused, IdentityPaper
    )
