"""The manners of `statistics` and `why`."""

import csv
import io
import json
import shlex
import shutil
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import cv2
import pytest
import time_machine

from issuer.figures.backlog import Queue
from issuer.figures.days import Stage
from issuer.figures.sheet import options_of
from issuer.figures.words import cell_words, number_words
from tests.issuer.console import Console, make_home
from tests.issuer.figures.country import MOBILE, country
from tests.issuer.world import HOA

FIGURES = ("lateness", "backlog", "reasons", "doses", "persons")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("country")
    country(folder).register.close()
    return folder / "register.sqlite3"


@pytest.fixture
def console(
    register: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Console]:
    shutil.copy(register, make_home(tmp_path, monkeypatch))
    with time_machine.travel("2021-12-20T08:00:00Z", tick=False):
        yield Console(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("figure", FIGURES)
def test_every_row_lists_its_records_by_the_options_that_it_names(
    console: Console, figure: str
) -> None:
    rows = json.loads(console("statistics", figure, "--by", "site", "--json").out)
    assert rows
    for row in rows:
        command = "people" if figure == "persons" else "records"
        options = [part for name, value in row["behind"].items() for part in _typed(name, value)]
        listed = console("statistics", command, *options).out.splitlines()
        assert len(listed) == row["persons" if figure == "persons" else "records"], row


def _typed(name: str, value: str) -> list[str]:
    option = f"--{name.replace('_', '-')}"
    return [option] if value == "True" else [f"{option}={value}"]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_spreadsheet_gets_the_same_rows_and_no_formula(console: Console, figure: str) -> None:
    rows = json.loads(
        console("statistics", figure, "--by", "site", "--json", "--csv", "out.csv").out
    )
    table = list(csv.DictReader(io.StringIO(Path("out.csv").read_text(encoding="utf-8-sig"))))
    assert len(table) == len(rows)
    for cell in (cell for row in table for cell in row.values()):
        assert not cell.startswith(("=", "+", "@", "\t"))
    behind = next((row["behind"] for row in table if row["unit"] == f"'{MOBILE}"), None)
    assert behind is None or MOBILE in shlex.split(behind)


@pytest.mark.parametrize("value", ["cmd|' /C calc'!A0", "$(id)", "it's", "a b", "79001", "-1", ""])
def test_the_options_of_a_row_are_one_word_each_to_a_shell(value: str) -> None:
    assert shlex.split(options_of({"site": value, "historical": "True"})) == [
        "--site", value, "--historical",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("figure", FIGURES)
def test_a_picture_has_a_bar_for_each_row(console: Console, figure: str, language: str) -> None:
    ended = console(
        "statistics", figure, "--by", "province", "--picture", "p.png", "--language", language
    )
    assert ended.code == 0
    picture = cv2.imread("p.png")
    assert picture is not None
    assert picture.shape[1] == 1080


def test_a_country_without_records_has_tables_without_rows(
    tmp_path: Path, console: Console
) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    for figure in FIGURES:
        ended = console("statistics", figure, "--register", empty, "--picture", "p.png")
        assert (ended.code, len(ended.out.splitlines())) == (0, 1)


def test_the_header_has_words(console: Console) -> None:
    assert "median days" in console("statistics", "lateness").out.splitlines()[0]
    header = console("statistics", "lateness", "--language", "vi").out.splitlines()[0]
    assert "trung vị (ngày)" in header


def test_a_vietnamese_table_has_vietnamese_words_and_csv_its_codes(console: Console) -> None:
    out = console("statistics", "persons", "--language", "vi", "--csv", "p.csv").out
    assert "xanh" in out
    assert "green" not in out
    assert "green" in Path("p.csv").read_text()
    assert "tiêm đến nhận" in console("statistics", "lateness", "--language", "vi").out


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("colour", "yellow", "vàng"),
        ("state", "review", "chờ xác thực"),
        ("reason", "DOB_ONE_DIGIT", "DOB_ONE_DIGIT"),
        ("name", "green", "green"),
        ("unit", "received", "received"),
    ],
)
def test_the_words_of_a_cell(column: str, cell: str, words: str) -> None:
    assert cell_words(column, cell, "vi") == words
    assert cell_words(column, cell, "en") == cell


@pytest.mark.parametrize("enumeration", [Stage, Queue])
def test_every_code_of_a_figure_has_its_words(enumeration: type[StrEnum]) -> None:
    column = enumeration.__name__.casefold()
    assert all(cell_words(column, one, "vi") != one for one in enumeration)


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [(0, "0", "0"), (1922.5, "1.922,5", "1,922.5"), (1_234_567, "1.234.567", "1,234,567")],
)
def test_a_number_is_written_as_in_its_language(number: float, vi: str, en: str) -> None:
    assert (number_words(number, "vi"), number_words(number, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lateness", "--by", "village"), "invalid value for '--by'"),
        (("lateness", "--since", "16/06/2021"), "'16/06/2021' does not match the format"),
        (("records", "--at-most", "7"), "--at-most goes with --stage"),
        (("records", "--reason", "NO_SUCH"), "invalid value for '--reason'"),
        (("lateness", "--picture", "nowhere/p.png"), "nowhere"),
    ],
)
def test_misuse_ends_with_2_and_a_reason(
    console: Console, arguments: tuple[str, ...], said: str
) -> None:
    ended = console("statistics", *arguments)
    assert ended.code == 2
    assert said in ended.err


def test_why_names_nobody_and_leaves_a_line_in_the_trail(console: Console) -> None:
    ended = console("why", HOA["id_number"])
    assert ended.code == 0
    assert "1/2 doses count" in ended.out
    assert HOA["full_name"] not in ended.out
    entry = json.loads(console("audit", "list", "--json").out.splitlines()[-1])
    assert (entry["action"], entry["actor"]) == ("person.why", "console:minh")
    assert entry["subject"].startswith("person ")
    assert HOA["id_number"] not in json.dumps(entry)


def test_why_as_json_has_both_languages(console: Console) -> None:
    answer = json.loads(console("why", HOA["id_number"], "--json").out)
    assert (answer["colour"], answer["doses"], answer["doses_needed"]) == ("yellow", 1, 2)
    assert {*answer["because"][0]["words"]} == {"vi", "en"}


def test_why_takes_a_certificate_number(console: Console) -> None:
    number = console("list").out.split()[0]
    by_certificate = json.loads(console("why", number, "--json").out)
    assert by_certificate["records"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("Nguyễn Thị Hoà", "neither an identity number"),
        ("VN-0000-0001", "neither an identity number"),
        ("12345", "neither an identity number"),
        ("LA-0000-0000", "another issuer: LA"),
        ("VN-0000-0000", "no certificate of this register"),
    ],
)
def test_why_refuses_what_is_no_number(console: Console, number: str, said: str) -> None:
    ended = console("why", number)
    assert ended.code == 2
    assert said in ended.err
