"""The folder `deploy/`, and programs that judge what lies in it."""

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

DEPLOY: Final = Path(__file__).parents[2] / "deploy"


def program(name: str, package: str) -> str:
    """Where a program is. Without it tests are skipped, but fail where CI=true is set."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is not None:
        return path
    missing = f"{name} is not installed (apt-get install {package})"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}, and CI=true lets no test be skipped for that")
    pytest.skip(missing)
