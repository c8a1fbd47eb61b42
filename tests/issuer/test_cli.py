"""The manners of `dosepass-issuer`: what it prints, what it draws, how it ends."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import time_machine

from issuer.register.database import Register
from issuer.register.due import mark_due
from issuer.start import main
from keys.authority import Authority
from keys.bundle import TrustBundle
from keys.client import load, refresh
from keys.clock import FixedClock
from spec.certificate import Certificate
from tests.issuer.world import csv_text, row, stranger
from tests.keys.homes import DAY, after, found, found_and_publish, root_of
from verifier.pipeline import verify

SECOND = row(injected_on="20/08/2021")
WRONG = row(full_name="", vaccine="?", lot="")
PICTURES = {"qr.png", "qr.svg", "card.png", "certificate.pdf", "text.txt"}


@dataclass(frozen=True)
class Ended:
    code: object
    out: str
    err: str


Command: TypeAlias = Callable[..., Ended]


@pytest.fixture(scope="module")
def authority_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority made once, to be copied: deriving its keys takes longer than a test."""
    home = tmp_path_factory.mktemp("made") / "authority"
    found_and_publish(home)
    return home


@pytest.fixture
def issuer(
    authority_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Run the command line at a time, in a directory of its own with an authority."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOSEPASS_HOME", raising=False)
    monkeypatch.delenv("DOSEPASS_REGISTER", raising=False)
    (tmp_path / "passphrase").write_text("correct horse battery\n")
    shutil.copytree(authority_home, tmp_path / "authority")

    def run(*arguments: str, at: int = 0) -> Ended:
        monkeypatch.setattr("sys.argv", ["dosepass-issuer", *arguments])
        moment = datetime.fromtimestamp(after(at), UTC)
        with time_machine.travel(moment, tick=False), pytest.raises(SystemExit) as caught:
            main()
        output = capsys.readouterr()
        return Ended(caught.value.code, output.out, output.err)

    return run


def write(*rows: dict[str, str], name: str = "doses.csv") -> str:
    Path(name).write_text(csv_text(*rows), encoding="utf-8", newline="")
    return name


def issue(issuer: Command, *arguments: str, at: int = 0) -> Ended:
    return issuer("issue", *arguments, "--passphrase-file", "passphrase", at=at)


def counts(out: str) -> dict[str, int]:
    lines = [line.rsplit(maxsplit=1) for line in out.splitlines() if ".csv:" not in line]
    return {name.strip(): int(count) for name, count in lines}


def numbers(issuer: Command) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(issuer("list", "--json").out)["certificates"]
    return listed


def trusted() -> TrustBundle:
    """What a verifier has fetched from the authority's own public folder."""
    authority = Authority.open(Path("authority"))
    with time_machine.travel(datetime.fromtimestamp(after(0), UTC), tick=False):
        refresh(Path("trust"), authority.public.as_uri(), root_of(authority), FixedClock(after(0)))
    return load(Path("trust"))


