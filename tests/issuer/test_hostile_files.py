"""Damaged files of every layout: rows or one of our errors, whatever was done to their bytes."""

from random import Random

import pytest

from tests.fuzz.targets import TARGETS

NAMES = ("record-file", "fhir-bundle")
CHANGED = 40


@pytest.mark.parametrize("name", NAMES)
def test_sound_files_are_read(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["cut", "flipped", "doubled", "zeroed"])
def test_damaged_files_are_answered(name: str, kind: str) -> None:
    draw = Random(f"{name} {kind}")  # noqa: S311 - no secret
    seeds = list(TARGETS[name].seeds())
    for _ in range(CHANGED):
        TARGETS[name].run(_damaged(draw.choice(seeds), kind, draw))


def _damaged(data: bytes, kind: str, draw: Random) -> bytes:
    start = draw.randrange(len(data))
    end = min(len(data), start + draw.randrange(1, 40))
    if kind == "cut":
        return data[:start]
    if kind == "doubled":
        return data[:end] + data[start:]
    if kind == "zeroed":
        return data[:start] + bytes(end - start) + data[end:]
    return data[:start] + bytes(draw.randbytes(end - start)) + data[end:]
