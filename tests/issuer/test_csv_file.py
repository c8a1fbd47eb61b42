"""Dose record files: encodings, headers, lines, and rows that are broken."""

import tracemalloc
from pathlib import Path

import pytest

from issuer.csv_file import CsvFile, open_csv
from issuer.source import COLUMNS, RecordFileError, SourceRow

HEADER = ",".join(COLUMNS)
ROW = "Nguyễn Thị Hoà,31/12/1990,Nữ,079190000123,0912345678,AZ,16/06/2021,L1,46001"


def opened(folder: Path, content: bytes | str) -> CsvFile:
    path = folder / "records.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_csv(path)


def rows(folder: Path, content: str) -> list[SourceRow]:
    return list(opened(folder, content).rows())


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_plain_file(tmp_path: Path, mark: str, end: str) -> None:
    (row,) = rows(tmp_path, f"{mark}{HEADER}{end}{ROW}{end}")
    assert row == SourceRow(line=2, cells=tuple(ROW.split(",")), broken=False)


def test_cells_come_in_one_order_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    order = list(reversed(COLUMNS))
    cells = dict(zip(COLUMNS, ROW.split(","), strict=True))
    text = f"{','.join(order).upper()}\n{','.join(cells[column] for column in order)}\n"
    assert rows(tmp_path, text)[0].cells == tuple(ROW.split(","))


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_the_delimiters_of_spreadsheets(tmp_path: Path, sign: str) -> None:
    text = f"{HEADER}\n{ROW}\n".replace(",", sign)
    assert rows(tmp_path, text)[0].cells == tuple(ROW.split(","))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("told", ["sep={}", "SEP={}", '"sep={}"', "sep={} "])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_line_by_which_excel_is_told_the_delimiter(
    tmp_path: Path, sign: str, told: str, end: str, mark: str
) -> None:
    text = end.join([HEADER, ROW, ROW]).replace(",", sign)
    found = rows(tmp_path, f"{mark}{told.format(sign)}{end}{text}")
    assert [(row.line, row.cells) for row in found] == [
        (3, tuple(ROW.split(","))), (4, tuple(ROW.split(","))),
    ]  # fmt: skip


@pytest.mark.parametrize("told", ["sep=", "sep=x", "sep=;;", "separator=;", "sep=;\nsep=;"])
def test_no_other_line_is_left_out_before_the_header(tmp_path: Path, told: str) -> None:
    with pytest.raises(RecordFileError, match="the header line has wrong columns"):
        opened(tmp_path, f"{told}\n{HEADER}\n{ROW}\n".replace(",", ";"))


def test_a_row_that_looks_like_it_is_a_row(tmp_path: Path) -> None:
    text = f"{HEADER}\nsep=;\n{ROW}\n"
    assert [(row.line, row.broken) for row in rows(tmp_path, text)] == [(2, True), (3, False)]


def test_cells_stay_text(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, f"{HEADER}\n a ,01,1e5,00123,=1+1,, 2021 ,NULL,nan\n")
    assert row.cells == (" a ", "01", "1e5", "00123", "=1+1", "", " 2021 ", "NULL", "nan")


def test_line_numbers_are_physical_ones(tmp_path: Path) -> None:
    text = f'{HEADER}\n\n"Nguyễn\nThị ""Hoà""",,,,,,,,\r\n,,,,,,,,\n{ROW}\n'
    assert [(row.line, row.broken) for row in rows(tmp_path, text)] == [(3, False), (6, False)]


@pytest.mark.parametrize(
    "broken", ["one,two", ROW + ",more", '"Nguyễn" Thị,,,,,,,,', '"never closed,,,,,,,,']
)
def test_a_broken_row_costs_itself_alone(tmp_path: Path, broken: str) -> None:
    text = "\n".join([HEADER, ROW, broken, *[ROW] * 30])
    found = rows(tmp_path, text)
    assert [row.line for row in found] == list(range(2, 34))
    assert [row.line for row in found if row.broken] == [3]


def test_an_unclosed_quotation_mark_on_the_last_line(tmp_path: Path) -> None:
    found = rows(tmp_path, f'{HEADER}\n{ROW}\n"Nguyễn,')
    assert [(row.line, row.broken) for row in found] == [(2, False), (3, True)]
    assert found[1].cells == ('"Nguyễn,',)


def test_a_cell_too_large_for_any_purpose(tmp_path: Path) -> None:
    found = rows(tmp_path, f"{HEADER}\n{'x' * 200_000}{ROW}\n{ROW}\n")
    assert [row.broken for row in found] == [True, False]


@pytest.mark.parametrize(
    "line", ["x" * 3_000_000, "," * 3_000_000, '"' + "x\n" * 5 + "x" * 3_000_000]
)
def test_a_line_too_long_for_any_row_is_broken_and_not_kept_whole(
    tmp_path: Path, line: str
) -> None:
    found = rows(tmp_path, f"{HEADER}\n{line}\n{ROW}\n")
    assert found[0].broken
    assert sum(len(cell) for row in found for cell in row.cells) < 1_100_000
    assert found[-1] == SourceRow(line=found[-1].line, cells=tuple(ROW.split(",")), broken=False)


def test_a_line_without_an_end_is_never_in_memory_whole(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEADER}\n{ROW}\n")
        file.writelines(["x" * (1 << 20)] * 64)
        file.write(f"\n{ROW}\n")
    tracemalloc.start()
    found = list(open_csv(path).rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(row.line, row.broken) for row in found] == [(2, False), (3, True), (4, False)]
    assert peak < 16 << 20


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace("phone,", ""), "missing phone"),
        (HEADER + ",address", "unknown number 10$"),
        (HEADER.replace("lot", "batch"), "missing lot; unknown number 8$"),
        (HEADER + ",sex", "twice sex"),
        ("", "missing full_name, birth_date"),
        ("Họ và tên,Ngày sinh", "unknown number 1, number 2$"),
        (ROW, "missing full_name"),
        (HEADER + ",", "unknown number 10$"),
    ],
)
def test_wrong_columns_are_listed(tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(RecordFileError, match=said) as caught:
        opened(tmp_path, f"{header}\n{ROW}\n")
    assert caught.value.hint == f"the first line must be: {HEADER}"


def test_a_file_without_a_header_tells_nothing_of_its_first_person(tmp_path: Path) -> None:
    with pytest.raises(RecordFileError) as caught:
        opened(tmp_path, f"{ROW}\n{ROW}\n")
    for cell in ROW.split(","):
        assert cell.casefold() not in f"{caught.value} {caught.value.hint}".casefold()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), "UTF-16"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16-le"), "UTF-16"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16-be"), "UTF-16"),
        (f"{HEADER}\na\nÂn,,,,,,,,\n".encode("cp1258"), "line 3 is not UTF-8.*cp1258"),
        (f"{HEADER}\n\xc2n,,,,,,,,\n".encode("cp1252"), "line 2 is not UTF-8"),
        (f"{HEADER}\n{ROW}".encode() + b"\xe1\xbb", "line 2 is not UTF-8"),
        (b"PK\x03\x04 a spreadsheet", "spreadsheet"),
        (b"", "missing full_name"),
    ],
)
def test_what_is_not_utf8_is_said_and_not_guessed(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(RecordFileError, match=said):
        opened(tmp_path, content)


def test_a_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    one = opened(tmp_path, f"{HEADER}\n{ROW}\n")
    assert (one.digest, one.lines) == (opened(tmp_path, f"{HEADER}\n{ROW}\n").digest, 2)
    other = opened(tmp_path, f"{HEADER}\n{ROW}")
    assert other.lines == 2
    assert other.digest != one.digest
