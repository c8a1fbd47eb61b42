"""The authority's home: made whole or not at all, and never losing a key."""

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from keys import new_home
from keys.authority import Authority
from keys.clock import FixedClock
from keys.errors import AuthorityError, KeyScheduleError, PublishError, SecretError, SignerError
from keys.schedule import state_of
from keys.secrets import FileSecrets, FixedSecret
from spec.cose import Algorithm
from spec.trust_list import KeyState
from tests.keys.homes import DAY, HOUR, NOW, SECRET, after, found, found_and_publish

WRONG = FixedSecret(b"wrong passphrase")


def listing(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*"))


def test_a_new_home(tmp_path: Path) -> None:
    authority = found(tmp_path / "authority", "VN-79")
    assert authority.issuer == "VN-79"
    assert authority.records() == ()
    assert authority == Authority.open(tmp_path / "authority")
    assert authority.private.stat().st_mode & 0o777 == 0o700
    names = sorted(path.name.rpartition("-")[0] for path in authority.private.iterdir())
    assert names == ["role"] * 5 + ["status-token"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in authority.private.iterdir())
    assert {path.name for path in (authority.public / "metadata").iterdir()} == {
        "1.root.json",
        "1.targets.json",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["authority"]


def test_an_empty_directory_may_become_a_home(tmp_path: Path) -> None:
    (tmp_path / "authority").mkdir()
    assert found(tmp_path / "authority").records() == ()


def test_a_home_is_made_once(tmp_path: Path) -> None:
    found(tmp_path / "authority")
    before = {path: path.read_bytes() for path in listing(tmp_path) if path.is_file()}
    with pytest.raises(AuthorityError, match="not empty"):
        found(tmp_path / "authority")
    assert before == {path: path.read_bytes() for path in listing(tmp_path) if path.is_file()}


@pytest.mark.parametrize(
    ("issuer", "secrets"), [("", SECRET), ("VN", FileSecrets(Path("/nonexistent")))]
)
def test_a_refused_home_leaves_nothing(tmp_path: Path, issuer: str, secrets: FixedSecret) -> None:
    with pytest.raises((AuthorityError, SecretError)):
        Authority.create(tmp_path / "authority", issuer, secrets, FixedClock(NOW))
    assert listing(tmp_path) == []


def test_a_cut_off_home_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(new_home, "to_toml", stop)
    with pytest.raises(KeyboardInterrupt):
        found(tmp_path / "authority")
    assert listing(tmp_path) == []


def test_a_home_where_nothing_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for home in (tmp_path / "file", tmp_path / "file" / "authority"):
        with pytest.raises(AuthorityError):
            found(home)


def test_no_home(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match="there is no authority") as caught:
        Authority.open(tmp_path)
    assert "dosepass-keys init" in (caught.value.hint or "")


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_signs_only_after_its_propagation_time(tmp_path: Path, algorithm: Algorithm) -> None:
    authority = found(tmp_path / "authority")
    record = authority.generate(algorithm, SECRET, NOW, at_once=False)
    with pytest.raises(KeyScheduleError, match="no key may sign now"):
        authority.active_signer(after(2 * DAY), SECRET)
    authority.publish(after(2 * DAY), SECRET)
    with pytest.raises(KeyScheduleError, match="no key may sign now"):
        authority.active_signer(after(3 * DAY - 1), SECRET)
    signer = authority.active_signer(after(3 * DAY), SECRET)
    assert (signer.kid, signer.public_key) == (record.kid, record.public_key)


def test_a_key_that_signs_at_once(tmp_path: Path) -> None:
    authority = found(tmp_path / "authority")
    record = authority.generate(Algorithm.ES256, SECRET, NOW, at_once=True)
    assert authority.active_signer(NOW, SECRET).kid == record.kid
    assert not authority.has_published()
    authority.publish(after(HOUR), SECRET)
    assert authority.has_published()
    assert authority.active_signer(NOW, SECRET).kid == record.kid


def test_a_wrong_passphrase_makes_no_key(tmp_path: Path) -> None:
    authority = found(tmp_path / "authority")
    before = listing(authority.private)
    with pytest.raises(SignerError, match="passphrase does not open"):
        authority.generate(Algorithm.ES256, WRONG, NOW, at_once=True)
    assert authority.records() == ()
    assert listing(authority.private) == before


def test_an_unrecorded_key_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = found(tmp_path / "authority")
    before = listing(authority.private)

    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Authority, "write_records", stop)
    with pytest.raises(KeyboardInterrupt):
        authority.generate(Algorithm.ES256, SECRET, NOW, at_once=True)
    assert authority.records() == ()
    assert listing(authority.private) == before


def test_two_commands_do_not_lose_a_key(tmp_path: Path) -> None:
    home = found(tmp_path / "authority").home

    def generate() -> None:
        Authority.open(home).generate(Algorithm.ES256, SECRET, NOW, at_once=False)

    threads = [threading.Thread(target=generate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records = Authority.open(home).records()
    assert len({record.kid for record in records}) == 8
    assert len(list((home / "private").glob("signing-*.pem"))) == 8


def test_a_home_can_move(tmp_path: Path) -> None:
    found_and_publish(tmp_path / "authority")
    shutil.move(tmp_path / "authority", tmp_path / "nhà mới")
    authority = Authority.open(tmp_path / "nhà mới")
    assert authority.active_signer(NOW, SECRET).kid == authority.records()[0].kid


def test_a_relative_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    authority = found_and_publish(Path("authority"))
    monkeypatch.chdir("/")
    assert authority.active_signer(NOW, SECRET)


def test_exchanged_key_files_are_noticed(tmp_path: Path) -> None:
    authority = found(tmp_path / "authority")
    for algorithm in Algorithm:
        authority.generate(algorithm, SECRET, NOW, at_once=True)
    one, two = sorted(authority.private.glob("signing-*.pem"))
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)
    with pytest.raises(AuthorityError, match="another key"):
        authority.active_signer(NOW, SECRET)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"keys": 5}', b'{"keys": [5]}', b'{"keys": [{}]}', b"\xff"],
)
def test_damaged_records(tmp_path: Path, content: bytes) -> None:
    authority = found(tmp_path / "authority")
    (authority.home / "keys.json").write_bytes(content)
    for act in (
        lambda: authority.active_signer(NOW, SECRET),
        lambda: authority.publish(NOW, SECRET),
        lambda: authority.generate(Algorithm.ES256, SECRET, NOW, at_once=True),
    ):
        with pytest.raises(AuthorityError, match="damaged") as caught:
            act()
        assert "backup" in (caught.value.hint or "")
    assert (authority.home / "keys.json").read_bytes() == content


