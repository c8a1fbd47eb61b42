"""The manners of the commands of the desk: who signs in, what is misuse, and what each prints."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from issuer.access.passwords import hash_password
from issuer.register.models import RecordSource
from tests.issuer.console import PASSWORD, Console, make_home
from tests.issuer.desk import Desk
from tests.issuer.test_cli import Ended
from tests.issuer.test_paper_kinds import png
from tests.issuer.world import World, row

AT = "2021-12-20T08:00:00Z"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with somebody's two doses, a third that waits, and accounts that can sign in."""
    folder = tmp_path_factory.mktemp("filled")
    desk = Desk(World(folder))
    desk.world.issue(row(site="46001"), row(site="46001", injected_on="20/08/2021"))
    desk.world.take_in(row(site="46001", injected_on="20/10/2021", birth_date="30/12/1990"))
    with desk.acting() as connection:
        connection.exec_driver_sql("UPDATE accounts SET password_hash = ?", (HASH,))
    desk.world.register.close()
    return folder / "register.sqlite3"


HASH = hash_password(PASSWORD)


@pytest.fixture
def console(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Console]:  # fmt: skip
    home = make_home(tmp_path, monkeypatch)
    shutil.copyfile(filled, home / "register.sqlite3")
    with time_machine.travel(AT, tick=False):
        yield Console(tmp_path, monkeypatch, capsys)


def run(console: Console, who: str, *arguments: str) -> Ended:
    return console(*arguments, "--account", who, "--password-file", "password.txt")


def asked(console: Console, *more: str) -> str:
    ended = run(console, "tram", "corrections", "open", "--dose", "1", "--set", "lot=AZ-9",
                "--person", "1", *more)  # fmt: skip
    assert ended.code == 0, ended.err
    return ended.out.strip()


def test_the_queue_as_json(console: Console) -> None:
    listed = json.loads(run(console, "tram", "queue", "list", "--json").out)
    (item,) = listed["items"]
    assert (listed["total"], item["differences"]) == (
        1, [{"field": "birth_date", "kind": "DOB_ONE_DIGIT"}],
    )  # fmt: skip
    assert item["owner"]["site"] == "46001"
    shown = json.loads(run(console, "tram", "queue", "show", "1", "--json").out)
    born = next(one for one in shown["fields"] if one["field"] == "birth_date")
    assert (born["record"], born["person"]) == ("30/12/1990", "31/12/1990")
    assert set(born["words"]) == {"vi", "en"}
    assert json.loads(run(console, "tram2", "queue", "list", "--json").out)["items"] == []


def test_the_words_in_vietnamese(console: Console) -> None:
    said = run(console, "tram", "queue", "show", "1", "--language", "vi").out
    assert "Ngày sinh khác một chữ số" in said
    said = run(console, "tram", "record", "show", "2", "--language", "vi").out
    assert "mọi trường đều khớp" in said
    number = asked(console)
    run(console, "tram", "corrections", "reject", number, "PAPER_BLURRED")
    said = console("corrections", "status", number, "--language", "vi").out
    assert "Ảnh mờ" in said


def test_no_list_prints_a_personal_datum(console: Console) -> None:
    number = asked(console)
    for arguments in (
        ("queue", "list"),
        ("queue", "list", "--json"),
        ("corrections", "list"),
        ("corrections", "list", "--json"),
        ("falls", "list", "--all"),
        ("merges", "doubles"),
        ("merges", "list", "--json"),
    ):
        ended = run(console, "bo", *arguments)
        assert ended.code == 0, arguments
        said = ended.out + ended.err
        assert not any(one in said for one in ("Hoà", "079190000123", "1990", "0912345678"))
    said = console("corrections", "status", number, "--json").out
    assert "Hoà" not in said


def test_a_paper_goes_in_and_comes_out(console: Console) -> None:
    (console.folder / "slip.png").write_bytes(png())
    number = asked(console, "--attach", "slip.png")
    ended = run(console, "tram", "corrections", "fetch", number, "1", "--out", "out.png")
    assert ended.code == 0
    assert (console.folder / "out.png").read_bytes() == png()
    assert (console.folder / "out.png").stat().st_mode & 0o077 == 0
    again = run(console, "tram", "corrections", "fetch", number, "1", "--out", "out.png")
    assert (again.code, again.out) == (2, "")


def test_a_request_whose_paper_is_refused_is_not_opened(console: Console) -> None:
    (console.folder / "virus.png").write_bytes(b"MZ\x90")
    ended = run(console, "tram", "corrections", "open", "--dose", "1", "--set", "lot=AZ-9",
                "--person", "1", "--attach", "virus.png")  # fmt: skip
    assert (ended.code, ended.out) == (2, "")
    assert "neither a JPEG nor a PNG nor a PDF" in ended.err
    assert run(console, "tram", "corrections", "list", "--json").out.count("number") == 0


