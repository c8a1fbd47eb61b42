"""The audit of packages says clearly when it could ask nobody, and never calls that well."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.conftest import DEPLOY

ROOT = DEPLOY.parent
AUDIT = ROOT / "script" / "audit"
NOWHERE = "http://127.0.0.1:1"


def run(script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own command
        [str(script), *arguments], capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | environment,
    )  # fmt: skip


def test_without_a_network_it_says_so_and_is_no_success(tmp_path: Path) -> None:
    """Neither pip, where pip-audit is missing, nor pip-audit itself reaches anything."""
    for name in ("script/audit", "requirements.lock", "deploy/verifier.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    ended = run(
        tmp_path / "script" / "audit",
        HTTPS_PROXY=NOWHERE, HTTP_PROXY=NOWHERE, NO_PROXY="", PIP_NO_INDEX="1",
        PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith("audit: ")
    assert ended.stderr.endswith("is there a network?\n")


@pytest.mark.parametrize("service", ["nvd", "PyPI", "--help"])
def test_another_service_is_refused(service: str) -> None:
    ended = run(AUDIT, service)
    assert ended.returncode == 2
    assert "say pypi or osv" in ended.stderr
