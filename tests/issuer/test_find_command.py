"""The command `find`: by everything that is known of somebody, within rights, told in the trail."""

import json
from pathlib import Path

import pytest

from issuer.access.accounts import all_accounts, change_password_hash
from issuer.access.passwords import hash_password
from issuer.desk.searching import MOST
from tests.issuer.console import PASSWORD, Console, make_home
from tests.issuer.test_cli import Ended
from tests.issuer.test_fhir import dose, message
from tests.issuer.test_fhir import take_in as take_in_message
from tests.issuer.world import World, row, stranger

HERE, THERE = {"site": "46001"}, {"site": "79001"}
HOA, PLAIN, YEN = "Nguyễn Thị Hoà", "Nguyen Thi Hoa", "Nguyễn Thị Hoàng Yến"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, desk_register: Path) -> Path:
    """A home with people: Hoà by a message that has her old number, and others by files."""
    folder = tmp_path_factory.mktemp("find")
    with pytest.MonkeyPatch.context() as monkeypatch:
        home = make_home(folder, monkeypatch)
    (home / "register.sqlite3").write_bytes(desk_register.read_bytes())
    world = World(home)
    take_in_message(world, message(dose()), "tram")
    world.take_in(
        row(full_name=PLAIN, id_number="079195000124", birth_date="1995", phone="0832345678",
            **HERE),
        row(full_name=YEN, id_number="079191000125", birth_date="01/02/1991", phone="0912345670",
            **THERE),
        row(full_name="Lê Thị Từ Chối", birth_date="03/03/1993", id_number="079193000126",
            phone="", vaccine="?", **HERE),
        row(full_name="Nguyễn Thị Hoà", birth_date="30/12/1990", injected_on="20/08/2021", **HERE),
        *(stranger(number, **HERE) for number in range(MOST + 5)),
    )  # fmt: skip
    world.issuing().run()
    with world.register.writing() as connection:
        for account in all_accounts(connection):
            change_password_hash(connection, account.actor.account_id, hash_password(PASSWORD))
    world.register.close()
    return folder


@pytest.fixture
def console(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Console:
    monkeypatch.chdir(folder)
    for name in ("DOSEPASS_HOME", "DOSEPASS_REGISTER", "DOSEPASS_ACCOUNT"):
        monkeypatch.delenv(name, raising=False)
    return Console(folder, monkeypatch, capsys)


def find(console: Console, *words: str, who: str = "bo", more: tuple[str, ...] = ()) -> Ended:
    signed = ("--account", who, "--password-file", "password.txt", "--home", "authority")
    return console("find", *more, *signed, "--", *words)


def names(console: Console, *words: str, who: str = "bo") -> list[str]:
    ended = find(console, *words, who=who, more=("--json",))
    people = json.loads(ended.out)["people"]
    assert ended.code == (0 if people else 1)
    return [one["name"] for one in people]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        # The identity number, the one before, and both with what else is known.
        (["079190000123"], [HOA]),
        (["79190000123"], [HOA]),
        (["012345678"], [HOA]),
        (["012345678", "31/12/1990"], [HOA]),
        (["012345678", "Nguyễn Thị Yến"], []),
        (["079193000126"], []),
        # A name: with its marks, without, in capitals, and only in part.
        ([HOA, "31/12/1990"], [HOA]),
        (["nguyen thi hoa", "31/12/1990"], [HOA]),
        (["NGUYỄN", "THỊ", "HOÀ", "1990"], [HOA]),
        (["Nguyễn Thị Hòa"], [HOA, PLAIN, YEN]),
        (["nguyen thi hoa"], [PLAIN, HOA, YEN]),
        (["Nguyễn Thị Hoàng"], [YEN]),
        (["Hoà"], []),
        # The telephone number in every spelling.
        (["0912345678"], [HOA]),
        (["+84912345678"], [HOA]),
        (["+84 912 345 678"], [HOA]),
        (["84912345678"], [HOA]),
        (["0084912345678"], [HOA]),
        (["0912 345 678"], [HOA]),
        (["0912.345.678"], [HOA]),
        (["0912-345-678"], [HOA]),
        (["01232345678"], [PLAIN]),
        (["0912345679"], []),
        # The birth date in every spelling.
        (["31/12/1990"], [HOA]),
        (["31-12-1990"], [HOA]),
        (["1990-12-31"], [HOA]),
        (["01/02/1991", "Nguyễn"], [YEN]),
        (["1/1/1960"], []),
        # Somebody of whom there is only a refused row, and one whose row waits.
        (["Lê Thị Từ Chối"], []),
        (["03/03/1993"], []),
        (["30/12/1990"], []),
    ],
    ids=" ".join,
)
def test_who_is_found(console: Console, words: list[str], found: list[str]) -> None:
    assert names(console, *words) == found


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("bo", [HOA, PLAIN, YEN]),
        ("hue", [HOA, PLAIN]),
        ("tram", [HOA, PLAIN]),
        ("tram2", []),
        ("saigon", [YEN]),
    ],
)
def test_who_is_found_by_whom(console: Console, who: str, found: list[str]) -> None:
    assert names(console, HOA, who=who) == found


