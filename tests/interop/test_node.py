"""A reader in another language, written from the specification alone, judges every vector alike."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

READER: Final = Path(__file__).parent / "verify.mjs"
VECTORS: Final = Path(__file__).parent.parent.parent / "spec" / "vectors"
NODE: Final = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="NODE IS MISSING: the second reader was not asked")
def test_node_gives_every_vector_its_verdict() -> None:
    assert NODE is not None
    finished = subprocess.run(  # noqa: S603  # our own script
        [NODE, str(READER), str(VECTORS)], capture_output=True, check=False, timeout=60
    )
    assert finished.returncode == 0, finished.stderr.decode()
    answers = json.loads(finished.stdout)
    expected = {}
    for path in VECTORS.glob("*.json"):
        vector = json.loads(path.read_text("utf-8"))
        certificate = vector["certificate"]
        if certificate is not None:
            del certificate["unknown"]
        expected[path.stem] = {"code": vector["expect"]["code"], "certificate": certificate}
    assert answers == expected
