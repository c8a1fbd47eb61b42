"""What the scanner's tests share: a country, its trust on disk, and answers to show."""

from pathlib import Path

import pytest

from tests.authority import Authority
from tests.trust_folder import store_bundle


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def trust_directory(authority: Authority, tmp_path: Path) -> Path:
    return store_bundle(authority, tmp_path / "trust")