def test_it_is_shown_as_a_table_with_the_certificate(console: Console) -> None:
    ended = find(console, "079190000123")
    header, line, waiting = ended.out.splitlines()
    assert waiting.startswith("record ")
    assert "  review  2021-08-20  " in waiting
    assert waiting.endswith("DOB_ONE_DIGIT")
    assert header.split()[:2] == ["person", "name"]
    number = line.split()[-2]
    assert line.split()[-4:] == ["0912345678", "1", number, "yellow"]
    assert names(console, number) == names(console, number.lower()) == [HOA]


def test_nobody_is_said_in_words_and_ends_with_1(console: Console) -> None:
    ended = find(console, "079190000199")
    assert (ended.code, ended.out) == (1, "")
    assert "nobody of this account's area agrees" in ended.err
    assert "079190000199" not in ended.err
    assert json.loads(find(console, "079190000199", more=("--json",)).out) == {
        "people": [],
        "records": [],
    }


def test_a_refused_row_is_listed_with_its_reason_where_nobody_is_found(console: Console) -> None:
    ended = find(console, "079193000126")
    assert ended.code == 1
    assert "nobody of this account's area agrees" in ended.err
    (line,) = ended.out.splitlines()
    assert line.split()[2:4] == ["refused", "-"]
    assert line.endswith("VACCINE_UNKNOWN")
    number = int(line.split()[1])
    shown = json.loads(find(console, "079193000126", more=("--json",)).out)
    assert (shown["people"], [one["record"] for one in shown["records"]]) == ([], [number])
    assert find(console, "079193000126", who="saigon").out == ""
    trail = console("audit", "list", "--json", "--home", "authority").out.splitlines()
    told = [one for one in map(json.loads, trail) if one["action"] == "record.find"]
    assert told[-1]["subject"] == f"records {number}"


def test_no_more_than_a_page_is_shown(console: Console) -> None:
    assert len(names(console, "Nguyễn")) == MOST


@pytest.mark.parametrize(
    "words",
    [["1990"], ["12/1990"], [" "], ["123"], ["%"], ["'; DROP TABLE persons; --"], ["Hoa2"],
     ["31/13/1990"], ["LA-2C7K-09QX"], ["VN-0000-0001"]],
    ids=" ".join,
)  # fmt: skip
def test_what_is_nothing_to_search_by_ends_with_2_and_a_hint(
    console: Console, words: list[str]
) -> None:
    ended = find(console, *words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("dosepass-issuer: ")
    assert not any(word.strip() and word in ended.err.splitlines()[0] for word in words)


def test_words_are_needed(console: Console) -> None:
    assert find(console).code == 2


@pytest.mark.parametrize(
    ("who", "said"),
    [("kiem", "may not do that here: find_people"), ("nobody", "name or the password is wrong")],
)
def test_who_may_not(console: Console, who: str, said: str) -> None:
    ended = find(console, "079190000123", who=who)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err.lower()


def test_who_was_shown_is_told_and_not_what_was_asked(console: Console) -> None:
    find(console, HOA, "31/12/1990", who="hue")
    find(console, "0912345670", who="hue")
    trail = console("audit", "list", "--json", "--home", "authority").out.splitlines()
    told = [json.loads(line) for line in trail]
    shown = [(one["actor"], one["subject"]) for one in told if one["action"] == "person.find"]
    assert shown[-2:] == [("hue", "persons 1"), ("hue", "nobody")]
    for datum in ("Hoà", "1990", "0912345670"):
        assert datum not in "\n".join(trail)
