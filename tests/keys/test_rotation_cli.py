"""The manners of rotate, tick, retire, compromise and drill: what they say, and what they leave."""

import io
import shutil
from pathlib import Path

import pytest

from keys.authority import Authority
from keys.schedule import state_of
from tests.keys.commands import ROOT, SECRET, Command
from tests.keys.homes import DAY, HOUR, after
from tests.keys.registers import digest_of, issue

# A home that was founded and published at homes.NOW, and the rules under which commands run.


@pytest.fixture
def home(model: Path, tmp_path: Path) -> Path:
    shutil.copytree(model, tmp_path / "authority")
    return tmp_path / "authority"


def kids(home: Path) -> list[str]:
    return [record.kid.hex() for record in Authority.open(home).records()]


def states(home: Path, at: int) -> list[str]:
    return [state_of(r, after(at)).name.lower() for r in Authority.open(home).records()]


def test_rotate(keys: Command, home: Path) -> None:
    done = keys("rotate", *SECRET, at=DAY)
    made = kids(home)[1]
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"made key {made}, which signs from 2021-10-03T08:00:00Z",
        "published 2 keys and 0 status lists, fresh until 2021-10-11T08:00:00Z",
    ]
    again = keys("rotate", *SECRET, at=DAY + HOUR)
    assert (again.code, again.out) == (
        0,
        f"the key {made[:8]} is the successor already; it signs from 2021-10-03T08:00:00Z\n",
    )
    assert len(kids(home)) == 2


def test_rotate_to_another_kind_of_key(keys: Command, home: Path) -> None:
    assert keys("rotate", "--algorithm", "Ed25519", *SECRET, at=DAY).code == 0
    assert Authority.open(home).records()[1].public_key.y is None


