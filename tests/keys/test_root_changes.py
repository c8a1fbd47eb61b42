"""One root follows another: at no moment, killed or not, is a client left without a way."""

from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Role

from keys.algorithms import generate_private_key
from keys.errors import PublishError
from keys.publication.role_keys import ONLINE_ROLES
from keys.secrets import FixedSecret
from spec.cose import Algorithm
from tests.keys.homes import DAY, HOUR
from tests.keys.repositories import (
    ALL,
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


ROTATIONS = [ONLINE_ROLES, ("timestamp",), ("snapshot", "timestamp"), ("status",), ("root",)]


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("roles", ROTATIONS[:2], ids="-".join)
def test_killed_at_any_write_of_a_new_root(
    place: Place, tmp_path: Path, roles: tuple[str, ...], renamed: bool
) -> None:
    """At no moment is there a client, old or new, without a state that it can verify."""
    old = Client(place, tmp_path / "old")
    old.read(0)
    root = next_root(place, *roles)
    writes = 0
    while killed(lambda: place.static(HOUR).change_root(root), writes, renamed=renamed):
        assert old.read(HOUR) == ALL
        assert Client(place, tmp_path / f"new-{writes}").read(HOUR) == ALL
        writes += 0 if renamed else 1  # with its write done, the next run is one step further
    assert place.newest("root") == 2
    assert old.read(HOUR) == ALL
    place.publish(2 * HOUR, status=NEW_STATUS)
    for reader in (old, Client(place, tmp_path / "last")):
        assert reader.read(2 * HOUR) == ALL | NEW_STATUS


@pytest.mark.parametrize("roles", ROTATIONS, ids="-".join)
def test_after_a_new_root_only_its_keys_sign(
    place: Place, client: Client, roles: tuple[str, ...]
) -> None:
    client.read(0)
    old = dict(place.ids)
    place.static(HOUR).change_root(next_root(place, *roles))
    for role in set(roles):
        place.keys().path(old[role]).unlink()  # no longer needed from this moment on
    place.publish(20 * DAY, status=NEW_STATUS)
    assert client.read(20 * DAY) == ALL | NEW_STATUS
    timestamp = place.metadata("timestamp.json")
    assert list(timestamp.signatures) == [place.ids["timestamp"]]
    status = place.metadata(f"{place.newest('status')}.status.json")
    assert list(status.signatures) == [place.ids["status"]]


def test_a_new_root_renews_nothing(place: Place) -> None:
    ends = place.static().ends()
    place.static(5 * DAY).change_root(next_root(place, *ONLINE_ROLES))
    assert place.static().ends() == ends


def test_a_new_root_with_the_same_keys_asks_for_no_passphrase(place: Place) -> None:
    before = place.files()
    place.static(secrets=FixedSecret(b"wrong")).change_root(next_root(place))
    assert changed(before, place) == {"metadata/2.root.json"}


@pytest.mark.parametrize("role", ONLINE_ROLES)
def test_a_lost_role_key_is_replaced_by_a_new_root(place: Place, client: Client, role: str) -> None:
    client.read(0)
    place.static(HOUR).change_root(next_root(place, role, keep=False))
    assert client.read(HOUR) == ALL
    place.publish(HOUR, status=NEW_STATUS)
    assert client.read(HOUR) == ALL | NEW_STATUS


def test_a_root_that_another_tool_put_there_is_followed(place: Place, client: Client) -> None:
    client.read(0)
    root = next_root(place, *ONLINE_ROLES)
    (place.public / "metadata" / "2.root.json").write_bytes(root.to_bytes())
    place.publish(HOUR)
    assert client.read(HOUR) == ALL


def test_before_the_first_publication(tmp_path: Path) -> None:
    place = founded(tmp_path / "home")
    place.static().change_root(next_root(place, *ONLINE_ROLES))
    place.publish(HOUR)
    assert Client(place, tmp_path / "client").read(HOUR) == ALL


def test_a_new_root_whose_keys_are_not_here_is_refused(place: Place) -> None:
    root = next_root(place, "timestamp")
    place.keys().path(place.ids["timestamp"]).unlink()
    before = place.files()
    with pytest.raises(PublishError, match="role timestamp is missing"):
        place.static().change_root(root)
    assert place.files() == before


def test_a_threshold_that_the_keys_here_do_not_meet(place: Place) -> None:
    root = next_root(place)
    other = CryptoSigner(generate_private_key(Algorithm.EDDSA)).public_key
    root.signed.roles["timestamp"] = Role([place.ids["timestamp"], other.keyid], 2)
    root.signed.keys[other.keyid] = other
    root.sign(place.keys().signer(place.ids["root"]))
    (place.public / "metadata" / "2.root.json").write_bytes(root.to_bytes())
    with pytest.raises(PublishError, match="timestamp was signed by 1/2 keys"):
        place.publish(HOUR)
