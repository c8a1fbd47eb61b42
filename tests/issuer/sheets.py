"""The national template as sites fill it in, as a workbook and as CSV."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

__all__ = ["HUE", "PEOPLE", "national_csv", "national_rows", "national_workbook", "person"]

_TOP: Final = (
    "#", "Họ và tên (*)", "Ngày sinh (*)", "Giới tính (*)", "Mã nhóm đối tượng ưu tiên (*)",
    "Đơn vị công tác", "Số điện thoại (*)", "Số CMT/CCCD", "Số thẻ BHYT", "Tỉnh/TP",
    "Mã tỉnh (*)", "Quận/Huyện", "Mã huyện (*)", "Xã/Phường", "Mã xã (*)", "Địa bàn cơ sở",
    "Địa chỉ chi tiết", "Tên vắc xin (*)", "Mũi 1", "", "", "Tên vắc xin", "Mũi 2", "", "",
    "Ghi chú", "Kết quả import",
)  # fmt: skip
_BELOW: Final = {18: "Ngày tiêm (*)", 19: "Lô vắc xin (*)", 20: "Địa điểm tiêm (*)",
                 22: "Ngày tiêm", 23: "Lô vắc xin", 24: "Địa điểm tiêm"}  # fmt: skip
WIDTH: Final = len(_TOP)


def person(number: Any = 1, **changes: Any) -> list[Any]:
    """One row of the sheet: the person in Huế with both doses, with changes."""
    places = {
        "name": 1, "born": 2, "sex": 3, "phone": 6, "id": 7, "bhyt": 8, "province": 10,
        "district": 12, "vaccine_1": 17, "day_1": 18, "lot_1": 19, "site_1": 20, "vaccine_2": 21,
        "day_2": 22, "lot_2": 23, "site_2": 24, "note": 25, "result": 26,
    }  # fmt: skip
    row: list[Any] = [
        number, "Nguyễn Thị Hoà", "31/12/1990", "1", "10", "Trường THPT", "0912345678",
        "079190000123", "GD4797912345678", "Thừa Thiên Huế", "46", "TP Huế", "474",
        "Vĩnh Ninh", "19789", "", "1 Lê Lợi", "AstraZeneca", "16/06/2021", "AZ-1", "46001",
        "AstraZeneca", "20/08/2021", "AZ-2", "46001", "", "",
    ]  # fmt: skip
    for name, value in changes.items():
        row[places[name]] = value
    return row


HUE: Final = person()
PEOPLE: Final = (
    HUE,
    person(2, name="Trần Văn Nam", born="05/03/1985", sex="0", id="046085000456",
           phone="0905111222", vaccine_2="", day_2="", lot_2="", site_2=""),
)  # fmt: skip


def national_rows(*people: Sequence[Any], above: int = 6) -> list[list[Any]]:
    """The whole sheet: titles, the header in two rows, the people."""
    titles: list[list[Any]] = [["PHỤ LỤC 1"], ["DANH SÁCH ĐỐI TƯỢNG TIÊM"], [], ["Đơn vị: TYT"]]
    titles += [[] for _ in range(above)]
    below = [_BELOW.get(place, "") for place in range(WIDTH)]
    return [*titles[:above], list(_TOP), below, *[list(one) for one in people]]


def national_workbook(path: Path, *people: Sequence[Any], above: int = 6, before: int = 0) -> Path:
    """A workbook with what real ones have: merged heads, a filter, widths, a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "PL1"
    for number, row in enumerate(national_rows(*people, above=above), start=1):
        for place, value in enumerate(row, start=1 + before):
            if value != "" and value is not None:
                sheet.cell(number, place, value)
    head = above + 1
    sheet.merge_cells(start_row=head, end_row=head, start_column=19 + before,
                      end_column=21 + before)  # fmt: skip
    sheet.cell(head, 2 + before).font = Font(bold=True, color="FF0000")
    sheet.auto_filter.ref = f"A{head + 1}:AA{head + 1 + len(people)}"
    sheet.add_data_validation(DataValidation(type="list", formula1='"0,1"', sqref="D9:D99"))
    sheet.column_dimensions["B"].width = 40
    other = book.create_sheet("PL2")
    other["A1"] = "Mã nhóm"
    book.save(path)
    return path


def national_csv(*people: Sequence[Any], above: int = 6, delimiter: str = ",") -> str:
    """The same as CSV."""
    output = io.StringIO()
    csv.writer(output, delimiter=delimiter).writerows(national_rows(*people, above=above))
    return output.getvalue()
