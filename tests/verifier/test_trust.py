"""The trust source: takes up a new bundle, and never gives up a good one for a bad."""

import threading
from pathlib import Path

import pytest

from keys.bundle import TrustBundle
from keys.client import BUNDLE_FILE, load
from keys.errors import TrustBundleError
from spec.certificate import Timestamp
from spec.status_list import Status, status_at
from tests.authority import DAY, Authority
from tests.trust_folder import store_bundle
from tests.verifier.conftest import LogLines
from verifier.logs import Log
from verifier.trust import CHECK_INTERVAL, TrustSource


@pytest.fixture
def source(authority: Authority, trust_directory: Path, log: LogLines) -> TrustSource:
    return TrustSource(trust_directory, authority.clock, Log(authority.clock, log.write))


def renew(authority: Authority, directory: Path) -> Timestamp:
    """Publish and fetch anew at the authority's present time."""
    store_bundle(authority, directory)
    return authority.now


def test_the_first_bundle_is_loaded_and_told(source: TrustSource, log: LogLines) -> None:
    assert source.current().keys
    assert [line["event"] for line in log.lines] == ["trust_loaded"]


def test_without_a_bundle_there_is_no_source(
    authority: Authority, tmp_path: Path, log: LogLines
) -> None:
    with pytest.raises(TrustBundleError):
        TrustSource(tmp_path, authority.clock, Log(authority.clock, log.write))


def test_a_new_file_is_taken_up_after_the_interval(
    source: TrustSource, authority: Authority, trust_directory: Path, log: LogLines
) -> None:
    before = source.current()
    authority.clock.advance(1)
    issued_at = renew(authority, trust_directory)
    authority.clock.advance(CHECK_INTERVAL - 2)
    assert source.current() is before
    authority.clock.advance(1)
    assert source.current().issued_at == issued_at
    assert len(log.events("trust_loaded")) == 2


def test_an_unchanged_file_is_not_read_again(
    source: TrustSource, authority: Authority, log: LogLines
) -> None:
    before = source.current()
    authority.clock.advance(10 * CHECK_INTERVAL)
    assert source.current() is before
    assert len(log.lines) == 1


def test_a_clock_that_is_set_back_does_not_delay_the_look(
    source: TrustSource, authority: Authority, trust_directory: Path
) -> None:
    authority.clock.advance(1)
    issued_at = renew(authority, trust_directory)
    authority.clock.advance(-86_400)
    assert source.current().issued_at == issued_at


@pytest.mark.parametrize("content", [b"", b"junk", b"\xff" * 100, None], ids=str)
def test_a_broken_or_missing_file_leaves_the_last_good_one(
    source: TrustSource,
    authority: Authority,
    trust_directory: Path,
    log: LogLines,
    content: bytes | None,
) -> None:
    before = source.current()
    if content is None:
        (trust_directory / BUNDLE_FILE).unlink()
    else:
        (trust_directory / BUNDLE_FILE).write_bytes(content)
    authority.clock.advance(CHECK_INTERVAL)
    assert source.current() is before
    failed = log.events("trust_load_failed")
    assert [line["error_type"] for line in failed] == ["TrustBundleError"]
    assert str(trust_directory) not in log.raw.decode()


def test_every_single_cut_of_the_file_leaves_the_last_good_one(
    source: TrustSource, authority: Authority, trust_directory: Path
) -> None:
    before = source.current()
    whole = (trust_directory / BUNDLE_FILE).read_bytes()
    for length in range(0, len(whole), 97):
        (trust_directory / BUNDLE_FILE).write_bytes(whole[:length])
        authority.clock.advance(CHECK_INTERVAL)
        assert source.current() is before


def test_a_broken_file_is_tried_again_and_a_good_one_taken_up(
    source: TrustSource, authority: Authority, trust_directory: Path, log: LogLines
) -> None:
    (trust_directory / BUNDLE_FILE).write_bytes(b"junk")
    for _ in range(2):
        authority.clock.advance(CHECK_INTERVAL)
        source.current()
    assert len(log.events("trust_load_failed")) == 2
    issued_at = renew(authority, trust_directory)
    authority.clock.advance(CHECK_INTERVAL)
    assert source.current().issued_at == issued_at


def test_an_older_bundle_is_not_taken_up(
    source: TrustSource, authority: Authority, trust_directory: Path, log: LogLines
) -> None:
    before = source.current()
    authority.clock.advance(-60)
    renew(authority, trust_directory)
    authority.clock.advance(60 + CHECK_INTERVAL)
    assert source.current() is before
    assert len(log.events("trust_load_failed")) == 1


