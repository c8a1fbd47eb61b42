"""`import`, `undo` and `sites`: what they tell, what they leave, and what they refuse to do."""

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer.intake import Intake
from issuer.record_files import open_records
from issuer.records import Rules
from issuer.register.database import Register
from issuer.register.models import DoseRow
from tests.authority import vaccine_table
from tests.issuer.console import Console, make_home
from tests.issuer.sheets import PEOPLE, national_csv, national_workbook, person
from tests.issuer.test_fhir import dose, message
from tests.issuer.world import PowerCutError, World, csv_text, row, stranger


@pytest.fixture
def console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Console:
    make_home(tmp_path, monkeypatch)
    return Console(tmp_path, monkeypatch, capsys)


def write(console: Console, name: str, *rows: dict[str, str]) -> str:
    (console.folder / name).write_text(csv_text(*rows), encoding="utf-8", newline="")
    return name


def states(console: Console) -> list[str]:
    register = Register.open(console.folder / "authority" / "register.sqlite3")
    try:
        with register.reading() as connection:
            return list(connection.execute(select(DoseRow.state).order_by(DoseRow.id)).scalars())
    finally:
        register.close()


def test_import_tells_what_became_of_every_dose(console: Console) -> None:
    file = write(console, "records.csv", row(), row(vaccine="?"), row(full_name="Nguyen Thi Hoa"))
    ended = console("import", file, "--home", "authority")
    assert ended.code == 1
    assert "records.csv:3: vaccine: VACCINE_UNKNOWN: " in ended.out
    assert "records.csv:4: full_name: NAME_MARKS_DIFFER: " in ended.out
    counted = dict(line.rsplit(None, 1) for line in ended.out.splitlines() if line[-1].isdigit())
    assert {name.strip(): int(count) for name, count in counted.items()}.items() >= {
        ("doses read", 3), ("accepted", 1), ("waiting for review", 1), ("refused", 1),
        ("VACCINE_UNKNOWN", 1), ("NAME_MARKS_DIFFER", 1),
    }  # fmt: skip
    assert "Hoà" not in ended.out + ended.err


def test_a_dry_run_tells_the_same_and_changes_nothing(console: Console) -> None:
    file = write(console, "records.csv", row(), row(vaccine="?"))
    tried = console("import", file, "--dry-run", "--home", "authority")
    assert states(console) == []
    done = console("import", file, "--home", "authority")
    assert tried.out == done.out
    assert "nothing was recorded" in tried.err
    assert states(console) == ["accepted", "refused"]


def test_several_files_and_layouts_at_once(console: Console) -> None:
    national_workbook(console.folder / "a.xlsx", *PEOPLE)
    (console.folder / "b.csv").write_text(national_csv(*PEOPLE), encoding="utf-8", newline="")
    file = write(console, "c.csv", stranger(1))
    ended = console("import", "a.xlsx", "b.csv", file, "--json", "--home", "authority")
    assert ended.code == 0
    told = json.loads(ended.out)
    assert (told["rows"], told["accepted"], told["repeated"]) == (7, 4, 3)


def test_the_name_of_a_file_is_no_formula_in_the_findings(console: Console) -> None:
    file = write(console, "=1+1.csv", row(lot=""))
    console("import", file, "--report", "findings.csv", "--home", "authority")
    findings = (console.folder / "findings.csv").read_text(encoding="utf-8-sig")
    assert [line["file"] for line in csv.DictReader(findings.splitlines())] == ["'=1+1.csv"]


