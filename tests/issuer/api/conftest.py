"""What the tests of the register's service share."""

from pathlib import Path

import pytest

from tests.issuer.api.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Over SQLite."""
    return Service(tmp_path)


@pytest.fixture
def either(tmp_path: Path, either_database: str) -> Service:
    """Over SQLite, and again over PostgreSQL."""
    return Service(tmp_path)