def test_an_approval_becomes_a_record(console: Console) -> None:
    number = asked(console)
    done = run(console, "tram", "corrections", "approve", number, "--evidence", "site_record",
               "--json")  # fmt: skip
    records: list[Any] = json.loads(done.out)["records"]
    shown = json.loads(run(console, "tram", "record", "show", f"{records[0]}", "--json").out)
    assert (shown["dose"]["lot"], shown["source"]) == ("AZ-9", RecordSource.CORRECTION)


def test_a_persons_data_are_private_files(console: Console) -> None:
    assert run(console, "hue", "person", "export", "1", "--out", "hers").code == 0
    folder = console.folder / "hers"
    assert folder.stat().st_mode & 0o077 == 0
    assert {one.name for one in folder.iterdir()} == {"person.json", "person.txt"}
    assert all(one.stat().st_mode & 0o077 == 0 for one in folder.iterdir())
    assert "Nguyễn Thị Hoà" in (folder / "person.txt").read_text("utf-8")
    assert run(console, "hue", "person", "export", "1", "--out", "hers").code == 2


@pytest.mark.parametrize(
    ("who", "arguments", "said"),
    [
        ("nobody", ("queue", "list"), "account name or the password is wrong"),
        ("kiem", ("queue", "list"), "may not do that here: review"),
        ("tram2", ("queue", "show", "1"), "may not do that here: review"),
        ("tram", ("queue", "show", "99"), "no such item"),
        ("tram", ("queue", "show", "one"), "not a valid integer"),
        ("tram", ("queue", "list", "--kind", "COLOUR"), "invalid value for '--kind'"),
        ("tram", ("queue", "list", "--limit", "0"), "not in the range"),
        ("tram", ("queue", "decide", "1", "maybe"), "'maybe' is not one of"),
        ("tram", ("queue", "decide", "1", "refused"), "a reason of 3 to 200"),
        ("tram", ("queue", "decide", "1", "same", "--reason", "x"), "a reason has from 3"),
        ("tram", ("queue", "decide", "1", "same", "--person", "99"), "no such person"),
        ("tram", ("queue", "correct", "1", "--set", "lot", "--reason", "a slip"), "FIELD=VALUE"),
        ("tram", ("queue", "correct", "1", "--set", "shoe=38", "--reason", "a slip"),
         "no such field: shoe"),
        ("tram", ("queue", "correct", "1", "--set", "lot=1", "--set", "lot=2", "--reason", "two"),
         "named twice"),
        ("tram", ("queue", "correct", "1", "--set", "sex=?", "--reason", "a slip"),
         "sex: SEX_FORMAT"),
        ("tram", ("queue", "undo", "1", "--reason", "a slip"), "no decision to take back"),
        ("tram", ("record", "show", "99"), "may not do that here"),
        ("bo", ("record", "show", "99"), "no such record"),
        ("tram", ("record", "withdraw", "1"), "missing option '--reason'"),
        ("tram", ("record", "restore", "1", "--reason", "a slip"), "no withdrawn record"),
        ("tram", ("falls", "confirm", "1", "--reason", "a slip"), "no such proposal"),
        ("tram", ("corrections", "open", "--dose", "1", "--set", "lot=1"), "say whom it is about"),
        ("tram", ("corrections", "open", "--dose", "0", "--set", "lot=1", "--person", "1"),
         "say which dose"),
        ("tram", ("corrections", "show", "YC-0000-0001"), "no number of a correction request"),
        ("tram", ("corrections", "show", "YC-0000-0000"), "no correction request of that number"),
        ("tram", ("corrections", "reject", "YC-0000-0000", "TOO_LATE"), "invalid value"),
        ("tram", ("corrections", "attach", "YC-0000-0000", "missing.png"), "no such file"),
        ("tram", ("merges", "merge", "1", "1", "--reason", "a slip"), "two different persons"),
        ("bo", ("merges", "merge", "1", "99", "--reason", "a slip"), "no person of that number"),
        ("tram", ("merges", "undo", "1", "--reason", "a slip"), "no such merge"),
        ("tram", ("person", "export", "1", "--out", "hers"), "may not do that here"),
        ("hue", ("person", "erase", "1", "--reason", "a letter"), "may not do that here"),
        ("bo", ("person", "erase", "99", "--reason", "a letter"), "no person of that number"),
        ("bo", ("person", "confirm", "1", "--yes"), "no such erasure"),
    ],
)  # fmt: skip
def test_misuse_ends_with_2_and_says_why(
    console: Console, who: str, arguments: tuple[str, ...], said: str
) -> None:
    ended = run(console, who, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_an_account_is_needed(console: Console) -> None:
    ended = console("queue", "list")
    assert (ended.code, "missing option '--account'" in ended.err) == (2, True)
