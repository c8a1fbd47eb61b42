"""Old versions go, and nothing that a reader may still need."""

from pathlib import Path

import pytest

from keys.publication.pruning import KEPT_VERSIONS
from tests.keys.repositories import (
    NEW_STATUS,
    STATUS_CONTENTS,
    Client,
    Place,
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


def test_old_versions_go_and_a_refresh_that_has_begun_can_end(place: Place, client: Client) -> None:
    for number in range(20):
        place.publish(number, status={**STATUS_CONTENTS, "status/index.cbor": b"%d" % number})
    updater = client.open(19)
    for number in range(20, 20 + KEPT_VERSIONS - 1):
        place.publish(number, status={**STATUS_CONTENTS, "status/index.cbor": b"%d" % number})
    assert (
        Path(updater.download_target(updater.get_targetinfo("status/index.cbor"))).read_bytes()
        == b"19"
    )

    files = place.files()
    for role in ("snapshot", "status"):
        assert sum(name.endswith(f".{role}.json") for name in files) == KEPT_VERSIONS
    assert sum(name.endswith(".index.cbor") for name in files) == KEPT_VERSIONS
    assert sum(name.endswith(".0.cwt") for name in files) == 1
    assert "metadata/2.targets.json" in files
    assert client.read(27, "status/index.cbor") == {"status/index.cbor": b"26"}


def test_roots_and_the_files_of_strangers_stay(place: Place) -> None:
    strange = [
        "targets/readme.txt",
        "targets/status/notes",
        f"targets/{'a' * 64}.not-ours",
        "metadata/notes.json",
        "metadata/007.status.json",
        "metadata/9999.other.json",
    ]
    for name in strange:
        (place.public / name).write_bytes(b"mine")
    for _ in range(3):
        place.static().change_root(next_root(place))
    for number in range(2 * KEPT_VERSIONS):
        place.publish(number, status={"status/index.cbor": b"%d" % number})
    files = place.files()
    assert all(files[name] == b"mine" for name in strange)
    assert {f"metadata/{number}.root.json" for number in (1, 2, 3, 4)} < files.keys()


def test_versions_that_a_kept_snapshot_names_stay(place: Place) -> None:
    """Ten runs that are killed before the snapshot leave many status versions behind."""
    for number in range(10):
        status = {"status/index.cbor": b"%d" % number}
        assert killed(lambda status=status: place.publish(1, status=status), 2, renamed=False)
    assert place.newest("status") == 11
    place.publish(2, status=NEW_STATUS)
    files = place.files()
    assert {"metadata/1.snapshot.json", "metadata/1.status.json"} < files.keys()
    assert "metadata/2.status.json" not in files
