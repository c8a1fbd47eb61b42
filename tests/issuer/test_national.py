"""The national layout, as workbook and as CSV: found, read, returned, refused when hostile."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from issuer.intake import Intake, RowOutcome, RowResult
from issuer.layouts import package
from issuer.layouts.returned import ReturnedFile, ReturnedFileError
from issuer.layouts.sheet import SheetFile
from issuer.layouts.workbook import text_of
from issuer.record_files import open_records
from issuer.records import Rules, read_row
from issuer.register.models import RecordSource
from issuer.source import RecordFileError, Source, SourceRow
from tests.authority import NOW, vaccine_table
from tests.issuer.sheets import HUE, PEOPLE, national_csv, national_rows, national_workbook, person
from tests.issuer.world import World, csv_text, row

RULES = Rules.of(table=vaccine_table(), now=NOW)


def rows(path: Path) -> list[SourceRow]:
    return list(open_records(path).rows())


def one(folder: Path, **changes: Any) -> list[SourceRow]:
    return rows(national_workbook(folder / "list.xlsx", person(**changes)))


def said(rows: list[SourceRow]) -> list[set[str]]:
    return [
        {f"{finding.field}:{finding.code}" for finding in read_row(row, RULES).findings}
        for row in rows
    ]


def take_in(world: World, source: Source) -> list[RowOutcome]:
    rules = Rules.of(table=vaccine_table(), now=world.clock.now())
    intake = Intake(register=world.register, rules=rules, table=vaccine_table(), clock=world.clock)
    return [outcome for batch in intake.run(source) for outcome in batch]


def test_one_row_is_one_person_with_two_doses(tmp_path: Path) -> None:
    first, second, single = rows(national_workbook(tmp_path / "list.xlsx", *PEOPLE))
    assert (first.line, first.part, second.line, second.part) == (9, 1, 9, 2)
    assert first.cells == (
        "Nguyễn Thị Hoà", "31/12/1990", "Nữ", "079190000123", "0912345678", "AstraZeneca",
        "16/06/2021", "AZ-1", "46001",
    )  # fmt: skip
    assert (second.cells[6], second.further.dose_number) == ("20/08/2021", "2")
    assert first.further.health_card == "GD4797912345678"
    assert (first.further.province, first.further.district) == ("46", "474")
    assert (single.line, single.cells[2], single.part) == (10, "Nam", 1)
    assert said([first, second, single]) == [set(), set(), set()]


@pytest.mark.parametrize("above", [0, 3, 6, 20])
@pytest.mark.parametrize("before", [0, 2])
def test_the_header_is_found_wherever_it_stands(tmp_path: Path, above: int, before: int) -> None:
    path = national_workbook(tmp_path / "list.xlsx", HUE, above=above, before=before)
    assert [row.cells[0] for row in rows(path)] == ["Nguyễn Thị Hoà"] * 2
    assert [row.line for row in rows(path)] == [above + 3] * 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff", "\ufeffsep={}\r\n"])
def test_csv_is_the_same_as_the_workbook(tmp_path: Path, delimiter: str, mark: str) -> None:
    path = tmp_path / "list.csv"
    text = mark.format(delimiter) + national_csv(*PEOPLE, delimiter=delimiter)
    path.write_text(text, "utf-8", newline="")
    source = open_records(path)
    assert source.kind is RecordSource.NATIONAL
    workbook = rows(national_workbook(tmp_path / "list.xlsx", *PEOPLE))
    assert [one.content_hash for one in source.rows()] == [one.content_hash for one in workbook]


def test_columns_go_by_their_heads(tmp_path: Path) -> None:
    table = [list(reversed(line)) for line in _padded(national_rows(*PEOPLE))]
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in table:
        book.active.append([cell or None for cell in line])
    book.save(tmp_path / "list.xlsx")
    found = rows(tmp_path / "list.xlsx")
    assert [one.cells[0] for one in found] == ["Nguyễn Thị Hoà"] * 2 + ["Trần Văn Nam"]


def _padded(table: list[list[Any]]) -> list[list[Any]]:
    width = max(len(line) for line in table)
    return [[*line, *[""] * (width - len(line))] for line in table]


@pytest.mark.parametrize(
    ("changes", "cells"),
    [
        ({"id": 79190000123}, {3: "79190000123"}),
        ({"id": 79190000123.0}, {3: "79190000123"}),
        ({"phone": 912345678}, {4: "912345678"}),
        ({"born": datetime(1990, 12, 31)}, {1: "31/12/1990"}),
        ({"born": date(1990, 12, 31)}, {1: "31/12/1990"}),
        ({"born": 33238}, {1: "33238"}),
        ({"born": 1990}, {1: "1990"}),
        ({"day_1": datetime(2021, 6, 16, 8, 30)}, {6: "16/06/2021 08:30:00"}),
        ({"sex": 1}, {2: "Nữ"}),
        ({"sex": 0.0}, {2: "Nam"}),
        ({"sex": 2}, {2: "2"}),
        ({"site_1": "Trạm y tế lưu động số 3"}, {8: "Trạm y tế lưu động số 3"}),
        ({"name": "  Nguye\u0302\u0303n Thị Hoà "}, {0: "Nguye\u0302\u0303n Thị Hoà"}),
        ({"lot_1": True}, {7: "TRUE"}),
    ],
)
def test_cells_become_the_text_that_somebody_would_type(
    tmp_path: Path, changes: dict[str, Any], cells: dict[int, str]
) -> None:
    found = one(tmp_path, **changes)[0].cells
    assert {place: found[place] for place in cells} == cells


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": 79190000123}, {"id_number:ID_ZERO_RESTORED"}),
        ({"phone": 912345678}, {"phone:PHONE_ZERO_RESTORED"}),
        ({"born": 33238}, {"birth_date:DATE_MENDED"}),
        ({"sex": 2}, {"sex:SEX_FORMAT"}),
        ({"day_1": "06/16/2021"}, {"injected_on:DATE_FORMAT"}),
        ({"day_1": "=TODAY()"}, {"injected_on:DATE_FORMAT"}),
        ({"name": '=HYPERLINK("http://x","Hoà")'}, {"full_name:NAME_GARBLED"}),
        ({"name": None}, {"full_name:MISSING_NAME"}),
        ({"lot_1": "=A1&B1", "site_1": "=VLOOKUP(A1,B:C,2)"},
         {"lot:LOT_FORMULA", "site:SITE_FORMULA"}),
        ({"lot_1": ArrayFormula("T9", "=A1:A2")}, {"lot:LOT_FORMULA"}),
        ({"lot_1": DataTableFormula("T9")}, {"lot:LOT_FORMULA"}),
        ({"site_1": "#REF!"}, {"site:SITE_FORMULA"}),
        ({"bhyt": "123"}, {"health_card:HEALTH_CARD_FORMAT"}),
        ({"vaccine_1": None}, {"vaccine:VACCINE_MISSING"}),
    ],
)  # fmt: skip
def test_what_is_mended_flagged_or_refused(
    tmp_path: Path, changes: dict[str, Any], expected: set[str]
) -> None:
    assert said(one(tmp_path, **changes))[0] == expected


def test_a_row_with_a_person_and_no_dose_is_refused_and_not_dropped(tmp_path: Path) -> None:
    doses = {f"{what}_{n}": "" for what in ("vaccine", "day", "lot", "site") for n in (1, 2)}
    (found,) = one(tmp_path, **doses)
    assert said([found]) == [
        {"vaccine:VACCINE_MISSING", "injected_on:DATE_MISSING", "lot:LOT_MISSING",
         "site:SITE_MISSING"}
    ]  # fmt: skip


def test_rows_that_only_count_are_left_out(tmp_path: Path) -> None:
    numbering = [f"({n})" for n in range(1, 28)]
    only_number = [3, *[""] * 26]
    path = national_workbook(tmp_path / "list.xlsx", numbering, HUE, only_number, [""] * 27)
    assert [row.line for row in rows(path)] == [10, 10]


def test_hidden_rows_are_read_and_a_hidden_sheet_is_not(tmp_path: Path) -> None:
    path = national_workbook(tmp_path / "list.xlsx", *PEOPLE)
    book = openpyxl.load_workbook(path)
    book["PL1"].row_dimensions[9].hidden = True
    copy = book.copy_worksheet(book["PL1"])
    copy.sheet_state = "hidden"
    book.save(path)
    assert len(rows(path)) == 3


def test_a_workbook_with_the_columns_of_a_plain_file(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(row()))
    book.active.append(list(row().values()))
    book.save(tmp_path / "plain.xlsx")
    (found,) = rows(tmp_path / "plain.xlsx")
    (tmp_path / "plain.csv").write_text(csv_text(row()), encoding="utf-8", newline="")
    assert found == rows(tmp_path / "plain.csv")[0]


def _two_lists(path: Path) -> None:
    national_workbook(path, HUE)
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book["PL1"])
    book.save(path)


def _other_header(path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Tên", "Tuổi"])
    book.save(path)


def _without(head: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        book = openpyxl.load_workbook(national_workbook(path, HUE))
        for line in book["PL1"].iter_rows():
            for cell in line:
                if str(cell.value).startswith(head):
                    cell.value = "?"
        book.save(path)

    return write


def _repacked(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(national_workbook(path, HUE)) as read:
            parts = {name: read.read(name) for name in read.namelist()}
        change(parts)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in parts.items():
                file.writestr(name, data)

    return write


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def _laughing(parts: dict[str, bytes]) -> None:
    parts[SHEET] = LAUGHS + parts[SHEET].replace(b"AstraZeneca", b"&b;")


def _far_row(parts: dict[str, bytes]) -> None:
    head, _, tail = parts[SHEET].partition(b'<row r="9"')
    parts[SHEET] = head + b'<row r="999999999"' + tail


def _numbered(number: int) -> Callable[[dict[str, bytes]], None]:
    """Give the row of the person another number, as that of a row that stands already."""

    def change(parts: dict[str, bytes]) -> None:
        assert b'<row r="9"' in parts[SHEET]
        parts[SHEET] = parts[SHEET].replace(b'<row r="9"', b'<row r="%d"' % number)

    return change


def _twice_in_place(parts: dict[str, bytes]) -> None:
    parts[SHEET] = parts[SHEET].replace(b'r="U9"', b'r="T9"')


def _cells_backwards(parts: dict[str, bytes]) -> None:
    head, _, tail = parts[SHEET].partition(b'<row r="9"')
    row, end, rest = tail.partition(b"</row>")
    start, _, cells = row.partition(b">")
    backwards = b"".join(reversed(re.findall(rb"<c .*?(?:</c>|/>)", cells, re.DOTALL)))
    parts[SHEET] = head + b'<row r="9"' + start + b">" + backwards + end + rest


def _doubled_head(path: Path) -> None:
    book = openpyxl.load_workbook(national_workbook(path, HUE))
    book["PL1"].insert_cols(4)
    book["PL1"].cell(7, 4, "Ngày sinh")
    book.save(path)


def _doubled_column(path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append([*row(), "lot"])
    book.active.append([*row().values(), "AZ-9"])
    book.save(path)


def _cut(parts: dict[str, bytes]) -> None:
    parts[SHEET] = parts[SHEET][: len(parts[SHEET]) // 2]


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (_two_lists, "2 sheets of the workbook have dose records"),
        (_other_header, "no sheet of the workbook has the header"),
        (_without("Ngày tiêm"), "no sheet of the workbook has the header"),
        (_without("Tên vắc xin"), "the header lacks columns: vaccine"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600)), r"\(\.xls\)"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)), "damaged"),
        (lambda path: path.write_bytes(b"%PDF-1.7"), "PDF"),
        (_repacked(lambda parts: parts.pop("[Content_Types].xml")), "no workbook"),
        (_repacked(lambda parts: parts.pop("xl/workbook.xml")), "damaged"),
        (_repacked(lambda parts: parts.update({"content.xml": b"", "mimetype": b""})), "ods"),
        (_repacked(lambda parts: parts.update({"xl/workbook.bin": b""})), "xlsb"),
        (_repacked(_laughing), "XML in it that no workbook has"),
        (_repacked(_cut), "damaged"),
        (_repacked(lambda parts: parts.update({SHEET: b" " * 70_000})), "XML in it"),
        (_repacked(lambda parts: parts.update({"x.bin": bytes(64 << 20)})), "unpack"),
        *((_repacked(_numbered(number)), "not stand in their order") for number in (8, 0, -5)),
        (_repacked(_twice_in_place), "not stand in their order"),
        (_doubled_head, "the header has columns twice: birth_date"),
        (_doubled_column, "the header has columns twice: lot"),
    ],
)  # fmt: skip
def test_files_that_are_not_taken(
    tmp_path: Path, write: Callable[[Path], None], message: str
) -> None:
    path = tmp_path / "list.xlsx"
    write(path)
    with pytest.raises(RecordFileError, match=message) as caught:
        rows(path)
    assert caught.value.hint


def test_a_row_number_beyond_all_sheets_is_no_endless_loop(tmp_path: Path) -> None:
    _repacked(_far_row)(tmp_path / "list.xlsx")
    with pytest.raises(RecordFileError, match="more rows than a sheet can have"):
        rows(tmp_path / "list.xlsx")


def test_cells_in_another_order_are_the_same_row(tmp_path: Path) -> None:
    _repacked(_cells_backwards)(tmp_path / "list.xlsx")
    sound = national_workbook(tmp_path / "sound.xlsx", HUE)
    assert rows(tmp_path / "list.xlsx") == rows(sound)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"born": datetime(1990, 12, 31), "day_1": date(2021, 6, 16)}, set()),
        ({"born": 31776, "day_1": 42901}, {"birth_date:DOB_FORMAT", "injected_on:DATE_FORMAT"}),
        ({"lot_1": 42901}, set()),
    ],
)
def test_days_that_are_counted_from_1904(
    tmp_path: Path, changes: dict[str, Any], expected: set[str]
) -> None:
    path = national_workbook(tmp_path / "list.xlsx", person(**changes))
    book = openpyxl.load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    for cell in (cell for line in book["PL1"].iter_rows(min_row=9) for cell in line):
        cell.value = changes.get({3: "born", 19: "day_1"}.get(cell.column, ""), cell.value)
    book.save(path)
    found = rows(path)
    assert said(found)[0] == expected
    if not expected:
        assert (found[0].cells[1], found[0].cells[6]) == ("31/12/1990", "16/06/2021")


def test_a_head_of_several_lines_is_no_row_of_data(tmp_path: Path) -> None:
    text = national_csv(HUE).replace("Họ và tên (*)", '"Họ và\ntên (*)"')
    (tmp_path / "list.csv").write_text(text, encoding="utf-8", newline="")
    found = rows(tmp_path / "list.csv")
    assert [(one.line, one.cells[0]) for one in found] == [(10, "Nguyễn Thị Hoà")] * 2


def test_many_rows_behind_the_last_are_nobody(tmp_path: Path) -> None:
    path = national_workbook(tmp_path / "list.xlsx", HUE)
    book = openpyxl.load_workbook(path)
    for number in range(10, 2010):
        book["PL1"].cell(number, 2).font = Font(bold=True)
        book["PL1"].cell(number, 1, number)
    book.save(path)
    assert [one.line for one in rows(path)] == [9, 9]


def test_too_much_in_a_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = national_workbook(tmp_path / "list.xlsx", HUE)
    for limit in ("_MOST_PARTS", "_MOST_IN_MEMORY", "_MOST_UNPACKED"):
        with monkeypatch.context() as patch:
            patch.setattr(package, limit, 1)
            with pytest.raises(RecordFileError, match="unpack"):
                rows(path)


def test_text_of_is_what_was_typed() -> None:
    assert text_of(1e15) == "1000000000000000"
    assert text_of(0.5) == "0.5"
    assert text_of("Hoà_x000D_\n") == "Hoà\r\n"
    assert len(text_of("x" * 100_000)) == 32_767


def returned(world: World, path: Path, target: Path) -> list[RowOutcome]:
    source = open_records(path)
    with ReturnedFile(source, target) as file:
        outcomes = take_in(world, source)
        file.add(outcomes[:1])
        file.add(outcomes[1:])
        file.write()
    return outcomes


def test_the_workbook_goes_back_with_results_and_all_else_as_it_was(tmp_path: Path) -> None:
    world, sent, back = World(tmp_path), tmp_path / "sent.xlsx", tmp_path / "back.xlsx"
    wrong = person(3, name="Lê Văn Bá", born="1985", sex="0", id="046085000457", vaccine_2="?")
    national_workbook(sent, *PEOPLE, wrong)
    assert [one.result for one in returned(world, sent, back)] == [
        *[RowResult.ACCEPTED] * 4, RowResult.REFUSED,
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(back)["PL1"]
    assert sheet.cell(9, 27).value == "Mũi 1: Đã ghi nhận | Mũi 2: Đã ghi nhận"
    assert str(sheet.cell(11, 27).value).startswith(
        "Mũi 1: Đã ghi nhận | Mũi 2: Chưa nhận. VACCINE"
    )
    assert _others(sent) == _others(back)
    before, after = (openpyxl.load_workbook(path)["PL1"] for path in (sent, back))
    assert [[cell.value for cell in line[:26]] for line in before] == [
        [cell.value for cell in line[:26]] for line in after
    ]
    assert after.merged_cells.ranges == before.merged_cells.ranges
    assert not list(tmp_path.glob(".*.part"))


def _others(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist() if name != SHEET}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_returned_file_again_changes_nothing(tmp_path: Path, kind: str) -> None:
    world, sent, back = World(tmp_path), tmp_path / f"sent.{kind}", tmp_path / f"back.{kind}"
    if kind == "xlsx":
        national_workbook(sent, *PEOPLE)
    else:
        sent.write_text(national_csv(*PEOPLE), encoding="utf-8", newline="")
    returned(world, sent, back)
    assert world.count("dose_records") == 3
    world.issuing().run()
    again = returned(world, back, tmp_path / f"again.{kind}")
    assert [one.result for one in again] == [RowResult.REPEATED] * 3
    assert world.issuing().run().issued == 0
    assert world.count("dose_records") == 3
    assert [len(one.doses) for one in world.issued()] == [2, 1]


def test_a_result_column_is_added_where_there_is_none(tmp_path: Path) -> None:
    world, sent, back = World(tmp_path), tmp_path / "sent.xlsx", tmp_path / "back.xlsx"
    _without("Kết quả")(sent)
    book = openpyxl.load_workbook(sent)
    book["PL1"].delete_cols(26, 2)
    book.save(sent)
    returned(world, sent, back)
    sheet = openpyxl.load_workbook(back)["PL1"]
    assert sheet.cell(7, 26).value == "Kết quả import"
    assert "Đã ghi nhận" in str(sheet.cell(9, 26).value)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_formula_goes_back_as_it_came_and_none_is_added(tmp_path: Path, kind: str) -> None:
    world, sent, back = World(tmp_path), tmp_path / f"sent.{kind}", tmp_path / f"back.{kind}"
    spoiled = person(lot_1="=cmd|' /C calc'!A0", site_1="@SUM(1)", note="+1", result="=1+1")
    if kind == "xlsx":
        national_workbook(sent, spoiled)
    else:
        sent.write_text(national_csv(spoiled), encoding="utf-8", newline="")
    returned(world, sent, back)
    before, after = ([one for _, one in _cells(path)][-1] for path in (sent, back))
    assert after[:26] == before[:26]
    assert after[26].startswith("Mũi 1: Đã ghi nhận. LOT_FORMULA: ")


def _cells(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    source = open_records(path)
    assert isinstance(source, SheetFile)
    return list(source.raw_rows())


def test_only_the_national_layout_goes_back(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(csv_text(row()), encoding="utf-8", newline="")
    with pytest.raises(ReturnedFileError, match="national layout"):
        ReturnedFile(open_records(path), tmp_path / "back.csv")


def test_sheets_as_other_programs_write_them_go_back_too(tmp_path: Path) -> None:
    def prefixed(parts: dict[str, bytes]) -> None:
        text = parts[SHEET]
        for tag in (b"row", b"c", b"v", b"sheetData", b"is", b"t", b"f"):
            for before, after in ((b"<", b" "), (b"<", b">"), (b"</", b">"), (b"<", b"/>")):
                text = text.replace(before + tag + after, before + b"x:" + tag + after)
        parts[SHEET] = text.replace(
            b"<worksheet ",
            b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ',
        )

    world, sent, back = World(tmp_path), tmp_path / "sent.xlsx", tmp_path / "back.xlsx"
    _repacked(prefixed)(sent)
    assert [one.result for one in returned(world, sent, back)] == [RowResult.ACCEPTED] * 2
    with zipfile.ZipFile(back) as file:
        assert b"<x:is><x:t" in file.read(SHEET)
    value = openpyxl.load_workbook(io.BytesIO(back.read_bytes()))["PL1"].cell(9, 27).value
    assert value == "Mũi 1: Đã ghi nhận | Mũi 2: Đã ghi nhận"


def test_doses_of_a_row_are_one_persons_although_it_has_no_number(tmp_path: Path) -> None:
    world, sent = World(tmp_path), tmp_path / "sent.xlsx"
    national_workbook(sent, person(id=""))
    first, second = take_in(world, open_records(sent))
    assert (first.result, second.result) == (RowResult.ACCEPTED, RowResult.ACCEPTED)
    assert first.person_id == second.person_id


def test_what_is_to_be_said_of_two_dates_is_said_once(tmp_path: Path) -> None:
    sent = national_workbook(
        tmp_path / "sent.xlsx",
        person(born=33238, day_1=44363, vaccine_2="", day_2="", lot_2="", site_2=""),
    )
    returned(World(tmp_path), sent, tmp_path / "back.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx").worksheets[0]
    said = str(sheet.cell(9, 27).value)
    assert said.startswith("Mũi 1: Đã ghi nhận. DATE_MENDED")
    assert said.count("DATE_MENDED") == 1
