"""`dosepass-verifier keys`: made once, listed without secrets, revoked for good."""

import json
from pathlib import Path

import pytest

from tests.verifier.conftest import Run
from verifier.api_keys import load


def test_a_key_is_made_listed_and_revoked(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = run("keys", "add", "shop-1", "--rate", "100/minute", "--keys", path)
    assert made.code == 0
    assert (
        made.err == "dosepass-verifier: made a key for shop-1; hand it over now, it is not kept\n"
    )
    key = made.out.removesuffix("\n")
    found = load(path).find(key)
    assert found is not None

    listed = run("keys", "list", "--keys", path)
    assert (listed.code, listed.err) == (0, "")
    assert listed.out.split()[:3] == ["shop-1", "100/minute", "since"]
    [member] = run("keys", "list", "--keys", path, "--json").json
    assert member.keys() == {"name", "id", "rate", "created_at", "revoked_at"}
    assert key[21:] not in listed.out + json.dumps(member)

    assert run("keys", "revoke", "shop-1", "--yes", "--keys", path).code == 0
    assert load(path).find(key) is None
    assert "revoked 20" in run("keys", "list", "--keys", path).out


def test_revoking_asks_first(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    key = run("keys", "add", "shop-1", "--keys", path).out.strip()
    ended = run("keys", "revoke", "shop-1", "--keys", path, stdin=b"n\n")
    assert ended.code == 2
    assert load(path).find(key) is not None
    assert run("keys", "revoke", "shop-1", "--keys", path, stdin=b"y\n").code == 0
    assert load(path).find(key) is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add", "Shop"], "the name of a key has from 1 to 32"),
        (["add", "there"], "there is a key of the name there\nhint: choose another"),
        (["add", "new", "--rate", "often"], "not a rate such as 600/minute"),
        (["revoke", "nobody", "--yes"], "there is no key of the name nobody\nhint: "),
        (["add"], "missing argument 'name'"),
        (["lost", "x"], "no such command 'lost'"),
    ],
)
def test_what_cannot_be(run: Run, tmp_path: Path, arguments: list[str], says: str) -> None:
    path = tmp_path / "keys.json"
    assert run("keys", "add", "there", "--keys", path).code == 0
    before = path.read_bytes()
    ended = run("keys", *arguments, *(["--keys", path] if arguments[0] != "lost" else []))
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err.lower()
    assert path.read_bytes() == before


def test_the_file_can_be_said_by_the_settings(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "verifier.toml"
    settings.write_text('keys = "keys.json"\n')
    assert run("keys", "add", "a", "--config", settings).code == 0
    assert (tmp_path / "keys.json").exists()
    monkeypatch.setenv("DOSEPASS_VERIFIER_KEYS", str(tmp_path / "keys.json"))
    assert run("keys", "list").out.startswith("a ")


def test_without_a_file_there_is_a_hint(run: Run, tmp_path: Path) -> None:
    ended = run("keys", "list")
    assert (ended.code, ended.err) == (
        2, "dosepass-verifier: which file of keys is not said\nhint: name it: --keys FILE\n",
    )  # fmt: skip
    ended = run("keys", "list", "--keys", tmp_path / "none")
    assert "there is no file of keys" in ended.err
