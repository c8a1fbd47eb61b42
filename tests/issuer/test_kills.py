"""A short run of `tests.issuer.kills`: workers side by side, killed until one run comes through."""

import random
from pathlib import Path

from tests.issuer.kills import until_whole
from tests.postgresql import DATABASE_FILE

LEAST = 5


def test_workers_killed_at_random_moments(tmp_path: Path, postgresql_url: str) -> None:
    (tmp_path / DATABASE_FILE).write_text(postgresql_url)
    kills = until_whole(tmp_path, random.Random(2021), growth=1.5)  # noqa: S311 - no secret
    assert kills >= LEAST
