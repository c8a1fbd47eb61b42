"""The manners of `account` and `audit`."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from tests.issuer.console import PASSWORD, Console, make_home
from tests.issuer.test_cli import Ended


@pytest.fixture
def console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Console]:
    make_home(tmp_path, monkeypatch)
    with time_machine.travel("2021-12-20T08:00:00Z", tick=False):
        yield Console(tmp_path, monkeypatch, capsys)


def test_an_account_is_made_listed_closed_and_opened(console: Console) -> None:
    assert console.add("lan", "--level", "province", "--province", "79").code == 0
    assert console.add("hoa", "--level", "auditor").code == 0
    said = console("account", "list").out.splitlines()
    assert said[0].split() == ["lan", "province", "79", "open", "2021-12-20T08:00:00Z"]
    assert said[1].split()[1:3] == ["auditor", "-"]
    assert console("account", "close", "lan").code == 0
    states = [json.loads(x)["state"] for x in console("account", "list", "--json").out.splitlines()]
    assert states == ["closed", "open"]
    assert console("account", "open", "lan").code == 0
    assert " open " in console("account", "list").out.splitlines()[0]


def test_a_token_is_printed_once_and_stored_as_a_hash(console: Console) -> None:
    console.add("tram", "--level", "site", "--site", "79001")
    ended = console("account", "token", "tram", "--days", "30")
    assert re.fullmatch(r"dpt_[\w-]{43}\n", ended.out)
    assert "2022-01-19T08:00:00Z" in ended.err
    stored = (console.folder / "authority" / "register.sqlite3").read_bytes()
    assert ended.out.strip().encode() not in stored


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "Lan", "--level", "nation"), "an account name has"),
        (("add", "lan", "--level", "province"), "needs --province"),
        (("add", "lan", "--level", "nation", "--site", "79001"), "needs no area"),
        (("add", "lan", "--level", "king"), "invalid value for '--level'"),
        (("close", "nobody"), "no account of that name"),
        (("password", "nobody"), "no account of that name"),
        (("token", "nobody"), "no account of that name"),
        (("token", "lan", "--days", "367"), "367 is not in the range"),
    ],
)
def test_misuse_ends_with_2_and_a_reason(
    console: Console, arguments: tuple[str, ...], said: str
) -> None:
    more = ("--password-file", "password.txt") if arguments[0] in ("add", "password") else ()
    ended = console("account", *arguments, *more)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"short", "from 12 to 1023 bytes"),
        (b"", "is empty"),
        (b"\xff" * 20, "not UTF-8"),
        (b"x" * 2000, "from 12 to 1023 bytes"),
    ],
)
def test_a_password_that_is_none(console: Console, content: bytes, said: str) -> None:
    (console.folder / "password.txt").write_bytes(content)
    ended = console.add("lan", "--level", "nation")
    assert ended.code == 2
    assert said in ended.err
    assert console("account", "list").out == ""


def test_a_name_is_given_once(console: Console) -> None:
    console.add("lan", "--level", "nation")
    ended = console.add("lan", "--level", "nation")
    assert (ended.code, "of that name" in ended.err) == (2, True)


def test_all_of_it_stands_in_the_trail_without_a_secret(console: Console) -> None:
    console.add("tram", "--level", "site", "--site", "79001")
    token = console("account", "token", "tram").out.strip()
    console("account", "password", "tram", "--password-file", "password.txt")
    console("account", "close", "tram")
    lines = [json.loads(line) for line in console("audit", "list", "--json").out.splitlines()]
    assert [line["action"] for line in lines] == [
        "account.add", "account.token", "account.password", "account.close",
    ]  # fmt: skip
    assert {line["actor"] for line in lines} == {"console:minh"}
    assert lines[0]["details"] == {"level": "site", "area": "79001"}
    everything = json.dumps(lines)
    assert PASSWORD not in everything
    assert token not in everything
    assert [json.loads(x)["number"] for x in console("audit", "list", "--after", "2", "--json").out
            .splitlines()] == [3, 4]  # fmt: skip
    assert "account.add" in console("audit", "list").out.splitlines()[0]


def test_the_trail_is_verified_against_an_anchor_file(console: Console) -> None:
    for name in ("lan", "hoa", "mai"):
        console.add(name, "--level", "nation")
    ended = console("audit", "verify")
    assert (ended.code, "no anchor" in ended.err) == (0, True)
    (console.folder / "anchors").write_text(f"0:{'0' * 64}\n{ended.out}")
    assert console("audit", "verify", "--anchor", "anchors") == Ended(0, ended.out, "")
    database = sqlite3.connect(console.folder / "authority" / "register.sqlite3")
    database.execute("DROP TRIGGER audit_entries_stay")
    database.execute("DELETE FROM audit_entries WHERE id = 3")
    database.commit()
    database.close()
    assert console("audit", "verify").code == 0
    broken = console("audit", "verify", "--anchor", "anchors")
    assert (broken.code, broken.out) == (1, "")
    assert "broken at entry 3: it is missing" in broken.err


@pytest.mark.parametrize("content", ["", "3", "not an anchor\n", "é"])
def test_a_file_that_holds_no_anchor(console: Console, content: str) -> None:
    (console.folder / "anchors").write_text(content)
    ended = console("audit", "verify", "--anchor", "anchors")
    assert (ended.code, "NUMBER:DIGEST" in ended.err) == (2, True)