def test_rotate_at_once_asks(keys: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = keys("rotate", "--sign-at-once", *SECRET, at=DAY)
    assert refused.code == 2
    assert "honest holders are turned away" in refused.err
    assert len(kids(home)) == 1
    assert keys("rotate", "--sign-at-once", "--yes", *SECRET, at=DAY).code == 0
    assert states(home, 2 * DAY) == ["retired", "active"]
    again = keys("rotate", "--sign-at-once", "--yes", *SECRET, at=DAY + 60)
    assert "has just taken over" in again.out
    assert len(kids(home)) == 2


def test_tick(keys: Command, home: Path) -> None:
    quiet = keys("tick", *SECRET, at=DAY)
    assert (quiet.code, quiet.out, quiet.err) == (
        0,
        "published 1 key and 0 status lists, fresh until 2021-10-11T08:00:00Z\n",
        "",
    )
    due = keys("tick", *SECRET, at=92 * DAY)
    assert due.code == 0
    assert due.out.startswith(f"made key {kids(home)[1]}, which signs from 2022-01-02T08:00:00Z; ")
    assert due.out.count("\n") == 1
    assert keys("tick", *SECRET, at=92 * DAY).out.startswith("published 2 keys")


def test_tick_ends_with_1_while_a_warning_stands(keys: Command, home: Path) -> None:
    warned = keys("tick", *SECRET, at=690 * DAY)
    assert warned.code == 1
    lines = warned.err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["warning"] * 2
    assert "(no_signing_key)" in lines[0]
    assert "(root_ends)" in lines[1]
    assert "dosepass-keys root init" in lines[1]


def test_tick_does_not_wait_if_told_so(keys: Command, home: Path) -> None:
    with Authority.open(home).locked():
        refused = keys("tick", "--no-wait", *SECRET, at=DAY)
    assert (refused.code, refused.out) == (2, "")
    assert "another command is at work" in refused.err
    assert "hint: " in refused.err


def test_retire(keys: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys("rotate", *SECRET, at=DAY)
    first, second = kids(home)
    early = keys("retire", second, at=DAY)
    assert (early.code, early.out) == (2, "")
    assert "does not sign yet" in early.err
    alone = keys("retire", first, at=DAY)
    assert alone.code == 2
    assert "no other key could sign" in alone.err
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = keys("retire", first[:4], at=3 * DAY)
    assert refused.code == 2
    assert "never signs again" in refused.err
    assert states(home, 4 * DAY) == ["active", "active"]
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    done = keys("retire", first[:4], at=3 * DAY)
    assert done.code == 0
    assert f"the key {first[:8]} signs no more from 2021-10-04T08:05:00Z" in done.out
    assert states(home, 4 * DAY) == ["retired", "active"]
    assert "stopped, or stops, to sign" in keys("retire", first, at=5 * DAY).out


def test_the_only_key_retires_with_yes(keys: Command, home: Path) -> None:
    assert keys("retire", kids(home)[0], "--yes", at=DAY).code == 0
    assert states(home, 2 * DAY) == ["retired"]


def test_compromise(keys: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    issue(Authority.open(home), 3, after(HOUR))
    (stolen,) = kids(home)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = keys("compromise", stolen, *SECRET, at=DAY)
    assert refused.code == 2
    assert "This cannot be taken back" in refused.err
    assert f"mark the key {stolen[:8]} as compromised" in refused.err
    assert states(home, DAY) == ["active"]

    done = keys("compromise", stolen[:6], "--yes", *SECRET, at=DAY)
    assert done.code == 0
    first, made, published, took = done.out.splitlines()
    assert first == (
        f"compromised {stolen}: 3 certificates are genuine, nothing else under it passes"
    )
    assert made == f"made key {kids(home)[1]}, which signs from 2021-10-03T08:00:00Z"
    assert published.startswith("published 2 keys and 1 status list, fresh until ")
    assert took.startswith("built and published in ")
    assert "verifiers follow at their next refresh" in done.err

    again = keys("compromise", stolen, "--yes", *SECRET, at=DAY + HOUR)
    assert again.code == 0
    assert len(kids(home)) == 2
    assert f"the key {kids(home)[1][:8]} signs from 2021-10-03T08:00:00Z" in again.err
    shown = keys("compromise", stolen, "--dry-run", *SECRET, at=DAY + HOUR)
    assert "is marked as compromised since 2021-10-02T08:00:00Z" in shown.err


def test_a_compromise_without_its_token_shuts_the_thief_out_and_says_so(
    keys: Command, home: Path
) -> None:
    record = Authority.open(home).records()[0]
    path = home / "keys.json"
    path.write_text(path.read_text().replace(record.uri, "pkcs11:token=gone?module-path=/none"))
    ended = keys("compromise", record.kid.hex(), "--yes", *SECRET, at=DAY)
    assert ended.code == 2
    assert "the thief is shut out, but no new key could be made" in ended.err
    assert "dosepass-keys generate" in ended.err
    assert states(home, DAY) == ["compromised"]
    assert "published 1 key" in ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("rotate", "--dry-run", *SECRET),
        ("rotate", "--sign-at-once", "--dry-run", *SECRET),
        ("tick", "--dry-run", *SECRET),
        ("retire", "KID", "--yes", "--dry-run"),
        ("compromise", "KID", "--dry-run", *SECRET),
        ("compromise", "KID", "--yes", "--sign-at-once", "--dry-run", *SECRET),
        ("status",),
        ("status", "--json"),
        ("status", "--metrics"),
    ],
)
@pytest.mark.parametrize("day", [1, 100])
def test_a_dry_run_changes_nothing(
    keys: Command, home: Path, arguments: tuple[str, ...], day: int
) -> None:
    issue(Authority.open(home), 1, after(HOUR))
    before = digest_of(home)
    named = [kids(home)[0] if one == "KID" else one for one in arguments]
    ended = keys(*named, at=day * DAY)
    assert ended.code in (0, 1 if "status" in arguments else 0)
    assert ended.out if "status" in arguments else ended.err
    assert digest_of(home) == before


STRANGERS = [("0", "four or more"), ("nonsense", "four or more"), ("00000000", "no key of this")]


@pytest.mark.parametrize(("kid", "words"), STRANGERS)
@pytest.mark.parametrize("command", ["retire", "compromise", "drill"])
def test_a_key_that_is_not_ours(
    keys: Command, home: Path, command: str, kid: str, words: str
) -> None:
    before = digest_of(home)
    secret = () if command == "retire" else SECRET
    ended = keys(command, kid, *secret, at=DAY)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "hint: " in ended.err
    assert digest_of(home) == before


def test_an_expired_key_is_not_compromised(keys: Command, home: Path) -> None:
    ended = keys("compromise", kids(home)[0], "--yes", *SECRET, at=500 * DAY)
    assert ended.code == 2
    assert "has expired" in ended.err


def test_a_drill_leaves_the_home_as_it_is(keys: Command, home: Path, tmp_path: Path) -> None:
    issue(Authority.open(home), 5, after(HOUR))
    keys("publish", *SECRET, at=2 * HOUR)
    before, around = digest_of(home), sorted(path.name for path in tmp_path.iterdir())
    ended = keys("drill", kids(home)[0][:8], *SECRET, at=DAY)
    assert ended.code == 0, ended.err
    words = [line.split(" s  ")[1] for line in ended.out.splitlines()]
    assert words[0].startswith("copied the home, ")
    assert words[1] == "marked the key, and published the list of what is genuine: 5"
    assert words[2].startswith("fetched everything as a new verifier does: ")
    assert words[3] == "found 5 of 5 genuine certificates on the list"
    assert words[4] == "forged 2,000 certificates with the real key: none is on the list"
    assert words[5] == "in all; the real authority is as it was"
    assert digest_of(home) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == around


def test_a_drill_can_be_kept(keys: Command, home: Path, tmp_path: Path) -> None:
    issue(Authority.open(home), 1, after(HOUR))
    kid = kids(home)[0]
    ended = keys("drill", kid, "--into", "kept", *SECRET, at=DAY)
    assert ended.code == 0, ended.err
    assert "holds keys and personal data" in ended.err
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
    assert states(tmp_path / "kept" / "authority", DAY) == ["compromised", "pending"]
    again = keys("drill", kid, "--into", "kept", *SECRET, at=DAY)
    assert again.code == 2
    assert "is not empty" in again.err


def test_a_drill_with_a_wrong_passphrase_leaves_no_copy(
    keys: Command, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_text("another passphrase\n")
    around = sorted(path.name for path in tmp_path.iterdir())
    ended = keys("drill", kids(home)[0], "--passphrase-file", "wrong", at=DAY)
    assert ended.code == 2
    assert "the passphrase does not open" in ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == around


def test_the_register_by_its_environment_variable(
    keys: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(Authority.open(home), 2, after(HOUR))
    (home / "register.sqlite3").rename(tmp_path / "elsewhere.sqlite3")
    monkeypatch.setenv("DOSEPASS_REGISTER", f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}")
    assert "1 status list" in keys("publish", *SECRET, at=DAY).err
    assert "1 status list" in keys("tick", *SECRET, at=DAY).out
    assert "1 status list" in keys("rotate", *SECRET, at=DAY).out
    assert "found 2 of 2" in keys("drill", kids(home)[0], *SECRET, at=DAY).out
    assert "2 certificates" in keys("compromise", kids(home)[0], "--yes", *SECRET, at=DAY).out


def test_a_root_is_part_of_the_command_line(keys: Command, home: Path) -> None:
    assert keys("root", "--help").code == 0
    assert Path(ROOT).exists()
