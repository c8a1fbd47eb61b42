"""The manners of `dosepass-keys`: results on stdout, talk on stderr, nothing left behind."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keys.authority import Authority
from keys.client import load
from tests.keys.commands import PASSPHRASE, ROOT, SECRET, Command
from tests.keys.homes import DAY, HOUR


def test_from_nothing_to_a_verifier(keys: Command, tmp_path: Path) -> None:
    made = keys("init", "--issuer", "VN-79", *SECRET)
    assert (made.code, made.out) == (0, f"{tmp_path / ROOT}\n")
    assert "the root that verifiers pin" in made.err

    first = keys("generate", "--sign-at-once", *SECRET)
    assert first.code == 0
    assert "safe only before the first verifier" in first.err
    assert len(bytes.fromhex(first.out.strip())) == 8

    second = keys("generate", "--algorithm", "Ed25519", *SECRET)
    assert (second.code, second.err) == (
        0,
        "dosepass-keys: the key signs 24 hours after: dosepass-keys publish\n",
    )

    out = keys("publish", *SECRET)
    assert (out.code, out.out) == (0, "fresh until 2021-10-10T08:00:00Z\n")
    assert "published 2 keys and 0 status lists" in out.err

    public = (tmp_path / "authority" / "public").as_uri()
    got = keys("fetch", public, "--root", ROOT, "--into", "trust", at=HOUR)
    assert (got.code, got.out) == (0, "fresh until 2021-10-10T08:00:00Z\n")
    assert {kid.hex() for kid in load(tmp_path / "trust").keys} == {
        first.out.strip(),
        second.out.strip(),
    }
    assert keys("fetch", public, "--into", "trust", at=HOUR).code == 0


def test_to_sign_at_once_asks_when_verifiers_may_exist(
    keys: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys("init", *SECRET)
    keys("generate", "--sign-at-once", *SECRET)
    keys("publish", *SECRET)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = keys("generate", "--sign-at-once", *SECRET)
    assert refused.code == 2
    assert "honest holders are turned away" in refused.err
    assert len(Authority.open(tmp_path / "authority").records()) == 1
    assert keys("generate", "--sign-at-once", "--yes", *SECRET).code == 0


def test_publish_warns_long_before_keys_and_root_end(keys: Command) -> None:
    keys("init", *SECRET)
    keys("generate", "--sign-at-once", *SECRET)
    assert "warning" not in keys("publish", *SECRET).err
    assert "warning" not in keys("publish", *SECRET, at=90 * DAY).err
    assert "warning: no key signs after 2022-01-29T08:00:00Z" in (
        keys("publish", *SECRET, at=100 * DAY).err
    )
    assert "warning: the root ends at 2023-10-01T08:00:00Z" in (
        keys("publish", *SECRET, at=700 * DAY).err
    )


def test_init_never_touches_what_is_there(keys: Command, tmp_path: Path) -> None:
    keys("init", *SECRET)
    before = sorted(tmp_path.rglob("*"))
    again = keys("init", *SECRET)
    assert (again.code, again.out) == (2, "")
    assert "is not empty; nothing was changed" in again.err
    assert sorted(tmp_path.rglob("*")) == before


TROUBLE = [
    (("list",), "no such command 'list'"),
    (("status",), "there is no authority"),
    (("status", "--json", "--metrics"), "not both"),
    (("tick", *SECRET), "there is no authority"),
    (("rotate", *SECRET), "there is no authority"),
    (("retire", "1234"), "there is no authority"),
    (("compromise", "1234", *SECRET), "there is no authority"),
    (("compromise", *SECRET), "missing argument"),
    (("drill", "1234", *SECRET), "there is no authority"),
    (("publish", *SECRET), "there is no authority"),
    (("generate", *SECRET), "there is no authority"),
    (("init", "--issuer", "", *SECRET), "issuer's name"),
    (("init", "--passphrase-file", "nothing"), "cannot be read"),
    (("init", "--passphrase-file", "short"), "fewer than 12"),
    (("init", "--home", "passphrase", *SECRET), "is a file"),
    (("generate", "--algorithm", "RSA", *SECRET), "'RSA' is not one of 'ES256', 'Ed25519'"),
    (("fetch", "https://example.org/"), "missing option '--into'"),
    (("fetch", "--into", "trust"), "missing argument 'URL'"),
    (("fetch", "nonsense", "--into", "trust"), "not one that can be fetched"),
    (("fetch", "file:///nowhere", "--into", "trust"), "no root is pinned"),
    (("fetch", "file:///nowhere", "--root", "none.json", "--into", "trust"), "cannot be read"),
    (("frobnicate",), "no such command 'frobnicate'"),
]


@pytest.mark.parametrize(("arguments", "words"), TROUBLE)
def test_trouble(keys: Command, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "short").write_text("short\n")
    ended = keys(*arguments)
    assert (ended.code, ended.out) == (2, "")
    first, second = ended.err.splitlines()
    assert first.startswith("dosepass-keys: ")
    assert words in first
    assert not first.endswith(".")
    assert second.startswith("hint: ")
    assert not (tmp_path / "authority").exists()
    assert not (tmp_path / "trust" / "bundle.cbor").exists()


def test_a_wrong_passphrase_changes_nothing(keys: Command, tmp_path: Path) -> None:
    keys("init", *SECRET)
    keys("generate", *SECRET)
    (tmp_path / "passphrase").write_text("another passphrase\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for command in ("generate", "publish"):
        ended = keys(command, *SECRET)
        assert ended.code == 2
        assert "the passphrase does not open" in ended.err
        assert "another passphrase" not in ended.err
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_as_a_process_with_a_descriptor_and_without_a_terminal(tmp_path: Path) -> None:
    program = [sys.executable, "-W", "error", "-c", "from keys.cli import main; main()"]
    project = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(project), "DOSEPASS_HOME": str(tmp_path / "a")}
    (tmp_path / "passphrase").write_text(PASSPHRASE)

    def run(*arguments: str, descriptors: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  # our own program with our own arguments
            [*program, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            pass_fds=descriptors,
            start_new_session=True,  # no terminal to ask at
        )

    asked = run("init")
    assert asked.returncode == 2
    assert asked.stdout == ""
    assert asked.stderr == (
        "dosepass-keys: a passphrase is needed and there is no terminal to ask at\n"
        "hint: give --passphrase-file FILE or --passphrase-fd N where no terminal is\n"
    )
    assert not (tmp_path / "a").exists()
    with (tmp_path / "passphrase").open("rb") as file:
        number = file.fileno()
        made = run("init", "--passphrase-fd", str(number), descriptors=(number,))
    assert (made.returncode, made.stdout) == (
        0,
        f"{tmp_path / 'a' / 'public'}/metadata/1.root.json\n",
    )
