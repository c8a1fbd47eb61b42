"""What the scanner's tests share: a country, its trust on disk, and answers to show."""

from pathlib import Path

import pytest

from keys.client import BUNDLE_FILE
from keys.stored_bundle import StoredBundle
from spec.certificate import Timestamp
from tests.authority import DAY, Authority

VACCINES = Path(__file__).parents[2] / "spec" / "data" / "vaccines.json"


@pytest.fixture
def authority() -> Authority:
    return Authority()


def store_bundle(authority: Authority, directory: Path) -> Path:
    """Put the authority's trust where a fetch would have left it."""
    directory.mkdir(exist_ok=True)
    stored = StoredBundle(
        trust_list=authority.trust_list().to_cbor(),
        vaccines=VACCINES.read_bytes(),
        fresh_until=Timestamp(authority.now + 7 * DAY),
    )
    (directory / BUNDLE_FILE).write_bytes(stored.to_cbor())
    return directory


@pytest.fixture
def trust_directory(authority: Authority, tmp_path: Path) -> Path:
    return store_bundle(authority, tmp_path / "trust")
