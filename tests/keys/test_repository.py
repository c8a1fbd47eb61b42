"""The repository: whole for its readers after a kill at any write, and true to the newest root."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.errors import PublishError, SignerError
from keys.publication.repository import ROLES
from keys.publication.role_keys import ONLINE_ROLES, STATUS, STATUS_KEY_FIELD
from keys.secrets import FixedSecret
from tests.keys.homes import DAY, HOUR, after
from tests.keys.repositories import (
    ALL,
    CONTENTS,
    NEW_STATUS,
    Client,
    Place,
    changed,
    founded,
    killed,
    next_root,
    published,
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return published(tmp_path / "home")


@pytest.fixture
def client(place: Place, tmp_path: Path) -> Client:
    return Client(place, tmp_path / "client")


# What is published


def test_it_is_plain_files_with_the_hash_in_the_name_and_folders_kept(place: Place) -> None:
    metadata = {name for name in place.files() if name.startswith("metadata/")}
    assert metadata == {
        "metadata/1.root.json",
        "metadata/1.targets.json",
        "metadata/2.targets.json",
        "metadata/1.status.json",
        "metadata/1.snapshot.json",
        "metadata/timestamp.json",
    }
    targets = {name.removeprefix("targets/") for name in place.files()} - metadata
    folders = {f"{Path(name).parent}/{Path(name).name.split('.', 1)[1]}" for name in targets}
    assert folders == {name if "/" in name else f"./{name}" for name in ALL}
    assert not any(path.is_symlink() for path in place.public.rglob("*"))


def test_each_role_has_a_key_of_its_own_and_status_is_delegated(place: Place) -> None:
    root = place.metadata("1.root.json").signed
    assert root.consistent_snapshot is True
    named = [tuple(root.roles[role].keyids) for role in ROLES if role != STATUS]
    assert sorted(named) == sorted((place.ids[role],) for role in ROLES if role != STATUS)
    assert root.unrecognized_fields == {STATUS_KEY_FIELD: place.ids[STATUS]}
    assert len(set(place.ids.values())) == 5
    role = place.metadata("1.targets.json").signed.delegations.roles[STATUS]
    assert (role.paths, role.terminating, role.threshold) == (["status/*"], True, 1)
    assert role.keyids == [place.ids[STATUS]]


def test_an_independent_client_reads_it(client: Client) -> None:
    assert client.read(0) == ALL
    assert client.read(0, "status/2.cwt", "none") == {"status/2.cwt": None, "none": None}


def test_what_the_repository_says_of_itself(place: Place) -> None:
    static = place.static()
    assert static.names() == ALL.keys()
    assert {name: static.content(name) for name in ALL} == ALL
    assert static.content("status/2.cwt") is None
    ends = {"root": 730, "targets": 30, "status": 9, "snapshot": 30, "timestamp": 10}
    assert {role: int(end.timestamp()) for role, end in static.ends().items()} == {
        role: after(days * DAY) for role, days in ends.items()
    }
    assert static.fresh_until() == static.ends()["timestamp"]
    assert static.status_fresh_until() == static.ends()["status"]
    assert static.root_expires() == static.ends()["root"]


@pytest.mark.parametrize("content", [b"", b"half", None])
def test_a_damaged_target_is_none_and_is_mended(
    place: Place, client: Client, content: bytes | None
) -> None:
    for path in place.public.glob("targets/status/*.0.cwt"):
        path.unlink() if content is None else path.write_bytes(content)
    assert place.static().content("status/0.cwt") is None
    place.publish(HOUR)
    assert client.read(HOUR) == ALL


# What is signed anew, and when


def test_the_same_again_renews_the_timestamp_alone(place: Place) -> None:
    before = place.files()
    place.publish(HOUR)
    assert changed(before, place) == {"metadata/timestamp.json"}


def test_new_status_leaves_the_targets_role_and_unchanged_lists_alone(
    place: Place, client: Client
) -> None:
    client.read(0)
    before = place.files()
    place.publish(HOUR, status=NEW_STATUS)
    new = {name.split("/", 1)[1] for name in changed(before, place)}
    assert {name for name in new if name.endswith(".json")} == {
        "2.snapshot.json",
        "2.status.json",
        "timestamp.json",
    }
    assert {name.split(".", 1)[1] for name in new if "status/" in name} == {"index.cbor", "1.cwt"}
    assert client.read(HOUR) == ALL | NEW_STATUS
    fetched = {name for name in client.fetched if not name.endswith("root.json")}
    assert len(fetched) == 5  # timestamp, snapshot, status, and the two targets that changed


@pytest.mark.parametrize(
    ("days", "roles"),
    [(4, set()), (5, {"status", "snapshot"}), (16, {"status", "snapshot", "targets"})],
)
def test_metadata_are_renewed_at_half_their_life(place: Place, days: int, roles: set[str]) -> None:
    before = place.files()
    place.publish(days * DAY)
    names = {name.split(".")[-2] for name in changed(before, place) if "timestamp" not in name}
    assert names == roles


def test_it_is_always_fresh(place: Place, client: Client) -> None:
    for days in (1, 9, 10, 17, 45, 300, 729):
        place.publish(days * DAY)
        ends = place.static().ends()
        assert int(ends["status"].timestamp()) >= after((days + 4) * DAY)
        assert int(place.static().fresh_until().timestamp()) == after((days + 10) * DAY)
        assert client.read(days * DAY) == ALL


def test_what_is_no_longer_published_is_gone_for_clients(place: Place, client: Client) -> None:
    few = {"trust-list.cbor": b"keys"}
    place.publish(1, few, {})
    assert client.read(1) == dict.fromkeys(ALL) | few
    assert place.static().names() == few.keys()


# Kills

WRITES = 7
"""Of a publication that changes both roles: three targets, targets, status, snapshot, timestamp."""


def publish_more(place: Place) -> None:
    place.publish(HOUR, {**CONTENTS, "trust-list.cbor": b"more"}, NEW_STATUS)


MORE = {**ALL, **NEW_STATUS, "trust-list.cbor": b"more"}


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("writes", range(WRITES))
def test_killed_at_any_write_of_a_publication(
    place: Place, client: Client, tmp_path: Path, writes: int, renamed: bool
) -> None:
    assert client.read(0) == ALL
    assert killed(lambda: publish_more(place), writes, renamed=renamed)

    # Whoever reads now finds a whole state, the old one or the new one.
    is_new = writes + renamed == WRITES
    for reader in (client, Client(place, tmp_path / "new")):
        assert reader.read(HOUR) == (MORE if is_new else ALL)

    # The next run completes the work, also when it is for the older content again.
    place.publish(HOUR)
    assert client.read(HOUR) == ALL
    publish_more(place)
    assert client.read(HOUR) == MORE
    assert list(place.home.rglob(".*.part")) == []


def test_the_number_of_writes_is_known(place: Place) -> None:
    assert not killed(lambda: publish_more(place), WRITES, renamed=False)


# Trouble

WRONG: list[tuple[str, Callable[[Path], object], str]] = [
    ("no folder", shutil.rmtree, "root metadata are missing"),
    ("no metadata", lambda at: shutil.rmtree(at / "metadata"), "root metadata are missing"),
    ("no root", lambda at: (at / "metadata/1.root.json").unlink(), "root metadata are missing"),
    (
        "a root too far",
        lambda at: shutil.copy(at / "metadata/1.root.json", at / "metadata/3.root.json"),
        "holds version 1",
    ),
    (
        "targets for a root",
        lambda at: shutil.copy(at / "metadata/1.targets.json", at / "metadata/2.root.json"),
        "holds targets metadata",
    ),
    (
        "a root for targets",
        lambda at: shutil.copy(at / "metadata/1.root.json", at / "metadata/3.targets.json"),
        "holds root metadata",
    ),
]
for _name in ("1.root", "2.targets", "1.status", "1.snapshot", "timestamp"):
    for _content in (b"", b"[]", b"[" * 60_000):
        WRONG.append(
            (
                f"{_name} {_content[:2]!r}",
                lambda at, name=_name, content=_content: (
                    at / "metadata" / f"{name}.json"
                ).write_bytes(content),
                "contradicts itself",
            )
        )


@pytest.mark.parametrize(("spoil", "words"), [pytest.param(*row[1:], id=row[0]) for row in WRONG])
def test_a_directory_that_is_not_ours_is_left_as_it_is(
    place: Place, spoil: Callable[[Path], object], words: str
) -> None:
    spoil(place.public)
    before = place.files()
    with pytest.raises(PublishError, match=words) as caught:
        place.publish(HOUR, status=NEW_STATUS)
    assert "backup" in (caught.value.hint or "")
    assert place.files() == before


def test_the_repository_of_another_authority(place: Place, tmp_path: Path) -> None:
    other = founded(tmp_path / "other")
    shutil.rmtree(place.public)
    shutil.copytree(other.public, place.public)
    before = place.files()
    with pytest.raises(PublishError, match=r"key of the role .* is missing") as caught:
        place.publish(HOUR)
    assert "private/" in (caught.value.hint or "")
    assert place.files() == before


@pytest.mark.parametrize("role", ONLINE_ROLES)
def test_a_missing_key_changes_nothing(place: Place, role: str) -> None:
    place.keys().path(place.ids[role]).unlink()
    before = place.files()
    with pytest.raises(PublishError, match=f"role {role} is missing: role-") as caught:
        place.publish(2 * DAY, status=NEW_STATUS)
    assert "--new-role-keys" in (caught.value.hint or "")
    assert place.files() == before


@pytest.mark.parametrize("role", ONLINE_ROLES)
def test_the_key_of_another_role_changes_nothing(place: Place, role: str) -> None:
    path = place.keys().path(place.ids[role])
    path.unlink()
    shutil.copy(place.keys().path(place.ids["root"]), path)
    before = place.files()
    with pytest.raises(SignerError, match="holds another key"):
        place.publish(2 * DAY, status=NEW_STATUS)
    assert place.files() == before


def test_a_wrong_passphrase_changes_nothing(place: Place) -> None:
    before = place.files()
    static = place.static(DAY, FixedSecret(b"a wrong passphrase"))
    for action in (
        lambda: static.publish(CONTENTS, NEW_STATUS),
        lambda: static.change_root(next_root(place, "timestamp")),
    ):
        with pytest.raises(SignerError, match="does not open"):
            action()
        assert place.files() == before


def test_an_expired_root_stops_publishing(place: Place) -> None:
    before = place.files()
    with pytest.raises(PublishError, match="root metadata have expired") as caught:
        place.publish(730 * DAY)
    assert "root init" in (caught.value.hint or "")
    assert place.files() == before


@pytest.mark.parametrize("contents", [{"status/0.cwt": b""}, {"vaccines.json": b""}])
def test_a_role_signs_for_its_own_names_only(place: Place, contents: dict[str, bytes]) -> None:
    before = place.files()
    with pytest.raises(PublishError, match="does not sign for"):
        place.static().publish(
            contents if "status/0.cwt" in contents else {},
            contents if "vaccines.json" in contents else {},
        )
    assert place.files() == before


@pytest.mark.parametrize("name", ["1.root", "2.targets", "1.status", "timestamp"])
def test_questions_about_a_damaged_repository_say_what_to_do(place: Place, name: str) -> None:
    (place.public / "metadata" / f"{name}.json").write_bytes(b"{")
    for question in ("ends", "fresh_until", "status_fresh_until", "root_expires"):
        with pytest.raises(PublishError) as caught:
            getattr(place.static(), question)()
        assert "backup" in (caught.value.hint or "")
