"""API keys: what is kept of them, who is found by them, and a file that changes under a service."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from keys.clock import FixedClock
from tests.authority import NOW, Authority
from tests.verifier.conftest import LogLines
from verifier.api_keys import ApiKey, ApiKeyError, ApiKeys, change, load
from verifier.keyring import Keyring
from verifier.logs import Log
from verifier.rate import Rate

RATE = Rate(10, "minute")


def made(name: str = "shop-1") -> tuple[ApiKey, str]:
    return ApiKey.make(name, RATE, NOW)


def test_a_key_is_found_by_what_its_owner_was_given() -> None:
    kept, key = made()
    assert ApiKeys([kept]).find(key) == kept
    assert len(key) == 64


def test_no_two_keys_are_alike() -> None:
    assert len({made()[1] for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "presented",
    [
        "",
        "dpk_",
        "{key} ",
        " {key}",
        "{key}A",
        "{cut}",
        "{upper}",
        "{other_secret}",
        "{other_id}",
        "{digest}",
        "{key}\n",
        "x" * 100_000,
        "dpk_0000000000000000_" + "é" * 43,
    ],
)
def test_nothing_else_is_found(presented: str) -> None:
    kept, key = made()
    _, other = made()
    words = {
        "key": key,
        "cut": key[:-1],
        "upper": key.upper(),
        "other_secret": key[:21] + other[21:],
        "other_id": other[:21] + key[21:],
        "digest": f"dpk_{kept.id}_{kept.digest.hex()[:43]}",
    }
    assert ApiKeys([kept]).find(presented.format(**words)) is None


def test_a_revoked_key_is_not_found_and_its_name_stays_taken() -> None:
    kept, key = made()
    keys = ApiKeys([kept]).revoked("shop-1", NOW)
    assert keys.find(key) is None
    with pytest.raises(ApiKeyError, match="there is a key of the name shop-1"):
        ApiKeys([*keys, made()[0]])
    with pytest.raises(ApiKeyError, match="revoked already"):
        keys.revoked("shop-1", NOW)
    with pytest.raises(ApiKeyError, match="no key of the name"):
        keys.revoked("shop-2", NOW)


@pytest.mark.parametrize(
    "name", ["", "-", "a-", ".a", "Shop", "a b", "a" * 33, 'a"', "châu", "a\n"]
)
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(ApiKeyError, match="the name of a key"):
        made(name)


def test_a_file_holds_no_key_and_gives_all_back(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    given = [made(name) for name in ("a", "b.c", "d-e")]
    for kept, _ in given:
        change(path, lambda keys, kept=kept: ApiKeys([*keys, kept]))  # type: ignore[misc]
    change(path, lambda keys: keys.revoked("b.c", NOW))
    text = path.read_text()
    assert not [key for _, key in given if key[21:] in text]
    assert [key.name for key in load(path)] == ["a", "b.c", "d-e"]
    assert [load(path).find(key) is not None for _, key in given] == [True, False, True]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    change(path, lambda _: ApiKeys([made()[0]]))
    before = path.read_bytes()
    with pytest.raises(ApiKeyError):
        change(path, lambda keys: ApiKeys([*keys, made()[0]]))
    assert path.read_bytes() == before


def document(**changes: Any) -> str:
    member = made()[0].to_json() | changes
    return json.dumps({"keys": [member]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"keys": {}, "x": 1}x',
        '{"keys": 1}',
        '{"keys": [1]}',
        '{"keys": [{}]}',
        "[" * 100_000,
        document(sha256="00"),
        document(sha256="x"),
        document(sha256=None),
        document(id="1"),
        document(id=5),
        document(rate="often"),
        document(created_at="yesterday"),
        document(revoked_at=1),
        "\xff",
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ApiKeyError, match="is not a file of keys"):
        load(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ApiKeyError, match="there is no file of keys"):
        load(tmp_path / "keys.json")


def test_a_service_takes_up_changes_and_keeps_the_last_good_keys(tmp_path: Path) -> None:
    path, lines, country = tmp_path / "keys.json", LogLines(), Authority()
    first, key = made()
    change(path, lambda _: ApiKeys([first]))
    ring = Keyring(path, country.clock, Log(country.clock, lines.write))

    second, other = made("shop-2")
    change(path, lambda keys: ApiKeys([*keys, second]))
    assert ring.find(other) is None
    country.clock.advance(1)
    assert ring.find(other) == second

    for broken in (lambda: path.write_text("{"), path.unlink):
        broken()
        country.clock.advance(1)
        assert ring.find(key) == first
    assert [line["event"] for line in lines.lines] == [
        "keys_loaded", "keys_load_failed", "keys_load_failed",
    ]  # fmt: skip

    change(path, lambda _: ApiKeys([first]).revoked("shop-1", NOW))
    country.clock.advance(1)
    assert ring.find(key) is None


def test_a_service_without_a_file_does_not_start(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    with pytest.raises(ApiKeyError):
        Keyring(tmp_path / "none", clock, Log(clock, LogLines().write))


@pytest.mark.parametrize(
    ("text", "seconds"), [("1/second", 1), ("600/minute", 60), ("5/hour", 3_600), ("9/day", 86_400)]
)
def test_rates(text: str, seconds: int) -> None:
    assert Rate.parse(text).seconds == seconds
    assert str(Rate.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "0/minute", "-1/day", "1", "1/week", "1 / day", "01/day", "1/Day", "٣/day",
             "1/minute\n", "9999999999/day"],
)  # fmt: skip
def test_rates_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="not a rate such as"):
        Rate.parse(text)
