"""Readers in another language, written from the specification alone, judge every vector alike."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from spec.certificate import Timestamp
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import Status, filled, put, status_at
from spec.status_token import StatusToken, status_subject
from tests.authority import DAY, NOW
from tests.spec.test_vectors import bits_of
from tests.vectors.status_case import KEYS, signed_token

HERE: Final = Path(__file__).parent
SPEC: Final = HERE.parent.parent / "spec"
NODE: Final = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None, reason="NODE IS MISSING: the second reader was not asked"
)


def node(script: str, *arguments: str, given: bytes = b"") -> Any:
    assert NODE is not None
    finished = subprocess.run(  # noqa: S603  # our own script
        [NODE, str(HERE / script), *arguments],
        input=given,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr.decode()
    return json.loads(finished.stdout)


def vectors_of(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}


def test_node_gives_every_vector_its_verdict() -> None:
    expected = {}
    for name, vector in vectors_of(SPEC / "vectors").items():
        certificate = vector["certificate"]
        if certificate is not None:
            del certificate["unknown"]
        expected[name] = {"code": vector["expect"]["code"], "certificate": certificate}
    assert node("verify.mjs", str(SPEC / "vectors")) == expected


def test_node_reads_every_token_and_index() -> None:
    vectors = vectors_of(SPEC / "status-vectors")
    expected = {name: expected_of(vector["content"]) for name, vector in vectors.items()}
    assert node("status.mjs", "judge", str(SPEC / "status-vectors")) == expected


def expected_of(content: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the reader prints of a vector: of a list, how often each value stands, and where."""
    if content is None or "lists" in content:
        return content
    bits = bits_of(content)
    found: list[dict[str, Any]] = [{"count": 0, "first": []} for _ in Status]
    for index in range(STATUS_LIST_SIZE):
        entry = found[status_at(bits, index)]
        entry["count"] += 1
        if len(entry["first"]) < 4:
            entry["first"].append(index)
    times = {key: value for key, value in content.items() if key not in {"fill", "others"}}
    return {**times, "statuses": found}


def test_node_looks_up_what_our_code_published(tmp_path: Path) -> None:
    """A list of all four values, at random; 1,000 of its positions and both of its ends."""
    chance = random.Random(20211215)  # noqa: S311  # the same list each time
    indices = [0, STATUS_LIST_SIZE - 1, *chance.sample(range(STATUS_LIST_SIZE), 1000)]
    bits = filled(Status.VALID)
    for status in Status:
        put(bits, chance.sample(range(STATUS_LIST_SIZE), 90_000), status)
    token = StatusToken(
        subject=status_subject("VN-79 (1)", 7),
        issued_at=NOW,
        expires_at=Timestamp(NOW + 30 * DAY),
        time_to_live=DAY,
        bits=bytes(bits),
    )
    (tmp_path / "7.cwt").write_bytes(signed_token(token.to_cbor()))
    (tmp_path / "keys.cbor").write_bytes(KEYS)
    files = [str(tmp_path / name) for name in ("7.cwt", "keys.cbor")]
    given = json.dumps(indices).encode()
    answers = node("status.mjs", "look-up", *files, "VN-79 (1)", "7", given=given)
    assert answers == [status_at(bits, index) for index in indices]
    assert set(answers) == set(Status)
