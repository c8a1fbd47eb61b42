"""The bundle on the device is kept fresh in the background, and trouble is said once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys.bundle import TrustBundle
from keys.clock import SystemClock
from keys.errors import TrustBundleError
from scanner_app.cli import cli
from scanner_app.freshness import _Teller, keep_fresh
from tests.keys.static_repository import Country, World, mirrored


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with mirrored({}) as mirror:
        world = World(Country(lists=1), mirror, tmp_path)
        world.repository.days = dict.fromkeys(world.repository.days, 30_000)
        world.repository.publish_root()
        world.publish()
        yield world


def test_a_newer_bundle_comes_by_itself(world: World) -> None:
    world.first_fetch()
    world.after(60).publish()
    keep_fresh(world.directory, world.url, SystemClock())
    for _ in range(200):
        if world.load().issued_at == world.country.now:
            return
        time.sleep(0.05)
    pytest.fail("nothing came within ten seconds")


def test_without_a_pinned_root_it_does_not_start(world: World) -> None:
    with pytest.raises(TrustBundleError, match="no root is pinned") as caught:
        keep_fresh(world.directory, world.url, SystemClock())
    assert "--root FILE" in (caught.value.hint or "")
    assert world.mirror is not None
    assert world.mirror.requests == []


def test_an_address_that_is_none(world: World) -> None:
    world.first_fetch()
    with pytest.raises(TrustBundleError, match="not one that can be fetched"):
        keep_fresh(world.directory, "nonsense", SystemClock())


def test_trouble_is_said_when_it_begins_and_when_it_ends(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle: TrustBundle = world.first_fetch()
    teller = _Teller()
    for result in (bundle, TrustBundleError("no mirror"), MemoryError("x"), bundle, bundle):
        teller.hear(result)
    assert capsys.readouterr().err.splitlines() == [
        "dosepass-scanner: no mirror; the data from before stay in use",
        "dosepass-scanner: the trust data are refreshed again",
    ]


def test_an_address_needs_a_folder() -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--trust-url", "http://127.0.0.1/", "--lines", "-"])
    assert caught.value.code == 2