def test_a_bundle_with_older_status_is_not_taken_up(
    source: TrustSource, authority: Authority, trust_directory: Path, log: LogLines
) -> None:
    before = source.current()
    bundle = authority.bundle(status=authority.status_lists(Timestamp(authority.now - 1)))
    other = TrustSource(
        trust_directory, authority.clock, Log(authority.clock, log.write), load=lambda _: bundle
    )
    assert other.current() is bundle
    source._load = lambda _: bundle
    authority.clock.advance(CHECK_INTERVAL)
    renew(authority, trust_directory)
    assert source.current() is before


@pytest.mark.parametrize("damage", [b"", b"\xff" * 65_536, None], ids=["empty", "other", "gone"])
def test_a_damaged_list_leaves_the_last_good_one(
    source: TrustSource,
    authority: Authority,
    trust_directory: Path,
    log: LogLines,
    damage: bytes | None,
) -> None:
    """Also while the damaged list is in use: its map stays, since files are never written into."""
    before = source.current()
    authority.set_status(5, Status.INVALID)
    authority.clock.advance(CHECK_INTERVAL)
    renew(authority, trust_directory)
    for path in (trust_directory / "lists").iterdir():
        path.unlink()
        if damage is not None:
            path.write_bytes(damage)
    assert source.current() is before
    assert status_at(before.status.lists[0], 5) is Status.VALID
    assert len(log.events("trust_load_failed")) == 1
    renew(authority, trust_directory)
    authority.clock.advance(CHECK_INTERVAL)
    assert status_at(source.current().status.lists[0], 5) is Status.INVALID


def test_what_will_end_is_told_once_a_day_from_half_of_its_life_on(
    authority: Authority, tmp_path: Path, log: LogLines
) -> None:
    def told() -> list[tuple[str, str, str]]:
        names = ("publication_ends", "status_ends")
        lines = [line for line in log.lines if line["event"] in names]
        return [(line["event"], line["level"], line["fresh_until"][:10]) for line in lines]

    store_bundle(
        authority,
        tmp_path,
        fresh_until=Timestamp(authority.now + 10 * DAY),
        status_until=Timestamp(authority.now + 8 * DAY),
    )
    source = TrustSource(tmp_path, authority.clock, Log(authority.clock, log.write))
    status, publication = (
        ("status_ends", "warning", "2021-12-23"),
        ("publication_ends", "warning", "2021-12-25"),
    )
    for days, expected in [
        (4, []),
        (0.01, [status]),
        (0.5, [status]),
        (0.5, [status, status, publication]),
        (1, [status, status, publication, publication, status]),
    ]:
        authority.clock.advance(round(days * DAY))
        for _ in range(3):
            source.current()
        assert sorted(told()) == sorted(expected)
    renew(authority, tmp_path)
    authority.clock.advance(2 * DAY)
    source.current()
    assert len(told()) == 5


def test_old_data_are_told_of_at_the_start(
    authority: Authority, tmp_path: Path, log: LogLines
) -> None:
    store_bundle(authority, tmp_path)
    authority.clock.advance(20 * DAY)
    TrustSource(tmp_path, authority.clock, Log(authority.clock, log.write))
    assert [line["event"] for line in log.lines] == [
        "trust_loaded",
        "publication_ends",
        "status_ends",
    ]


def test_whatever_the_loader_raises_the_last_good_one_serves(
    authority: Authority, trust_directory: Path, log: LogLines
) -> None:
    loads = iter([load])

    def loader(directory: Path) -> TrustBundle:
        for real in loads:
            return real(directory)
        raise MemoryError("Nguyễn Thị Minh Châu")

    source = TrustSource(
        trust_directory, authority.clock, Log(authority.clock, log.write), load=loader
    )
    before = source.current()
    authority.clock.advance(CHECK_INTERVAL)
    renew(authority, trust_directory)
    assert source.current() is before
    assert log.events("trust_load_failed")[0]["error_type"] == "MemoryError"
    assert "Châu" not in log.raw.decode()


def test_while_one_thread_loads_the_others_are_answered(
    authority: Authority, trust_directory: Path, log: LogLines
) -> None:
    loading, go_on = threading.Event(), threading.Event()
    first = True

    def slow(directory: Path) -> TrustBundle:
        nonlocal first
        if not first:
            loading.set()
            assert go_on.wait(5)
        first = False
        return load(directory)

    source = TrustSource(
        trust_directory, authority.clock, Log(authority.clock, log.write), load=slow
    )
    before = source.current()
    authority.clock.advance(CHECK_INTERVAL)
    issued_at = renew(authority, trust_directory)
    thread = threading.Thread(target=source.current)
    thread.start()
    assert loading.wait(5)
    authority.clock.advance(CHECK_INTERVAL)
    assert source.current() is before
    go_on.set()
    thread.join(5)
    assert source.current().issued_at == issued_at