def test_from_doses_to_a_certificate_that_verifies(issuer: Command) -> None:
    ended = issue(issuer, write(row(), SECOND), "--out", "out")
    assert (ended.code, ended.err) == (0, "dosepass-issuer: drew 1 into out\n")
    assert counts(ended.out) == {
        "rows read": 2, "accepted": 2, "recorded before": 0, "waiting for review": 0, "refused": 0,
        "flags": 0,
        "certificates issued": 1, "already issued": 0,
    }  # fmt: skip
    (folder,) = Path("out").iterdir()
    assert {file.name for file in folder.iterdir()} == PICTURES
    text = (folder / "text.txt").read_text().removesuffix("\n")
    certificate: Certificate = verify(text, trusted(), after(60))
    assert (certificate.name, certificate.colour.word) == ("Nguyễn Thị Hoà", "green")
    assert (folder / "certificate.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "card.png").read_bytes().startswith(b"\x89PNG")


def test_again_issues_and_draws_nothing(issuer: Command) -> None:
    file = write(row())
    issue(issuer, file, "--out", "out")
    (picture,) = Path("out").glob("*/card.png")
    made = picture.stat().st_mtime_ns
    ended = issue(issuer, file, "--out", "out", at=DAY)
    assert (ended.code, counts(ended.out)["certificates issued"]) == (0, 0)
    assert counts(ended.out)["already issued"] == counts(ended.out)["recorded before"] == 1
    assert ended.err == "dosepass-issuer: drew 0 into out; 1 were there\n"
    assert picture.stat().st_mtime_ns == made


def test_drawing_that_was_cut_off_is_done_again(issuer: Command) -> None:
    file = write(row())
    issue(issuer, file, "--out", "out")
    (text,) = Path("out").glob("*/text.txt")
    text.unlink()
    assert "drew 1" in issue(issuer, file, "--out", "out").err
    assert text.exists()


def test_refused_rows_are_told_and_the_others_go_through(issuer: Command) -> None:
    ended = issue(issuer, write(row(), WRONG, SECOND))
    assert ended.code == 1
    assert ended.out.splitlines()[:2] == [
        "doses.csv:3: full_name: MISSING_NAME: The name is missing. Enter the full name as on the "
        "identity card.",
        "doses.csv:3: vaccine: VACCINE_UNKNOWN: The vaccine is not in the table. Enter a name or "
        "alias that is.",
    ]
    said = counts(ended.out)
    assert (said["rows read"], said["accepted"], said["refused"]) == (3, 2, 1)
    assert (said["MISSING_NAME"], said["VACCINE_UNKNOWN"], said["LOT_MISSING"]) == (1, 1, 1)
    assert said["certificates issued"] == 1


def test_the_reasons_in_vietnamese(issuer: Command) -> None:
    ended = issue(issuer, write(WRONG), "--language", "vi")
    assert ended.out.startswith("doses.csv:2: full_name: MISSING_NAME: Thiếu họ tên.")


def test_a_report_that_could_not_be_written_stops_before_anything_is_recorded(
    issuer: Command,
) -> None:
    file = write(row())
    ended = issue(issuer, file, "--report", "nowhere/report.csv")
    assert (ended.code, ended.out) == (2, "")
    assert "--report: there is no folder nowhere" in ended.err
    assert counts(issue(issuer, file).out)["certificates issued"] == 1


@pytest.mark.parametrize("missing", ["PIL", "sqlalchemy", "segno"])
def test_missing_packages_are_named_with_what_brings_them(missing: str) -> None:
    program = f"import sys; sys.modules['{missing}'] = None; import issuer.start as s; s.main()"
    ended = subprocess.run(  # noqa: S603 -- this very Python
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"dosepass-issuer: the package {missing} is not installed\n"
        "hint: pip install 'dosepass[issuer]'\n"
    )


def test_the_report_as_json(issuer: Command) -> None:
    ended = issue(issuer, write(row(), WRONG), "--json")
    report = json.loads(ended.out)
    assert ended.code == 1
    assert (report["rows"], report["accepted"], report["refused"]) == (2, 1, 1)
    assert report["refused_by_reason"] == {"MISSING_NAME": 1, "VACCINE_UNKNOWN": 1}
    assert report["flagged_by_reason"] == {"LOT_MISSING": 1}
    assert report["findings"][0]["line"] == 3
    assert set(report["findings"][0]["words"]) == {"vi", "en"}


def test_the_report_as_a_file(issuer: Command) -> None:
    issue(issuer, write(row(), WRONG), "--report", "report.csv")
    with Path("report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(one["line"], one["field"], one["severity"], one["code"]) for one in rows] == [
        ("3", "full_name", "block", "MISSING_NAME"),
        ("3", "vaccine", "block", "VACCINE_UNKNOWN"),
        ("3", "lot", "warn", "LOT_MISSING"),
    ]


def test_the_report_never_overwrites_the_records(issuer: Command) -> None:
    file = write(row())
    before = Path(file).read_bytes()
    ended = issue(issuer, file, "--report", file)
    assert (ended.code, Path(file).read_bytes()) == (2, before)


def test_no_personal_datum_is_printed(issuer: Command) -> None:
    people = [row(), {**SECOND, "full_name": "Lê Thị Kim Lan"}, row(id_number="99", lot="x")]
    file = write(*people)
    printed = [
        issue(issuer, file, "--report", "report.csv"),
        issue(issuer, file, "--json"),
        issuer("list"),
        issuer("list", "--json"),
    ]
    text = "".join(one.out + one.err for one in printed) + Path("report.csv").read_text()
    for datum in ("Hoà", "Lan", "1990", "079190000123", "0123", "0912345678"):
        assert datum not in text


def test_sites_come_from_a_list(issuer: Command) -> None:
    Path("known.txt").write_text("TYT PHƯỜNG VĨNH NINH\n46002\n", encoding="utf-8")
    file = write(row(), {**SECOND, "site": "Đội lưu động"})
    assert "SITE_UNKNOWN" not in counts(issue(issuer, file).out)
    Path("authority/sites.txt").write_bytes(Path("known.txt").read_bytes())
    again = write(row(lot="2"), {**SECOND, "site": "Đội lưu động", "lot": "2"})
    assert counts(issue(issuer, again).out)["SITE_UNKNOWN"] == 1
    other = write(row(lot="3"))
    assert "SITE_UNKNOWN" not in counts(issue(issuer, other, "--sites", "known.txt").out)


def test_the_life_of_a_certificate(issuer: Command) -> None:
    issue(issuer, write(row()), "--valid-days", "30")
    assert numbers(issuer)[0]["expires_at"] == "2021-10-31T08:00:00Z"
    too_long = issue(issuer, write(SECOND), "--valid-days", "366")
    assert too_long.code == 2
    assert "at most 365 days" in too_long.err


def test_list_and_show(issuer: Command) -> None:
    issue(issuer, write(row()))
    issue(issuer, write(SECOND), at=DAY)
    old, new = numbers(issuer)
    assert (old["state"], old["colour"], old["doses"]) == ("superseded", "yellow", "1/2")
    assert (new["state"], new["colour"], new["doses"]) == ("issued", "green", "2/2")
    assert issuer("list", "--state", "issued").out.split()[0] == new["number"]
    shown = json.loads(issuer("show", new["number"].lower(), "--json").out)
    assert shown["text"].startswith("DP1:")
    plain = issuer("show", new["number"])
    assert (plain.code, plain.out.splitlines()[1]) == (0, "state       issued")
    assert plain.out.rstrip("\n").endswith(shown["text"])


def test_print_draws_on_demand(issuer: Command) -> None:
    issue(issuer, write(row(), row(id_number="012345678", phone="", birth_date="1950")))
    issue(issuer, write(SECOND), at=DAY)
    listed = {one["state"]: one["number"] for one in numbers(issuer)}
    one = issuer("print", listed["issued"], "--out", "one")
    assert (one.code, len(list(Path("one").iterdir()))) == (0, 1)
    everything = issuer("print", "--all", "--out", "all")
    assert (everything.code, len(list(Path("all").glob("*/text.txt")))) == (0, 2)
    old = issuer("print", listed["superseded"], "--out", "old")
    assert old.code == 2
    assert "superseded" in old.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "VN-0000-0000"), "no certificate of this register"),
        (("show", "XX-0000-0000"), "no certificate of this register"),
        (("show", "VN-0000-0001"), "a character is wrong"),
        (("show", "hello"), "not of the form"),
        (("print", "--out", "out"), "either a certificate number or --all"),
        (("print", "VN-0000-0000", "--all", "--out", "out"), "either a certificate number"),
        (("list", "--home", "nowhere"), "there is no authority"),
        (("list", "--register", "nosuchdatabase://u:secret@host/x"), "register cannot be opened"),
        (("list", "--state", "lost"), "invalid value"),
        (("issue",), "missing argument"),
    ],
)
def test_misuse_is_trouble(issuer: Command, arguments: tuple[str, ...], said: str) -> None:
    ended = issuer(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "secret" not in ended.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        (b"name,date\n", "the header line has wrong columns: missing full_name"),
        ("full_name\nÂn".encode("utf-16"), "the file is UTF-16"),
    ],
)
def test_a_file_that_cannot_be_taken_is_trouble(
    issuer: Command, content: bytes | None, said: str
) -> None:
    if content is not None:
        Path("doses.csv").write_bytes(content)
    ended = issue(issuer, "doses.csv")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert not Path("authority/register.sqlite3").exists()


