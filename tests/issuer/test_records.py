"""Rows: what is mended, flagged or refused, and that every fault of a row is named."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.printing.typesetting import require_letters
from issuer.reason_words import words_of
from issuer.reasons import ReasonCode, Severity
from issuer.records import ReadRow, Rules, local_day, read_row
from issuer.source import COLUMNS, SourceRow
from spec.dates import BirthDate
from tests.authority import NOW, time_of, vaccine_table
from tests.issuer.world import HOA

RULES = Rules.of(table=vaccine_table(), now=NOW)
NOTHING: set[str] = set()


def read(rules: Rules = RULES, **changes: str) -> ReadRow:
    cells = tuple((HOA | changes)[column] for column in COLUMNS)
    return read_row(SourceRow(line=7, cells=cells, broken=False), rules)


NOT_NAMES = (
    *("-", "---", ".", "- -", "'", "’", "`", ".'.", "-Nguyễn", ".Nguyễn", "+1", "@SUM(A1)"),
    *("\u0301", "\u0301An", "An" + "\u0301" * 43, "A" + "\u0301" * 4 + "n"),
    *("N\u0338guyễn", "A\u0336n", "A\u0363n", "A\u035dn", "Nguyễn\u034fAn", "x\u20dd"),
    *("\u202enA nễyugN\u202c", "Nguyễn\u202dAn", "Nguyễn\u2067An", "Nguyễn\u061cAn\u202b"),
    *(
        "Nguyễn \u041d\u0430\u043c",
        "Nguyễn \u0410n",
        "Nguyễn 李",
        "Nguyễn \U0001f600",
        "ＮＧＵＹỄＮ",
    ),
    *("Nguyễn\u3164An", "Nguyễn\ufe0f", "Nguyễn\u00d7An", "ﬁ An", "\U0001d40dam", "An\ue000"),
)
"""What no identity card prints: no letter, loose or heaped marks, hidden order, other scripts."""

NAMES = (
    *("An", "Y", "H'Hen Niê", "H’ Hen Niê", "Y-Blơ Êban", "Ksor H’Bơ̆k", "Nay Ƀlum", "Đ. Kim Ư̆"),
    *("O'Brien", "‘Okusi", "Anne-Marie Müller", "Þór Ǿ", "Ŋô", "Trần Văn Ơ", "Nguyễn Thị Ê̆"),
)


FORMULAS = ("=SUM(A1)", " =A1", "=", '="AZ-1"', "#N/A", "#REF!", "\u200b=HYPERLINK(1)")
"""What a spreadsheet computes, and what it leaves where it could not."""


def said(row: ReadRow) -> set[str]:
    return {f"{finding.field}:{finding.code}" for finding in row.findings}


def test_a_sound_row() -> None:
    row = read()
    assert said(row) == NOTHING
    record = row.record
    assert record is not None
    assert record.identity.name == "Nguyễn Thị Hoà"
    assert record.identity.birth_date == BirthDate(1990, 12, 31)
    assert record.identity.id_number == "079190000123"
    assert (record.vaccine, record.injected_on) == (1, date(2021, 6, 16))


@pytest.mark.parametrize("name", NAMES)
def test_names_that_there_are(name: str) -> None:
    row = read(full_name=name)
    assert said(row) <= {"full_name:NAME_NO_MARKS"}
    assert row.record is not None
    require_letters(row.record.identity.name)


@given(st.text(max_size=40))
def test_what_is_accepted_can_be_printed(text: str) -> None:
    row = read(full_name=text)
    if row.record is not None:
        require_letters(row.record.identity.name)
        assert row.record.identity.name.isprintable()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"full_name": ""}, {"full_name:MISSING_NAME"}),
        ({"full_name": " \u200b "}, {"full_name:MISSING_NAME"}),
        ({"full_name": "Nguyễn Văn A1"}, {"full_name:NAME_GARBLED"}),
        ({"full_name": "Nguy\ufffdn"}, {"full_name:NAME_GARBLED"}),
        ({"full_name": "Nguyễn Thị Hoà".encode().decode("cp1252", "replace")},
         {"full_name:NAME_GARBLED"}),
        ({"full_name": "Đỗ Hà".encode().decode("cp1252", "replace")}, {"full_name:NAME_GARBLED"}),
        ({"full_name": "NguyÔn V¨n An"}, {"full_name:NAME_GARBLED"}),
        ({"full_name": "Nguyễn\x00Hoà"}, {"full_name:NAME_GARBLED"}),
        ({"full_name": "=HYPERLINK(1)"}, {"full_name:NAME_GARBLED"}),
        ({"birth_date": "=TODAY()"}, {"birth_date:DOB_FORMAT"}),
        ({"id_number": "=A1"}, {"id_number:ID_FORMAT"}),
        ({"vaccine": "=A1"}, {"vaccine:VACCINE_UNKNOWN"}),
        ({"injected_on": "=A1"}, {"injected_on:DATE_FORMAT"}),
        *(({"full_name": name}, {"full_name:NAME_GARBLED"}) for name in NOT_NAMES),
        ({"full_name": "A" * 101}, {"full_name:NAME_TOO_LONG"}),
        ({"birth_date": ""}, {"birth_date:DOB_MISSING"}),
        ({"birth_date": "31/02/1990"}, {"birth_date:DOB_FORMAT"}),
        ({"birth_date": "31/12/90"}, {"birth_date:DOB_FORMAT"}),
        ({"birth_date": "12-1990-31"}, {"birth_date:DOB_FORMAT"}),
        ({"birth_date": "1899"}, {"birth_date:DOB_FORMAT"}),
        ({"birth_date": "2031-01-01"}, {"birth_date:DOB_FUTURE"}),
        ({"id_number": "12"}, {"id_number:ID_FORMAT"}),
        ({"id_number": "07919000012"}, {"id_number:ID_FORMAT"}),
        ({"vaccine": ""}, {"vaccine:VACCINE_MISSING"}),
        ({"vaccine": "Nanocovax"}, {"vaccine:VACCINE_UNKNOWN"}),
        ({"injected_on": ""}, {"injected_on:DATE_MISSING"}),
        ({"injected_on": "31/06/2021"}, {"injected_on:DATE_FORMAT"}),
        ({"injected_on": "06/16/2021"}, {"injected_on:DATE_FORMAT"}),
        ({"injected_on": "20210616"}, {"injected_on:DATE_FORMAT"}),
        ({"injected_on": "443630"}, {"injected_on:DATE_FORMAT"}),
        ({"injected_on": "54363"}, {"injected_on:DATE_FORMAT"}),
        *(({"injected_on": text}, {"injected_on:DATE_FORMAT"}) for text in (
            "16 tháng 6 năm 2021", "16 Jun 2021", "16/06/21", "2021/06/16", "16//06/2021",
            "16/06/2021 08:30 AM", "\uff11\uff16/06/2021", "44363 (1904)",
        )),
        *(({"id_number": text}, {"id_number:ID_FORMAT"}) for text in (
            "7.9E+10", "7.9190000123E+10", "'079190000123", '="079190000123"',
            "\uff10\uff17\uff19190000123", "\u0660\u0667\u0669190000123",
        )),
        ({"injected_on": "16/06/2022"}, {"injected_on:DATE_FUTURE"}),
        ({"injected_on": "16/12/2021"}, {"injected_on:DATE_FUTURE"}),
        ({"injected_on": "30/01/2021"}, {"injected_on:DATE_BEFORE_APPROVAL"}),
        ({"birth_date": "2021-07-01", "id_number": ""}, {"injected_on:DATE_BEFORE_BIRTH"}),
    ],
)  # fmt: skip
def test_what_blocks_a_row(changes: dict[str, str], expected: set[str]) -> None:
    row = read(**changes)
    assert row.record is None
    assert said(row) == expected
    assert any(finding.severity is Severity.BLOCK for finding in row.findings)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id_number": "", "phone": ""}, {"id_number:ID_MISSING"}),
        ({"id_number": "", "phone": "12"}, {"id_number:ID_MISSING", "phone:PHONE_FORMAT"}),
        ({"birth_date": "33238"}, {"birth_date:DATE_MENDED"}),
        ({"birth_date": "33238.0"}, {"birth_date:DATE_MENDED"}),
        ({"birth_date": "1990-12-31 00:00:00"}, NOTHING),
        ({"injected_on": "44363"}, {"injected_on:DATE_MENDED"}),
        ({"injected_on": "16/06/2021 08:30"}, NOTHING),
        ({"injected_on": "2021-06-16T08:30:00"}, NOTHING),
        ({"full_name": "NGUYEN THI HOA"}, {"full_name:NAME_NO_MARKS"}),
        ({"full_name": "Kim Anh"}, NOTHING),
        ({"full_name": "H'Hen Niê"}, NOTHING),
        ({"full_name": "Y-Blơ Ê-ban"}, NOTHING),
        ({"sex": ""}, NOTHING),
        ({"sex": "1"}, {"sex:SEX_FORMAT"}),
        ({"phone": ""}, NOTHING),
        ({"phone": "12"}, {"phone:PHONE_FORMAT"}),
        ({"phone": "912345678"}, {"phone:PHONE_ZERO_RESTORED"}),
        ({"id_number": ""}, NOTHING),
        ({"id_number": "79190000123"}, {"id_number:ID_ZERO_RESTORED"}),
        ({"id_number": "12345678"}, {"id_number:ID_ZERO_RESTORED"}),
        ({"id_number": "79190000123.0"}, {"id_number:ID_ZERO_RESTORED"}),
        ({"id_number": "12345678.0"}, {"id_number:ID_ZERO_RESTORED"}),
        ({"id_number": "079190000123.00"}, NOTHING),
        ({"id_number": "123456789.0"}, NOTHING),
        ({"id_number": "079.190.000.123"}, NOTHING),
        ({"phone": "912345678.0"}, {"phone:PHONE_ZERO_RESTORED"}),
        ({"injected_on": "44363.354"}, {"injected_on:DATE_MENDED"}),
        ({"id_number": "C1234567"}, NOTHING),
        ({"birth_date": "1991"}, {"id_number:ID_CONFLICTS_DOB_SEX"}),
        ({"sex": "Nam"}, {"id_number:ID_CONFLICTS_DOB_SEX"}),
        ({"lot": ""}, {"lot:LOT_MISSING"}),
        ({"site": " "}, {"site:SITE_MISSING"}),
        *(({"lot": text}, {"lot:LOT_FORMULA"}) for text in FORMULAS),
        *(({"site": text}, {"site:SITE_FORMULA"}) for text in FORMULAS),
        *(({"lot": text, "site": text}, NOTHING) for text in ("-", "A=1", "#12", "+7", "@3")),
        ({"sex": "=A1"}, {"sex:SEX_FORMAT"}),
        ({"phone": "=A1"}, {"phone:PHONE_FORMAT"}),
    ],
)
def test_what_flags_a_row_and_lets_it_pass(changes: dict[str, str], expected: set[str]) -> None:
    row = read(**changes)
    assert row.record is not None
    assert said(row) == expected


def test_a_fraction_of_nothing_is_no_digit_of_a_number() -> None:
    record = read(id_number="12345678.0", phone="912345678.0").record
    assert record is not None
    assert (record.identity.id_number, record.identity.phone) == ("012345678", "0912345678")


@pytest.mark.parametrize(
    "name",
    ["Nguye\u0303\u0302n Thị Hoà", "Nguy\u1ebd\u0302n Thị Hoa\u0300", "Nguyễn Thi\u0323 Hoà"],
)
def test_marks_in_another_order_are_the_same_name(name: str) -> None:
    record = read(full_name=name).record
    assert record is not None
    assert record.identity.name == "Nguyễn Thị Hoà"


def test_a_formula_is_left_out_and_kept_as_it_came() -> None:
    row = read(lot="=SUM(A1)", site="#REF!")
    assert row.record is not None
    assert (row.record.lot, row.record.site) == ("", "")
    assert '"=SUM(A1)","#REF!"' in row.raw


@pytest.mark.parametrize(
    ("text", "birth_date"),
    [
        ("31/12/1990", BirthDate(1990, 12, 31)),
        ("1990-12-31", BirthDate(1990, 12, 31)),
        (" 31-12-1990\u00a0", BirthDate(1990, 12, 31)),
        ("31.12.1990", BirthDate(1990, 12, 31)),
        ("1/2/1990", BirthDate(1990, 2, 1)),
        ("12/1990", BirthDate(1990, 12)),
        ("1990", BirthDate(1990)),
    ],
)
def test_birth_dates(text: str, birth_date: BirthDate) -> None:
    record = read(birth_date=text).record
    assert record is not None
    assert record.identity.birth_date == birth_date


@pytest.mark.parametrize("name", ["AZ", "astrazeneca", "Astra Zeneca", "VAXZEVRIA", " AZD1222 "])
def test_a_vaccine_by_any_of_its_names(name: str) -> None:
    record = read(vaccine=name).record
    assert record is not None
    assert record.vaccine == 1


def test_all_faults_of_a_row_are_told() -> None:
    row = read(full_name="", birth_date="x", id_number="1", vaccine="?", injected_on="", lot="")
    assert said(row) == {
        "full_name:MISSING_NAME",
        "birth_date:DOB_FORMAT",
        "id_number:ID_FORMAT",
        "vaccine:VACCINE_UNKNOWN",
        "injected_on:DATE_MISSING",
        "lot:LOT_MISSING",
    }


def test_a_wrong_birth_date_is_not_blamed_on_the_number() -> None:
    assert said(read(birth_date="x", id_number="79190000123")) == {
        "birth_date:DOB_FORMAT",
        "id_number:ID_ZERO_RESTORED",
    }


def test_an_unlisted_site_is_accepted_and_flagged() -> None:
    rules = Rules.of(table=vaccine_table(), now=NOW, sites=frozenset({"46001"}))
    assert said(read(rules, site="46001")) == NOTHING
    row = read(rules, site="Trạm lưu động số 5")
    assert said(row) == {"site:SITE_UNKNOWN"}
    assert row.record is not None
    assert row.record.site == "Trạm lưu động số 5"


def test_names_in_nfd_are_kept_in_nfc() -> None:
    record = read(full_name=unicodedata.normalize("NFD", "Nguyễn Thị Hoà")).record
    assert record is not None
    assert record.identity.name == "Nguyễn Thị Hoà"


def test_the_day_is_that_of_vietnam() -> None:
    assert local_day(time_of("2021-06-15T16:59:59")) == date(2021, 6, 15)
    assert local_day(time_of("2021-06-15T17:00:00")) == date(2021, 6, 16)


def test_a_broken_row_keeps_what_it_said() -> None:
    row = read_row(SourceRow(line=3, cells=('"Nguyễn',), broken=True), RULES)
    assert row.record is None
    assert said(row) == {"row:ROW_BROKEN"}
    assert row.raw == '["\\"Nguyễn"]'


def test_the_same_cells_have_the_same_hash_and_no_others() -> None:
    assert read().content_hash == read().content_hash
    assert read().content_hash != read(lot="AZ-2").content_hash


@given(st.lists(st.text(max_size=20), min_size=9, max_size=9))
def test_any_nine_cells_become_a_record_or_reasons(cells: list[str]) -> None:
    row = read_row(SourceRow(line=1, cells=tuple(cells), broken=False), RULES)
    blocked = any(finding.severity is Severity.BLOCK for finding in row.findings)
    assert blocked is (row.record is None)


@pytest.mark.parametrize("code", list(ReasonCode))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_reason_has_words(code: ReasonCode, language: str) -> None:
    words = words_of(code, language)
    assert words.endswith(".")
    assert "  " not in words