def test_missing_records(tmp_path: Path) -> None:
    authority = found(tmp_path / "authority")
    (authority.home / "keys.json").unlink()
    with pytest.raises(AuthorityError, match="cannot be read"):
        authority.records()


def test_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="no signing key") as caught:
        found(tmp_path / "authority").publish(NOW, SECRET)
    assert "generate" in (caught.value.hint or "")


def test_a_failed_publication_leaves_the_key_waiting(tmp_path: Path) -> None:
    authority = found(tmp_path / "authority")
    authority.generate(Algorithm.ES256, SECRET, NOW, at_once=False)
    with pytest.raises(SignerError, match="passphrase"):
        authority.publish(NOW, WRONG)
    (record,) = authority.records()
    assert record.published_at is None
    assert state_of(record, after(9 * DAY)) is KeyState.PENDING


def test_a_stolen_key_does_not_sign(tmp_path: Path) -> None:
    authority = found_and_publish(tmp_path / "authority")
    stolen = replace(authority.records()[0], compromised_at=after(HOUR))
    (authority.home / "keys.json").write_text(json.dumps({"keys": [stolen.to_json()]}))
    assert authority.active_signer(NOW, SECRET)
    with pytest.raises(KeyScheduleError):
        authority.active_signer(after(HOUR), SECRET)


def test_settings_are_used(tmp_path: Path) -> None:
    authority = found(tmp_path / "authority")
    file = authority.home / "authority.toml"
    file.write_text(file.read_text().replace("propagation_hours = 24", "propagation_hours = 2"))
    authority = Authority.open(authority.home)
    authority.generate(Algorithm.ES256, SECRET, NOW, at_once=False)
    authority.publish(NOW, SECRET)
    assert authority.active_signer(after(2 * HOUR), SECRET)
