"""An authority that was founded and published once, where it can be fetched, and its commands."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys.authority import Authority
from tests.keys.commands import Command, runner
from tests.keys.homes import found_and_publish, served


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_and_publish(tmp_path_factory.mktemp("model") / "authority").home


@pytest.fixture
def authority(model: Path, tmp_path: Path) -> Authority:
    """A copy of the model for one test."""
    shutil.copytree(model, tmp_path / "authority")
    return Authority.open(tmp_path / "authority")


@pytest.fixture(params=["http", "file"])
def url(request: pytest.FixtureRequest, authority: Authority) -> Iterator[str]:
    """Where the authority's publication can be fetched: each test runs over both ways."""
    if request.param == "file":
        yield authority.public.as_uri()
    else:
        with served(authority.public) as address:
            yield address


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where a verifier keeps its trust."""
    return tmp_path / "verifier" / "trust"


@pytest.fixture
def keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run `dosepass-keys` at a time, in a directory of its own, with a passphrase file."""
    return runner(tmp_path, monkeypatch, capsys)