def test_results_and_findings_are_written(console: Console) -> None:
    national_workbook(console.folder / "a.xlsx", *PEOPLE, person(3, name="X1"))
    ended = console(
        "import", "a.xlsx", "--returned", "back.xlsx", "--report", "findings.csv",
        "--language", "vi", "--home", "authority",
    )  # fmt: skip
    assert ended.code == 1
    with (console.folder / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [(one["line"], one["dose"], one["code"]) for one in found] == [
        ("11", "1", "NAME_GARBLED"), ("11", "2", "NAME_GARBLED"),
    ]  # fmt: skip
    assert (console.folder / "back.xlsx").exists()
    again = console("import", "back.xlsx", "--home", "authority")
    assert "recorded before                      3" in again.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.csv",), "missing.csv"),
        (("records.csv", "--report", "records.csv"), "would overwrite"),
        (("records.csv", "--returned", "records.csv"), "would overwrite"),
        (("records.csv", "--returned", "no/back.csv"), "there is no folder"),
        (("records.csv", "records.csv", "--returned", "back.csv"), "goes with one FILE"),
        (("records.csv", "--returned", "x.csv", "--report", "x.csv"), "the same file"),
        (("records.csv", "--returned", "back.csv"), "only a file in the national layout"),
        (("records.csv", "old.xls"), "(.xls)"),
        ((), "missing argument"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(
    console: Console, arguments: tuple[str, ...], said: str
) -> None:
    write(console, "records.csv", row())
    (console.folder / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    ended = console("import", *arguments, "--home", "authority")
    assert ended.code == 2
    assert said in ended.err
    assert not (console.folder / "back.csv").exists()
    if (console.folder / "authority" / "register.sqlite3").exists():
        assert states(console) == []


def test_an_import_is_undone_as_a_whole(console: Console) -> None:
    first = write(console, "first.csv", stranger(1), stranger(2))
    second = write(console, "second.csv", stranger(2), stranger(3))
    console("import", first, second, "--home", "authority")
    reason = ("--reason", "the wrong province")
    assert console("undo", "2", *reason, "--yes", "--home", "authority").out == (
        "1 records taken back\n"
    )
    assert states(console) == ["accepted", "accepted", "withdrawn"]
    again = console("undo", "2", *reason, "--yes", "--home", "authority")
    assert (again.code, "undone already" in again.err) == (2, True)
    trail = console("audit", "list", "--json", "--home", "authority").out.splitlines()
    entry = json.loads(trail[-1])
    assert (entry["action"], entry["subject"], entry["actor"]) == (
        "import.undo", "import 2", "console:minh",
    )  # fmt: skip


def test_what_a_message_took_back_is_put_back(console: Console) -> None:
    (console.folder / "sent.json").write_bytes(message(dose()))
    (console.folder / "gone.json").write_bytes(message(dose(status="entered-in-error")))
    console("import", "sent.json", "gone.json", "--home", "authority")
    assert states(console) == ["withdrawn", "withdrawn"]
    undone = console("undo", "2", "--reason", "a mistake", "--yes", "--home", "authority")
    assert undone.out == "0 records taken back\n1 records put back\n"
    assert states(console) == ["accepted", "withdrawn"]


def test_a_file_whose_import_was_undone_comes_again_only_if_asked(console: Console) -> None:
    file = write(console, "first.csv", stranger(1))
    console("import", file, "--home", "authority")
    console("undo", "1", "--reason", "a mistake", "--yes", "--home", "authority")
    refused = console("import", file, "--home", "authority")
    assert (refused.code, "--again" in refused.err) == (2, True)
    assert states(console) == ["withdrawn"]
    assert console("import", file, "--again", "--home", "authority").code == 0
    assert states(console) == ["accepted"]
    assert console("import", file, "--home", "authority").code == 0
    console("undo", "1", "--reason", "a mistake", "--yes", "--home", "authority")
    assert states(console) == ["withdrawn"]


def test_imports_are_listed_with_where_their_records_stand(console: Console) -> None:
    home = ("--home", "authority")
    first = write(console, "first.csv", stranger(1), stranger(2))
    second = write(console, "second.csv", stranger(2), stranger(3, vaccine="?"))
    console("import", first, second, *home)
    console("undo", "1", "--reason", "a mistake", "--yes", *home)
    listed = console("imports", *home).out.splitlines()
    assert "undone" in listed[0]
    assert listed[0].endswith("first.csv  1 accepted, 1 withdrawn")
    assert "finished" in listed[1]
    assert listed[1].endswith("second.csv  1 accepted, 1 refused")
    told = json.loads(console("imports", "--after", "1", "--json", *home).out)
    assert (told["import"], told["file"], told["undone_at"]) == (2, "second.csv", None)
    assert told["records"]["refused"] == 1


@pytest.mark.parametrize("arguments", [("1",), ("1", "--reason", "x", "--yes"), ("x",)])
def test_undo_needs_a_reason(console: Console, arguments: tuple[str, ...]) -> None:
    write(console, "first.csv", stranger(1))
    console("import", "first.csv", "--home", "authority")
    assert console("undo", *arguments, "--home", "authority").code == 2
    assert states(console) == ["accepted"]


def test_a_back_load_is_marked(console: Console) -> None:
    write(console, "first.csv", stranger(1))
    console("import", "first.csv", "--historical", "--home", "authority")
    register = Register.open(console.folder / "authority" / "register.sqlite3")
    with register.reading() as connection:
        assert connection.execute(select(DoseRow.historical)).scalar_one() == 1
    register.close()


@pytest.mark.parametrize("commit", [1, 2, 3, 4, 5])
def test_an_interrupted_import_goes_on(tmp_path: Path, commit: int) -> None:
    world, path = World(tmp_path), tmp_path / "list.xlsx"
    national_workbook(path, *[person(n, id=f"0790{n:08}", bhyt="") for n in range(5)])

    def run() -> list[str]:
        rules = Rules.of(table=vaccine_table(), now=world.clock.now())
        intake = Intake(
            register=world.register, rules=rules, table=vaccine_table(), clock=world.clock, size=3
        )
        return [one.result for batch in intake.run(open_records(path)) for one in batch]

    with world.failing_at_commit(commit), pytest.raises(PowerCutError):
        run()
    run()
    whole = World(tmp_path / "whole" if (tmp_path / "whole").mkdir() is None else tmp_path)
    world, cut = whole, world
    run()
    for table in ("dose_records", "persons", "review_items"):
        assert cut.count(table) == whole.count(table)


SITES = "code,name,province,district,mobile\n46001,TYT Vĩnh Ninh,46,474,\n,Đội lưu động 3,46,,x\n"


def test_a_list_of_sites(console: Console) -> None:
    (console.folder / "sites.csv").write_text(SITES, encoding="utf-8")
    write(console, "records.csv", row(site="46001"), stranger(1, site="Trạm ở đâu đó"),
          stranger(2, site="tyt vĩnh ninh"))  # fmt: skip
    home = ("--home", "authority")
    listed = console("sites", "import", "sites.csv", "--codes-of", "2021", *home)
    assert listed.out == "2 sites listed, 2 of them new\n"
    again = console("sites", "import", "sites.csv", "--codes-of", "2021", *home)
    assert again.out == "2 sites listed, 0 of them new\n"
    ended = console("import", "records.csv", "--json", *home)
    assert (ended.code, json.loads(ended.out)["flagged_by_reason"]) == (0, {"SITE_UNKNOWN": 1})
    unlisted = console("sites", "list", "--unlisted", "--json", *home).out.splitlines()
    assert [json.loads(line)["name"] for line in unlisted] == ["Trạm ở đâu đó"]
    shown = console("sites", "list", *home).out
    assert "46001   listed    46 Thừa Thiên Huế" in shown
    assert "Đội lưu động 3  mobile" in shown


def test_a_site_known_from_records_is_flagged_no_more_once_it_is_listed(console: Console) -> None:
    write(console, "records.csv", row(site="TYT Vĩnh Ninh"))
    home = ("--home", "authority")
    console("import", "records.csv", *home)
    (console.folder / "sites.csv").write_text(SITES, encoding="utf-8")
    listed = console("sites", "import", "sites.csv", "--codes-of", "2021", *home)
    assert listed.out == "2 sites listed, 1 of them new\n"
    assert console("sites", "list", "--unlisted", *home).out == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "header line"),
        ("code,name\n", "header line"),
        ("code,name,province,district,phone\n", "header line"),
        ("code,name,province,district\n,,46,474\n", "line 2: neither code nor name"),
        ("code,name,province,district\n1,A,99,\n", "no province of that year"),
        ("code,name,province,district\n1,A,4,\n", "province is not a code of 2 digits"),
        ("code,name,province,district\n1,A,46,47\n", "district is not a code of 3 digits"),
        ("code,name,province,district\n1,A,,474\n", "a district without its province"),
        ("code,name,province,district\n1,A,46,474\n1,B,46,474\n", "1 stands there twice"),
        (f"code,name,province,district\n1,{'A' * 300},46,474\n", "too long"),
    ],
)
def test_a_wrong_list_of_sites_changes_nothing(console: Console, content: str, said: str) -> None:
    (console.folder / "sites.csv").write_text(content, encoding="utf-8")
    home = ("--home", "authority")
    ended = console("sites", "import", "sites.csv", "--codes-of", "2021", *home)
    assert (ended.code, said in ended.err) == (2, True)
    assert console("sites", "list", *home).out == ""


def test_codes_mean_what_they_meant_in_their_year(console: Console) -> None:
    (console.folder / "sites.csv").write_text(
        "code,name,province,district\n52001,A,52,540\n", encoding="utf-8"
    )
    home = ("--home", "authority")
    for year, name in (("2021", "Bình Định"), ("2025", "Gia Lai")):
        console("sites", "import", "sites.csv", "--codes-of", year, *home)
        assert f"52 {name}" in console("sites", "list", *home).out
