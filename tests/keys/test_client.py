"""Fetching the trust bundle over real HTTP and from a directory, and reading it from the disk."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from keys import client
from keys.authority import Authority
from keys.client import TrustBundleError
from keys.clock import FixedClock
from spec.cose import Algorithm
from tests.keys.homes import (
    DAY,
    HOUR,
    NOW,
    SECRET,
    after,
    at,
    fetch,
    found,
    root_of,
    served,
)


def test_a_first_refresh(authority: Authority, url: str, directory: Path) -> None:
    bundle = fetch(directory, url, root_of(authority))
    (record,) = authority.records()
    assert bundle.keys[record.kid].trusted == record.trusted(NOW)
    assert bundle.issued_at == NOW
    assert bundle.fresh_until == after(10 * DAY)
    assert bundle.vaccines.find("Janssen") is not None


def test_what_was_fetched_is_on_the_disk(authority: Authority, url: str, directory: Path) -> None:
    fetched = fetch(directory, url, root_of(authority))
    shutil.rmtree(directory / "tuf")
    loaded = client.load(directory)
    assert (loaded.issued_at, loaded.fresh_until) == (fetched.issued_at, fetched.fresh_until)
    assert loaded.keys.keys() == fetched.keys.keys()
    assert loaded.vaccines == fetched.vaccines


@pytest.mark.parametrize("slashes", ["", "/", "//"])
def test_the_end_of_the_address_does_not_matter(
    authority: Authority, url: str, directory: Path, slashes: str
) -> None:
    assert fetch(directory, url + slashes, root_of(authority)).keys


def test_later_refreshes_go_by_the_pinned_root(
    authority: Authority, url: str, directory: Path
) -> None:
    root = root_of(authority)
    fetch(directory, url, root)
    authority.generate(Algorithm.EDDSA, SECRET, NOW, at_once=False)
    authority.publish(after(HOUR), SECRET)
    assert len(fetch(directory, url, None, after(HOUR)).keys) == 2
    assert len(fetch(directory, url, root, after(HOUR)).keys) == 2


def test_a_verifier_that_was_away_for_months(
    authority: Authority, url: str, directory: Path
) -> None:
    fetch(directory, url, root_of(authority))
    for week in range(1, 20):
        authority.publish(after(7 * week * DAY), SECRET)
    bundle = fetch(directory, url, None, after(134 * DAY))
    assert bundle.fresh_until == after(133 * DAY + 10 * DAY)


def test_a_signature_of_the_authority_verifies_with_the_bundle(
    authority: Authority, url: str, directory: Path
) -> None:
    bundle = fetch(directory, url, root_of(authority))
    signer = authority.active_signer(NOW, SECRET)
    bundle.keys[signer.kid].verify(signer.sign(b"message"), b"message")


ENDS = [("the last second", 10 * DAY - 1, True), ("the first second after", 10 * DAY, False)]


@pytest.mark.parametrize(("seconds", "fresh"), [row[1:] for row in ENDS])
def test_expiry_to_the_second(
    authority: Authority, url: str, directory: Path, seconds: int, fresh: bool
) -> None:
    fetch(directory, url, root_of(authority))
    if fresh:
        assert fetch(directory, url, None, after(seconds)).fresh_until == after(10 * DAY)
        return
    with pytest.raises(TrustBundleError, match="expired") as caught:
        fetch(directory, url, None, after(seconds))
    assert "date and time" in (caught.value.hint or "")
    # The bundle is still there for the pipeline, which will say that it is stale.
    assert client.load(directory).fresh_until == after(10 * DAY)


def test_the_clock_that_is_passed_in_counts_as_well(
    authority: Authority, url: str, directory: Path
) -> None:
    with at(NOW), pytest.raises(TrustBundleError, match="expired"):
        client.refresh(directory, url, root_of(authority), FixedClock(after(11 * DAY)))


def test_an_expired_root(authority: Authority, url: str, directory: Path) -> None:
    authority.publish(after(729 * DAY), SECRET)
    fetch(directory, url, root_of(authority), after(729 * DAY))
    with pytest.raises(TrustBundleError, match="expired"):
        fetch(directory, url, None, after(731 * DAY))


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
def test_addresses_that_cannot_be_fetched(
    authority: Authority, directory: Path, address: str
) -> None:
    with pytest.raises(TrustBundleError, match="not one that can be fetched") as caught:
        fetch(directory, address, root_of(authority))
    assert "https://" in (caught.value.hint or "")
    assert not directory.exists()


def test_a_password_in_the_address_is_not_shown(authority: Authority, directory: Path) -> None:
    with served(authority.home) as address:
        url = address.replace("://", "://reader:hidden@") + "/nothing"
        with pytest.raises(TrustBundleError) as caught:
            fetch(directory, url, root_of(authority))
    assert "hidden" not in str(caught.value)


def test_no_server(authority: Authority, directory: Path) -> None:
    with served(authority.public) as address:
        pass
    with pytest.raises(TrustBundleError, match="not downloaded") as caught:
        fetch(directory, address, root_of(authority))
    assert "network" in (caught.value.hint or "")


def test_an_authority_that_has_not_published(tmp_path: Path, directory: Path) -> None:
    authority = found(tmp_path / "new")
    with pytest.raises(TrustBundleError, match="missing") as caught:
        fetch(directory, authority.public.as_uri(), root_of(authority))
    assert "not have published yet" in (caught.value.hint or "")


def test_a_directory_that_cannot_be_made(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrustBundleError) as caught:
        fetch(tmp_path / "file" / "trust", authority.public.as_uri(), root_of(authority))
    assert "disk" in (caught.value.hint or "")


@pytest.mark.parametrize("part", ["timestamp", "snapshot", "targets", "root_history/1.root"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_damage_in_the_store_is_mended(
    authority: Authority, directory: Path, part: str, content: bytes
) -> None:
    fetch(directory, authority.public.as_uri(), root_of(authority))
    (directory / "tuf" / f"{part}.json").write_bytes(content)
    assert fetch(directory, authority.public.as_uri()).keys


def test_nothing_was_fetched_yet(directory: Path) -> None:
    with pytest.raises(TrustBundleError, match="there is no trust bundle") as caught:
        client.load(directory)
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
def test_a_damaged_bundle_on_the_disk(
    authority: Authority, directory: Path, change: Callable[[bytes], bytes]
) -> None:
    fetch(directory, authority.public.as_uri(), root_of(authority))
    path = directory / "bundle.cbor"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(TrustBundleError, match="is damaged") as caught:
        client.load(directory)
    assert "dosepass-keys fetch" in (caught.value.hint or "")
    assert fetch(directory, authority.public.as_uri()).keys
    assert client.load(directory).keys


def test_a_bundle_that_is_a_directory(directory: Path) -> None:
    (directory / "bundle.cbor").mkdir(parents=True)
    with pytest.raises(TrustBundleError, match="cannot be read"):
        client.load(directory)


def test_refreshes_at_the_same_time(authority: Authority, directory: Path) -> None:
    url, root = authority.public.as_uri(), root_of(authority)
    results: list[object] = []

    def refresh() -> None:
        try:
            results.append(client.refresh(directory, url, root, FixedClock(NOW)).keys.keys())
        except Exception as error:  # shown by the comparison below
            results.append(error)

    with at(NOW):
        threads = [threading.Thread(target=refresh) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [client.load(directory).keys.keys()] * 6
