"""Fetching the trust bundle over real HTTP and from a directory, and reading it from the disk."""

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from keys import client
from keys.client import TrustBundleError
from keys.clock import FixedClock
from spec.certificate import Timestamp
from spec.cose import Algorithm
from spec.limits import CLOCK_TOLERANCE, STATUS_LIST_SIZE
from spec.status_list import Status
from spec.trust_list import KeyState
from spec.verdicts import VerdictCode
from tests.authority import DAY, NOW
from tests.keys.static_repository import Country, World, mirrored
from verifier.pipeline import check

HOUR = 3600


@pytest.fixture(params=["http", "file"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Each test runs over both ways to fetch."""
    if request.param == "file":
        yield World(Country(), None, tmp_path)
    else:
        with mirrored({}) as mirror:
            yield World(Country(), mirror, tmp_path)


@pytest.fixture
def near(tmp_path: Path) -> World:
    """A world whose address is a directory."""
    return World(Country(), None, tmp_path)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[World]:
    """A world behind a web server, which notes what is asked for."""
    with mirrored({}) as mirror:
        yield World(Country(lists=5), mirror, tmp_path)


def asked(world: World) -> list[str]:
    """The names of the targets that were downloaded since the last call, without their hashes."""
    assert world.mirror is not None
    paths = [path for path in world.mirror.requests if path.startswith("targets/")]
    world.mirror.requests.clear()
    names = (path.removeprefix("targets/").rpartition("/") for path in paths)
    return sorted(f"{folder}{slash}{base.partition('.')[2]}" for folder, slash, base in names)


def verdict(world: World, text: str) -> VerdictCode:
    return check(text, world.load(), world.country.now).code


def test_a_first_refresh(world: World) -> None:
    bundle = world.first_fetch()
    key = world.country.keys["active"]
    assert bundle.keys[key.kid].trusted == key.trusted
    assert (bundle.issued_at, bundle.fresh_until) == (NOW, NOW + 10 * DAY)
    assert bundle.vaccines.find("Janssen") is not None
    status = bundle.status
    assert (status.issuer, status.issued_at, status.fresh_until) == ("VN", NOW, NOW + 9 * DAY)
    assert status.lists.keys() == {0, 1}
    assert bundle.newest_time == NOW


def test_what_was_fetched_is_on_the_disk(world: World) -> None:
    fetched = world.first_fetch()
    shutil.rmtree(world.directory / "tuf")
    loaded = world.load()
    assert (loaded.issued_at, loaded.fresh_until) == (fetched.issued_at, fetched.fresh_until)
    assert loaded.keys.keys() == fetched.keys.keys()
    assert loaded.vaccines == fetched.vaccines
    assert loaded.status.issued_at == fetched.status.issued_at


@pytest.mark.parametrize("slashes", ["", "/", "//"])
def test_the_end_of_the_address_does_not_matter(near: World, slashes: str) -> None:
    near.lay_out()
    with at(NOW):
        root, url = near.repository.root, near.url + slashes
        assert client.refresh(near.directory, url, root, FixedClock(NOW)).keys


def at(moment: int) -> time_machine.travel:
    return time_machine.travel(datetime.fromtimestamp(moment, UTC), tick=False)


def test_later_refreshes_go_by_the_pinned_root(world: World) -> None:
    world.first_fetch()
    world.country.add_key("next", algorithm=Algorithm.EDDSA)
    world.after(HOUR).publish()
    assert len(world.fetch().keys) == 2
    assert len(world.first_fetch().keys) == 2


def test_roots_are_followed_one_by_one(world: World) -> None:
    world.first_fetch()
    for role in ("timestamp", "snapshot", "targets"):
        world.repository.signers[role] = [*world.repository.signers["status"]]
        world.repository.publish_root()
    world.after(HOUR).publish()
    assert world.fetch().issued_at == NOW + HOUR


def test_a_verifier_that_was_away_for_months(near: World) -> None:
    near.first_fetch()
    for _ in range(19):
        near.after(7 * DAY).publish()
    near.after(DAY)
    assert near.fetch().fresh_until == NOW + 133 * DAY + 10 * DAY


def test_revoked_suspended_and_superseded_are_known_after_a_refresh(world: World) -> None:
    country = world.country
    text = country.sign()
    position = country.certificate().status
    world.first_fetch()
    for status, code in [
        (Status.SUSPENDED, VerdictCode.SUSPENDED),
        (Status.VALID, VerdictCode.OK),
        (Status.SUPERSEDED, VerdictCode.SUPERSEDED),
        (Status.INVALID, VerdictCode.REVOKED),
    ]:
        country.set_status(position, status)
        world.after(HOUR).publish()
        world.fetch()
        assert verdict(world, text) is code


def test_a_compromised_key_after_a_refresh(world: World) -> None:
    country = world.country
    country.know(genuine := country.certificate())
    second = country.certificate(name="Trần Văn Ân", status=genuine.status)
    texts = [country.sign(genuine), country.sign(second)]
    world.first_fetch()
    assert [verdict(world, text) for text in texts] == [VerdictCode.OK] * 2
    country.change_key("active", state=KeyState.COMPROMISED)
    world.after(HOUR).publish()
    world.fetch()
    assert [verdict(world, text) for text in texts] == [
        VerdictCode.OK,
        VerdictCode.KEY_COMPROMISED,
    ]


def test_a_compromised_key_that_signed_nothing(world: World) -> None:
    world.country.change_key("active", state=KeyState.COMPROMISED)
    world.publish()
    world.first_fetch()
    assert verdict(world, world.country.sign()) is VerdictCode.KEY_COMPROMISED


def test_genuine_lists_of_sound_keys_are_not_fetched(far: World) -> None:
    far.country.know(far.country.certificate())
    far.publish()
    far.first_fetch()
    assert not [name for name in asked(far) if name.startswith("genuine/")]


def test_only_what_changed_is_downloaded(far: World) -> None:
    kid = far.country.keys["active"].kid.hex()
    far.first_fetch()
    assert asked(far) == [
        *(f"status/{number}.cwt" for number in range(5)),
        "status/index.cbor", "trust-list.cbor", "vaccines.json",
    ]  # fmt: skip
    far.fetch()
    assert asked(far) == []
    far.country.set_status(3 * STATUS_LIST_SIZE + 7, Status.INVALID)
    far.after(HOUR).publish()
    far.fetch()
    assert asked(far) == ["status/3.cwt", "status/index.cbor", "trust-list.cbor"]
    far.country.know(far.country.certificate())
    far.country.know(far.country.certificate(status=far.country.certificate().status))
    far.country.change_key("active", state=KeyState.COMPROMISED)
    far.after(HOUR).publish()
    far.fetch()
    assert asked(far) == [f"genuine/{kid}/0.bin", "status/index.cbor", "trust-list.cbor"]
    far.after(HOUR).publish()
    far.fetch()
    assert asked(far) == ["status/index.cbor", "trust-list.cbor"]


def test_what_is_no_longer_published_leaves_the_disk(far: World) -> None:
    far.country.know(far.country.certificate())
    far.country.change_key("active", state=KeyState.COMPROMISED)
    far.publish()
    far.first_fetch()
    cache = far.directory / "tuf" / "targets"
    assert len(list(cache.iterdir())) == 8
    # Genuine lists, the large ones, lie in one place only.
    assert not [path for path in cache.iterdir() if path.stat().st_size > 100_000]
    far.country.keys = {"next": far.country.make_key("next")}
    far.country.genuine = {}
    far.country.lists = 1
    for _ in range(2):
        far.after(HOUR).publish()
        far.fetch()
    assert len(list(cache.iterdir())) == 4
    assert len(list((far.directory / "lists").iterdir())) == 1


def test_no_status_list_at_all(world: World) -> None:
    """An authority that has issued nothing yet."""
    world.country.lists = 0
    world.publish()
    assert world.first_fetch().status.lists == {}
    old = world.country.certificate()
    assert verdict(world, world.country.sign(old)) is VerdictCode.REVOKED


ENDS = [
    ("the status lists' last second", 9 * DAY - 1, True),
    ("the status lists' first second after", 9 * DAY, False),
    ("the first second after everything", 10 * DAY, False),
]


@pytest.mark.parametrize(("seconds", "fresh"), [row[1:] for row in ENDS])
def test_expiry_to_the_second(world: World, seconds: int, fresh: bool) -> None:
    world.first_fetch()
    world.after(seconds)
    if fresh:
        assert world.fetch().fresh_until == NOW + 10 * DAY
        return
    with pytest.raises(TrustBundleError, match="expired") as caught:
        world.fetch()
    assert "date and time" in (caught.value.hint or "")
    # The bundle is still there for the pipeline, which will say that it is stale.
    assert world.load().fresh_until == NOW + 10 * DAY


@pytest.mark.parametrize("days", [9, 11])
def test_the_clock_that_is_passed_in_counts_as_well(near: World, days: int) -> None:
    near.lay_out()
    clock = FixedClock(Timestamp(NOW + days * DAY))
    with at(NOW), pytest.raises(TrustBundleError, match="expired"):
        client.refresh(near.directory, near.url, near.repository.root, clock)


def test_an_expired_root(near: World) -> None:
    near.after(729 * DAY).publish()
    near.first_fetch()
    near.after(2 * DAY)
    with pytest.raises(TrustBundleError, match="expired"):
        near.fetch()


# Evidence of time


def test_the_newest_signed_time_is_remembered_and_never_falls(world: World) -> None:
    world.first_fetch()
    world.after(HOUR).publish()
    assert world.fetch().newest_time == NOW + HOUR
    assert world.load().newest_time == NOW + HOUR
    # An issuer whose own clock went back: what was signed before stays what it is.
    world.country.clock.advance(-200)
    world.publish()
    bundle = world.fetch()
    assert (bundle.issued_at, bundle.newest_time) == (NOW + HOUR - 200, NOW + HOUR)
    assert world.load().newest_time == NOW + HOUR


@pytest.mark.parametrize(("behind", "suspect"), [(300, False), (301, True)])
def test_a_clock_behind_what_was_seen_fetches_nothing(
    far: World, behind: int, suspect: bool
) -> None:
    far.first_fetch()
    asked(far)
    far.country.clock.advance(-behind)
    if not suspect:
        assert far.fetch().keys
        return
    assert far.mirror is not None
    with pytest.raises(TrustBundleError, match="clock of this machine") as caught:
        far.fetch()
    assert "date and time" in (caught.value.hint or "")
    assert far.mirror.requests == []
    assert verdict(far, far.country.sign()) is VerdictCode.CLOCK_SUSPECT
    far.country.clock.advance(behind)
    assert far.fetch().keys


def test_what_shows_that_the_clock_is_wrong_is_kept_as_evidence(world: World) -> None:
    world.first_fetch()
    world.after(2 * DAY).publish()
    world.country.clock.advance(-2 * DAY)
    with pytest.raises(TrustBundleError, match="clock of this machine"):
        world.fetch()
    assert world.load().newest_time == NOW + 2 * DAY
    assert verdict(world, world.country.sign()) is VerdictCode.CLOCK_SUSPECT
    world.country.clock.advance(2 * DAY - CLOCK_TOLERANCE)
    assert world.fetch().issued_at == NOW + 2 * DAY
    assert verdict(world, world.country.sign()) is VerdictCode.OK


# Addresses and directories


ADDRESSES = [
    "",
    "trust",
    "/srv/public",
    "ftp://example.org/public",
    "http://",
    "http://[",
    "file://elsewhere/public",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_that_cannot_be_fetched(tmp_path: Path, address: str) -> None:
    with pytest.raises(TrustBundleError, match="not one that can be fetched") as caught:
        client.refresh(tmp_path / "trust", address, b"root", FixedClock(NOW))
    assert "https://" in (caught.value.hint or "")
    assert not (tmp_path / "trust").exists()
    with pytest.raises(TrustBundleError, match="not one that can be fetched"):
        client.check_source(tmp_path, address)


def test_a_source_needs_a_pinned_root(near: World) -> None:
    with pytest.raises(TrustBundleError, match="no root is pinned") as caught:
        client.check_source(near.directory, near.url)
    assert "--root FILE" in (caught.value.hint or "")
    near.first_fetch()
    client.check_source(near.directory, near.url)


def test_a_password_in_the_address_is_not_shown(far: World) -> None:
    url = far.url.replace("://", "://reader:hidden@") + "/nothing"
    with at(NOW), pytest.raises(TrustBundleError) as caught:
        client.refresh(far.directory, url, far.repository.root, FixedClock(NOW))
    assert "hidden" not in str(caught.value)


def test_no_server(tmp_path: Path) -> None:
    with mirrored({}) as mirror:
        world = World(Country(), mirror, tmp_path)
    with pytest.raises(TrustBundleError, match="not downloaded") as caught:
        world.first_fetch()
    assert "network" in (caught.value.hint or "")


def test_nothing_but_a_root_is_published(world: World) -> None:
    for path in [path for path in world.files if path != "metadata/1.root.json"]:
        del world.files[path]
    with pytest.raises(TrustBundleError, match="missing") as caught:
        world.first_fetch()
    assert "not have published yet" in (caught.value.hint or "")


def test_a_directory_that_cannot_be_made(near: World) -> None:
    near.directory.parent.write_bytes(b"")
    with pytest.raises(TrustBundleError) as caught:
        near.first_fetch()
    assert "disk" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "part",
    ["timestamp.json", "snapshot.json", "targets.json", "status.json", "root_history/1.root.json",
     "targets/trust-list.cbor", "targets/vaccines.json", "targets/status%2Findex.cbor",
     "targets/status%2F0.cwt"],
)  # fmt: skip
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", None])
def test_damage_in_the_store_is_mended(near: World, part: str, content: bytes | None) -> None:
    near.first_fetch()
    path = near.directory / "tuf" / part
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert near.fetch().keys
    assert near.load().keys


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: b"\xff" + data[1:], None])
def test_damaged_lists_are_fetched_again(
    near: World, damage: Callable[[bytes], bytes] | None
) -> None:
    near.country.set_status(9, Status.INVALID)
    near.country.know(near.country.certificate())
    near.country.change_key("active", state=KeyState.COMPROMISED)
    near.publish()
    near.first_fetch()
    paths = list((near.directory / "lists").iterdir())
    assert len(paths) == 3
    for path in paths:
        good = path.read_bytes()
        path.unlink()
        if damage is not None:
            path.write_bytes(damage(good))
        with pytest.raises(TrustBundleError, match=path.name):
            near.load()
        near.fetch()
        assert path.read_bytes() == good
    assert verdict(near, near.country.sign()) is VerdictCode.OK


def test_nothing_was_fetched_yet(tmp_path: Path) -> None:
    with pytest.raises(TrustBundleError, match="there is no trust bundle") as caught:
        client.load(tmp_path)
    assert "dosepass-keys fetch" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:60] + bytes((data[60] ^ 1,)) + data[61:],
        lambda data: b"{}",
        lambda data: data * 5000,
    ],
)
def test_a_damaged_bundle_on_the_disk(near: World, change: Callable[[bytes], bytes]) -> None:
    near.first_fetch()
    path = near.directory / "bundle.cbor"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(TrustBundleError, match="is damaged") as caught:
        near.load()
    assert "dosepass-keys fetch" in (caught.value.hint or "")
    assert near.fetch().keys
    assert near.load().keys


def test_a_bundle_that_is_a_directory(tmp_path: Path) -> None:
    (tmp_path / "bundle.cbor").mkdir()
    with pytest.raises(TrustBundleError, match="cannot be read"):
        client.load(tmp_path)


def test_refreshes_at_the_same_time(near: World) -> None:
    near.lay_out()
    results: list[object] = []

    def refresh() -> None:
        try:
            results.append(
                client.refresh(
                    near.directory, near.url, near.repository.root, FixedClock(NOW)
                ).keys.keys()
            )
        except Exception as error:  # shown by the comparison below
            results.append(error)

    with at(NOW):
        threads = [threading.Thread(target=refresh) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [near.load().keys.keys()] * 6
