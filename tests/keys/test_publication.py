"""What an authority publishes, over time and killed at any write, as a verifier reads it."""

from pathlib import Path

import pytest

from keys.authority import Authority
from keys.bundle import TrustBundle
from spec.cose import Algorithm
from spec.trust_list import KeyState
from tests.keys.homes import DAY, HOUR, NOW, SECRET, after, fetch, found_and_publish, root_of
from tests.keys.repositories import killed


@pytest.fixture
def home(tmp_path: Path) -> Authority:
    return found_and_publish(tmp_path / "home")


def read(home: Authority, directory: Path, seconds: int) -> TrustBundle:
    return fetch(directory, home.public.as_uri(), root_of(home), after(seconds))


def test_an_unchanged_trust_list_is_issued_anew_after_a_day(home: Authority) -> None:
    assert home.publish(after(HOUR), SECRET).issued_at == NOW
    assert home.publish(after(DAY - 1), SECRET).issued_at == NOW
    assert home.publish(after(DAY), SECRET).issued_at == after(DAY)


def test_a_change_is_published_at_once(home: Authority) -> None:
    home.generate(Algorithm.EDDSA, SECRET, NOW, at_once=False)
    assert home.publish(after(1), SECRET).issued_at == after(1)
    assert home.publish(after(2), SECRET).issued_at == after(1)
    assert home.publish(after(1 + DAY), SECRET).issued_at == after(1 + DAY)


WRITES = 7
"""Of a publication with a new key: trust list, status index, targets, status, snapshot, timestamp,
key records."""


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("writes", range(WRITES))
def test_killed_at_any_write(home: Authority, tmp_path: Path, writes: int, renamed: bool) -> None:
    assert len(read(home, tmp_path / "old", 0).keys) == 1
    record = home.generate(Algorithm.EDDSA, SECRET, NOW, at_once=False)
    assert killed(lambda: home.publish(after(HOUR), SECRET), writes, renamed=renamed)

    # Whoever reads now finds a whole state, the old one or the new one.
    timestamp_is_new = writes + renamed >= 6
    for reader in ("old", "new"):
        bundle = read(home, tmp_path / reader, HOUR)
        assert len(bundle.keys) == (2 if timestamp_is_new else 1)

    # The next run completes the work.
    home.publish(after(2 * HOUR), SECRET)
    for reader in ("old", "new"):
        bundle = read(home, tmp_path / reader, 2 * HOUR)
        assert bundle.keys[record.kid].trusted.state is KeyState.PENDING
    assert list(home.home.rglob(".*.part")) == []
    completed = next(key for key in home.records() if key.kid == record.kid)
    assert completed.published_at is not None
    # Whatever list first reached a verifier, the key signs no earlier than that list said.
    assert completed.signs_from >= after(HOUR + DAY)


def test_the_number_of_writes_is_known(home: Authority) -> None:
    home.generate(Algorithm.EDDSA, SECRET, NOW, at_once=False)
    assert not killed(lambda: home.publish(after(HOUR), SECRET), WRITES, renamed=False)