def test_without_the_passphrase_nothing_is_taken_in(issuer: Command) -> None:
    Path("passphrase").write_text("not the passphrase\n")
    assert issue(issuer, write(row())).code == 2
    assert not Path("authority/register.sqlite3").exists()


def test_without_an_active_key_nothing_is_taken_in(issuer: Command) -> None:
    found(Path("other").absolute())
    ended = issue(issuer, write(row()), "--home", "other")
    assert ended.code == 2
    assert "hint: run: dosepass-keys generate" in ended.err


def test_work_issues_what_followed_since(issuer: Command) -> None:
    issue(issuer, write(row()))
    place = Path("authority/register.sqlite3")
    with closing(Register.open(place)) as register, register.writing() as connection:
        connection.exec_driver_sql("UPDATE persons SET name = 'Nguyễn Thị Hòa'")
        mark_due(connection, [1])
    ended = issuer("work", "--passphrase-file", "passphrase")
    assert (ended.code, ended.out, ended.err) == (
        0,
        "",
        "dosepass-issuer: certificates issued: 1\n",
    )
    assert [one["state"] for one in numbers(issuer)] == ["superseded", "issued"]
    assert issuer("work", "--workers", "2", "--passphrase-file", "passphrase").code == 0
    assert len(numbers(issuer)) == 2


def test_work_without_its_key_is_trouble(issuer: Command) -> None:
    Path("passphrase").write_text("another\n")
    ended = issuer("work", "--passphrase-file", "passphrase")
    assert (ended.code, ended.out) == (2, "")
    assert "passphrase" in ended.err


def test_a_file_goes_through_several_workers_into_postgresql(
    issuer: Command, postgresql_url: str
) -> None:
    people = [stranger(number) for number in range(30)]
    place = ("--register", postgresql_url)
    ended = issue(issuer, write(*people), "--workers", "3", *place)
    assert (ended.code, ended.err) == (0, "")
    assert counts(ended.out)["certificates issued"] == 30
    again = issue(issuer, write(*people), *place)
    assert counts(again.out)["already issued"] == 30
    listed = issuer("list", "--json", "--state", "issued", *place).out
    assert len(json.loads(listed)["certificates"]) == 30


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@/register?host=/nowhere",
        "postgresql://nobody:secret@127.0.0.1:1/register",
        "postgresql://[/register",
        "mysql://nobody@/register",
        "sqlite:////nowhere/register.sqlite3",
    ],
)
def test_a_register_that_cannot_be_reached_is_said_with_a_hint(issuer: Command, url: str) -> None:
    ended = issue(issuer, write(row()), "--register", url)
    assert (ended.code, ended.out) == (2, "")
    told = ended.err.splitlines()
    assert told[0].startswith("dosepass-issuer: the register cannot be ")
    assert told[1].startswith("hint: check the ")
    assert "Traceback" not in ended.err
    assert "secret" not in ended.err
