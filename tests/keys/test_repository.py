"""Publishing: idempotent, renewed in time, and whole for its readers after a kill at any step."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from keys import authority as authority_module
from keys import files, repository
from keys.algorithms import generate_private_key
from keys.authority import Authority
from keys.bundle import TrustBundle
from keys.errors import PublishError, TrustBundleError
from keys.file_signer import save_private_key
from spec.cose import Algorithm
from spec.trust_list import KeyState
from tests.keys.homes import DAY, HOUR, NOW, SECRET, after, fetch, found_and_publish, root_of


def published(authority: Authority) -> dict[str, bytes]:
    files = (path for path in authority.public.rglob("*") if path.is_file())
    return {str(path.relative_to(authority.public)): path.read_bytes() for path in files}


def new_files(before: dict[str, bytes], authority: Authority) -> set[str]:
    now = published(authority)
    assert all(now[name] == data for name, data in before.items() if "timestamp" not in name)
    return {name for name, data in now.items() if before.get(name) != data}


def test_what_is_published_is_plain_files_for_a_web_server(authority: Authority) -> None:
    names = sorted(published(authority))
    assert names[:4] == [
        "metadata/1.root.json",
        "metadata/1.snapshot.json",
        "metadata/1.targets.json",
        "metadata/timestamp.json",
    ]
    targets = {name.split(".", 1)[1] for name in names[4:]}
    assert targets == {"trust-list.cbor", "vaccines.json"}
    assert not any(path.is_symlink() for path in authority.public.rglob("*"))


def test_each_role_has_a_key_of_its_own(authority: Authority) -> None:
    root: dict[str, Any] = json.loads(root_of(authority))["signed"]
    assert root["consistent_snapshot"] is True
    key_ids = [role["keyids"] for role in root["roles"].values()]
    assert all(len(ids) == 1 for ids in key_ids)
    assert len({ids[0] for ids in key_ids}) == 4
    assert all(key["keytype"] == "ed25519" for key in root["keys"].values())


def test_to_publish_the_same_again_renews_the_timestamp_alone(authority: Authority) -> None:
    before = published(authority)
    again = authority.publish(after(HOUR), SECRET)
    assert new_files(before, authority) == {"metadata/timestamp.json"}
    assert again.issued_at == NOW
    assert again.fresh_until == after(HOUR + 10 * DAY)


def test_an_unchanged_list_is_issued_anew_after_a_day(authority: Authority) -> None:
    before = published(authority)
    assert authority.publish(after(DAY), SECRET).issued_at == after(DAY)
    changed = new_files(before, authority)
    assert {"metadata/2.targets.json", "metadata/2.snapshot.json"} < changed
    assert len(changed) == 4


def test_a_change_of_state_is_published(authority: Authority) -> None:
    authority.generate(Algorithm.EDDSA, SECRET, NOW, at_once=False)
    assert authority.publish(after(1), SECRET).issued_at == after(1)
    assert authority.publish(after(2), SECRET).issued_at == after(1)
    assert authority.publish(after(1 + DAY), SECRET).issued_at == after(1 + DAY)


def test_it_is_always_fresh_for_ten_days(authority: Authority) -> None:
    moments = [HOUR, 9 * DAY, 10 * DAY, 17 * DAY, 45 * DAY, 300 * DAY]
    for moment in moments:
        assert authority.publish(after(moment), SECRET).fresh_until == after(moment + 10 * DAY)


def test_an_expired_root_stops_publishing(authority: Authority) -> None:
    before = published(authority)
    with pytest.raises(PublishError, match="root metadata have expired"):
        authority.publish(after(730 * DAY), SECRET)
    assert published(authority) == before


def test_a_clock_that_was_set_back_stops_publishing(authority: Authority) -> None:
    before = published(authority)
    with pytest.raises(PublishError, match="clock"):
        authority.publish(after(-1), SECRET)
    assert published(authority) == before


@pytest.mark.parametrize("role", ["targets", "snapshot", "timestamp"])
def test_a_key_that_the_root_does_not_name_publishes_nothing(
    authority: Authority, role: str
) -> None:
    (authority.private / f"tuf-{role}.pem").unlink()
    save_private_key(
        authority.private / f"tuf-{role}.pem",
        generate_private_key(Algorithm.EDDSA),
        SECRET.passphrase(""),
    )
    before = (authority.public / "metadata" / "timestamp.json").read_bytes()
    with pytest.raises(PublishError, match="a role key is not the one"):
        authority.publish(after(2 * DAY), SECRET)
    assert (authority.public / "metadata" / "timestamp.json").read_bytes() == before
    assert not (authority.public / "metadata" / f"2.{role}.json").exists()


DAMAGE = ["1.root.json", "1.targets.json", "1.snapshot.json", "timestamp.json"]


@pytest.mark.parametrize("name", DAMAGE)
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[]"])
def test_damaged_metadata_are_told(authority: Authority, name: str, content: bytes) -> None:
    (authority.public / "metadata" / name).write_bytes(content)
    with pytest.raises(PublishError) as caught:
        authority.publish(after(HOUR), SECRET)
    assert "backup" in (caught.value.hint or "")


def test_missing_root(authority: Authority) -> None:
    (authority.public / "metadata" / "1.root.json").unlink()
    with pytest.raises(PublishError, match="root metadata are missing"):
        authority.publish(after(HOUR), SECRET)


@pytest.mark.parametrize("content", [b"", b"half a li", None])
def test_damaged_targets_are_mended(
    authority: Authority, tmp_path: Path, content: bytes | None
) -> None:
    for target in (authority.public / "targets").iterdir():
        target.unlink() if content is None else target.write_bytes(content)
    authority.publish(after(HOUR), SECRET)
    assert len(read(authority, tmp_path / "client", HOUR).keys) == 1


def read(authority: Authority, directory: Path, seconds: int) -> TrustBundle:
    """What a verifier gets that refreshes some seconds after the first publication."""
    return fetch(directory, authority.public.as_uri(), root_of(authority), after(seconds))


class Killed(BaseException):
    """Stands for the kill: nothing in the program catches it."""


class KillAfter:
    """Lets a number of writes through; the next one is cut off before or after its rename."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, writes: int, *, renamed: bool) -> None:
        self._left = writes
        self._renamed = renamed
        self._write = files.write_atomically
        for module in (repository, authority_module):
            monkeypatch.setattr(module, "write_atomically", self)

    def __call__(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        if self._left == 0:
            if self._renamed:
                self._write(path, data, mode)
            else:
                path.with_name(f".{path.name}.part").write_bytes(data[: len(data) // 2])
            raise Killed
        self._left -= 1
        self._write(path, data, mode)


WRITES = 5
"""Of a publication with a new key: trust list, targets, snapshot, timestamp, key records."""


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("writes", range(WRITES))
def test_killed_at_any_write(
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    writes: int,
    renamed: bool,
) -> None:
    assert len(read(authority, tmp_path / "old", 0).keys) == 1
    record = authority.generate(Algorithm.EDDSA, SECRET, NOW, at_once=False)

    with monkeypatch.context() as patch:
        KillAfter(patch, writes, renamed=renamed)
        with pytest.raises(Killed):
            authority.publish(after(HOUR), SECRET)

    # Whoever reads now finds a whole state, the old one or the new one.
    timestamp_is_new = writes + renamed >= 4
    for reader in ("old", "new"):
        bundle = read(authority, tmp_path / reader, HOUR)
        assert len(bundle.keys) == (2 if timestamp_is_new else 1)

    # The next run completes the work.
    authority.publish(after(2 * HOUR), SECRET)
    for reader in ("old", "new"):
        bundle = read(authority, tmp_path / reader, 2 * HOUR)
        assert bundle.keys[record.kid].trusted.state is KeyState.PENDING
        assert bundle.fresh_until == after(2 * HOUR + 10 * DAY)

    assert list(authority.home.rglob(".*.part")) == []
    completed = next(key for key in authority.records() if key.kid == record.kid)
    assert completed.published_at is not None
    assert bundle.keys[record.kid].trusted == completed.trusted(after(2 * HOUR))
    # Whatever list first reached a verifier, the key signs no earlier than that list said.
    assert completed.signs_from >= after(HOUR + DAY)


def test_the_number_of_writes_is_known(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.generate(Algorithm.EDDSA, SECRET, NOW, at_once=False)
    KillAfter(monkeypatch, WRITES, renamed=False)
    authority.publish(after(HOUR), SECRET)


def test_a_first_publication_killed_before_the_timestamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = found_and_publish(tmp_path / "authority")
    for path in authority.public.rglob("*"):
        if path.is_file() and path.name != "1.root.json":
            path.unlink()
    with monkeypatch.context() as patch:
        KillAfter(patch, 4, renamed=False)  # two targets, two metadata files
        with pytest.raises(Killed):
            authority.publish(after(HOUR), SECRET)
    with pytest.raises(TrustBundleError, match="missing"):
        read(authority, tmp_path / "client", HOUR)
    shutil.rmtree(tmp_path / "client")
    authority.publish(after(HOUR), SECRET)
    assert len(read(authority, tmp_path / "client", HOUR).keys) == 1
